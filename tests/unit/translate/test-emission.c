/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What no script without a kernel leads to: target variables, saved values; and the shape of the C. */
#include "script.h"

static Expr *number(Arena *a, int64_t n) {
        ExprNumber *e = expr_new(a, Number, SPAN_NONE);
        e->value = n;
        e->base.type = TYPE_LONG;
        return &e->base;
}

static Expr *context(Arena *a, ContextSource source, unsigned index, unsigned size, bool is_signed) {
        ExprContext *e = expr_new(a, Context, SPAN_NONE);
        e->source = source, e->index = index, e->size = size, e->is_signed = is_signed;
        e->base.type = TYPE_LONG;
        return &e->base;
}

static Expr *load(Arena *a, Expr *address, unsigned size, bool is_signed, AddressSpace space) {
        ExprLoad *e = expr_new(a, Load, SPAN_NONE);
        e->address = address, e->size = size, e->is_signed = is_signed, e->space = space;
        e->base.type = TYPE_LONG;
        return &e->base;
}

static Stmt *assign(Arena *a, Var *v, Expr *value) {
        StmtExpr *s = stmt_new(a, Expr, SPAN_NONE);
        ExprAssign *x = expr_new(a, Assign, SPAN_NONE);
        ExprName *n = expr_new(a, Name, SPAN_NONE);
        n->name = v->name, n->var = v;
        n->base.type = x->base.type = v->type;
        x->op = OP_NONE, x->target = &n->base, x->value = value;
        s->expr = &x->base;
        return &s->base;
}

static Var *variable(Arena *a, VarKind kind, const char *name, Type type) {
        Var *v = arena_new0(a, Var);
        *v = (Var) {.kind = kind, .name = name, .type = type};
        return v;
}

static Probe *probe(Translated *t, enum stp_attach kind, Stmt *body) {
        Probe *p = arena_new0(t->arena, Probe);
        *p = (Probe) {.id = t->program->probes.n, .point = "p", .written = "w", .body = body};
        p->attach = (ProbeAttach) {.kind = kind, .symbol = "some_function"};
        vec_push(t->arena, &t->program->probes, p);
        return p;
}

static void program_begin(Translated *t) {
        translated_init(t);
        t->program = arena_new0(t->arena, Program);
        t->program->arena = t->arena;
}

TEST(contexts_are_cut_to_their_size) {
        static const struct {
                ContextSource source;
                unsigned size;
                bool is_signed;
                const char *code;
        } cases[] = {
                {CONTEXT_ARG, 8, true, "((s64)stp_function_arg(c, 2))"},
                {CONTEXT_ARG, 4, true, "((s64)(s32)stp_function_arg(c, 2))"},
                {CONTEXT_ARG, 4, false, "((s64)(u32)stp_function_arg(c, 2))"},
                {CONTEXT_SYSCALL_ARG, 2, false, "((s64)(u16)stp_syscall_arg(c, 2))"},
                {CONTEXT_TRACE_ARG, 1, true, "((s64)(s8)stp_trace_arg(c, 2))"},
                {CONTEXT_RETURN, 4, true, "((s64)(s32)c->result)"},
                {CONTEXT_REGS, 8, false, "((s64)(unsigned long)c->regs)"},
                {CONTEXT_SAVED, 8, true, "((s64)c->saved[2])"},
        };
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                Translated t;
                program_begin(&t);
                TEST_CASE("%s", cases[i].code);
                Var *v = variable(t.arena, VAR_LOCAL, "x", TYPE_LONG);
                probe(&t, STP_FUNCTION,
                      assign(t.arena, v,
                             context(t.arena, cases[i].source, 2, cases[i].size, cases[i].is_signed)));
                program_translate(&t);
                ASSERT(code_has(&t, arena_printf(t.arena, "l_x = %s;", cases[i].code)));
                translated_done(&t);
        }
}

