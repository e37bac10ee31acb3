/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "build/object.h"
#include <elf.h>
#include <errno.h>
#include <gelf.h>
#include "manifest/manifest.h"

static int collect_undefined(Arena *a, Elf *elf, Elf_Scn *section, const GElf_Shdr *header, NameVec *ret) {
        Elf_Data *data = elf_getdata(section, NULL);
        size_t n = header->sh_entsize ? header->sh_size / header->sh_entsize : 0;
        if (!data)
                return -EBADMSG;
        for (size_t i = 1; i < n; i++) {
                GElf_Sym symbol;
                if (!gelf_getsym(data, (int) i, &symbol))
                        return -EBADMSG;
                if (symbol.st_shndx != SHN_UNDEF || GELF_ST_BIND(symbol.st_info) == STB_LOCAL)
                        continue;
                const char *name = elf_strptr(elf, header->sh_link, symbol.st_name);
                if (!name)
                        return -EBADMSG;
                /* Every module has this one itself: the template defines it. */
                if (*name && strcmp(name, "__this_module") != 0)
                        vec_push(a, ret, arena_strdup(a, name));
        }
        return 0;
}

int object_undefined(Arena *a, int fd, NameVec *ret) {
        *ret = (NameVec) {};
        if (elf_version(EV_CURRENT) == EV_NONE)
                return -EBADMSG;
        Elf *elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
        GElf_Ehdr file;
        int r = elf && elf_kind(elf) == ELF_K_ELF && gelf_getehdr(elf, &file) && file.e_type == ET_REL
                        ? 0
                        : -EBADMSG;
        for (Elf_Scn *s = NULL; r == 0 && (s = elf_nextscn(elf, s));) {
                GElf_Shdr header;
                if (!gelf_getshdr(s, &header))
                        r = -EBADMSG;
                else if (header.sh_type == SHT_SYMTAB)
                        r = collect_undefined(a, elf, s, &header, ret);
        }
        elf_end(elf);
        return r;
}

/* struct modversion_info of the kernel. */
typedef struct {
        uint64_t crc;
        char name[OBJECT_MAX_SYMBOL + 1];
} Version;

typedef struct {
        VEC(Version) versions;
        NameVec depends;
} Needs;

static void add_depends(Arena *a, Needs *needs, const char *module) {
        if (strcmp(module, "vmlinux") == 0)
                return;
        vec_foreach(it, &needs->depends)
                if (strcmp(*it, module) == 0)
                        return;
        vec_push(a, &needs->depends, arena_strdup(a, module));
}

static int add_needed(Arena *a, const Trailer *t, Needs *needs, const char *name, const char **ret_symbol) {
        Symbol symbol;
        *ret_symbol = name;
        if (strlen(name) > OBJECT_MAX_SYMBOL)
                return TRAILER_LONG;
        if (!symbols_find(t->symbols, name, &symbol))
                return TRAILER_UNDEFINED;
        Version v = { .crc = symbol.crc };
        strcpy(v.name, name);
        vec_push(a, &needs->versions, v);
        add_depends(a, needs, symbol.module);
        return TRAILER_OK;
}

enum { S_NULL, S_MODINFO, S_VERSIONS, S_MANIFEST, S_STACK, S_NAMES, _S_MAX };

static const struct {
        const char *name;
        uint32_t type;
        uint64_t flags, align;
} sections[_S_MAX] = {
        [S_NULL] = { "", SHT_NULL, 0, 0 },
        [S_MODINFO] = { ".modinfo", SHT_PROGBITS, SHF_ALLOC, 1 },
        [S_VERSIONS] = { "__versions", SHT_PROGBITS, SHF_ALLOC, 32 },
        [S_MANIFEST] = { STAPD_MANIFEST_SECTION, SHT_PROGBITS, 0, 1 },
        [S_STACK] = { ".note.GNU-stack", SHT_PROGBITS, 0, 1 },
        [S_NAMES] = { ".shstrtab", SHT_STRTAB, 0, 1 },
};

static void pad(Buf *b, size_t start, uint64_t align) {
        while (align > 1 && (b->len - start) % align)
                buf_char(b, 0);
}

static void add_modinfo(const Trailer *t, const Needs *needs, Buf *out) {
        buf_printf(out, "name=%s", t->name);
        buf_char(out, 0);
        buf_str(out, "depends=");
        vec_foreach(it, &needs->depends)
                buf_printf(out, "%s%s", it == needs->depends.items ? "" : ",", *it);
        buf_char(out, 0);
}

static void add_content(const Trailer *t, const Needs *needs, unsigned section, Elf64_Shdr *headers,
                        Buf *out) {
        switch (section) {
        case S_MODINFO:
                add_modinfo(t, needs, out);
                break;
        case S_VERSIONS:
                if (t->modversions && needs->versions.n > 0)
                        buf_add(out, needs->versions.items, needs->versions.n * sizeof(Version));
                break;
        case S_MANIFEST:
                if (t->manifest)
                        buf_add(out, t->manifest, t->manifest_len);
                break;
        case S_NAMES:
                for (unsigned i = 0, at = 0; i < _S_MAX; i++) {
                        headers[i].sh_name = at;
                        buf_add(out, sections[i].name, strlen(sections[i].name) + 1);
                        at += (unsigned) strlen(sections[i].name) + 1;
                }
                break;
        }
}

/* An empty section that would mean something is left as SHT_NULL. */
static void fill_header(unsigned i, const Elf64_Shdr *place, Elf64_Shdr *h) {
        h->sh_offset = place->sh_offset;
        h->sh_size = place->sh_size;
        if (place->sh_size == 0 && i != S_STACK)
                return;
        h->sh_type = sections[i].type;
        h->sh_flags = sections[i].flags;
        h->sh_addralign = sections[i].align;
}

int trailer_make(Arena *a, const Trailer *t, Buf *out, const char **ret_symbol) {
        Needs needs = {};
        int r = TRAILER_OK;
        vec_foreach(it, t->undefined)
                if ((r = add_needed(a, t, &needs, *it, ret_symbol)) != TRAILER_OK)
                        return r;
        if (t->modversions && (r = add_needed(a, t, &needs, "module_layout", ret_symbol)) != TRAILER_OK)
                return r;

        Elf64_Ehdr file;
        memcpy(&file, t->like, sizeof(file));
        file.e_shnum = _S_MAX;
        file.e_shstrndx = S_NAMES;
        Elf64_Shdr headers[_S_MAX] = {};
        size_t start = out->len;
        buf_add(out, &file, sizeof(file));
        for (unsigned i = S_NULL + 1; i < _S_MAX; i++) {
                pad(out, start, sections[i].align);
                Elf64_Shdr place = { .sh_offset = out->len - start };
                add_content(t, &needs, i, headers, out);
                place.sh_size = out->len - start - place.sh_offset;
                fill_header(i, &place, &headers[i]);
        }
        pad(out, start, 8);
        file.e_shoff = out->len - start;
        buf_add(out, headers, sizeof(headers));
        if (out->failed)
                return -ENOMEM;
        memcpy(out->data + start, &file, sizeof(file));
        return TRAILER_OK;
}
