/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "debuginfo/image.h"
#include <elf.h>
#include <elfutils/libdwelf.h>
#include <errno.h>
#include <gelf.h>
#include <string.h>
#include "base/buf.h"
#include "base/fds.h"

#define BTF_FILE_MAX ((size_t) 256 << 20)
#define NOTES_MAX ((size_t) 1 << 20)

DEFINE_CLEANUP(Elf *, elf_endp, elf_end)

/* What dwelf_elf_begin() can open: ELF, and what modules are compressed with. Given something else (bare
 * notes, BTF), it tries each decompressor in turn, and elfutils 0.188 loses their buffers, of megabytes. */
static bool may_be_elf(int fd) {
        static const char *const magics[] = { "\177ELF", "\037\213", "BZh", "\3757zXZ", "\050\265\057\375" };
        char start[8] = "";
        if (pread(fd, start, sizeof(start) - 1, 0) < 2)
                return false;
        for (size_t i = 0; i < ELEMENTSOF(magics); i++)
                if (memcmp(start, magics[i], strlen(magics[i])) == 0)
                        return true;
        return false;
}

static Elf *open_elf(int fd) {
        elf_version(EV_CURRENT);
        Elf *elf = may_be_elf(fd) ? dwelf_elf_begin(fd) : NULL; /* modules may be compressed */
        if (elf && elf_kind(elf) != ELF_K_ELF) {
                elf_end(elf);
                return NULL;
        }
        return elf;
}

static Elf_Data *section_data(Elf *elf, Elf_Scn *scn) {
        GElf_Shdr shdr;
        if (!gelf_getshdr(scn, &shdr) || shdr.sh_type == SHT_NOBITS)
                return NULL;
        return elf_rawdata(scn, NULL);
}

static int read_raw_btf(int fd, void **ret, size_t *ret_len) {
        static const unsigned char magic[] = { 0x9f, 0xeb };
        _cleanup_(freep) char *data = NULL;
        size_t len;
        int r = fds_read_all(fd, BTF_FILE_MAX, &data, &len);
        if (r < 0)
                return r;
        if (len < sizeof(magic) || memcmp(data, magic, sizeof(magic)) != 0)
                return -ENODATA;
        *ret = TAKE_PTR(data);
        *ret_len = len;
        return 0;
}

int image_read_btf(int fd, void **ret, size_t *ret_len) {
        _cleanup_(elf_endp) Elf *elf = open_elf(fd);
        size_t names;
        if (!elf)
                return read_raw_btf(fd, ret, ret_len);
        if (elf_getshdrstrndx(elf, &names) != 0)
                return -ENODATA;
        for (Elf_Scn *scn = NULL; (scn = elf_nextscn(elf, scn));) {
                GElf_Shdr shdr;
                if (!gelf_getshdr(scn, &shdr))
                        continue;
                const char *name = elf_strptr(elf, names, shdr.sh_name);
                Elf_Data *data = name && strcmp(name, ".BTF") == 0 ? section_data(elf, scn) : NULL;
                if (!data || !data->d_buf || !data->d_size)
                        continue;
                void *copy = malloc(data->d_size);
                if (!copy)
                        return -ENOMEM;
                memcpy(copy, data->d_buf, data->d_size);
                *ret = copy;
                *ret_len = data->d_size;
                return 0;
        }
        return -ENODATA;
}

static size_t pad4(uint32_t n) {
        return ((size_t) n + 3) & ~(size_t) 3;
}

/* A note is namesz, descsz, type, and name and description, each padded to 4 bytes. */
static int find_build_id(const unsigned char *notes, size_t len, char **ret) {
        while (len >= 12) {
                uint32_t head[3];
                memcpy(head, notes, sizeof(head));
                size_t name = pad4(head[0]), desc = pad4(head[1]);
                if (name > len - 12 || desc > len - 12 - name)
                        return -ENODATA;
                if (head[2] == NT_GNU_BUILD_ID && head[0] == 4 && memcmp(notes + 12, "GNU", 4) == 0 &&
                    head[1] && head[1] <= BUILD_ID_MAX) {
                        _cleanup_(buf_done) Buf hex = BUF_INIT;
                        for (size_t i = 0; i < head[1]; i++)
                                buf_printf(&hex, "%02x", notes[12 + name + i]);
                        *ret = buf_take(&hex);
                        return *ret ? 0 : -ENOMEM;
                }
                notes += 12 + name + desc;
                len -= 12 + name + desc;
        }
        return -ENODATA;
}

static int read_bare_notes(int fd, char **ret) {
        _cleanup_(freep) char *data = NULL;
        size_t len;
        int r = fds_read_all(fd, NOTES_MAX, &data, &len);
        return r < 0 ? r : find_build_id((unsigned char *) data, len, ret);
}

int image_read_build_id(int fd, char **ret) {
        _cleanup_(elf_endp) Elf *elf = open_elf(fd);
        if (!elf)
                return read_bare_notes(fd, ret);
        for (Elf_Scn *scn = NULL; (scn = elf_nextscn(elf, scn));) {
                GElf_Shdr shdr;
                bool is_notes = gelf_getshdr(scn, &shdr) && shdr.sh_type == SHT_NOTE;
                Elf_Data *data = is_notes ? section_data(elf, scn) : NULL;
                if (data && data->d_buf && find_build_id(data->d_buf, data->d_size, ret) >= 0)
                        return 0;
        }
        return -ENODATA;
}
