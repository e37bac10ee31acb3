/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's loader resolves each undefined symbol of a module among all that is exported, thousands of
 * functions. A script without C of its own calls the services of stapd_core, and what gcc itself emits calls
 * of: nothing else. Some of these services write, or read memory of the kernel; a script whose class does not
 * may not have those either. The rest is what makes the loader do things: sections that it interprets
 * (exports, parameters, patching, static calls, tables of the tracer and of others), symbols at fixed
 * addresses, tags of .modinfo.
 *
 * What is read is foreign: libelf checks the bounds, and nothing here depends on an order.
 */
#include "run/verify.h"
#include <errno.h>
#include <gelf.h>
#include <libelf.h>
#include <stdio.h>
#include <string.h>
#include "base/cleanup.h"

static void elfp(Elf **e) {
        elf_end(*e);
}

static int fail(char *text, const char *what, const char *name) {
        snprintf(text, VERIFY_TEXT_MAX, "%s%s%.120s%s", what, name ? " (" : "", name ?: "", name ? ")" : "");
        return -EBADMSG;
}

/* ------------------------------------------------------------------ what it may have */

/* The least class that may call it. What is not here, nobody but a guru may. */
typedef struct Import {
        const char *name;
        PrivilegeClass class;
} Import;

static const Import imports[] = {
#define SERVICE(name) { #name, PRIVILEGE_OWN },
#include "core-services.h"
#undef SERVICE
        /* gcc's own */
        { "memcpy", PRIVILEGE_OWN },
        { "memmove", PRIVILEGE_OWN },
        { "memset", PRIVILEGE_OWN },
        { "memcmp", PRIVILEGE_OWN },
        { "__stack_chk_fail", PRIVILEGE_OWN },
};

/* Services that not every script may call. */
static const Import restricted[] = {
        { "stp_store_kernel", PRIVILEGE_GURU },    { "stp_store_user", PRIVILEGE_GURU },
        { "stp_set_function_arg", PRIVILEGE_GURU }, { "stp_set_syscall_arg", PRIVILEGE_GURU },
        { "stp_set_result", PRIVILEGE_GURU },      { "stp_load_kernel", PRIVILEGE_SYSTEM },
        { "stp_copy_kernel", PRIVILEGE_SYSTEM },   { "stp_string_kernel", PRIVILEGE_SYSTEM },
        { "stp_symbol_address", PRIVILEGE_SYSTEM }, { "stp_symbol_name", PRIVILEGE_SYSTEM },
        { "stp_stack_arg", PRIVILEGE_SYSTEM },     { "stp_task_find", PRIVILEGE_SYSTEM },
        { "stp_stack_at", PRIVILEGE_SYSTEM },      { "stp_stack_text", PRIVILEGE_SYSTEM },
};

/* Thunks of the compiler's mitigations, one for each register. */
static const char *const thunks[] = { "__x86_indirect_thunk_", "__x86_return_thunk" };

static const Import *find_import(const Import *table, size_t n, const char *name) {
        for (size_t i = 0; i < n; i++)
                if (strcmp(table[i].name, name) == 0)
                        return &table[i];
        return NULL;
}

/* class: one that a manifest can have. */
static bool may_import(const char *name, PrivilegeClass class) {
        for (size_t i = 0; i < ELEMENTSOF(thunks); i++)
                if (strncmp(name, thunks[i], strlen(thunks[i])) == 0)
                        return true;
        const Import *special = find_import(restricted, ELEMENTSOF(restricted), name);
        return special ? class >= special->class : find_import(imports, ELEMENTSOF(imports), name) != NULL;
}

/* Of those that are loaded. A name that ends with a dot stands for all that begin so, and for itself without
 * it. */
static const char *const allowed_sections[] = {
        ".note.", ".text.", ".rodata.", ".data.", ".bss.", ".init.text", ".exit.text", ".init.data", ".exit.data",
        ".modinfo", "__versions", ".gnu.linkonce.this_module", ".return_sites", ".retpoline_sites", ".call_sites",
        ".ibt_endbr_seal", ".orc_unwind", ".orc_unwind_ip", ".orc_header", "__patchable_function_entries", ".BTF",
};

static const char *const allowed_tags[] = {
        "name", "depends", "license", "vermagic", "retpoline", "srcversion", "intree",
};

static bool is_among(const char *const *names, size_t n, const char *name) {
        for (size_t i = 0; i < n; i++) {
                size_t len = strlen(names[i]);
                bool open = names[i][len - 1] == '.';
                if (strcmp(names[i], name) == 0 ||
                    (open && strncmp(names[i], name, len - 1) == 0 && (!name[len - 1] || name[len - 1] == '.')))
                        return true;
        }
        return false;
}

/* ------------------------------------------------------------------ its parts */

