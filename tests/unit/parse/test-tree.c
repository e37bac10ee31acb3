/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the dump does not show: spans, flags, names that are equal pointers. */
#include "fixture.h"

TEST(spans) {
        Parsed p = parse_text("probe begin {\n  x = foo(1, \"a\") + $p->q[2]\n  if (a) { b } else c;\n}");
        ASSERT_STREQ(parsed_messages(&p), "");
        ExprAssign *assign = expr_as(Assign, parsed_expr(&p, 0));
        ExprBinary *sum = expr_as(Binary, assign->value);
        ASSERT_STREQ(span_text(p.arena, assign->base.span), "x = foo(1, \"a\") + $p->q[2]");
        ASSERT_STREQ(span_text(p.arena, assign->op_span), "=");
        ASSERT_STREQ(span_text(p.arena, sum->op_span), "+");
        ASSERT_STREQ(span_text(p.arena, sum->left->span), "foo(1, \"a\")");
        ASSERT_STREQ(span_text(p.arena, expr_as(Call, sum->left)->name_span), "foo");
        ExprTarget *target = expr_as(Target, sum->right);
        ASSERT_STREQ(span_text(p.arena, target->base.span), "$p->q[2]");
        ASSERT_EQ(target->path.n, 2);
        ASSERT_STREQ(span_text(p.arena, target->path.items[0].span), "q");
        ASSERT_STREQ(span_text(p.arena, target->path.items[1].span), "[2]");
        ASSERT_STREQ(span_text(p.arena, parsed_stmt(&p, 1)->span), "if (a) { b } else c;");
        ASSERT_STREQ(span_text(p.arena, p.file->probes.items[0]->points.items[0]->span), "begin");
        parsed_done(&p);
}

TEST(pretty_spans) {
        Parsed p = parse_text("probe begin { $x->y$$; v$; $z[1]$ }");
        ASSERT_STREQ(parsed_messages(&p), "");
        ExprTarget *t = expr_as(Target, parsed_expr(&p, 0));
        ASSERT_EQ(t->path.n, 2);
        ASSERT_STREQ(span_text(p.arena, t->path.items[0].span), "y");
        ASSERT_STREQ(span_text(p.arena, t->path.items[1].span), "$$");
        ASSERT_EQ(t->path.items[1].depth, 2);
        t = expr_as(Target, parsed_expr(&p, 1));
        ASSERT_EQ(t->target, TARGET_EXPR);
        ASSERT_STREQ(span_text(p.arena, t->value->span), "v");
        ASSERT_STREQ(span_text(p.arena, t->path.items[0].span), "$");
        ASSERT_STREQ(span_text(p.arena, t->base.span), "v$");
        ASSERT_STREQ(span_text(p.arena, parsed_expr(&p, 2)->span), "$z[1]$");
        parsed_done(&p);
}

/* A chain of macros is told from the innermost place outwards. */
TEST(expansion_chain) {
        Parsed p = parse_text(
                        "@define in(x) %( @x + inner %)\n@define out(y) %( @in(@y) %)\n"
                        "probe begin { @out(arg) }");
        ASSERT_STREQ(parsed_messages(&p), "");
        ExprBinary *sum = expr_as(Binary, parsed_expr(&p, 0));
        ASSERT_NULL(sum->left->span.expansion); /* the argument stands where the user wrote it */
        ASSERT_STREQ(span_place(p.arena, sum->left->span), "x.stp:3:20");
        const Expansion *e = sum->right->span.expansion;
        ASSERT_STREQ(span_place(p.arena, sum->right->span), "x.stp:1:23");
        ASSERT_STREQ(e->what, "macro @in");
        ASSERT_STREQ(span_place(p.arena, e->from), "x.stp:2:19");
        e = e->from.expansion;
        ASSERT_STREQ(e->what, "macro @out");
        ASSERT_STREQ(span_place(p.arena, e->from), "x.stp:3:15");
        ASSERT_NULL(e->from.expansion);
        parsed_done(&p);
}

TEST(literals_have_types) {
        Parsed p = parse_text("global g = -1, s = \"x\"\nprobe a(1).b(\"y\") { 5; \"z\"; x }");
        ASSERT_STREQ(parsed_messages(&p), "");
        ASSERT_EQ(parsed_expr(&p, 0)->type, TYPE_LONG);
        ASSERT_EQ(parsed_expr(&p, 1)->type, TYPE_STRING);
        ASSERT_EQ(parsed_expr(&p, 2)->type, TYPE_UNKNOWN);
        ASSERT_EQ(p.file->globals.items[0]->init->type, TYPE_LONG);
        ASSERT_EQ(p.file->globals.items[1]->init->type, TYPE_STRING);
        ProbePoint *point = p.file->probes.items[0]->points.items[0];
        ASSERT_EQ(point->components.items[0].arg->type, TYPE_LONG);
        ASSERT_EQ(point->components.items[1].arg->type, TYPE_STRING);
        ASSERT_STREQ(probe_point_text(p.arena, point), "a(1).b(\"y\")");
        parsed_done(&p);
}

