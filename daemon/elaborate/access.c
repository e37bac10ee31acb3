/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "elaborate/access.h"
#include "lang/walk.h"

#define MEMBERS_SHOWN 12

Location location_of_value(Expr *value, const TypeRef *type) {
        bool user = type && type_is_user_pointer(type);
        return (Location) { .type = type, .value = value, .space = user ? SPACE_USER : SPACE_KERNEL };
}

static const char *ctype_words(Elab *e, const TypeRef *t) {
        return t ? type_text(e->arena, t) : "long";
}

/* ------------------------------------------------------------------ one step */

/* The address that a pointer holds, or at which an array stands. */
static Expr *base_address(Elab *e, const Location *l, Span span) {
        if (type_kind(l->type) == KIND_ARRAY && l->address)
                return l->address;
        return l->value ?: location_read(e, l, span);
}

static bool points(const TypeRef *t) {
        return t && (type_kind(t) == KIND_POINTER || type_kind(t) == KIND_ARRAY);
}

/* Moves to `offset` bytes from where the pointer or array leads; the type becomes the target's. */
static void go_to(Elab *e, Location *l, Expr *address, Span span) {
        bool user = type_is_user_pointer(l->type) || l->space == SPACE_USER;
        *l = (Location) {
                .type = type_target(l->type),
                .address = address,
                .space = user ? SPACE_USER : SPACE_KERNEL,
        };
}

bool location_dereference(Elab *e, Location *l, Span span) {
        if (!points(l->type)) {
                target_error(e, DIAG_E0234, span, "`%s` is no pointer, and leads nowhere",
                             ctype_words(e, l->type));
                return false;
        }
        go_to(e, l, base_address(e, l, span), span);
        return true;
}

bool location_element(Elab *e, Location *l, Expr *index, Span span) {
        uint64_t size = points(l->type) && type_target(l->type) ? type_size(type_target(l->type)) : 0;
        if (size == 0) {
                target_error(e, DIAG_E0234, span, "`%s` has no elements", ctype_words(e, l->type));
                return false;
        }
        Expr *base = base_address(e, l, span);
        ExprNumber *n = expr_as(Number, index);
        if (n)
                base = make_offset(e, span, base, (int64_t) ((uint64_t) n->value * size));
        else {
                if (size != 1)
                        index = make_binary(e, span, OP_MUL, index, make_number(e, span, (int64_t) size));
                base = make_binary(e, span, OP_ADD, base, index);
        }
        go_to(e, l, base, span);
        return true;
}

bool location_member(Elab *e, Location *l, const Member *m, Span span) {
        l->address = make_offset(e, span, l->address, (int64_t) m->offset);
        l->type = m->type;
        l->bit_offset = m->bit_offset;
        l->bit_size = m->bit_size;
        return true;
}

/* ------------------------------------------------------------------ along the path */

static void member_names(Elab *e, const TypeRef *t, NameVec *ret, unsigned depth) {
        Member m;
        for (unsigned i = 0; depth < 8 && type_member(t, i, &m); i++)
                if (m.name && m.name[0])
                        vec_push(e->arena, ret, m.name);
                else
                        member_names(e, m.type, ret, depth + 1);
}

static void no_member(Elab *e, const TypeRef *t, const Access *a) {
        Diag *d = target_error(e, DIAG_E0233, a->span, "`%s` has no member `%s`", ctype_words(e, t),
                               a->member);
        if (e->quiet || e->forgiving)
                return;
        NameVec names = {};
        member_names(e, t, &names, 0);
        diag_note(e->diags, d, SPAN_NONE, "it has: %s", names_list(e, names.items, names.n, MEMBERS_SHOWN));
        hint_similar(e, d, a->member, names.items, names.n, "");
}

static bool follow_member(Elab *e, Location *l, const Access *a) {
        if (!l->address || points(l->type))
                if (!location_dereference(e, l, a->span))
                        return false;
        TypeKind kind = l->type ? type_kind(l->type) : KIND_VOID;
        Member m;
        if (kind != KIND_STRUCT && kind != KIND_UNION) {
                target_error(e, DIAG_E0234, a->span, "`%s` has no members%s", ctype_words(e, l->type),
                             kind == KIND_OTHER ? ": this kernel's BTF does not describe it" : "");
                return false;
        }
        if (!type_find_member(l->type, a->member, &m)) {
                no_member(e, l->type, a);
                return false;
        }
        return location_member(e, l, &m, a->span);
}

bool location_follow(Elab *e, Location *l, const Access *path, size_t n) {
        for (size_t i = 0; i < n && path[i].kind != ACCESS_PRETTY; i++) {
                const Access *a = &path[i];
                bool ok = a->kind == ACCESS_MEMBER ? follow_member(e, l, a)
                                                   : location_element(e, l, a->index, a->span);
                if (!ok)
                        return false;
        }
        return true;
}

/* ------------------------------------------------------------------ the end of the path */

static Expr *with_ctype(Expr *x, const TypeRef *t) {
        x->ctype = t;
        return x;
}

/* The naturally aligned unit of 1 to 8 bytes that holds a bit-field whole, as compilers lay them out. */
static bool bit_unit(const Location *l, unsigned *ret_byte, unsigned *ret_shift, unsigned *ret_size) {
        for (unsigned size = 1; size <= 8; size *= 2) {
                unsigned byte = l->bit_offset / (8 * size) * size, shift = l->bit_offset - 8 * byte;
                if (shift + l->bit_size <= 8 * size) {
                        *ret_byte = byte;
                        *ret_shift = shift;
                        *ret_size = size;
                        return true;
                }
        }
        return false;
}

