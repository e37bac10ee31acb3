/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From names to types and enumerators, and pointers to types that BTF may not have. */
#include "debuginfo/kernel.h"

static bool is_named_type(const struct btf_type *t) {
        switch (btf_kind(t)) {
        case BTF_KIND_INT:
        case BTF_KIND_FLOAT:
        case BTF_KIND_STRUCT:
        case BTF_KIND_UNION:
        case BTF_KIND_ENUM:
        case BTF_KIND_ENUM64:
        case BTF_KIND_TYPEDEF:
                return t->name_off;
        default:
                return false;
        }
}

int types_index(Kernel *k) {
        k->n_types = btf__type_cnt(k->btf);
        uint32_t first = k->first_type, n = k->n_types - first;
        k->types = arena_array(k->arena, TypeRef, n + 1);
        k->pointers = arena_array(k->arena, const TypeRef *, n + 1);
        k->types[0] = (TypeRef) { .kernel = k };

        size_t n_named = 0;
        for (uint32_t id = type_first(k); id < k->n_types; id++)
                n_named += is_named_type(btf__type_by_id(k->btf, id));
        name_index_init(k->arena, &k->type_names, n_named);

        for (uint32_t id = type_first(k); id < k->n_types; id++) {
                const struct btf_type *t = btf__type_by_id(k->btf, id);
                k->types[id - first] = (TypeRef) { .kernel = k, .id = id };
                if (btf_is_ptr(t) && t->type >= first && t->type < k->n_types &&
                    !k->pointers[t->type - first])
                        k->pointers[t->type - first] = &k->types[id - first];
                if (is_named_type(t))
                        name_index_add(&k->type_names, btf_name(k->btf, t->name_off), id);
        }
        return 0;
}

/* Of a module's type it is the module's, whoever asks. */
const TypeRef *kernel_pointer_to(Kernel *k, const TypeRef *t) {
        const TypeRef **known = t->pointee ? NULL : &t->kernel->pointers[t->id - t->kernel->first_type];
        if (known && *known)
                return *known;
        TypeRef *p = arena_new0(k->arena, TypeRef);
        *p = (TypeRef) { .kernel = t->kernel, .pointee = t };
        if (known)
                *known = p;
        return p;
}

/* How C writes a base type, and how BTF names it. */
static const struct { const char *c, *btf; } spellings[] = {
        { "unsigned", "unsigned int" },
        { "signed", "int" },
        { "signed int", "int" },
        { "short", "short int" },
        { "signed short", "short int" },
        { "unsigned short", "short unsigned int" },
        { "unsigned short int", "short unsigned int" },
        { "long", "long int" },
        { "signed long", "long int" },
        { "unsigned long", "long unsigned int" },
        { "unsigned long int", "long unsigned int" },
        { "long long", "long long int" },
        { "signed long long", "long long int" },
        { "unsigned long long", "long long unsigned int" },
        { "unsigned long long int", "long long unsigned int" },
        { "bool", "_Bool" },
};

static const struct { const char *word; unsigned kinds; } tags[] = {
        { "struct ", 1u << BTF_KIND_STRUCT },
        { "union ", 1u << BTF_KIND_UNION },
        { "enum ", 1u << BTF_KIND_ENUM | 1u << BTF_KIND_ENUM64 },
};

static uint32_t find_named(Kernel *k, const char *name, unsigned kinds) {
        NameSearch s = name_index_search(&k->type_names, name);
        for (uint32_t id; (id = name_search_next(&s));) {
                const struct btf_type *t = btf__type_by_id(k->btf, id);
                if ((kinds & 1u << btf_kind(t)) && strcmp(btf_name(k->btf, t->name_off), name) == 0)
                        return id;
        }
        return 0;
}

/* A bare name: a typedef or base type wins over a structure of the same name, as in C. */
static uint32_t find_bare(Kernel *k, const char *name) {
        unsigned plain = 1u << BTF_KIND_TYPEDEF | 1u << BTF_KIND_INT | 1u << BTF_KIND_FLOAT;
        uint32_t id = find_named(k, name, plain);
        for (size_t i = 0; !id && i < ELEMENTSOF(spellings); i++)
                if (strcmp(name, spellings[i].c) == 0)
                        id = find_named(k, spellings[i].btf, plain);
        return id ?: find_named(k, name, ~0u);
}

static const TypeRef *find_base(Kernel *k, const char *name) {
        if (strcmp(name, "void") == 0)
                return type_ref(k, 0);
        for (size_t i = 0; i < ELEMENTSOF(tags); i++) {
                size_t n = strlen(tags[i].word);
                if (strncmp(name, tags[i].word, n) == 0) {
                        uint32_t id = find_named(k, name + n, tags[i].kinds);
                        return id ? type_ref(k, id) : NULL;
                }
        }
        uint32_t id = find_bare(k, name);
        return id ? type_ref(k, id) : NULL;
}

#define TYPE_NAME_MAX 255

/* Words with one blank between, without qualifiers; counts and drops the `*`s. False: too long. */
static bool normalize(const char *name, char out[static TYPE_NAME_MAX + 1], unsigned *ret_stars) {
        size_t n = 0;
        *ret_stars = 0;
        while (*name) {
                size_t len = strcspn(name, " \t*");
                if (len == 0) {
                        *ret_stars += *name++ == '*';
                        continue;
                }
                bool qualifier = (len == 5 && strncmp(name, "const", 5) == 0) ||
                                 (len == 8 && strncmp(name, "volatile", 8) == 0);
                if (!qualifier) {
                        if (n + 1 + len > TYPE_NAME_MAX)
                                return false;
                        if (n)
                                out[n++] = ' ';
                        memcpy(out + n, name, len);
                        n += len;
                }
                name += len;
        }
        out[n] = 0;
        return n && *ret_stars <= BTF_MAX_DEPTH;
}

const TypeRef *kernel_find_type(Kernel *k, const char *name) {
        char words[TYPE_NAME_MAX + 1];
        unsigned stars;
        if (!normalize(name, words, &stars))
                return NULL;
        const TypeRef *t = find_base(k, words);
        if (!t && k->base)
                t = find_base(k->base, words);
        while (t && stars--)
                t = kernel_pointer_to(k, t);
        return t;
}

/* Finds the enumerator in one enum. */
static bool enum_find(const TypeRef *t, const struct btf_type *bt, const char *name, int64_t *ret) {
        const struct btf *btf = t->kernel->btf;
        for (unsigned i = 0; i < btf_vlen(bt); i++) {
                if (btf_is_enum64(bt)) {
                        if (strcmp(btf_name(btf, btf_enum64(bt)[i].name_off), name) != 0)
                                continue;
                        *ret = (int64_t) btf_enum64_value(btf_enum64(bt) + i);
                } else {
                        if (strcmp(btf_name(btf, btf_enum(bt)[i].name_off), name) != 0)
                                continue;
                        *ret = btf_enum(bt)[i].val;
                        if (!type_is_signed(t))
                                *ret &= UINT32_MAX;
                }
                return true;
        }
        return false;
}

bool kernel_find_enumerator(Kernel *k, const char *name, int64_t *ret) {
        for (uint32_t id = type_first(k); id < k->n_types; id++) {
                const struct btf_type *t = btf__type_by_id(k->btf, id);
                if (btf_is_any_enum(t) && enum_find(type_ref(k, id), t, name, ret))
                        return true;
        }
        return k->base && kernel_find_enumerator(k->base, name, ret);
}