TEST(handlers_of_unprivileged_scripts_ask_whose_process_it_is) {
        for (int own = 0; own < 2; own++) {
                Translated t;
                program_begin(&t);
                TEST_CASE("own processes: %d", own);
                static const enum stp_attach kinds[] = { STP_SYSCALL, STP_SYSCALL_RETURN, STP_TIMER, STP_BEGIN };
                for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
                        Var *v = variable(t.arena, VAR_LOCAL, "x", TYPE_LONG);
                        probe(&t, kinds[i],
                              assign(t.arena, v, context(t.arena, CONTEXT_SAVED, (unsigned) i, 8, false)));
                }
                ASSERT_OK(translate(t.program, &(TranslateOptions) {.module = "stap_t", .own_processes = own}, &t.diags,
                                    t.manifest, &t.code));
                unsigned asked = 0, flagged = 0;
                for (const char *at = t.code.data; (at = strstr(at, "if (!stp_is_own(c))\n\t\tgoto out;"));
                     at++)
                        asked++;
                for (const char *at = t.code.data; (at = strstr(at, ".flags = STP_PROBE_OWN,")); at++)
                        flagged++;
                ASSERT_EQ(asked, own ? 4 : 0); /* whether it matters is the probe's to say */
                ASSERT_EQ(flagged, own ? 2 : 0);
                translated_done(&t);
        }
}

TEST(loads_are_checked) {
        Translated t;
        program_begin(&t);
        Var *v = variable(t.arena, VAR_LOCAL, "x", TYPE_LONG);
        Expr *inner = load(t.arena, context(t.arena, CONTEXT_ARG, 0, 8, false), 8, false, SPACE_KERNEL);
        probe(&t, STP_FUNCTION, assign(t.arena, v, load(t.arena, inner, 4, true, SPACE_USER)));
        program_translate(&t);
        ASSERT(code_has(&t, "s64 t1 = stp_load_kernel(c, ((s64)stp_function_arg(c, 0)), 8, false, "));
        ASSERT(code_has(&t, "s64 t2 = stp_load_user(c, t1, 4, true, "));
        ASSERT(code_has(&t, "if (stp_failed(c))\n\t\tgoto out;\n\tl_x = t2;"));
        translated_done(&t);
}

TEST(returns_save_longs_and_strings_apart) {
        Translated t;
        program_begin(&t);
        Var *v = variable(t.arena, VAR_LOCAL, "x", TYPE_LONG),
            *s = variable(t.arena, VAR_LOCAL, "s", TYPE_STRING);
        StmtBlock *b = stmt_new(t.arena, Block, SPAN_NONE);
        Expr *text = context(t.arena, CONTEXT_SAVED, 1, 8, false);
        text->type = TYPE_STRING;
        vec_push(t.arena, &b->body, assign(t.arena, v, context(t.arena, CONTEXT_SAVED, 2, 8, true)));
        vec_push(t.arena, &b->body, assign(t.arena, s, text));
        Probe *p = probe(&t, STP_FUNCTION_RETURN, &b->base);
        ExprString *literal = expr_new(t.arena, String, SPAN_NONE);
        literal->value = "entry";
        literal->base.type = TYPE_STRING;
        vec_push(t.arena, &p->saved, context(t.arena, CONTEXT_ARG, 0, 8, true));
        vec_push(t.arena, &p->saved, &literal->base);
        vec_push(t.arena, &p->saved, number(t.arena, 77));
        program_translate(&t);
        ASSERT(code_has(&t, "c->saved[0] = ((s64)stp_function_arg(c, 0));"));
        ASSERT(code_has(&t, "stp_str_copy((char *)&c->saved[1], \"entry\", 8);"));
        ASSERT(code_has(&t, "c->saved[2] = 77LL;"));
        ASSERT(code_has(&t, "l_x = ((s64)c->saved[2]);"));
        ASSERT(code_has(&t, "(const char *)&c->saved[1]"));
        ASSERT(code_has(&t, ".saved = 3,"));
        ASSERT(code_has(&t, ".entry = entry_0,"));
        translated_done(&t);
}

/* n strings of any length, read from a slot so that nothing says how long they are. */
static void translate_with_saved_strings(Translated *t, unsigned n) {
        program_begin(t);
        Probe *p = probe(t, STP_FUNCTION_RETURN, &stmt_new(t->arena, Block, SPAN_NONE)->base);
        for (unsigned i = 0; i < n; i++) {
                Expr *text = context(t->arena, CONTEXT_SAVED, 0, 8, false);
                text->type = TYPE_STRING;
                vec_push(t->arena, &p->saved, text);
        }
        program_translate(t);
}

TEST(more_saved_strings_than_fit_are_refused) {
        Translated t;
        translate_with_saved_strings(&t, 7);
        ASSERT_EQ(t.diags.n_errors, 0);
        ASSERT(code_has(&t, ".saved = 0 + 7 * STP_STRING_SLOTS,"));
        translated_done(&t);
        translate_with_saved_strings(&t, 8);
        ASSERT_EQ(t.diags.n_errors, 1);
        ASSERT_EQ(t.diags.list.items[0]->code, DIAG_E0507);
        translated_done(&t);
}

