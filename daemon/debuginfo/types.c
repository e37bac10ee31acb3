/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Questions about one type. BTF comes from files, so every id is checked (libbpf gives NULL for one that is
 * none) and every walk is bounded by BTF_MAX_DEPTH.
 */
#include "debuginfo/kernel.h"

const char *btf_name(const struct btf *btf, uint32_t offset) {
        const char *name = btf__name_by_offset(btf, offset);
        return name ?: "";
}

const struct btf_type *btf_strip(const struct btf *btf, uint32_t id, uint32_t *ret_id) {
        for (unsigned depth = 0; depth < BTF_MAX_DEPTH && id; depth++) {
                const struct btf_type *t = btf__type_by_id(btf, id);
                if (!t)
                        break;
                if (!btf_is_mod(t) && !btf_is_typedef(t)) {
                        if (ret_id)
                                *ret_id = id;
                        return t;
                }
                id = t->type;
        }
        return NULL;
}

const TypeRef *type_ref(const Kernel *k, uint32_t id) {
        const Kernel *base = k->base ?: k;
        if (id >= k->n_types)
                id = 0;
        return id < k->first_type ? &base->types[id] : &k->types[id - k->first_type];
}

/* The stripped type; NULL for void, for what is broken, and for pointers that are not in BTF. */
static const struct btf_type *strip(const TypeRef *t, uint32_t *ret_id) {
        return t->pointee ? NULL : btf_strip(t->kernel->btf, t->id, ret_id);
}

static const TypeKind kinds[] = {
        [BTF_KIND_INT] = KIND_INT,
        [BTF_KIND_PTR] = KIND_POINTER,
        [BTF_KIND_ARRAY] = KIND_ARRAY,
        [BTF_KIND_STRUCT] = KIND_STRUCT,
        [BTF_KIND_UNION] = KIND_UNION,
        [BTF_KIND_ENUM] = KIND_ENUM,
        [BTF_KIND_ENUM64] = KIND_ENUM,
        [BTF_KIND_FLOAT] = KIND_FLOAT,
        [BTF_KIND_FUNC_PROTO] = KIND_FUNCTION,
};

TypeKind type_kind(const TypeRef *t) {
        if (t->pointee)
                return KIND_POINTER;
        const struct btf_type *bt = strip(t, NULL);
        if (!bt)
                return KIND_VOID;
        unsigned kind = btf_kind(bt);
        return kind < ELEMENTSOF(kinds) && kinds[kind] ? kinds[kind] : KIND_OTHER;
}

static uint64_t size_of(const struct btf *btf, uint32_t id, unsigned depth) {
        const struct btf_type *t = btf_strip(btf, id, NULL);
        if (!t || depth > BTF_MAX_DEPTH)
                return 0;
        switch (btf_kind(t)) {
        case BTF_KIND_INT:
        case BTF_KIND_STRUCT:
        case BTF_KIND_UNION:
        case BTF_KIND_ENUM:
        case BTF_KIND_ENUM64:
        case BTF_KIND_FLOAT:
                return t->size;
        case BTF_KIND_PTR:
                return sizeof(uint64_t);
        case BTF_KIND_ARRAY:
                return btf_array(t)->nelems * size_of(btf, btf_array(t)->type, depth + 1);
        default:
                return 0;
        }
}

uint64_t type_size(const TypeRef *t) {
        return t->pointee ? sizeof(uint64_t) : size_of(t->kernel->btf, t->id, 0);
}

/* pahole has told the sign of enums since 1.24; before, small negative values give it away. */
static bool enum_is_signed(const struct btf_type *t) {
        if (btf_kflag(t) || btf_is_enum64(t))
                return btf_kflag(t);
        for (unsigned i = 0; i < btf_vlen(t); i++)
                if (btf_enum(t)[i].val < 0 && btf_enum(t)[i].val >= -4096)
                        return true;
        return false;
}

bool type_is_signed(const TypeRef *t) {
        const struct btf_type *bt = strip(t, NULL);
        if (!bt)
                return false;
        if (btf_is_int(bt))
                return btf_int_encoding(bt) & BTF_INT_SIGNED;
        return btf_is_any_enum(bt) && enum_is_signed(bt);
}

bool type_is_char(const TypeRef *t) {
        const struct btf_type *bt = strip(t, NULL);
        return bt && btf_is_int(bt) && bt->size == 1 && !(btf_int_encoding(bt) & BTF_INT_BOOL);
}

bool type_is_user_pointer(const TypeRef *t) {
        const struct btf_type *bt = strip(t, NULL);
        if (!bt || !btf_is_ptr(bt))
                return false;
        const struct btf *btf = t->kernel->btf;
        bt = btf__type_by_id(btf, bt->type);
        for (unsigned depth = 0; bt && btf_is_mod(bt) && depth < BTF_MAX_DEPTH; depth++) {
                if (btf_is_type_tag(bt) && strcmp(btf_name(btf, bt->name_off), "user") == 0)
                        return true;
                bt = btf__type_by_id(btf, bt->type);
        }
        return false;
}

const TypeRef *type_target(const TypeRef *t) {
        if (t->pointee)
                return t->pointee;
        const struct btf_type *bt = strip(t, NULL);
        if (bt && btf_is_ptr(bt))
                return type_ref(t->kernel, bt->type);
        if (bt && btf_is_array(bt))
                return type_ref(t->kernel, btf_array(bt)->type);
        return NULL;
}

uint64_t type_count(const TypeRef *t) {
        const struct btf_type *bt = strip(t, NULL);
        return bt && btf_is_array(bt) ? btf_array(bt)->nelems : 0;
}

bool type_enumerator(const TypeRef *t, unsigned i, const char **ret_name, int64_t *ret_value) {
        const struct btf_type *bt = strip(t, NULL);
        if (!bt || !btf_is_any_enum(bt) || i >= btf_vlen(bt))
                return false;
        const struct btf *btf = t->kernel->btf;
        if (btf_is_enum64(bt)) {
                *ret_name = btf_name(btf, btf_enum64(bt)[i].name_off);
                *ret_value = (int64_t) btf_enum64_value(btf_enum64(bt) + i);
        } else {
                *ret_name = btf_name(btf, btf_enum(bt)[i].name_off);
                *ret_value = btf_kflag(bt) ? btf_enum(bt)[i].val : (int64_t) (uint32_t) btf_enum(bt)[i].val;
        }
        return true;
}

const char *type_enumerator_name(const TypeRef *t, int64_t value) {
        const struct btf_type *bt = strip(t, NULL);
        if (!bt || !btf_is_any_enum(bt))
                return NULL;
        for (unsigned i = 0; i < btf_vlen(bt); i++) {
                if (btf_is_enum64(bt) ? (int64_t) btf_enum64_value(btf_enum64(bt) + i) == value
                                      : btf_enum(bt)[i].val == (int32_t) value)
                        return btf_name(t->kernel->btf, btf_is_enum64(bt) ? btf_enum64(bt)[i].name_off
                                                                           : btf_enum(bt)[i].name_off);
        }
        return NULL;
}
