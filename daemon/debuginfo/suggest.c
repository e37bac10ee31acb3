/* SPDX-License-Identifier: GPL-2.0-or-later */
/* "Did you mean" for types and enumerators: a walk over all names that BTF has. */
#include "debuginfo/kernel.h"
#include "diag/diag.h"

typedef VEC(const char *) Names;

static const struct { const char *word; unsigned kinds; } tags[] = {
        { "struct ", 1u << BTF_KIND_STRUCT },
        { "union ", 1u << BTF_KIND_UNION },
        { "enum ", 1u << BTF_KIND_ENUM | 1u << BTF_KIND_ENUM64 },
        { "", 1u << BTF_KIND_STRUCT | 1u << BTF_KIND_UNION | 1u << BTF_KIND_TYPEDEF | 1u << BTF_KIND_INT },
};

static const char *nearest(const char *name, const Names *names) {
        return strlen(name) > 2 ? diag_suggest(name, names->items, names->n) : NULL;
}

const char *kernel_suggest_type(Kernel *k, Arena *a, const char *name) {
        size_t i = 0;
        while (strncmp(name, tags[i].word, strlen(tags[i].word)) != 0)
                i++;
        Names names = {};
        for (uint32_t id = type_first(k); id < k->n_types; id++) {
                const struct btf_type *t = btf__type_by_id(k->btf, id);
                if ((tags[i].kinds & 1u << btf_kind(t)) && t->name_off)
                        vec_push(a, &names, btf_name(k->btf, t->name_off));
        }
        const char *near = nearest(name + strlen(tags[i].word), &names);
        return near ? arena_printf(a, "%s%s", tags[i].word, near) : NULL;
}

const char *kernel_suggest_enumerator(Kernel *k, Arena *a, const char *name) {
        Names names = {};
        for (uint32_t id = type_first(k); id < k->n_types; id++) {
                const struct btf_type *t = btf__type_by_id(k->btf, id);
                for (unsigned i = 0; btf_is_any_enum(t) && i < btf_vlen(t); i++)
                        vec_push(a, &names, btf_name(k->btf, btf_is_enum64(t) ? btf_enum64(t)[i].name_off
                                                                              : btf_enum(t)[i].name_off));
        }
        return nearest(name, &names);
}
