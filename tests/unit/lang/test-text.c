/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lang/ast.h"
#include "lang/text.h"
#include "unit/test.h"

TEST(utf8) {
        static const struct {
                const char *bytes;
                size_t len;
                unsigned want;
        } cases[] = {
                { "a", 1, 1 },
                { "\x7f", 1, 1 },
                { "\xc3\xa9", 2, 2 },
                { "\xe6\xbc\xa2", 3, 3 },
                { "\xf0\x9f\x98\x80", 4, 4 },
                { "\xf4\x8f\xbf\xbf", 4, 4 },
                { "", 0, 0 },
                { "\x80", 1, 0 },                 /* a continuation alone */
                { "\xc3", 1, 0 },                 /* cut */
                { "\xc3\x28", 2, 0 },             /* no continuation */
                { "\xc0\xaf", 2, 0 },             /* overlong */
                { "\xe0\x80\xaf", 3, 0 },         /* overlong */
                { "\xed\xa0\x80", 3, 0 },         /* a surrogate */
                { "\xf4\x90\x80\x80", 4, 0 },     /* above U+10FFFF */
                { "\xf8\x88\x80\x80\x80", 5, 0 }, /* five bytes */
                { "\xff", 1, 0 },
        };
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                TEST_CASE("%zu", i);
                ASSERT_EQ(utf8_char_len(cases[i].bytes, cases[i].len), cases[i].want);
        }
        ASSERT(utf8_is_valid("a\xc3\xa9z", 4));
        ASSERT(!utf8_is_valid("a\xc3\xa9\xff", 4));
}

TEST(quoting) {
        Arena *a = arena_new(1 << 20);
        ASSERT_STREQ(text_quote(a, ""), "\"\"");
        ASSERT_STREQ(text_quote(a, "a\"b\\c"), "\"a\\\"b\\\\c\"");
        ASSERT_STREQ(text_quote(a, "\a\b\t\n\v\f\r"), "\"\\a\\b\\t\\n\\v\\f\\r\"");
        ASSERT_STREQ(text_quote(a, "\001" "1\x7f"), "\"\\0011\\177\"");
        ASSERT_STREQ(text_quote(a, "\xc3\xa9"), "\"\xc3\xa9\"");
        ASSERT_STREQ(text_quote(a, "\xc3\xa9\xff"), "\"\\303\\251\\377\"");
        arena_free(a);
}

/* Each enumerator has its text. */
TEST(names) {
        for (OperatorCode op = 0; op < _OP_MAX; op++)
                ASSERT_NOT_NULL(operator_text(op));
        for (StatOp op = 0; op < _STAT_OP_MAX; op++)
                ASSERT_EQ(stat_op_name(op)[0], '@');
        for (Type t = 0; t < _TYPE_MAX; t++)
                ASSERT_NOT_NULL(type_name(t));
        ASSERT_STREQ(operator_text(OP_USHR), ">>>");
        ASSERT_STREQ(stat_op_name(STAT_VARIANCE), "@variance");
}
