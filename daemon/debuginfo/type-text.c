/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A type as C writes it. A declarator is built from the inside out: a pointer puts `*` before what it
 * holds, an array and a function put `[n]` and `(...)` behind, in parentheses where they would bind first.
 */
#include "debuginfo/kernel.h"

static const char *declare(Arena *a, const TypeRef *t, const char *inner, unsigned depth);

static const char *join(Arena *a, const char *base, const char *inner) {
        return *inner ? arena_printf(a, "%s %s", base, inner) : base;
}

static bool binds_behind(const TypeRef *t) {
        const struct btf_type *bt = t->pointee ? NULL : btf__type_by_id(t->kernel->btf, t->id);
        return bt && (btf_is_array(bt) || btf_is_func_proto(bt));
}

static const char *declare_pointer(Arena *a, const TypeRef *target, const char *inner, unsigned depth) {
        const char *format = binds_behind(target) ? "(*%s)" : "*%s";
        return declare(a, target, arena_printf(a, format, inner), depth + 1);
}

static const char *declare_function(Arena *a, const TypeRef *t, const struct btf_type *bt, const char *inner,
                                    unsigned depth) {
        const char *params = btf_vlen(bt) ? "" : "void";
        for (unsigned i = 0; i < btf_vlen(bt); i++) {
                uint32_t id = btf_params(bt)[i].type;
                bool dots = !id && i + 1 == btf_vlen(bt);
                params = arena_printf(a, "%s%s%s", params, i ? ", " : "",
                                      dots ? "..." : declare(a, type_ref(t->kernel, id), "", depth + 1));
        }
        inner = arena_printf(a, "%s(%s)", inner, params);
        return declare(a, type_ref(t->kernel, bt->type), inner, depth + 1);
}

static const char *qualifier(const struct btf_type *t) {
        return btf_is_const(t)    ? "const" :
               btf_is_volatile(t) ? "volatile" :
               btf_is_restrict(t) ? "restrict" :
                                    "";
}

static const char *declare_qualified(Arena *a, const TypeRef *t, const struct btf_type *bt,
                                     const char *inner, unsigned depth) {
        const TypeRef *of = type_ref(t->kernel, bt->type);
        const struct btf_type *obt = btf__type_by_id(t->kernel->btf, bt->type);
        const char *word = qualifier(bt);
        if (!*word) /* a type tag */
                return declare(a, of, inner, depth + 1);
        if (obt && (btf_is_ptr(obt) || btf_is_mod(obt)))
                return declare(a, of, join(a, word, inner), depth + 1);
        return arena_printf(a, "%s %s", word, declare(a, of, inner, depth + 1));
}

static const char *tag_word(const struct btf_type *t) {
        bool is_union = btf_is_union(t) || (btf_is_fwd(t) && btf_kflag(t));
        if (is_union)
                return "union";
        return btf_is_struct(t) || btf_is_fwd(t) ? "struct" : btf_is_any_enum(t) ? "enum" : "";
}

static const char *declare(Arena *a, const TypeRef *t, const char *inner, unsigned depth) {
        if (depth > BTF_MAX_DEPTH)
                return "...";
        if (t->pointee)
                return declare_pointer(a, t->pointee, inner, depth);
        const struct btf_type *bt = t->id ? btf__type_by_id(t->kernel->btf, t->id) : NULL;
        if (!bt)
                return join(a, "void", inner);
        if (btf_is_ptr(bt))
                return declare_pointer(a, type_ref(t->kernel, bt->type), inner, depth);
        if (btf_is_array(bt))
                return declare(a, type_ref(t->kernel, btf_array(bt)->type),
                               arena_printf(a, "%s[%u]", inner, btf_array(bt)->nelems), depth + 1);
        if (btf_is_func_proto(bt))
                return declare_function(a, t, bt, inner, depth);
        if (btf_is_mod(bt))
                return declare_qualified(a, t, bt, inner, depth);
        const char *name = btf_name(t->kernel->btf, bt->name_off), *tag = tag_word(bt);
        if (!*name)
                name = "{...}";
        return join(a, *tag ? arena_printf(a, "%s %s", tag, name) : name, inner);
}

const char *type_text(Arena *a, const TypeRef *t) {
        return declare(a, t, "", 0);
}
