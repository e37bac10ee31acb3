/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pretty printing: $x$ shows a structure's members, {.a=1, .b={...}}, and $x$$ those of the structures in it
 * too; pointers are shown as such, but for what the variable itself points to, and char pointers and arrays
 * as strings. Each structure gets a function of its own, pretty(address), shared by all places that want the
 * same type, because its reads may fault: then it says ERROR and the handler goes on.
 */
#include "elaborate/target.h"
#include "elaborate/scope.h"
#include "base/buf.h"

#define PRETTY_MAX_VALUES 96   /* of one text */
#define PRETTY_MAX_ELEMENTS 8  /* of an array */
#define PRETTY_MAX_DEPTH 8

typedef struct {
        Elab *e;
        Span span;
        Buf *format;
        ExprVec *args;
        unsigned depth;  /* as written: 1 or 2 */
        unsigned level;  /* of structures, so far */
} Pretty;

static void add_value(Pretty *p, const Location *at);

static void add_arg(Pretty *p, const char *conversion, Expr *value) {
        buf_str(p->format, conversion);
        vec_push(p->e->arena, p->args, value);
}

/* ------------------------------------------------------------------ strings */

/* quoted(address): a function of the tapsets that shows even what cannot be read; NULL: none. */
static Expr *quoted_string(Pretty *p, Expr *address, AddressSpace space) {
        static const char *const names[][2] = {
                [SPACE_KERNEL] = { "kernel_or_user_string_quoted", "kernel_string_quoted" },
                [SPACE_USER] = { "user_string_quoted", "kernel_or_user_string_quoted" },
        };
        for (size_t i = 0; i < 2; i++) {
                Function *f = link_library_function(p->e, names[space][i], 1);
                if (!f)
                        continue;
                ExprCall *call = expr_as(Call, make_call(p->e, p->span, f));
                vec_push(p->e->arena, &call->args, address);
                return &call->base;
        }
        return NULL;
}

static bool add_string(Pretty *p, Expr *address, AddressSpace space) {
        Expr *text = quoted_string(p, address, space);
        if (text)
                add_arg(p, "%s", text);
        return text != NULL;
}

/* ------------------------------------------------------------------ structures and arrays */

static void add_members(Pretty *p, const Location *at, bool *first) {
        Member m;
        for (unsigned i = 0; type_member(at->type, i, &m); i++) {
                Location member = *at;
                member.address = expr_copy(p->e->arena, at->address);
                location_member(p->e, &member, &m, p->span);
                TypeKind kind = m.type ? type_kind(m.type) : KIND_VOID;
                bool anonymous = !m.name || !m.name[0];
                if (anonymous && (kind == KIND_STRUCT || kind == KIND_UNION)) {
                        add_members(p, &member, first);
                        continue;
                }
                if (anonymous)
                        continue;
                if (p->args->n >= PRETTY_MAX_VALUES) {
                        buf_str(p->format, ", ...");
                        return;
                }
                buf_printf(p->format, "%s.%s=", *first ? "" : ", ", m.name);
                *first = false;
                add_value(p, &member);
        }
}

static void add_struct(Pretty *p, const Location *at) {
        if (p->level >= (p->depth > 1 ? PRETTY_MAX_DEPTH : 1)) {
                buf_str(p->format, "{...}");
                return;
        }
        bool first = true;
        p->level++;
        buf_char(p->format, '{');
        add_members(p, at, &first);
        buf_char(p->format, '}');
        p->level--;
}

static void add_array(Pretty *p, const Location *at) {
        const TypeRef *element = type_target(at->type);
        if (element && type_is_char(element) && add_string(p, at->address, at->space))
                return;
        if (p->depth < 2 || !element || type_size(element) == 0) {
                buf_str(p->format, "[...]");
                return;
        }
        uint64_t n = type_count(at->type);
        buf_char(p->format, '[');
        uint64_t shown = MIN2(n, (uint64_t) PRETTY_MAX_ELEMENTS);
        for (uint64_t i = 0; i < shown && p->args->n < PRETTY_MAX_VALUES; i++) {
                Location one = *at;
                one.address = expr_copy(p->e->arena, at->address);
                buf_str(p->format, i ? ", " : "");
                if (location_element(p->e, &one, make_number(p->e, p->span, (int64_t) i), p->span))
                        add_value(p, &one);
        }
        buf_str(p->format, n > PRETTY_MAX_ELEMENTS ? ", ...]" : "]");
}

