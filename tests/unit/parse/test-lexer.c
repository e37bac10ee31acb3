/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fixture.h"
#include "parse/lexer.h"

/* Every keyword and every operator, alone and between its neighbours, is itself. */
TEST(spellings) {
        static const struct {
                const char *text;
                TokenKind kind;
        } cases[] = {
#define X(kind, text) { text, TOKEN_##kind },
                KEYWORDS(X) PUNCTUATION(X)
#undef X
        };
        Arena *a = arena_new(1 << 24);
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                TEST_CASE("%s", cases[i].text);
                const char *text = arena_printf(a, "x %s y", cases[i].text);
                unsigned budget = 0;
                ParseOptions o = {};
                Lexer l;
                Token t;
                lexer_init(&l, a, source_new(a, "x", text, strlen(text)), &o, &budget);
                lexer_next(&l, &t);
                ASSERT_EQ(t.kind, TOKEN_NAME);
                lexer_next(&l, &t);
                ASSERT_EQ(t.kind, cases[i].kind);
                ASSERT_EQ(t.span.offset, 2);
                ASSERT_EQ(t.span.len, strlen(cases[i].text));
                ASSERT_STREQ(token_kind_text(t.kind), cases[i].text);
                lexer_next(&l, &t);
                ASSERT_STREQ(t.text, "y");
                lexer_next(&l, &t);
                ASSERT_EQ(t.kind, TOKEN_END);
                lexer_next(&l, &t);
                ASSERT_EQ(t.kind, TOKEN_END);
        }
        arena_free(a);
}

/* The kinds of the tokens of a text, as numbers in a string. */
TEST(longest_match) {
        static const struct {
                const char *text;
                TokenKind kinds[8];
        } cases[] = {
                { "a+++b", { TOKEN_NAME, TOKEN_INCREMENT, TOKEN_ADD, TOKEN_NAME } },
                { "a<<<=b", { TOKEN_NAME, TOKEN_STAT_ADD, TOKEN_ASSIGN, TOKEN_NAME } },
                { "a>>>=b", { TOKEN_NAME, TOKEN_USHR_ASSIGN, TOKEN_NAME } },
                { "a<<b<=c<d",
                  { TOKEN_NAME, TOKEN_SHL, TOKEN_NAME, TOKEN_LE, TOKEN_NAME, TOKEN_LT, TOKEN_NAME } },
                { "a->b--", { TOKEN_NAME, TOKEN_ARROW, TOKEN_NAME, TOKEN_DECREMENT } },
                { "%(%?%:%)%", { TOKEN_PP_OPEN, TOKEN_PP_THEN, TOKEN_PP_ELSE, TOKEN_PP_CLOSE, TOKEN_MOD } },
                { "$x$ $$y $ $$", { TOKEN_TARGET, TOKEN_TARGET, TOKEN_DOLLARS, TOKEN_DOLLARS } },
                { "a.b .= 1.c",
                  { TOKEN_NAME, TOKEN_DOT, TOKEN_NAME, TOKEN_CONCAT_ASSIGN, TOKEN_NUMBER, TOKEN_DOT,
                    TOKEN_NAME } },
                { "%{ %) %}%{}%}", { TOKEN_EMBEDDED, TOKEN_EMBEDDED } },
                { "a//b\nc#d\n/*e*/f", { TOKEN_NAME, TOKEN_NAME, TOKEN_NAME } },
                { "\xef\xbb\xbfprobe\r\n", { TOKEN_PROBE } },
        };
        Arena *a = arena_new(1 << 24);
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                TEST_CASE("%s", cases[i].text);
                unsigned budget = 0;
                ParseOptions o = {};
                Lexer l;
                Token t;
                lexer_init(&l, a, source_new(a, "x", cases[i].text, strlen(cases[i].text)), &o, &budget);
                for (size_t k = 0; k == 0 || cases[i].kinds[k - 1] != TOKEN_END; k++) {
                        lexer_next(&l, &t);
                        ASSERT_EQ(t.kind, cases[i].kinds[k]);
                        ASSERT_NULL(t.fault);
                }
        }
        arena_free(a);
}