static int check_modinfo(Elf_Scn *section, char *text) {
        const Elf_Data *data = elf_rawdata(section, NULL);
        if (!data || (data->d_size > 0 && !data->d_buf))
                return fail(text, "its .modinfo cannot be read", NULL);
        for (const char *p = data->d_buf, *end = p + data->d_size; p < end;) {
                const char *nul = memchr(p, 0, (size_t) (end - p));
                if (!nul)
                        return fail(text, "its .modinfo has no end", NULL);
                const char *equals = memchr(p, '=', (size_t) (nul - p));
                char tag[32] = "";
                if (equals && (size_t) (equals - p) < sizeof(tag))
                        memcpy(tag, p, (size_t) (equals - p));
                if (nul > p && !is_among(allowed_tags, ELEMENTSOF(allowed_tags), tag))
                        return fail(text, "it has a tag that no script's has", p);
                if (strcmp(tag, "depends") == 0 && strcmp(equals + 1, "stapd_core") != 0)
                        return fail(text, "it needs other modules than stapd_core", equals + 1);
                p = nul + 1;
        }
        return 0;
}

static int check_section(Elf_Scn *section, const GElf_Shdr *h, const char *name, char *text) {
        if (!(h->sh_flags & SHF_ALLOC))
                return 0;
        if ((h->sh_flags & SHF_WRITE) && (h->sh_flags & SHF_EXECINSTR))
                return fail(text, "it has code that can be written to", name);
        if (!is_among(allowed_sections, ELEMENTSOF(allowed_sections), name))
                return fail(text, "it has a section that no script's has", name);
        return strcmp(name, ".modinfo") == 0 ? check_modinfo(section, text) : 0;
}

static int check_symbol(const GElf_Sym *s, const char *name, PrivilegeClass class, char *text) {
        if (s->st_shndx == SHN_UNDEF)
                return may_import(name, class) ? 0 : fail(text, "it calls what no script of its class may", name);
        /* Where the kernel would take an address from the module itself. */
        if (s->st_shndx >= SHN_LORESERVE && !(s->st_shndx == SHN_ABS && GELF_ST_TYPE(s->st_info) == STT_FILE))
                return fail(text, "it has a symbol at an address of its own", name);
        return 0;
}

static int check_symbols(Elf *elf, Elf_Scn *section, const GElf_Shdr *h, PrivilegeClass class, char *text) {
        Elf_Data *data = elf_getdata(section, NULL);
        size_t n = data && h->sh_entsize > 0 ? h->sh_size / h->sh_entsize : 0;
        if (n == 0 || n > INT32_MAX)
                return fail(text, "its symbols cannot be read", NULL);
        for (size_t i = 1; i < n; i++) {
                GElf_Sym symbol;
                const char *name = gelf_getsym(data, (int) i, &symbol) ? elf_strptr(elf, h->sh_link, symbol.st_name)
                                                                       : NULL;
                int r = name ? check_symbol(&symbol, name, class, text)
                             : fail(text, "its symbols cannot be read", NULL);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* The kernel takes these two from the header as they are; one that stands elsewhere would be read
 * differently here and there. */
static int check_header(Elf *elf, size_t *ret_names, char *text) {
        GElf_Ehdr header;
        size_t n;
        if (!gelf_getehdr(elf, &header) || elf_getshdrnum(elf, &n) < 0 || elf_getshdrstrndx(elf, ret_names) < 0 ||
            header.e_type != ET_REL || header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_shnum != n ||
            header.e_shstrndx != *ret_names)
                return fail(text, "it is no module", NULL);
        return 0;
}

static int verify(Elf *elf, PrivilegeClass class, char *text) {
        size_t names;
        unsigned n_tables = 0;
        int r = check_header(elf, &names, text);
        for (Elf_Scn *s = NULL; r == 0 && (s = elf_nextscn(elf, s));) {
                GElf_Shdr h;
                const char *name = gelf_getshdr(s, &h) ? elf_strptr(elf, names, h.sh_name) : NULL;
                if (!name)
                        return fail(text, "its sections cannot be read", NULL);
                r = check_section(s, &h, name, text);
                if (r == 0 && h.sh_type == SHT_SYMTAB && n_tables++ == 0)
                        r = check_symbols(elf, s, &h, class, text);
        }
        return r == 0 && n_tables != 1 ? fail(text, "it has no table of symbols, or several", NULL) : r;
}

int module_verify(int fd, PrivilegeClass class, char text[static VERIFY_TEXT_MAX]) {
        if (class == PRIVILEGE_GURU)
                return 0;
        if (elf_version(EV_CURRENT) == EV_NONE)
                return -EIO;
        _cleanup_(elfp) Elf *elf = elf_begin(fd, ELF_C_READ, NULL);
        if (!elf || elf_kind(elf) != ELF_K_ELF)
                return fail(text, "it is no module", NULL);
        return verify(elf, class, text);
}
