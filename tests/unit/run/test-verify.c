/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a compiled module may bring and call, by its class. */
#include "run/verify.h"
#include <elf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include "base/cleanup.h"
#include "base/fds.h"
#include "unit/test.h"

#define MODINFO "license=GPL\0name=stap_x\0depends=stapd_core\0vermagic=6.1 SMP"

/* A module as small as one can be: one section with flags, its .modinfo, two symbols. */
typedef struct Recipe {
        const char *section;
        uint64_t flags;
        const char *symbol;
        uint16_t index; /* of the section that the symbol is in */
        unsigned char type;
        const char *modinfo;
        size_t modinfo_len; /* 0: MODINFO */
        uint16_t header_type;
        uint32_t second_table; /* sh_type of a second .symtab */
} Recipe;

enum { S_NULL, S_ONE, S_MODINFO, S_SYMBOLS, S_MORE, S_STRINGS, _S_MAX };

typedef struct Image {
        Elf64_Ehdr header;
        Elf64_Shdr sections[_S_MAX];
        Elf64_Sym symbols[2];
        char strings[256], modinfo[128];
} Image;

static uint32_t add_string(Image *i, size_t *at, const char *s) {
        uint32_t where = (uint32_t) *at;
        strcpy(i->strings + *at, s);
        *at += strlen(s) + 1;
        return where;
}

static Image make_image(const Recipe *r) {
        Image i = { .header = { .e_ident = ELFMAG, .e_type = r->header_type ?: ET_REL, .e_machine = EM_X86_64,
                                .e_version = EV_CURRENT, .e_shoff = offsetof(Image, sections), .e_ehsize = sizeof(Elf64_Ehdr),
                                .e_shentsize = sizeof(Elf64_Shdr), .e_shnum = _S_MAX, .e_shstrndx = S_STRINGS } };
        size_t at = 1;
        i.header.e_ident[EI_CLASS] = ELFCLASS64;
        i.header.e_ident[EI_DATA] = ELFDATA2LSB;
        i.header.e_ident[EI_VERSION] = EV_CURRENT;
        memcpy(i.modinfo, r->modinfo ?: MODINFO, r->modinfo_len ?: sizeof(MODINFO));
        i.symbols[1] = (Elf64_Sym) { .st_name = add_string(&i, &at, r->symbol ?: "stp_print"), .st_shndx = r->index,
                                     .st_info = ELF64_ST_INFO(STB_GLOBAL, r->type) };
        Elf64_Shdr table = { .sh_name = add_string(&i, &at, ".symtab"), .sh_type = SHT_SYMTAB, .sh_link = S_STRINGS,
                             .sh_offset = offsetof(Image, symbols), .sh_size = sizeof(i.symbols),
                             .sh_entsize = sizeof(Elf64_Sym), .sh_addralign = 8 };
        i.sections[S_ONE] = (Elf64_Shdr) { .sh_name = add_string(&i, &at, r->section ?: ".text"), .sh_type = SHT_PROGBITS,
                                           .sh_flags = r->section ? r->flags : SHF_ALLOC | SHF_EXECINSTR, .sh_addralign = 1 };
        i.sections[S_MODINFO] = (Elf64_Shdr) { .sh_name = add_string(&i, &at, ".modinfo"), .sh_type = SHT_PROGBITS,
                                               .sh_flags = SHF_ALLOC, .sh_offset = offsetof(Image, modinfo),
                                               .sh_size = r->modinfo_len ?: sizeof(MODINFO), .sh_addralign = 1 };
        i.sections[S_SYMBOLS] = table;
        if (r->second_table)
                i.sections[S_MORE] = table;
        i.sections[S_STRINGS] = (Elf64_Shdr) { .sh_name = add_string(&i, &at, ".strtab"), .sh_type = SHT_STRTAB,
                                               .sh_offset = offsetof(Image, strings), .sh_size = sizeof(i.strings),
                                               .sh_addralign = 1 };
        return i;
}

static int verify_image(const Image *i, PrivilegeClass class, char *text) {
        _cleanup_(closep) int fd = fds_new_sealed("module", i, sizeof(*i));
        ASSERT(fd >= 0);
        return module_verify(fd, class, text);
}

