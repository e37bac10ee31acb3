/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compile/options.h"
#include "unit/test.h"

#define MAX_WORDS 32

static Arena *arena;
static const char *error;

static bool parse(const char *line, Options *ret) {
        arena_free(arena);
        arena = arena_new(1 << 20);
        char *argv[MAX_WORDS + 1] = { arena_strdup(arena, "stapd-compile") }, *save, *copy = arena_strdup(arena, line);
        int argc = 1;
        for (char *w = strtok_r(copy, " ", &save); w && argc < MAX_WORDS; w = strtok_r(NULL, " ", &save))
                argv[argc++] = w;
        error = NULL;
        return options_parse(arena, argc, argv, ret, &error);
}

TEST(a_file_with_arguments) {
        Options o;
        ASSERT(parse("-v -g a.stp -v x --json", &o));
        ASSERT(o.mode == MODE_COMPILE && o.verbose && o.request.guru && !o.json);
        ASSERT_STREQ(o.file, "a.stp");
        ASSERT_EQ(o.request.args.n, 3);
        ASSERT_STREQ(o.request.args.items[0], "-v");
        ASSERT(o.request.optimize && o.request.stop_after == PASS_BUILD && o.dump < 0);
}

TEST(a_script_on_the_command_line) {
        Options o;
        ASSERT(parse("-e probe-begin{} a b", &o));
        ASSERT_STREQ(o.script, "probe-begin{}");
        ASSERT_NULL(o.file);
        ASSERT_EQ(o.request.args.n, 2);
}

TEST(lists_grow) {
        Options o;
        ASSERT(parse(
                "-D A=1 -DB -G x=1 -I /t -I /u -u -w -W --no-global-var-display -m stap_x -o out.ko a.stp",
                &o));
        ASSERT(o.request.defines.n == 2 && o.request.globals.n == 1 && o.tapset_dirs.n == 2);
        ASSERT(!o.request.optimize && o.request.no_warnings && o.request.warnings_fatal &&
               o.request.hide_globals);
        ASSERT_STREQ(o.request.module, "stap_x");
}

TEST(passes_by_name_and_number) {
        static const struct {
                const char *line;
                PassId stop, dump;
        } cases[] = {
                { "-p1 a", PASS_PARSE, _PASS_INVALID }, { "-p 4 a", PASS_BUILD, _PASS_INVALID },
                { "--stop-after=elaborate a", PASS_ELABORATE, _PASS_INVALID },
                { "--stop-after translate --dump parse a", PASS_TRANSLATE, PASS_PARSE },
                { "--dump=elaborate a", PASS_ELABORATE, PASS_ELABORATE },
                { "--dump=elaborate -o x.ko a", PASS_BUILD, PASS_ELABORATE },
        };
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                Options o;
                TEST_CASE("%s", cases[i].line);
                ASSERT(parse(cases[i].line, &o));
                ASSERT_EQ(o.request.stop_after, cases[i].stop);
                ASSERT_EQ(o.dump, cases[i].dump);
        }
}

TEST(mistakes_are_told) {
        static const struct {
                const char *line, *says;
        } cases[] = {
                { "", "no script" }, { "-p 5 a", "no such pass" }, { "-p x a", "no such pass" }, { "--dump=build a", "dumped" },
                { "-p1 --dump=translate a", "after the last pass" }, { "-q a", "no such option" }, { "--frobnicate a", "no such option" },
                { "-o", "wants a value" }, { "--prepare a", "no script is wanted" }, { "--sign-key=k a", "go together" },
                { "-m Bad-Name a", "module's name" },
        };
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                Options o;
                TEST_CASE("%s", cases[i].line);
                ASSERT(!parse(cases[i].line, &o));
                ASSERT(error && strstr(error, cases[i].says));
        }
}

TEST(other_modes) {
        Options o;
        ASSERT(parse("--prepare --kernel 6.1.0 --kit-dir /k", &o) && o.mode == MODE_PREPARE);
        ASSERT(parse("--zygote --kit-dir /k", &o) && o.mode == MODE_ZYGOTE);
        ASSERT(parse("--help", &o) && o.mode == MODE_HELP);
        ASSERT(parse("--version", &o) && o.mode == MODE_VERSION);
}

TEST(compatible_with_what_makes_no_difference) {
        static const struct {
                const char *version;
                bool good;
        } cases[] = {
                { "5.6", true }, { "5.0", true }, { "4.3", true }, { "4.2", false }, { "1.8", false }, { "5.7", false },
                { "6.0", false }, { "5", false }, { "5.x", false }, { "5.0.1", false }, { "99999999999.0", false },
        };
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                Options o;
                char line[64];
                TEST_CASE("%s", cases[i].version);
                snprintf(line, sizeof(line), "--compatible=%s a.stp", cases[i].version);
                ASSERT_EQ(parse(line, &o), cases[i].good);
                if (cases[i].good)
                        ASSERT_STREQ(o.request.compatible, cases[i].version);
                else
                        ASSERT_NOT_NULL(strstr(error, "--compatible"));
        }
}
