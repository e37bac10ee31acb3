/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* A script given as text, parsed. Everything goes with the arena. */
#include <stdlib.h>
#include "lang/dump.h"
#include "parse/parse.h"
#include "unit/test.h"

typedef struct {
        Arena *arena;
        Diags diags;
        File *file;
} Parsed;

static const ParseTarget fixture_target = {
        .kernel_v = "6.1.0", .kernel_vr = "6.1.0-56-amd64", .arch = "x86_64", .systemtap_v = "5.6",
        .privilege = "stapdev",
};

static inline Parsed parse_with(const char *text, size_t len, ParseOptions o) {
        Parsed p = { .arena = arena_new((size_t) 1 << 30) };
        diags_init(&p.diags, p.arena);
        o.target = &fixture_target;
        p.file = parse_file(p.arena, &p.diags, source_new(p.arena, "x.stp", text, len), &o);
        return p;
}

static inline Parsed parse_text(const char *text) {
        return parse_with(text, strlen(text), (ParseOptions) { .guru = true });
}

static inline void parsed_done(Parsed *p) {
        p->arena = arena_free(p->arena);
}

/* The code of the only error; "" when there is none, "many" when there are more. */
static inline const char *parsed_error(const Parsed *p) {
        return p->diags.list.n == 0 ? "" :
               p->diags.list.n > 1  ? "many" :
                                      diag_code_name(p->diags.list.items[0]->code);
}

/* Diagnostics as text, in the arena. */
static inline const char *parsed_messages(Parsed *p) {
        Buf out = BUF_INIT;
        diags_render_text(&p->diags, /* color= */ false, &out);
        const char *text = arena_strndup(p->arena, out.data ?: "", out.len);
        buf_done(&out);
        return text;
}

static inline char *parsed_dump(const Parsed *p) {
        Buf out = BUF_INIT;
        dump_file(p->file, &out);
        buf_char(&out, '\0');
        return buf_take(&out);
}

/* The n-th statement of the first probe. */
static inline Stmt *parsed_stmt(const Parsed *p, size_t n) {
        ASSERT(p->file->probes.n > 0);
        StmtBlock *body = stmt_as(Block, p->file->probes.items[0]->body);
        ASSERT(body && n < body->body.n);
        return body->body.items[n];
}

static inline Expr *parsed_expr(const Parsed *p, size_t n) {
        StmtExpr *stmt = stmt_as(Expr, parsed_stmt(p, n));
        ASSERT_NOT_NULL(stmt);
        return stmt->expr;
}

static inline const char *span_text(Arena *a, Span s) {
        return s.file ? arena_strndup(a, s.file->text + s.offset, s.len) : "";
}
