/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Members of structures and unions, also those that stand in anonymous ones, and bit-fields. */
#include "debuginfo/kernel.h"

static const struct btf_type *composite(const TypeRef *t) {
        const struct btf_type *bt = t->pointee ? NULL : btf_strip(t->kernel->btf, t->id, NULL);
        return bt && btf_is_composite(bt) ? bt : NULL;
}

/*
 * A bit-field is read as a value of its declared type at `offset`, so `offset` is that of the storage unit
 * which holds it; a packed one that reaches over a unit's end counts from its own first byte.
 */
static void place_bits(Member *m, uint64_t bits) {
        uint64_t unit = type_size(m->type) * 8;
        if (!unit || bits % unit + m->bit_size > unit)
                unit = 8;
        m->offset += bits / unit * (unit / 8);
        m->bit_offset = (unsigned) (bits % unit);
}

static void read_member(const Kernel *k, const struct btf_type *bt, unsigned i, uint64_t base, Member *ret) {
        const struct btf_member *bm = btf_members(bt) + i;
        *ret = (Member) {
                .name = btf_name(k->btf, bm->name_off),
                .type = type_ref(k, bm->type),
                .offset = base,
                .bit_size = btf_member_bitfield_size(bt, i),
        };
        uint64_t bits = btf_member_bit_offset(bt, i);
        const struct btf_type *value = btf_strip(k->btf, bm->type, NULL);
        if (!btf_kflag(bt) && value && btf_is_int(value) && btf_int_bits(value) != value->size * 8) {
                ret->bit_size = btf_int_bits(value); /* before kernel 5.0 the base type told the bits */
                bits += btf_int_offset(value);
        }
        if (ret->bit_size)
                place_bits(ret, bits);
        else
                ret->offset += bits / 8;
}

static bool find_member(const Kernel *k, const struct btf_type *bt, const char *name, uint64_t base,
                        unsigned depth, Member *ret) {
        if (depth > BTF_MAX_DEPTH)
                return false;
        for (unsigned i = 0; i < btf_vlen(bt); i++) {
                Member m;
                read_member(k, bt, i, base, &m);
                if (*m.name) {
                        if (strcmp(m.name, name) == 0) {
                                *ret = m;
                                return true;
                        }
                        continue;
                }
                const struct btf_type *inner = composite(m.type);
                if (inner && find_member(k, inner, name, m.offset, depth + 1, ret))
                        return true;
        }
        return false;
}

bool type_find_member(const TypeRef *t, const char *name, Member *ret) {
        const struct btf_type *bt = composite(t);
        return bt && *name && find_member(t->kernel, bt, name, 0, 0, ret);
}

unsigned type_n_members(const TypeRef *t) {
        const struct btf_type *bt = composite(t);
        return bt ? btf_vlen(bt) : 0;
}

bool type_member(const TypeRef *t, unsigned i, Member *ret) {
        const struct btf_type *bt = composite(t);
        if (!bt || i >= btf_vlen(bt))
                return false;
        read_member(t->kernel, bt, i, 0, ret);
        return true;
}
