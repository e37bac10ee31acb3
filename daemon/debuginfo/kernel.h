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

struct Kernel {
        Arena *arena;
        const char *release, *headers_dir, *btf_path;
        const char *cache_dir, *image; /* where the build-id can be had from; or NULL */
        char *build_id;                /* NULL: not asked for yet */
        bool is_running;
        StrMap config;
        /* types.c */
        struct btf *btf;
        uint32_t n_types;              /* with void, which is 0 */
        TypeRef *types;                /* by id */
        const TypeRef **pointers;      /* by id: the pointer to it; NULL: not there */
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

/* config.c: from the headers' auto.conf or /boot; nothing when there is none. */
void config_read(Kernel *k);

/* trace-systems.c: fills `system` of every tracepoint that the headers, tracefs or the table know. */
void tracepoints_name_systems(Kernel *k);

/* The type with this id without typedefs and qualifiers; NULL: void, or broken. */
const struct btf_type *btf_strip(const struct btf *btf, uint32_t id, uint32_t *ret_id);
/* "" when the offset is none. */
const char *btf_name(const struct btf *btf, uint32_t offset);
const TypeRef *type_ref(const Kernel *k, uint32_t id);
/* Parameters of a prototype. False: it is none. */
bool proto_params(Kernel *k, uint32_t proto_id, const Param **ret, unsigned *ret_n, bool *ret_variadic);