TEST(names_are_interned) {
        Parsed p = parse_text(
                        "global abc\nfunction abc(abc) { abc }\n"
                        "probe begin { abc; abc(1); abc[2]; $abc->abc }");
        ASSERT_STREQ(parsed_messages(&p), "");
        const char *name = p.file->globals.items[0]->name;
        ASSERT(p.file->functions.items[0]->name == name);
        ASSERT(p.file->functions.items[0]->params.items[0]->name == name);
        ASSERT(expr_as(Name, parsed_expr(&p, 0))->name == name);
        ASSERT(expr_as(Call, parsed_expr(&p, 1))->name == name);
        ASSERT(expr_as(Target, parsed_expr(&p, 3))->path.items[0].member == name);
        parsed_done(&p);
}

TEST(declarations) {
        static const char tapset[] = "private global a[5]%\n";
        Parsed p = parse_with(tapset, strlen(tapset), (ParseOptions) { .is_library = true, .guru = true });
        ASSERT(p.file->is_library);
        Var *a = p.file->globals.items[0];
        ASSERT(a->is_private && a->is_array && a->wraps && a->kind == VAR_GLOBAL);
        ASSERT_EQ(expr_as(Number, a->size_expr)->value, 5);
        parsed_done(&p);

        p = parse_text("function f:string(x:long):2 { return \"\" }\nfunction f(x) %{ c %}\n"
               "probe n = a { } probe m += b { }");
        ASSERT_STREQ(parsed_messages(&p), "");
        Function *f = p.file->functions.items[0], *g = p.file->functions.items[1];
        ASSERT(f->result == TYPE_STRING && f->has_priority && f->priority == 2 && f->order == 0);
        ASSERT(f->params.items[0]->type == TYPE_LONG && f->params.items[0]->kind == VAR_PARAMETER);
        ASSERT(g->result == TYPE_UNKNOWN && !g->has_priority && !g->body && g->order == 1);
        ASSERT_STREQ(g->embedded, " c ");
        AliasDecl *pro = p.file->aliases.items[0], *epi = p.file->aliases.items[1];
        ASSERT(pro->prologue && !pro->epilogue && !pro->epilogue_only);
        ASSERT(!epi->prologue && epi->epilogue && epi->epilogue_only);
        parsed_done(&p);
}

TEST(points) {
        Parsed p = parse_text("probe a.{b,c}?, d! if (x), e { }");
        ASSERT_STREQ(parsed_messages(&p), "");
        ProbePointVec *points = &p.file->probes.items[0]->points;
        ASSERT_EQ(points->n, 4);
        ASSERT(points->items[0]->optional && points->items[1]->optional && !points->items[0]->condition);
        ASSERT(points->items[2]->sufficient && !points->items[2]->optional && points->items[2]->condition);
        ASSERT(!points->items[3]->optional && !points->items[3]->sufficient);
        ASSERT_STREQ(probe_point_text(p.arena, points->items[1]), "a.c");
        parsed_done(&p);
}

TEST(foreach_sorting) {
        static const struct {
                const char *head;
                int direction, column;
                StatOp stat;
                bool has_stat;
        } cases[] = {
                { "k in a", 0, 0, STAT_COUNT, false },
                { "k+ in a", 1, 0, STAT_COUNT, false },
                { "[k, l-] in a", -1, 1, STAT_COUNT, false },
                { "k in a-", -1, FOREACH_SORT_VALUE, STAT_COUNT, false },
                { "v+ = k in a", 1, FOREACH_SORT_VALUE, STAT_COUNT, false },
                { "v = k- in a", -1, 0, STAT_COUNT, false },
                { "v = [k, l] in a @max+", 1, FOREACH_SORT_VALUE, STAT_MAX, true },
        };
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                TEST_CASE("%s", cases[i].head);
                char script[128];
                snprintf(script, sizeof(script), "probe end { foreach (%s limit 3) x }", cases[i].head);
                Parsed p = parse_text(script);
                ASSERT_STREQ(parsed_messages(&p), "");
                StmtForeach *s = stmt_as(Foreach, parsed_stmt(&p, 0));
                ASSERT_EQ(s->sort_direction, cases[i].direction);
                if (s->sort_direction)
                        ASSERT_EQ(s->sort_column, cases[i].column);
                ASSERT_EQ(s->sort_stat, cases[i].stat);
                ASSERT_EQ(s->sort_has_stat, cases[i].has_stat);
                ASSERT_NOT_NULL(s->limit);
                parsed_done(&p);
        }
}