static Expr *read_bits(Elab *e, const Location *l, Span span) {
        unsigned byte, shift, size;
        if (!bit_unit(l, &byte, &shift, &size)) {
                target_error(e, DIAG_E0234, span, "this bit-field crosses a word, and cannot be read");
                return make_poison(e, span);
        }
        Expr *x = make_load(e, span, make_offset(e, span, l->address, byte), size, false, l->space);
        if (type_is_signed(l->type)) {
                unsigned up = 64 - shift - l->bit_size;
                x = make_binary(e, span, OP_SHL, x, make_number(e, span, up));
                return make_binary(e, span, OP_SHR, x, make_number(e, span, 64 - l->bit_size));
        }
        if (shift)
                x = make_binary(e, span, OP_USHR, x, make_number(e, span, shift));
        if (l->bit_size == 8 * size || l->bit_size >= 64)
                return x;
        return make_binary(e, span, OP_AND, x, make_number(e, span, (int64_t) ((1ull << l->bit_size) - 1)));
}

static bool is_scalar(const TypeRef *t) {
        TypeKind kind = type_kind(t);
        uint64_t size = type_size(t);
        return (kind == KIND_INT || kind == KIND_ENUM || kind == KIND_POINTER)
               && (size == 1 || size == 2 || size == 4 || size == 8);
}

Expr *location_read(Elab *e, const Location *l, Span span) {
        if (l->value)
                return l->value;
        TypeKind kind = l->type ? type_kind(l->type) : KIND_VOID;
        if (kind == KIND_STRUCT || kind == KIND_UNION)
                return with_ctype(l->address, kernel_pointer_to(e->world->kernel, l->type));
        if (kind == KIND_ARRAY)
                return with_ctype(l->address, l->type);
        if (l->bit_size)
                return with_ctype(read_bits(e, l, span), l->type);
        if (!l->type || !is_scalar(l->type)) {
                target_error(e, DIAG_E0234, span, "a value of type `%s` cannot be read",
                             l->type ? ctype_words(e, l->type) : "void");
                return make_poison(e, span);
        }
        Expr *x = make_load(e, span, l->address, (unsigned) type_size(l->type),
                            kind != KIND_POINTER && type_is_signed(l->type), l->space);
        return with_ctype(x, l->type);
}

Expr *location_address(Elab *e, const Location *l, Span span) {
        if (!l->address || l->bit_size) {
                target_error(e, DIAG_E0236, span, l->bit_size ? "a bit-field has no address"
                                                              : "this is not in memory, and has no address");
                return NULL;
        }
        return with_ctype(l->address, l->type ? kernel_pointer_to(e->world->kernel, l->type) : NULL);
}

static Expr *make_store(Elab *e, Span span, Expr *address, Expr *value, unsigned size, AddressSpace space) {
        ExprStore *s = expr_new(e->arena, Store, span);
        s->address = address;
        s->value = value;
        s->size = size;
        s->space = space;
        s->base.type = TYPE_LONG;
        return &s->base;
}

/* (old & ~mask) | (value << shift & mask) */
static Expr *write_bits(Elab *e, const Location *l, Expr *value, Span span) {
        unsigned byte, shift, size;
        if (!bit_unit(l, &byte, &shift, &size))
                return NULL;
        int64_t mask = (int64_t) ((l->bit_size >= 64 ? ~0ull : (1ull << l->bit_size) - 1) << shift);
        Expr *address = make_offset(e, span, l->address, byte);
        Expr *old = make_load(e, span, expr_copy(e->arena, address), size, false, l->space);
        old = make_binary(e, span, OP_AND, old, make_number(e, span, ~mask));
        value = make_binary(e, span, OP_SHL, value, make_number(e, span, shift));
        value = make_binary(e, span, OP_AND, value, make_number(e, span, mask));
        return make_store(e, span, address, make_binary(e, span, OP_OR, old, value), size, l->space);
}

/* What the function or system call is about to take from its registers, or to give back in one. */
static bool is_writable_context(const Expr *x) {
        const ExprContext *c = expr_as(Context, (Expr *) x);
        return c &&
               (c->source == CONTEXT_RETURN || c->source == CONTEXT_SYSCALL_ARG || c->source == CONTEXT_ARG);
}

static const char *why_not_written(const Location *l) {
        const ExprContext *c = expr_as(Context, l->value);
        if (l->address)
                return "only numbers and pointers can be written";
        if (c && c->source == CONTEXT_SAVED)
                return "the function has returned: its parameters can be written at its entry only";
        return c && c->source == CONTEXT_TRACE_ARG ? "what a tracepoint was given is a copy"
                                                   : "this is not in memory, and cannot be written";
}

Expr *location_write(Elab *e, const Location *l, Expr *value, Span span) {
        Expr *store = NULL;
        if (is_writable_context(l->value))
                store = make_store(e, span, l->value, value, ((ExprContext *) l->value)->size, l->space);
        else if (l->address && l->bit_size)
                store = write_bits(e, l, value, span);
        else if (l->address && l->type && is_scalar(l->type))
                store = make_store(e, span, l->address, value, (unsigned) type_size(l->type), l->space);
        if (!store)
                target_error(e, DIAG_E0236, span, "%s", why_not_written(l));
        return store;
}