static void add_value(Pretty *p, const Location *at) {
        TypeKind kind = at->type ? type_kind(at->type) : KIND_INT;
        if (at->address && (kind == KIND_STRUCT || kind == KIND_UNION)) {
                add_struct(p, at);
                return;
        }
        if (at->address && kind == KIND_ARRAY) {
                add_array(p, at);
                return;
        }
        bool readable = at->value || kind == KIND_INT || kind == KIND_ENUM || kind == KIND_POINTER;
        if (!readable || (!at->value && type_size(at->type) == 0)) {
                buf_char(p->format, '?');
                return;
        }
        Expr *value = location_read(p->e, at, p->span);
        bool text = kind == KIND_POINTER && type_target(at->type) && type_is_char(type_target(at->type));
        if (text && add_string(p, value, type_is_user_pointer(at->type) ? SPACE_USER : at->space))
                return;
        add_arg(p, kind == KIND_POINTER ? "%#x" : !at->type || type_is_signed(at->type) ? "%i" : "%u",
                value);
}

/* ------------------------------------------------------------------ the function of a structure */

static Stmt *make_return(Elab *e, Span span, Expr *value) {
        StmtReturn *r = stmt_new(e->arena, Return, span);
        r->value = value;
        return &r->base;
}

static Function *make_function(Elab *e, const TypeRef *type, AddressSpace space, unsigned depth, Span span) {
        Function *f = link_new_function(e);
        f->name = arena_printf(e->arena, "__pretty_%u", e->n_pretty++);
        f->span = f->name_span = span;
        f->from_library = true;
        f->result = TYPE_STRING;
        Var *address = scope_new_var(e, VAR_PARAMETER, "address", span);
        address->type = TYPE_LONG;
        vec_push(e->arena, &f->params, address);

        _cleanup_(buf_done) Buf format = BUF_INIT;
        ExprPrint *text = make_sprintf(e, span);
        Pretty p = { .e = e, .span = span, .format = &format, .args = &text->args, .depth = depth };
        Location at = { .type = type, .address = make_name(e, span, address), .space = space };
        add_value(&p, &at);
        text->format = arena_strdup(e->arena, format.data ?: "");

        StmtTry *body = stmt_new(e->arena, Try, span);
        body->body = make_return(e, span, &text->base);
        body->handler = make_return(e, span, make_string(e, span, "ERROR"));
        f->body = &body->base;
        link_add_function(e, f)->returns_value = true;
        return f;
}

static Function *function_for(Elab *e, const TypeRef *type, AddressSpace space, unsigned depth, Span span) {
        const char *key = arena_printf(e->arena, "%p %d %u", (const void *) type, space, depth);
        Function *f = strmap_get(&e->pretty, key);
        if (!f) {
                f = make_function(e, type, space, depth, span);
                if (!e->asking)
                        strmap_put(e->arena, &e->pretty, key, f);
        }
        return f;
}

/* ------------------------------------------------------------------ the variable itself */

static bool is_aggregate(const TypeRef *t) {
        TypeKind kind = t ? type_kind(t) : KIND_VOID;
        return kind == KIND_STRUCT || kind == KIND_UNION;
}

void pretty_add(Elab *e, const Location *l, unsigned depth, Span span, Buf *format, ExprVec *args) {
        Location at = *l;
        if (at.type && type_kind(at.type) == KIND_POINTER && is_aggregate(type_target(at.type)))
                location_dereference(e, &at, span);
        Pretty p = { .e = e, .span = span, .format = format, .args = args, .depth = depth };
        if (!at.address || !is_aggregate(at.type)) {
                add_value(&p, &at);
                return;
        }
        ExprCall *call = expr_as(Call, make_call(e, span, function_for(e, at.type, at.space, depth, span)));
        vec_push(e->arena, &call->args, at.address);
        add_arg(&p, "%s", &call->base);
}

Expr *pretty_expr(Elab *e, const Location *l, unsigned depth, Span span) {
        _cleanup_(buf_done) Buf format = BUF_INIT;
        ExprPrint *p = make_sprintf(e, span);
        pretty_add(e, l, depth, span, &format, &p->args);
        if (format.data && strcmp(format.data, "%s") == 0)
                return p->args.items[0];
        p->format = arena_strdup(e->arena, format.data ?: "");
        return &p->base;
}