TEST(what_a_class_may_call) {
        static const struct {
                const char *symbol;
                PrivilegeClass least;
        } rows[] = {
                { "stp_print", PRIVILEGE_OWN },          { "memcpy", PRIVILEGE_OWN },
                { "__x86_return_thunk", PRIVILEGE_OWN }, { "stp_script_register", PRIVILEGE_OWN },
                { "stp_load_user", PRIVILEGE_OWN },      { "stp_load_kernel", PRIVILEGE_SYSTEM },
                { "stp_symbol_address", PRIVILEGE_SYSTEM }, { "stp_store_kernel", PRIVILEGE_GURU },
                { "stp_store_user", PRIVILEGE_GURU },    { "stp_set_syscall_arg", PRIVILEGE_GURU },
                { "commit_creds", PRIVILEGE_GURU },      { "call_usermodehelper", PRIVILEGE_GURU },
                { "register_kprobe", PRIVILEGE_GURU },   { "stp_proto_register", PRIVILEGE_GURU },
                { "memcpy_toio", PRIVILEGE_GURU },       { "", PRIVILEGE_GURU },
        };
        for (size_t i = 0; i < ELEMENTSOF(rows); i++)
                for (PrivilegeClass c = 0; c <= PRIVILEGE_GURU; c++) {
                        char text[VERIFY_TEXT_MAX] = "";
                        TEST_CASE("%s by %s", rows[i].symbol, privilege_class_to_string(c));
                        Image image = make_image(&(Recipe) { .symbol = rows[i].symbol });
                        if (c >= rows[i].least) {
                                ASSERT_OK(verify_image(&image, c, text));
                                continue;
                        }
                        ASSERT_ERROR(verify_image(&image, c, text), -EBADMSG);
                        ASSERT(strstr(text, rows[i].symbol));
                }
}

TEST(what_the_kernel_would_act_on) {
        static const char livepatch[] = "license=GPL\0livepatch=Y", depends[] = "depends=stapd_core,nfs", cut[] = "license";
        static const struct {
                Recipe recipe;
                const char *text; /* NULL: it may */
        } rows[] = {
                { {}, NULL },
                { { .section = ".text.unlikely", .flags = SHF_ALLOC | SHF_EXECINSTR }, NULL },
                { { .section = ".rodata.str1.1", .flags = SHF_ALLOC }, NULL },
                { { .section = "__ksymtab", .flags = 0 }, NULL }, /* not loaded */
                { { .section = "__ksymtab", .flags = SHF_ALLOC }, "a section that no script's has (__ksymtab)" },
                { { .section = "__param", .flags = SHF_ALLOC }, "a section that no script's has (__param)" },
                { { .section = ".altinstructions", .flags = SHF_ALLOC }, "a section that no script's has" },
                { { .section = "__ex_table", .flags = SHF_ALLOC }, "a section that no script's has" },
                { { .section = ".textual", .flags = SHF_ALLOC }, "a section that no script's has" },
                { { .section = ".data", .flags = SHF_ALLOC | SHF_WRITE | SHF_EXECINSTR }, "code that can be written to" },
                { { .symbol = "at", .index = SHN_ABS }, "an address of its own (at)" },
                { { .symbol = "at", .index = SHN_COMMON }, "an address of its own (at)" },
                { { .symbol = "x.c", .index = SHN_ABS, .type = STT_FILE }, NULL },
                { { .symbol = "mine", .index = S_ONE }, NULL },
                { { .modinfo = livepatch, .modinfo_len = sizeof(livepatch) }, "a tag that no script's has (livepatch=Y)" },
                { { .modinfo = depends, .modinfo_len = sizeof(depends) }, "other modules than stapd_core" },
                { { .modinfo = cut, .modinfo_len = 4 }, ".modinfo has no end" },
                { { .header_type = ET_EXEC }, "it is no module" },
                { { .second_table = SHT_SYMTAB }, "no table of symbols, or several" },
        };
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                char text[VERIFY_TEXT_MAX] = "";
                TEST_CASE("row %zu", i);
                Image image = make_image(&rows[i].recipe);
                ASSERT_EQ(verify_image(&image, PRIVILEGE_SYSTEM, text), rows[i].text ? -EBADMSG : 0);
                if (rows[i].text)
                        ASSERT(strstr(text, rows[i].text));
        }
}

/* Each byte of it, turned around: an answer, and nothing else. */
TEST(no_byte_of_it_is_trusted) {
        for (size_t at = 0; at < sizeof(Image); at++) {
                char text[VERIFY_TEXT_MAX] = "";
                Image image = make_image(&(Recipe) {});
                ((unsigned char *) &image)[at] ^= 0xff;
                int r = verify_image(&image, PRIVILEGE_SYSTEM, text);
                ASSERT(r == 0 || (r == -EBADMSG && *text));
        }
}
