/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <gelf.h>
#include <libelf.h>
#include <string.h>
#include "manifest/manifest.h"

static void elfp(Elf **e) {
        elf_end(*e);
}

static Elf_Scn *find_section(Elf *elf, const char *wanted) {
        size_t names;
        if (elf_getshdrstrndx(elf, &names) < 0)
                return NULL;
        for (Elf_Scn *s = NULL; (s = elf_nextscn(elf, s));) {
                GElf_Shdr header;
                const char *name = gelf_getshdr(s, &header) ? elf_strptr(elf, names, header.sh_name) : NULL;
                if (name && strcmp(name, wanted) == 0 && header.sh_type == SHT_PROGBITS)
                        return s;
        }
        return NULL;
}

int manifest_read_module(int fd, Manifest **ret, const char **ret_error) {
        const char *unused;
        const char **error = ret_error ? ret_error : &unused;
        *error = "not an ELF file";
        if (elf_version(EV_CURRENT) == EV_NONE)
                return -EBADMSG;
        /* Read, not mapped: a file that shrinks under a mapping would kill us. */
        _cleanup_(elfp) Elf *elf = elf_begin(fd, ELF_C_READ, NULL);
        if (!elf || elf_kind(elf) != ELF_K_ELF)
                return -EBADMSG;
        Elf_Scn *section = find_section(elf, STAPD_MANIFEST_SECTION);
        if (!section) {
                *error = "the module has no manifest";
                return -ENODATA;
        }
        GElf_Shdr header;
        if (!gelf_getshdr(section, &header) || header.sh_size > MANIFEST_MAX_SIZE) {
                *error = "the manifest is too big";
                return -EBADMSG;
        }
        Elf_Data *data = elf_rawdata(section, NULL);
        if (!data || !data->d_buf) {
                *error = "the manifest cannot be read";
                return -EBADMSG;
        }
        /* The linker may have padded the section. */
        return manifest_parse(data->d_buf, strnlen(data->d_buf, data->d_size), ret, ret_error);
}
