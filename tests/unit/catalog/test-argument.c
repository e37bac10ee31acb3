/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Typed arguments: which values each type takes, what it says of them, and which settings are no argument. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/conf.h"
#include "catalog/argument.h"
#include "catalog/script.h"
#include "unit/test.h"

static const Caller root = { .uid = 0 }, stranger = { .uid = 65000, .gid = 65000 };

/* The one argument of a script with these settings. */
static CatalogScript *make(const char *settings, const char **ret_error) {
        CatalogScript *s = catalog_script_new("test", "test.conf");
        char text[1024];
        unsigned line;
        snprintf(text, sizeof(text), "[Script]\nTitle=t\n[Argument]\nName=a\n%s\n", settings);
        *ret_error = NULL;
        if (catalog_script_parse(s, text, &line, ret_error) < 0)
                return catalog_script_free(s);
        *ret_error = NULL;
        return s;
}

TEST(values) {
        const struct {
                int line;
                const char *settings, *value;
                bool accepted;
        } rows[] = {
                { __LINE__, "Type=integer\nMinimum=0\nMaximum=10", "10", true },
                { __LINE__, "Type=integer\nMinimum=0\nMaximum=10", "11", false },
                { __LINE__, "Type=integer\nMinimum=0\nMaximum=10", "-1", false },
                { __LINE__, "Type=integer\nMinimum=-5", "-5", true },
                { __LINE__, "Type=integer", "9223372036854775807", true },
                { __LINE__, "Type=integer", "9223372036854775808", false },
                { __LINE__, "Type=integer", "", false },
                { __LINE__, "Type=integer", "1 ", false },
                { __LINE__, "Type=integer", "+1", false },
                { __LINE__, "Type=integer", "0x10", false },
                { __LINE__, "Type=integer", "010", false },
                { __LINE__, "Type=integer", "1)exit(", false },
                { __LINE__, "Type=enum\nValues=read write", "read", true },
                { __LINE__, "Type=enum\nValues=read write", "rea", false },
                { __LINE__, "Type=enum\nValues=read write", "read write", false },
                { __LINE__, "Type=enum\nValues=read write", "", false },
                { __LINE__, "Type=path\nPrefix=/srv /home", "/srv", true },
                { __LINE__, "Type=path\nPrefix=/srv /home", "/home/alice/x", true },
                { __LINE__, "Type=path\nPrefix=/srv", "/srv2/x", false },
                { __LINE__, "Type=path\nPrefix=/srv", "/srv/../etc/shadow", false },
                { __LINE__, "Type=path\nPrefix=/srv", "/srv/./x", false },
                { __LINE__, "Type=path\nPrefix=/srv", "/srv//x", false },
                { __LINE__, "Type=path\nPrefix=/srv", "/srv/x/", false },
                { __LINE__, "Type=path\nPrefix=/srv", "srv/x", false },
                { __LINE__, "Type=path\nPrefix=/srv", "/srv/a\nb", false },
                { __LINE__, "Type=path\nPrefix=/", "/etc/passwd", true },
                { __LINE__, "Type=string\nPattern=[a-z]+", "abc", true },
                { __LINE__, "Type=string\nPattern=[a-z]+", "abc1", false },
                { __LINE__, "Type=string\nPattern=a|b", "ab", false },
                { __LINE__, "Type=string\nPattern=.*", "\") exit() println(\"", true },
                { __LINE__, "Type=string\nPattern=.*", "a\nb", false },
                { __LINE__, "Type=string\nPattern=.*", "\xff", false },
                { __LINE__, "Type=string\nPattern=.*\nMaxLength=3", "abc", true },
                { __LINE__, "Type=string\nPattern=.*\nMaxLength=3", "abcd", false },
        };
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                const char *error;
                TEST_CASE("line %d", rows[i].line);
                CatalogScript *s = make(rows[i].settings, &error);
                ASSERT_NOT_NULL(s);
                ASSERT_EQ(argument_accepts(&s->arguments[0], &stranger, rows[i].value), rows[i].accepted);
                catalog_script_free(s);
        }
}

TEST(processes) {
        const char *error;
        CatalogScript *s = make("Type=pid", &error);
        const Argument *a = &s->arguments[0];
        Caller me = { .uid = getuid() };
        char own[16];
        snprintf(own, sizeof(own), "%d", (int) getpid());
        ASSERT(argument_accepts(a, &me, own));
        ASSERT(!argument_accepts(a, &stranger, own));
        ASSERT(argument_accepts(a, &root, "1"));
        ASSERT(!argument_accepts(a, &stranger, "1"));
        ASSERT(!argument_accepts(a, &root, "0"));
        ASSERT(!argument_accepts(a, &root, "-1"));
        ASSERT(!argument_accepts(a, &stranger, "2147483647"));
        ASSERT(!argument_accepts(a, &stranger, "self"));
        catalog_script_free(s);
}

TEST(what_is_allowed_in_words) {
        const struct {
                const char *settings, *text;
        } rows[] = {
                { "Type=integer\nMinimum=0\nMaximum=10", "a number from 0 to 10" },
                { "Type=integer", "a number" },
                { "Type=enum\nValues=read write", "one of: read write" },
                { "Type=pid", "the pid of a process of one's own" },
                { "Type=path\nPrefix=/srv /home", "an absolute path without `..` at or below: /srv /home" },
                { "Type=string\nPattern=[a-z]+\nMaxLength=9", "text of up to 9 bytes that matches [a-z]+" },
        };
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                const char *error;
                char text[256];
                TEST_CASE("%s", rows[i].settings);
                CatalogScript *s = make(rows[i].settings, &error);
                argument_describe(&s->arguments[0], text, sizeof(text));
                ASSERT_STREQ(text, rows[i].text);
                catalog_script_free(s);
        }
}

TEST(what_is_no_argument) {
        const struct {
                const char *settings, *error;
        } rows[] = {
                { "", "the argument has no Type=" },
                { "Type=number", "expected integer, enum, pid, path or string" },
                { "Minimum=1", "Type= stands before this setting" },
                { "Type=pid\nMinimum=1", "an argument of this type has no such setting" },
                { "Type=integer\nMinimum=2\nMaximum=1", "Minimum= is above Maximum=" },
                { "Type=integer\nMinimum=x", "expected a number" },
                { "Type=enum", "an enum needs Values=, a path Prefix=" },
                { "Type=path", "an enum needs Values=, a path Prefix=" },
                { "Type=path\nPrefix=srv", "expected absolute paths without `.`, `..` and empty parts" },
                { "Type=string", "a string needs a Pattern=" },
                { "Type=string\nPattern=(", "expected an extended regular expression, of 500 bytes at most" },
                { "Type=integer\nDefault=x", "the default of a number is a number" },
                { "Type=integer\nDefault=1\nRequired=yes", "what is required has no default" },
                { "Type=integer\nPatern=x", "an argument has no such setting" },
                { "Type=integer\nName=a-b", "expected the name of a global of the script: letters, digits and _" },
                { "Type=integer\n[Argument]\nName=a\nType=pid", "two arguments have this name" },
                { "Type=integer\n[Arguments]", "expected the section [Script] or [Argument]" },
        };
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                const char *error;
                TEST_CASE("%s", rows[i].settings);
                ASSERT_NULL(make(rows[i].settings, &error));
                ASSERT_STREQ(error, rows[i].error);
        }
}
