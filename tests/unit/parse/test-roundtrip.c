/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Scripts made at random from the grammar, without parentheses, so that precedence has to decide: each
 * parses, and its dump parses to a tree that dumps the same.
 */
#include "fixture.h"

#define SCRIPTS 2000

static uint64_t seed;

static unsigned pick(unsigned n) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        return (unsigned) (seed >> 33) % n;
}

#define ONE_OF(...) \
        ((const char *[]) { __VA_ARGS__ }[pick(sizeof((const char *[]) { __VA_ARGS__ }) / sizeof(char *))])

static void add_expr(Buf *b, unsigned depth);

static void add_list(Buf *b, unsigned depth) {
        for (unsigned n = pick(3) + 1; n > 0; n--) {
                add_expr(b, depth);
                buf_str(b, n > 1 ? ", " : "");
        }
}

static void add_target(Buf *b, unsigned depth) {
        buf_str(b, ONE_OF("$x", "$$y", "$return", "@var(\"v@c\")", "@cast(q, \"t\")", "v->f", "f(1)->g"));
        for (unsigned n = pick(4); n > 0; n--)
                if (pick(2)) {
                        buf_str(b, ONE_OF("->a", "->next", "->limit"));
                } else {
                        buf_char(b, '[');
                        add_expr(b, depth);
                        buf_char(b, ']');
                }
        buf_str(b, pick(8) ? "" : ONE_OF("$", "$$"));
}

static void add_primary(Buf *b, unsigned depth) {
        switch (depth ? pick(12) : pick(4)) {
        case 0:
                buf_str(b, ONE_OF("0", "1", "0x7f", "017", "18446744073709551615"));
                break;
        case 1:
                buf_str(b, ONE_OF("\"\"", "\"s\" \"t\"", "\"\\n\\\"\\\\ \\001\"", "\"é\""));
                break;
        case 2:
        case 3:
                buf_str(b, ONE_OF("a", "b", "long_name", "_"));
                break;
        case 4:
                buf_str(b, ONE_OF("g[", "h["));
                add_list(b, depth - 1);
                buf_char(b, ']');
                break;
        case 5:
                buf_str(b, ONE_OF("f(", "print(", "sprintf(\"%d\", ", "printd(\",\", ", "@defined(",
                                  "@entry("));
                add_expr(b, depth - 1);
                buf_char(b, ')');
                break;
        case 6:
        case 7:
                add_target(b, depth - 1);
                break;
        case 8:
                buf_str(b, ONE_OF("[a, 1] in g", "[*, a] in g", "[\"x\"] in h"));
                break;
        case 9:
                buf_str(b,
                        ONE_OF("@count(s)", "@variance(s, 2)", "@avg(s[1])", "@hist_log(s)[3]", "%{ c %}"));
                break;
        default:
                buf_char(b, '(');
                add_expr(b, depth - 1);
                buf_char(b, ')');
        }
}

static void add_expr(Buf *b, unsigned depth) {
        buf_str(b, ONE_OF("", "", "", "-", "!", "~", "+ ", "- -", "!!"));
        if (pick(12) == 0)
                buf_str(b, ONE_OF(" ++a", " --g[1]", "a++", "g[2]--", "&$x->y", "&v[1]"));
        else
                add_primary(b, depth);
        while (depth && pick(3)) {
                buf_str(b, ONE_OF(" + ", " - ", " * ", " / ", " % ", " . ", " << ", " >> ", " >>> ", " & ",
                                  " | ", " ^ ", " && ", " || ", " == ", " != ", " < ", " > ",
                                  " <= ", " >= ", " ? a : ", " in g && ", " =~ \"r\" || ", " !~ \"r\" . "));
                buf_str(b, pick(10) ? "" : ONE_OF("-", "!"));
                add_primary(b, --depth);
        }
}

static void add_stmt(Buf *b, unsigned depth);

/* What a statement is made of: a head, an expression, what closes it, and a statement again. */
static void add_compound(Buf *b, unsigned depth) {
        static const struct {
                const char *head, *close;
        } forms[] = {
                { "if (", ") " },
                { "if (a) ; else if (", ") " },
                { "while (", ") " },
                { "for (; ", "; ) " },
                { "for (a = 1; a; ", ") " },
                { "foreach (k in g limit ", ") " },
                { "foreach (w = [k-, l] in g[*, 1] limit ", ") " },
                { "foreach (k in s @sum+ limit ", ") " },
        };
        unsigned form = pick(ELEMENTSOF(forms));
        buf_str(b, forms[form].head);
        add_expr(b, 2);
        buf_str(b, forms[form].close);
        add_stmt(b, depth);
        if (form < 2 && pick(2)) {
                buf_str(b, "else ");
                add_stmt(b, depth);
        }
}

static void add_stmt(Buf *b, unsigned depth) {
        switch (pick(depth ? 8 : 3)) {
        case 0:
                buf_str(b,
                        ONE_OF("a = ", "g[1, b] += ", "$x->y = ", "s <<< ", "a .= ", "a >>>= ", "a = b = "));
                add_expr(b, 3);
                buf_str(b, ";\n");
                break;
        case 1:
                buf_char(b, '('); /* it may begin with embedded C */
                add_expr(b, 3);
                buf_str(b, ");\n");
                break;
        case 2:
                buf_str(b, ONE_OF("next;\n", "delete g[1, *];\n", "delete a;\n", ";\n", "%{ c; %}\n"));
                break;
        case 3:
                buf_str(b, "{ ");
                for (unsigned n = pick(3); n > 0; n--)
                        add_stmt(b, depth - 1);
                buf_str(b, "}\n");
                break;
        case 4:
                buf_str(b, "try {");
                add_stmt(b, depth - 1);
                buf_str(b, ONE_OF("} catch { ", "} catch (e) { "));
                add_stmt(b, depth - 1);
                buf_str(b, "}\n");
                break;
        default:
                add_compound(b, depth - 1);
        }
}

static void add_script(Buf *b) {
        buf_str(b, ONE_OF("", "global g, h[5]%, i = -1\n", "private s\n",
                          "function f:long(a, b:string):1 { return a }\n"));
        buf_str(b, ONE_OF("probe begin", "probe a.{b(1), c.d(\"x\")}?, *.e** if (a && b)",
                          "probe n = m = x!", "probe n += x"));
        buf_str(b, " {\n");
        for (unsigned n = pick(5); n > 0; n--)
                add_stmt(b, 3);
        buf_str(b, "}\n");
}

TEST(random_scripts) {
        seed = 1;
        for (unsigned i = 0; i < SCRIPTS; i++) {
                Buf b = BUF_INIT;
                add_script(&b);
                TEST_CASE("script %u", i);
                Parsed first = parse_with(b.data, b.len, (ParseOptions) { .guru = true });
                ASSERT_STREQ(parsed_messages(&first), "");
                char *dump = parsed_dump(&first);
                Parsed second = parse_text(dump);
                ASSERT_STREQ(parsed_messages(&second), "");
                char *again = parsed_dump(&second);
                ASSERT_STREQ(again, dump);
                free(dump);
                free(again);
                parsed_done(&first);
                parsed_done(&second);
                buf_done(&b);
        }
}
