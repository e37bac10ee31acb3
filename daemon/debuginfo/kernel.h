/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Inside debuginfo: the Kernel itself, and which file fills which part of it. Everything hangs in the
 * kernel's own arena; nothing changes after kernel_open() but pointers that nobody had asked for before.
 */
#include <bpf/btf.h>
#include "base/strmap.h"
#include "debuginfo/debuginfo.h"
#include "debuginfo/name-index.h"

/* Of every walk over BTF: types that name each other in a circle end here. */
#define BTF_MAX_DEPTH 32

struct TypeRef {
        Kernel *kernel;
        uint32_t id;
        const TypeRef *pointee; /* a pointer that BTF does not have; id is then meaningless */
};

typedef struct ModuleFile ModuleFile;
typedef VEC(ModuleFile) ModuleFileVec;

/* The kernel, or a module of it: `base` and `module` are set then, and what both have is the base's. */
struct Kernel {
        Arena *arena;
        Kernel *base;
        const char *module;
        ModuleFileVec modules;         /* modules.c; of the kernel */
        bool modules_read;
        const char *release, *headers_dir, *btf_path;
        const char *cache_dir, *image; /* where the build-id can be had from; or NULL */
        char *build_id;                /* NULL: not asked for yet */
        bool is_running;
        StrMap config;
        /* types.c */
        struct btf *btf;
        uint32_t first_type, n_types;  /* ids; 0 is void. A module's begin where the kernel's end */
        TypeRef *types;                /* by id, from first_type */
        const TypeRef **pointers;      /* likewise: the pointer to it; NULL: not there */
        NameIndex type_names;          /* of ids: structs, unions, enums, typedefs, base types */
        /* functions.c, tracepoints.c: sorted by name */
        FunctionInfo **functions;
        size_t n_functions;
        NameIndex function_names;
        TracepointInfo **tracepoints;
        size_t n_tracepoints;
};

/* Indexes of a Kernel whose btf and arena are set. -EBADMSG: there is something in it that is no BTF. */
int types_index(Kernel *k);
int functions_index(Kernel *k);
int tracepoints_index(Kernel *k);

/* "sched_switch" of the type that a tracepoint leaves in BTF; NULL: it is another type. */
const char *tracepoint_name(const struct btf *btf, const struct btf_type *t);
/* Frees the BTF of modules. */
void modules_done(Kernel *k);

/* config.c: from the headers' auto.conf or /boot; nothing when there is none. */
void config_read(Kernel *k);

/* trace-systems.c: fills `system` of every tracepoint that the headers, tracefs or the table know. */
void tracepoints_name_systems(Kernel *k);

/* The type with this id without typedefs and qualifiers; NULL: void, or broken. */
const struct btf_type *btf_strip(const struct btf *btf, uint32_t id, uint32_t *ret_id);
/* "" when the offset is none. */
const char *btf_name(const struct btf *btf, uint32_t offset);
const TypeRef *type_ref(const Kernel *k, uint32_t id);
/* The ids of this BTF's own types, in a loop. */
static inline uint32_t type_first(const Kernel *k) {
        return k->first_type ?: 1;
}
/* Parameters of a prototype. False: it is none. */
bool proto_params(Kernel *k, uint32_t proto_id, const Param **ret, unsigned *ret_n, bool *ret_variadic);
