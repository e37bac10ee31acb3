/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "build/command.h"
#include "unit/test.h"

static Arena *arena;

static void setup(void) {
        arena_free(arena);
        arena = arena_new(16 << 20);
}

static const char *join(const Argv *v) {
        char *text = arena_strdup(arena, "");
        vec_foreach(word, v)
                text = arena_printf(arena, "%s%s%s", text, *text ? "|" : "", *word);
        return text;
}

TEST(recorded_line_is_found_in_both_spellings) {
        setup();
        ASSERT_STREQ(command_recorded(arena, "cmd_/x/a.o := gcc -c a.c\n\nsource_/x/a.o := a.c\n"),
                     "gcc -c a.c");
        ASSERT_STREQ(command_recorded(arena, "savedcmd_/x/a.o := gcc -c a.c\n"), "gcc -c a.c");
        ASSERT_STREQ(command_recorded(arena, "# a comment\ncmd_x := true"), "true");
        ASSERT_NULL(command_recorded(arena, ""));
        ASSERT_NULL(command_recorded(arena, "cmd_x = gcc\nother := y\n"));
}

TEST(words_quotes_and_separators_are_split) {
        setup();
        static const struct {
                const char *line, *first, *second;
                size_t n;
        } cases[] = {
                { "gcc -c a.c", "gcc|-c|a.c", NULL, 1 },
                { "  gcc   -c\ta.c  ", "gcc|-c|a.c", NULL, 1 },
                { "gcc -DN='\"tmpl\"' -c a.c ; ./objtool --orc a.o", "gcc|-DN=\"tmpl\"|-c|a.c", "./objtool|--orc|a.o", 2 },
                { "a && b", "a", "b", 2 },
                { "a;b", "a", "b", 2 },
                { "ld -r;  true", "ld|-r", "true", 2 },
                { "a '' b", "a||b", NULL, 1 },
                { "a \"b c\" d\\ e \"f\\\"g\"", "a|b c|d e|f\"g", NULL, 1 },
                { "", NULL, NULL, 0 },
                { " ; ; ", NULL, NULL, 0 },
        };
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                ArgvList list;
                TEST_CASE("%s", cases[i].line);
                ASSERT(command_split(arena, cases[i].line, &list));
                ASSERT_EQ(list.n, cases[i].n);
                if (cases[i].n > 0) {
                        ASSERT_STREQ(join(&list.items[0]), cases[i].first);
                        ASSERT_NULL(list.items[0].items[list.items[0].n]);
                }
                if (cases[i].n > 1)
                        ASSERT_STREQ(join(&list.items[1]), cases[i].second);
        }
}

TEST(what_only_a_shell_understands_is_refused) {
        setup();
        static const char *const lines[] = { "a | b", "a > b", "a < b", "a `b`", "a $(b)", "a \"$b\"", "{ a; }", "a 'b",
                                             "a \"b", "a & b" };
        for (size_t i = 0; i < ELEMENTSOF(lines); i++) {
                ArgvList list;
                TEST_CASE("%s", lines[i]);
                ASSERT(!command_split(arena, lines[i], &list));
        }
        char *line = arena_alloc(arena, 20000);
        memset(line, 'x', 19999);
        ArgvList list;
        TEST_CASE("a word of 19999 bytes");
        ASSERT(!command_split(arena, line, &list));
}

static const char recorded[] =
        "gcc-12 -Wp,-MMD,/w/.t.o.d -nostdinc -I./include -include ./include/linux/kconfig.h -D__KERNEL__ -Wall -Werror=undef "
        "-fno-PIE -mindirect-branch=thunk-extern -mfunction-return=thunk-extern -O2 -fstack-protector-strong -pg "
        "-mrecord-mcount -mfentry -DCC_USING_FENTRY -g -g0 -gdwarf-5 -DMODULE -DSTP_X=1 -DKBUILD_BASENAME='\"t\"' "
        "-D__KBUILD_MODNAME=kmod_t -c -o /w/t.o /w/t.c";

TEST(each_use_drops_what_does_not_belong_to_it) {
        setup();
        ArgvList list;
        ASSERT(command_split(arena, recorded, &list));
        static const char *const want[_COMMAND_USE_MAX] = {
                [COMMAND_HEADER_FREE] =
                        "gcc-12|-nostdinc|-fno-PIE|-mindirect-branch=thunk-extern|-mfunction-return=thunk-extern|"
                        "-fstack-protector-strong|-O1|-Werror=implicit-function-declaration|-Werror=implicit-int|"
                        "-Werror=return-type|-Werror=int-conversion|-Werror=incompatible-pointer-types",
                [COMMAND_TEMPLATE] =
                        "gcc-12|-nostdinc|-I./include|-include|./include/linux/kconfig.h|-D__KERNEL__|-Wall|"
                        "-Werror=undef|-fno-PIE|-mindirect-branch=thunk-extern|-mfunction-return=thunk-extern|-O2|"
                        "-fstack-protector-strong|-pg|-mrecord-mcount|-mfentry|-DCC_USING_FENTRY|-DMODULE",
        };
        Argv v = command_flags(arena, &list.items[0], COMMAND_HEADER_FREE);
        ASSERT_STREQ(join(&v), want[COMMAND_HEADER_FREE]);
        v = command_flags(arena, &list.items[0], COMMAND_TEMPLATE);
        ASSERT_STREQ(join(&v), want[COMMAND_TEMPLATE]);
        v = command_flags(arena, &list.items[0], COMMAND_PRECOMPILED);
        ASSERT(!strstr(join(&v), "-include") && !strstr(join(&v), "-pg") && strstr(join(&v), "-I./include"));
        v = command_flags(arena, &list.items[0], COMMAND_KERNEL);
        ASSERT(strstr(join(&v), "-include|./include/linux/kconfig.h") &&
               strstr(join(&v), "-DCC_USING_FENTRY"));
        ASSERT(!strstr(join(&v), "-pg") && !strstr(join(&v), "-mfentry") && !strstr(join(&v), "KBUILD_"));
}

TEST(objtool_and_ld_lose_their_files) {
        setup();
        ArgvList list;
        ASSERT(command_split(arena, "./tools/objtool/objtool --orc --module /w/t.o", &list));
        Argv v = command_objtool(arena, &list.items[0]);
        ASSERT_STREQ(join(&v), "./tools/objtool/objtool|--orc|--module");
        ASSERT(command_split(arena, "ld -r -T arch/x86/module.lds -o /w/t.ko /w/t.o /w/t.mod.o;  true",
                             &list));
        v = command_ld(arena, &list.items[0]);
        ASSERT_STREQ(join(&v), "ld|-r|-T|arch/x86/module.lds");
}
