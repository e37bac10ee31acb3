/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Diagnostics: kept once, bounded, and shown with the caret in its place. */
#include "base/cleanup.h"
#include "diag/diag.h"
#include "unit/test.h"

TEST(suggestions_are_near) {
        static const char *const names[] = { "write", "read", "log", "$filename", "sched_switch" };
        static const struct {
                const char *name, *expected;
        } rows[] = {
                { "wirte", "write" }, { "wrte", "write" },         { "writee", "write" }, { "$fliename", "$filename" },
                { "foo", NULL },      { "sched_swich", "sched_switch" }, { "unrelated", NULL }, { "", NULL },
        };
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                TEST_CASE("%s", rows[i].name);
                const char *found = diag_suggest(rows[i].name, names, ELEMENTSOF(names));
                if (rows[i].expected)
                        ASSERT_STREQ(found, rows[i].expected);
                else
                        ASSERT_NULL(found);
        }
}

TEST(names_that_never_end_are_not_near) {
        char name[200];
        memset(name, 'a', sizeof(name) - 1);
        name[sizeof(name) - 1] = 0;
        const char *const names[] = { name, "a" };
        ASSERT_NULL(diag_suggest(name + 1, names, 1));
}

TEST(the_same_is_kept_once_and_many_are_counted) {
        _cleanup_(arena_freep) Arena *a = arena_new(1 << 20);
        Diags d;
        diags_init(&d, a);
        SourceFile *f = source_new(a, "x.stp", "one\ntwo\n", 8);
        for (int i = 0; i < 3; i++)
                diag_add(&d, DIAG_E0101, (Span) { f, 4, 3, NULL }, "the same");
        ASSERT_EQ(d.n_errors, 1);
        for (int i = 0; i < 2 * DIAG_MAX_ERRORS; i++)
                diag_add(&d, DIAG_E0101, (Span) { f, 0, 1, NULL }, "number %d", i);
        ASSERT_EQ(d.list.n, DIAG_MAX_ERRORS);
        ASSERT_EQ(d.n_errors, 2 * DIAG_MAX_ERRORS + 1);
        ASSERT(diags_failed(&d));
}

static const char *render(Arena *a, const char *text, size_t len, Span span, Buf *out) {
        Diags d;
        diags_init(&d, a);
        span.file = source_new(a, "x.stp", text, len);
        Diag *diag = diag_add(&d, DIAG_E0101, span, "message");
        diag_note(&d, diag, SPAN_NONE, "note");
        diag_hint(&d, diag, "hint");
        diags_render_text(&d, false, out);
        return out->data;
}

TEST(the_house_form) {
        _cleanup_(arena_freep) Arena *a = arena_new(1 << 20);
        _cleanup_(buf_done) Buf out = BUF_INIT;
        static const char text[] = "probe begin {\n\tfoo\n}\n";
        ASSERT_STREQ(render(a, text, strlen(text), (Span) { .offset = 15, .len = 3 }, &out),
                     "error[E0101]: message\n"
                     "  --> x.stp:2:2\n"
                     "     |\n"
                     "   2 |  foo\n"
                     "     |  ^^^\n"
                     "     = note: note\n"
                     "     = hint: hint\n");
}

TEST(bytes_for_a_terminal_are_not_passed_on) {
        _cleanup_(arena_freep) Arena *a = arena_new(1 << 20);
        _cleanup_(buf_done) Buf out = BUF_INIT;
        static const char text[] = "a\033[2Jb\0c";
        const char *shown = render(a, text, sizeof(text) - 1, (Span) { .offset = 0, .len = 1 }, &out);
        ASSERT_NULL(strchr(shown, '\033'));
        ASSERT(strstr(shown, "a?[2Jb?c"));
}

TEST(a_long_line_is_cut_around_the_caret) {
        _cleanup_(arena_freep) Arena *a = arena_new(1 << 20);
        _cleanup_(buf_done) Buf out = BUF_INIT;
        static char text[100000];
        memset(text, 'x', sizeof(text));
        text[50000] = 'Y';
        const char *shown = render(a, text, sizeof(text), (Span) { .offset = 50000, .len = 40000 }, &out);
        ASSERT(strlen(shown) < 2000);
        ASSERT(strstr(shown, "xYx"));
}

/* Of UTF-8; and the line's end may be that of DOS. */
TEST(carets_stand_under_characters) {
        _cleanup_(arena_freep) Arena *a = arena_new(1 << 20);
        _cleanup_(buf_done) Buf out = BUF_INIT;
        static const char text[] = "x = \"h\303\251\" . \303\274y\r\n";
        ASSERT_STREQ(render(a, text, strlen(text), (Span) { .offset = 12, .len = 3 }, &out),
                     "error[E0101]: message\n"
                     "  --> x.stp:1:13\n"
                     "     |\n"
                     "   1 | x = \"h\303\251\" . \303\274y\n"
                     "     |            ^^\n"
                     "     = note: note\n"
                     "     = hint: hint\n");
}

TEST(codes_can_be_explained) {
        for (DiagCode c = DIAG_NONE + 1; c < _DIAG_CODE_MAX; c++) {
                TEST_CASE("%s", diag_code_name(c));
                ASSERT_EQ(diag_code_find(diag_code_name(c)), c);
                ASSERT(*diag_code_title(c));
                ASSERT(strlen(diag_code_explanation(c)) > 20);
        }
        ASSERT_EQ(diag_code_find("e0101"), DIAG_E0101);
        ASSERT_EQ(diag_code_find("E9999"), DIAG_NONE);
}