static int64_t number(const char *text) {
        char script[256];
        snprintf(script, sizeof(script), "probe begin { %s }", text);
        Parsed p = parse_text(script);
        ASSERT_STREQ(parsed_messages(&p), "");
        ExprNumber *e = expr_as(Number, parsed_expr(&p, 0));
        ASSERT_NOT_NULL(e);
        int64_t value = e->value;
        parsed_done(&p);
        return value;
}

TEST(numbers) {
        ASSERT_EQ(number("0"), 0);
        ASSERT_EQ(number("0777"), 511);
        ASSERT_EQ(number("0xdeadBEEF"), 0xdeadbeef);
        ASSERT_EQ(number("9223372036854775807"), INT64_MAX);
        ASSERT_EQ(number("-9223372036854775808"), INT64_MIN);
        ASSERT_EQ(number("18446744073709551615"), -1);
        ASSERT_EQ(number("0xffffffffffffffff"), -1);
        ASSERT_EQ(number("- 5"), -5);
}

static const char *string(const char *literal) {
        static char value[256];
        char script[256];
        snprintf(script, sizeof(script), "probe begin { %s }", literal);
        Parsed p = parse_text(script);
        ASSERT_STREQ(parsed_messages(&p), "");
        ExprString *e = expr_as(String, parsed_expr(&p, 0));
        ASSERT_NOT_NULL(e);
        snprintf(value, sizeof(value), "%s", e->value);
        parsed_done(&p);
        return value;
}

TEST(strings) {
        ASSERT_STREQ(string("\"\""), "");
        ASSERT_STREQ(string("\"\\a\\b\\t\\n\\v\\f\\r\\\\\\\"\""), "\a\b\t\n\v\f\r\\\"");
        ASSERT_STREQ(string("\"\\101\\1012\\18\\x41\\x4a4\\xg\""), "A" "A2" "\001" "8A" "J4xg");
        ASSERT_STREQ(string("\"\\q\\'\""), "q'");
        ASSERT_STREQ(string("\"a\" \"b\" /* c */ \"d\""), "abd");
        ASSERT_STREQ(string("\"# // /* %( $1 @1\""), "# // /* %( $1 @1");
        ASSERT_STREQ(string("\"\xc3\xa9\""), "\xc3\xa9");
        ASSERT_STREQ(string("\"cut\\0off\""), "cut");
}

/* Faults are told only of tokens that the grammar comes to. */
TEST(faults_are_deferred) {
        Parsed p = parse_text("probe begin { %( kernel_v > \"9\" %? ` 08 \"open\n @nothing $7 é %: x %) }");
        ASSERT_STREQ(parsed_messages(&p), "");
        parsed_done(&p);
        p = parse_text("@define never %( ` 08 %)\nprobe begin { x }");
        ASSERT_STREQ(parsed_messages(&p), "");
        parsed_done(&p);
}

/* What an argument brings in points at the place that asked for it. */
TEST(argument_spans) {
        static const char *const args[] = { "a + bc" };
        const char *text = "probe begin {\n  x = $1_d\n}";
        Parsed p = parse_with(text, strlen(text), (ParseOptions) { .args = args, .n_args = 1 });
        ASSERT_STREQ(parsed_messages(&p), "");
        ExprAssign *assign = expr_as(Assign, parsed_expr(&p, 0));
        ExprBinary *sum = expr_as(Binary, assign->value);
        ExprName *name = expr_as(Name, sum->right);
        ASSERT_STREQ(name->name, "bc_d");
        ASSERT_STREQ(name->base.span.file->name, "<argument 1>");
        ASSERT_EQ(name->base.span.offset, 4);
        ASSERT_NOT_NULL(name->base.span.expansion);
        ASSERT_STREQ(name->base.span.expansion->what, "script argument $1");
        ASSERT_STREQ(span_place(p.arena, name->base.span.expansion->from), "x.stp:2:7");
        parsed_done(&p);
}
