/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/module.h"
#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "base/cleanup.h"
#include "base/fault.h"
#include "base/fds.h"
#include "run/loader.h"
#include "runtime/abi.h"

#define HOLDERS "/sys/module/stapd_core/holders"

DEFINE_CLEANUP(DIR *, closedirp, closedir)

int module_load_start(int fd, bool sealed, pid_t *ret) {
        if (sealed && fds_is_sealed(fd) <= 0)
                return -EPERM;
        int r = fault("finit-module");
        return r < 0 ? r : loader_start(fd, ret);
}

int module_load(int fd, bool sealed) {
        pid_t pid;
        int r = module_load_start(fd, sealed, &pid);
        return r < 0 ? r : loader_wait(pid);
}

int module_unload(const char *name) {
        int r = fault("delete-module");
        if (r < 0)
                return r;
        return syscall(SYS_delete_module, name, O_NONBLOCK) < 0 ? -errno : 0;
}

bool module_is_loaded(const char *name) {
        char path[128];
        snprintf(path, sizeof(path), "/sys/module/%s", name);
        return access(path, F_OK) == 0;
}

int module_refcount(const char *name) {
        char path[128];
        snprintf(path, sizeof(path), "/sys/module/%s/refcnt", name);
        _cleanup_(fclosep) FILE *f = fopen(path, "re");
        int count;
        if (!f)
                return -errno;
        return fscanf(f, "%d", &count) == 1 ? count : -EIO;
}

/* ------------------------------------------------------------------ names */

typedef struct {
        unsigned char *data;
        size_t size;
} Section;

static bool in_image(size_t size, uint64_t offset, uint64_t length) {
        return offset <= size && length <= size - offset;
}

static int find_section(unsigned char *image, size_t size, const char *wanted, Section *ret) {
        Elf64_Ehdr *header = (Elf64_Ehdr *) image;
        if (size < sizeof(*header) || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 ||
            header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_shentsize != sizeof(Elf64_Shdr) ||
            !in_image(size, header->e_shoff, (uint64_t) header->e_shnum * sizeof(Elf64_Shdr)) ||
            header->e_shstrndx >= header->e_shnum)
                return -EBADMSG;
        const Elf64_Shdr *sections = (const Elf64_Shdr *) (image + header->e_shoff);
        const Elf64_Shdr *names = &sections[header->e_shstrndx];
        if (!in_image(size, names->sh_offset, names->sh_size))
                return -EBADMSG;

        size_t length = strlen(wanted) + 1;
        for (unsigned i = 0; i < header->e_shnum; i++) {
                const Elf64_Shdr *s = &sections[i];
                if (s->sh_name > names->sh_size || names->sh_size - s->sh_name < length ||
                    memcmp(image + names->sh_offset + s->sh_name, wanted, length) != 0)
                        continue;
                if (s->sh_type != SHT_PROGBITS || !in_image(size, s->sh_offset, s->sh_size))
                        return -EBADMSG;
                *ret = (Section) { image + s->sh_offset, s->sh_size };
                return 0;
        }
        return -EBADMSG;
}

/* The value of `tag` in .modinfo: NUL-separated "tag=value" strings. */
static char *find_modinfo(Section modinfo, const char *tag) {
        size_t length = strlen(tag);
        for (unsigned char *p = modinfo.data, *end = p + modinfo.size; p < end;) {
                unsigned char *nul = memchr(p, 0, (size_t) (end - p));
                if (!nul)
                        return NULL;
                if ((size_t) (nul - p) > length && memcmp(p, tag, length) == 0 && p[length] == '=')
                        return (char *) p + length + 1;
                p = nul + 1;
        }
        return NULL;
}

int module_rename(void *image, size_t size, const char *name) {
        Section this_module, modinfo;
        int r = find_section(image, size, ".gnu.linkonce.this_module", &this_module);
        if (r >= 0)
                r = find_section(image, size, ".modinfo", &modinfo);
        if (r < 0)
                return r;
        char *old = find_modinfo(modinfo, "name");
        if (!old || strlen(old) != MODULE_NAME_LENGTH || strlen(name) != MODULE_NAME_LENGTH)
                return -EBADMSG;
        unsigned char *field = memmem(this_module.data, this_module.size, old, MODULE_NAME_LENGTH + 1);
        if (!field)
                return -EBADMSG;
        memcpy(field, name, MODULE_NAME_LENGTH);
        memcpy(old, name, MODULE_NAME_LENGTH);
        return 0;
}

int module_foreach(int (*found)(const char *name, void *userdata), void *userdata) {
        _cleanup_(closedirp) DIR *dir = opendir(HOLDERS);
        if (!dir)
                return errno == ENOENT ? 0 : -errno;
        for (struct dirent *e; (e = readdir(dir));) {
                if (strncmp(e->d_name, STP_MODULE_PREFIX, strlen(STP_MODULE_PREFIX)) != 0)
                        continue;
                int r = found(e->d_name, userdata);
                if (r < 0)
                        return r;
        }
        return 0;
}