TEST(probes_that_share_a_body_share_the_function) {
        Translated t;
        program_begin(&t);
        Var *v = variable(t.arena, VAR_LOCAL, "x", TYPE_LONG);
        Stmt *body = assign(t.arena, v, number(t.arena, 1));
        for (unsigned i = 0; i < 3; i++)
                probe(&t, STP_FUNCTION, body);
        program_translate(&t);
        ASSERT(code_has(&t, "static STP_HANDLER void probe_0("));
        ASSERT(!code_has(&t, "static STP_HANDLER void probe_1(") &&
               !code_has(&t, "static STP_HANDLER void probe_2("));
        ASSERT(code_has(&t, ".id = 2, .handler = probe_0,"));
        ASSERT_EQ(t.manifest->n_probes, 3);
        translated_done(&t);
}

TEST(rows_say_how_to_attach) {
        Translated t;
        program_begin(&t);
        Probe *p = probe(&t, STP_FUNCTION, assign(t.arena, variable(t.arena, VAR_LOCAL, "x", TYPE_LONG),
                                                  number(t.arena, 1)));
        p->point = "kernel.function(\"a\\b\")";
        p->function = "a";
        p->attach.address = 0xffffffff81000000;
        p->attach.needs_regs = p->attach.may_fail = true;
        program_translate(&t);
        ASSERT(code_has(&t, ".kind = STP_FUNCTION, .id = 0,"));
        ASSERT(code_has(&t, ".point = \"kernel.function(\\\"a\\\\b\\\")\", .written = \"w\", .function = \"a\","));
        ASSERT(code_has(&t, ".symbol = \"some_function\", .address = (s64)18446744071578845184ULL,"));
        ASSERT(code_has(&t, ".flags = STP_PROBE_REGS | STP_PROBE_OPTIONAL,"));
        translated_done(&t);
}

TEST(nothing_of_a_script_can_leave_a_comment_or_a_literal) {
        Translated t;
        program_begin(&t);
        Probe *p = probe(&t, STP_FUNCTION, assign(t.arena, variable(t.arena, VAR_LOCAL, "x", TYPE_LONG),
                                                  number(t.arena, 1)));
        p->written = "a */ int evil; /*\n\"";
        program_translate(&t);
        ASSERT(code_has(&t, "/* a _/ int evil; _*_\" at "));
        ASSERT(code_has(&t, ".written = \"a */ int evil; /*\\n\\\"\","));
        translated_done(&t);
}

TEST(many_locals_go_into_the_frame) {
        Translated t;
        Buf script = BUF_INIT;
        buf_str(&script, "global g probe timer.s(1) { ");
        for (int i = 0; i < 40; i++)
                buf_printf(&script, "v%d = g + %d ", i, i);
        buf_str(&script, "g = 0");
        for (int i = 0; i < 40; i++)
                buf_printf(&script, " + v%d", i);
        buf_str(&script, " }");
        translated_init(&t);
        script_elaborate(&t, script.data);
        program_translate(&t);
        ASSERT(code_has(&t, "\n\ts64 l_v0 = 0;"));
        ASSERT(!code_has(&t, "\n\ts64 l_v39 = 0;"));
        ASSERT(code_has(&t, "f->l_v39 = 0;"));
        buf_done(&script);
        translated_done(&t);
}

TEST(chains_of_calls_are_bounded) {
        Translated t;
        Buf script = BUF_INIT;
        for (int i = 0; i < 60; i++)
                buf_printf(&script, "function f%d(n) { return f%d(n) + 1 }\n", i, i + 1);
        buf_str(&script, "function f60(n) { return n } probe begin { println(f0(1)) }");
        translated_init(&t);
        script_elaborate(&t, script.data);
        ASSERT_OK(translate(t.program, &(TranslateOptions) {.module = "stap_t"}, &t.diags, t.manifest, &t.code));
        ASSERT(t.diags.n_errors > 0);
        ASSERT_EQ(t.diags.list.items[0]->code, DIAG_E0502);
        buf_done(&script);
        translated_done(&t);
}

TEST(a_full_buffer_is_an_error) {
        Translated t;
        translated_init(&t);
        script_elaborate(&t, "probe begin { println(1) }");
        t.code.limit = 200;
        ASSERT_ERROR(translate(t.program, &(TranslateOptions) {.module = "stap_t"}, &t.diags, t.manifest, &t.code),
                     -ENOMEM);
        translated_done(&t);
}
