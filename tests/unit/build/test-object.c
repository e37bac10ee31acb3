/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "build/object.h"
#include <elf.h>
#include <fcntl.h>
#include <gelf.h>
#include "base/fds.h"
#include "manifest/manifest.h"
#include "unit/test.h"

static const char symvers[] = "0x12345678\tprintk\tvmlinux\tE\t\n0x00000001\tmodule_layout\tvmlinux\tE\t\n"
                              "0x0000abcd\tstp_print\tstapd_core\tE\t\n0x0000abce\tstp_exit\tstapd_core\tE\t\n"
                              "0x00000007\tfoo\tsnd-pcm\tE\t\n";

typedef struct {
        Arena *arena;
        Buf index;
        SymbolIndex symbols;
        NameVec undefined;
        Buf object;
} Fixture;

static Fixture fixture(const char *const *undefined, size_t n) {
        Fixture f = { .arena = arena_new(1 << 20) };
        const char *texts[] = { symvers };
        ASSERT_OK(symbols_make(texts, 1, &f.index));
        ASSERT_OK(symbols_open(f.index.data, f.index.len, &f.symbols));
        for (size_t i = 0; i < n; i++)
                vec_push(f.arena, &f.undefined, undefined[i]);
        return f;
}

static void fixture_done(Fixture *f) {
        buf_done(&f->index);
        buf_done(&f->object);
        arena_free(f->arena);
}

static int make(Fixture *f, bool modversions, const char *manifest, const char **ret_symbol) {
        Elf64_Ehdr like = { .e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
                            .e_type = ET_REL, .e_machine = EM_X86_64, .e_version = EV_CURRENT,
                            .e_ehsize = sizeof(Elf64_Ehdr), .e_shentsize = sizeof(Elf64_Shdr) };
        Trailer t = { .like = &like, .name = "stap_x", .undefined = &f->undefined, .symbols = &f->symbols,
                      .modversions = modversions, .manifest = manifest, .manifest_len = manifest ? strlen(manifest) : 0 };
        return trailer_make(f->arena, &t, &f->object, ret_symbol);
}

/* The bytes of a section, as libelf sees the object; NULL: there is none. */
static const char *section(Fixture *f, const char *name, size_t *ret_len) {
        ASSERT(elf_version(EV_CURRENT) != EV_NONE);
        Elf *elf = elf_memory(f->object.data, f->object.len);
        size_t names;
        const char *found = NULL;
        ASSERT_NOT_NULL(elf);
        ASSERT_EQ(elf_getshdrstrndx(elf, &names), 0);
        for (Elf_Scn *s = NULL; (s = elf_nextscn(elf, s));) {
                GElf_Shdr h;
                ASSERT_NOT_NULL(gelf_getshdr(s, &h));
                if (h.sh_type != SHT_NULL && strcmp(elf_strptr(elf, names, h.sh_name), name) == 0) {
                        found = arena_strndup(f->arena, f->object.data + h.sh_offset, h.sh_size);
                        *ret_len = h.sh_size;
                }
        }
        elf_end(elf);
        return found;
}

TEST(trailer_holds_what_modpost_would_add) {
        static const char *const needed[] = { "stp_print", "printk", "stp_exit", "foo" };
        Fixture f = fixture(needed, ELEMENTSOF(needed));
        const char *symbol;
        size_t len;
        ASSERT_EQ(make(&f, true, "{\"a\":1}", &symbol), TRAILER_OK);
        const char *info = section(&f, ".modinfo", &len);
        ASSERT_EQ(len, sizeof("name=stap_x") + sizeof("depends=stapd_core,snd_pcm"));
        ASSERT_STREQ(info, "name=stap_x");
        ASSERT_STREQ(info + sizeof("name=stap_x"), "depends=stapd_core,snd_pcm");
        const char *versions = section(&f, "__versions", &len);
        ASSERT_EQ(len, 5 * 64);
        uint64_t crc;
        memcpy(&crc, versions + 4 * 64, sizeof(crc));
        ASSERT_EQ(crc, 1);
        ASSERT_STREQ(versions + 4 * 64 + 8, "module_layout");
        memcpy(&crc, versions, sizeof(crc));
        ASSERT_EQ(crc, 0xabcd);
        ASSERT_STREQ(section(&f, STAPD_MANIFEST_SECTION, &len), "{\"a\":1}");
        fixture_done(&f);
}

TEST(without_modversions_there_are_none) {
        static const char *const needed[] = { "printk" };
        Fixture f = fixture(needed, 1);
        const char *symbol;
        size_t len;
        ASSERT_EQ(make(&f, false, NULL, &symbol), TRAILER_OK);
        ASSERT_NULL(section(&f, "__versions", &len));
        ASSERT_NULL(section(&f, STAPD_MANIFEST_SECTION, &len));
        ASSERT_STREQ(section(&f, ".modinfo", &len) + sizeof("name=stap_x"), "depends=");
        fixture_done(&f);
}

TEST(unknown_and_long_symbols_are_named) {
        static const char *const cases[][1] = {
                { "nobody_exports_me" },
                { "a_name_that_has_more_than_the_fifty_five_bytes_that_fit_x" },
        };
        static const int want[] = { TRAILER_UNDEFINED, TRAILER_LONG };
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                Fixture f = fixture(cases[i], 1);
                const char *symbol = NULL;
                ASSERT_EQ(make(&f, true, NULL, &symbol), want[i]);
                ASSERT_STREQ(symbol, cases[i][0]);
                fixture_done(&f);
        }
}

TEST(undefined_symbols_of_a_real_object) {
        char source[] = "/tmp/test-object-XXXXXX.c", object[] = "/tmp/test-object-XXXXXX.o";
        static const char text[] = "extern int a, __this_module; int b(void); static int l;\n"
                                   "int *f(void) { return b() ? &a : &l; } int *g(void) { return &__this_module; }\n";
        _cleanup_(closep) int fd = mkstemps(source, 2);
        ASSERT_OK(fds_write_all(fd, text, strlen(text)));
        _cleanup_(closep) int out = mkstemps(object, 2);
        ASSERT_OK(out);
        Arena *a = arena_new(1 << 20);
        NameVec names;
        ASSERT_EQ(system(arena_printf(a, "gcc -O1 -fno-pic -c -o %s %s", object, source)), 0);
        int bad = object_undefined(a, fd, &names);
        _cleanup_(closep) int again = open(object, O_RDONLY | O_CLOEXEC);
        int r = object_undefined(a, again, &names);
        unlink(source);
        unlink(object);
        ASSERT_ERROR(bad, -EBADMSG);
        ASSERT_OK(r);
        ASSERT_EQ(names.n, 2);
        ASSERT((strcmp(names.items[0], "a") == 0 && strcmp(names.items[1], "b") == 0) ||
               (strcmp(names.items[0], "b") == 0 && strcmp(names.items[1], "a") == 0));
        arena_free(a);
}