/* Whether a condition holds on the fixture's target. */
TEST(conditions) {
        static const struct {
                const char *condition;
                bool holds;
        } cases[] = {
                { "kernel_v == \"6.1.0\"", true },         { "kernel_v == \"6.1\"", false },
                { "kernel_v == \"6.*\"", true },           { "kernel_v != \"6.?.0\"", false },
                { "kernel_v > \"6.1\"", true },            { "kernel_v < \"6.10\"", true },
                { "kernel_v >= \"2.6.32\"", true },        { "kernel_v <= \"6.1.0\"", true },
                { "kernel_v > \"6.01.0\"", false },        { "kernel_v < \"10\"", true },
                { "kernel_vr >= \"6.1.0-55\"", true },     { "kernel_vr < \"6.1.0-57-amd64\"", true },
                { "systemtap_v >= \"1.8\"", true },        { "systemtap_v < \"4.0\"", false },
                { "arch == \"x86_64\"", true },            { "arch == \"x86*\"", true },
                { "arch != \"i386\"", true },              { "runtime == \"kernel\"", true },
                { "runtime == \"dyninst\"", false },       { "CONFIG_X == \"y\"", false },
                { "CONFIG_X != \"y\"", true },             { "CONFIG_X == 0", true },
                { "guru_mode == 0", true },                { "guru_mode > 0", false },
                { "systemtap_privilege == \"stapusr\"", false },
                { "1 < 2", true },                         { "0x10 == 16", true },
                { "-1 < 0", true },                        { "\"a\" < \"b\"", true },
                { "\"*\" == \"a\"", false },               { "\"a\" == \"*\"", false },
                { "1 == 1 && 1 == 2 || 1 == 1", true },    { "1 == 1 || 1 == 2 && 1 == 2", true },
                { "1 == 2 || 1 == 1 && 1 == 2", false },
        };
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                TEST_CASE("%s", cases[i].condition);
                char script[256];
                snprintf(script, sizeof(script), "probe begin { %%( %s %%? 1 %%: 0 %%) }",
                         cases[i].condition);
                Parsed p = parse_text(script);
                ASSERT_STREQ(parsed_messages(&p), "");
                ASSERT_EQ(expr_as(Number, parsed_expr(&p, 0))->value, cases[i].holds);
                parsed_done(&p);
        }
}

TEST(guru) {
        const char *text = "probe begin { %{ x %} }";
        Parsed p = parse_with(text, strlen(text), (ParseOptions) {});
        ASSERT_STREQ(parsed_error(&p), "E0121");
        ASSERT_NOT_NULL(p.diags.list.items[0]->hint);
        parsed_done(&p);
}

TEST(macro_library) {
        Arena *a = arena_new(1 << 24);
        Diags d;
        diags_init(&d, a);
        MacroLibrary *library = macro_library_new(a);
        ParseOptions o = { .target = &fixture_target };
        static const char one[] = "@define one %( 1 %)", again[] = "@define two %( 2 %) @define one %( 3 %)",
                          wrong[] = "@define three %( 3 %) probe begin { }";
        parse_macros(a, &d, source_new(a, "one.stpm", one, sizeof(one) - 1), &o, library);
        ASSERT_EQ(d.n_errors, 0);
        parse_macros(a, &d, source_new(a, "again.stpm", again, sizeof(again) - 1), &o, library);
        ASSERT_EQ(d.n_errors, 1);
        ASSERT_STREQ(diag_code_name(d.list.items[0]->code), "E0117");
        parse_macros(a, &d, source_new(a, "wrong.stpm", wrong, sizeof(wrong) - 1), &o, library);
        ASSERT_EQ(d.n_errors, 2);
        diags_init(&d, a);
        o.macros = library;
        static const char use[] = "probe begin { @one; @two; @three }";
        File *f = parse_file(a, &d, source_new(a, "x.stp", use, sizeof(use) - 1), &o);
        ASSERT_EQ(d.n_errors, 0);
        StmtBlock *body = stmt_as(Block, f->probes.items[0]->body);
        ASSERT_EQ(expr_as(Number, stmt_as(Expr, body->body.items[0])->expr)->value, 1);
        arena_free(a);
}
