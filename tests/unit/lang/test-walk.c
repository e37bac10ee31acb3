/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lang/dump.h"
#include "lang/walk.h"
#include "parse/parse.h"
#include "unit/test.h"

/* One of each: what a walk must reach is a name n1, n2 ... in the order of the source. */
static const char script[] =
        "probe begin {\n"
        "  n1[n2, n3] = n4(n5) + -n6\n"
        "  n7++ ; n8 ? n9 : n10; [n11, *] in n12; n13 =~ \"re\"\n"
        "  print(n14); @variance(n15[n16], n17); print(@hist_log(n18))\n"
        "  $x->y[n19]$; @cast(n20, \"t\")->f; (n21 + 1)->g; @defined(n22); @entry(n23); @kderef(n24, n25)\n"
        "  { n26 } if (n27) n28 else n29\n"
        "  while (n30) n31\n"
        "  for (n32; n33; n34) n35\n"
        "  foreach (n36 = [n37, n38] in n39[n40, *] limit n41) n42\n"
        "  delete n43[n44]; try { n45 } catch (n46) { n47 }\n"
        "  ; %{ c %} next\n"
        "}\n";
#define LAST_NAME 47

typedef struct {
        Arena *arena;
        Diags diags;
        Stmt *body;
} Tree;

static Tree tree_new(void) {
        Tree t = { .arena = arena_new(1 << 24) };
        diags_init(&t.diags, t.arena);
        ParseOptions o = { .guru = true };
        File *f = parse_file(t.arena, &t.diags, source_new(t.arena, "x", script, strlen(script)), &o);
        ASSERT_EQ(t.diags.n_errors, 0);
        t.body = f->probes.items[0]->body;
        return t;
}

static void tree_done(Tree *t) {
        arena_free(t->arena);
}

typedef struct {
        Visitor visitor;
        Arena *arena;
        unsigned pre, post, stmts_pre, stmts_post, names;
        bool in_order;
} Counter;

static bool count_pre(Visitor *v, Expr **e) {
        Counter *c = (Counter *) v;
        const char *name = expr_as(Name, *e) ? expr_as(Name, *e)->name :
                           expr_as(Call, *e) ? expr_as(Call, *e)->name :
                                               NULL;
        c->pre++;
        if (name && name[0] == 'n')
                c->in_order &= (unsigned) strtoul(name + 1, NULL, 10) == ++c->names;
        return true;
}

static void count_post(Visitor *v, Expr **e) {
        ((Counter *) v)->post++;
}

static bool count_stmt_pre(Visitor *v, Stmt **s) {
        ((Counter *) v)->stmts_pre++;
        return true;
}

static void count_stmt_post(Visitor *v, Stmt **s) {
        ((Counter *) v)->stmts_post++;
}

TEST(walk_reaches_everything) {
        Tree t = tree_new();
        Counter c = { { count_pre, count_post, count_stmt_pre, count_stmt_post }, .in_order = true };
        walk_stmt(&c.visitor, &t.body);
        ASSERT_EQ(c.names, LAST_NAME);
        ASSERT(c.in_order);
        ASSERT_EQ(c.pre, c.post);
        ASSERT_EQ(c.stmts_pre, c.stmts_post);
        tree_done(&t);
}

static bool refuse(Visitor *v, Expr **e) {
        ((Counter *) v)->pre++;
        return false;
}

TEST(pre_leaves_out) {
        Tree t = tree_new();
        Counter c = { { .expr_pre = refuse, .expr_post = count_post } };
        Expr *sum = stmt_as(Expr, stmt_as(Block, t.body)->body.items[0])->expr;
        walk_expr(&c.visitor, &sum);
        ASSERT_EQ(c.pre, 1);
        ASSERT_EQ(c.post, 0);
        Expr *none = NULL;
        walk_expr(&c.visitor, &none);
        ASSERT_EQ(c.pre, 1);
        tree_done(&t);
}

/* Every name becomes a number, bottom up. */
static void replace(Visitor *v, Expr **e) {
        Counter *c = (Counter *) v;
        if ((*e)->kind != EXPR_NAME)
                return;
        ExprNumber *number = expr_new(c->arena, Number, (*e)->span);
        number->value = ++c->names;
        *e = &number->base;
}

TEST(post_replaces) {
        Tree t = tree_new();
        Counter c = { { .expr_post = replace }, .arena = t.arena };
        Expr *assign = stmt_as(Expr, stmt_as(Block, t.body)->body.items[0])->expr;
        walk_expr(&c.visitor, &assign);
        Buf out = BUF_INIT;
        dump_expr(assign, &out);
        ASSERT_STREQ(out.data, "1[2, 3] = n4(4) + (-5)");
        buf_done(&out);
        tree_done(&t);
}

static char *dump(const Stmt *s) {
        Buf out = BUF_INIT;
        dump_stmt(s, /* indent= */ 0, &out);
        return buf_take(&out);
}

static void scribble(Visitor *v, Expr **e) {
        ExprName *name = expr_as(Name, *e);
        ExprIndex *index = expr_as(Index, *e);
        if (name)
                name->name = "scribbled";
        if (index)
                vec_push(((Counter *) v)->arena, &index->keys, index->array);
}

/* A copy looks the same, and what is done to it does not reach the original. */
TEST(copy_is_deep) {
        Tree t = tree_new();
        char *before = dump(t.body);
        Stmt *copy = stmt_copy(t.arena, t.body);
        char *copied = dump(copy);
        ASSERT_STREQ(copied, before);
        Counter c = { { .expr_post = scribble }, .arena = t.arena };
        walk_stmt(&c.visitor, &copy);
        char *after = dump(t.body), *changed = dump(copy);
        ASSERT_STREQ(after, before);
        ASSERT(strcmp(changed, before) != 0);
        free(before);
        free(copied);
        free(after);
        free(changed);
        ASSERT_NULL(expr_copy(t.arena, NULL));
        ASSERT_NULL(stmt_copy(t.arena, NULL));
        tree_done(&t);
}

static void check_chain(Visitor *v, Expr **e) {
        const Expansion *chain = (*e)->span.expansion;
        ASSERT_NOT_NULL(chain);
        while (chain->from.expansion)
                chain = chain->from.expansion;
        ASSERT_STREQ(chain->what, "alias a.b");
        ((Counter *) v)->post++;
}

/* The reason of the copy is the outermost link, also behind a macro. */
TEST(copy_lengthens_chains) {
        static const char text[] = "@define m %( inner + 1 %)\nprobe begin { x = @m; $y->z }";
        Arena *a = arena_new(1 << 24);
        Diags d;
        diags_init(&d, a);
        ParseOptions o = {};
        File *f = parse_file(a, &d, source_new(a, "x", text, strlen(text)), &o);
        ASSERT_EQ(d.n_errors, 0);
        Expansion why = { .what = "alias a.b" };
        Stmt *copy = stmt_copy_expanded(a, f->probes.items[0]->body, &why);
        Counter c = { { .expr_post = check_chain } };
        walk_stmt(&c.visitor, &copy);
        ASSERT_EQ(c.post, 6);
        ExprAssign *assign = expr_as(Assign, stmt_as(Expr, stmt_as(Block, copy)->body.items[0])->expr);
        const Expansion *chain = expr_as(Binary, assign->value)->left->span.expansion;
        ASSERT_STREQ(chain->what, "macro @m");
        ASSERT(chain->from.expansion == &why);
        ASSERT(assign->target->span.expansion == &why);
        arena_free(a);
}
