/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * What a kernel knows of itself: types, function prototypes and tracepoints from its BTF, its configuration
 * and its build-id. Answers questions about one kernel; knows no tree and no probe. Everything returned
 * lives as long as the Kernel; opening one is the zygote's work, so that a script only looks things up.
 */
#include <stdbool.h>
#include "base/arena.h"

typedef struct Kernel Kernel;
typedef struct TypeRef TypeRef; /* a type of one Kernel: equal pointers are the same type */

typedef struct KernelOptions {
        const char *release;    /* NULL: the running kernel */
        const char *btf_path;   /* a file with raw BTF or an ELF with .BTF; NULL: looked for (below) */
        const char *cache_dir;  /* where BTF taken out of a compressed image may be kept; NULL: nowhere */
} KernelOptions;

/*
 * Opens a kernel. BTF is looked for in: btf_path, /sys/kernel/btf/vmlinux (running kernel), the debug image,
 * the headers' vmlinux, the cache, and the compressed image in /boot.
 * -ENOENT: no BTF anywhere; *ret_error (static, until the next call that fails) says what to install.
 */
int kernel_open(const KernelOptions *o, Kernel **ret, const char **ret_error);
Kernel *kernel_close(Kernel *k);
DEFINE_CLEANUP(Kernel *, kernel_closep, kernel_close)

const char *kernel_release(const Kernel *k);   /* "6.1.0-56-amd64" */
const char *kernel_build_id(const Kernel *k);  /* hex; "" when unknown */
const char *kernel_headers_dir(const Kernel *k); /* /lib/modules/R/build resolved; NULL: not installed */
/* Value of CONFIG_x ("y", "m", "64", "\"text\""), NULL when unset or unknown. */
const char *kernel_config(const Kernel *k, const char *name);

/* ------------------------------------------------------------------ types */

typedef enum TypeKind {
        KIND_VOID,
        KIND_INT,      /* integers, bool, char */
        KIND_FLOAT,
        KIND_ENUM,
        KIND_POINTER,
        KIND_ARRAY,
        KIND_STRUCT,
        KIND_UNION,
        KIND_FUNCTION, /* a prototype */
        KIND_OTHER,    /* forward declarations */
} TypeKind;

/* All of these look through typedefs and qualifiers. */
TypeKind type_kind(const TypeRef *t);
uint64_t type_size(const TypeRef *t);          /* bytes; 0: unknown or void */
bool type_is_signed(const TypeRef *t);
bool type_is_char(const TypeRef *t);           /* char, signed char, unsigned char, u8/s8 */
bool type_is_user_pointer(const TypeRef *t);   /* a pointer tagged __user */
const TypeRef *type_target(const TypeRef *t);  /* pointee or element; NULL */
uint64_t type_count(const TypeRef *t);         /* elements of an array; 0: unknown */
/* "struct file *", as C writes it; in the arena. */
const char *type_text(Arena *a, const TypeRef *t);

typedef struct Member {
        const char *name;
        const TypeRef *type;
        uint64_t offset;      /* bytes from the start of the outermost type asked */
        unsigned bit_offset;  /* bit-field: bits from `offset`, little-endian */
        unsigned bit_size;    /* 0: not a bit-field */
} Member;

/* Finds a member, also inside anonymous members. False: there is none. */
bool type_find_member(const TypeRef *t, const char *name, Member *ret);
unsigned type_n_members(const TypeRef *t);
bool type_member(const TypeRef *t, unsigned i, Member *ret); /* anonymous ones have the name "" */

/* By name: "struct x", "union x", "enum x", or a bare name (typedef, struct, union, enum, base type); a `*`
 * at the end makes pointers. NULL: not there. */
const TypeRef *kernel_find_type(Kernel *k, const char *name);
/* The nearest name of a type (with its `struct`, if it was said), or of an enumerator: "did you mean".
 * NULL. */
const char *kernel_suggest_type(Kernel *k, Arena *a, const char *name);
const char *kernel_suggest_enumerator(Kernel *k, Arena *a, const char *name);
const TypeRef *kernel_pointer_to(Kernel *k, const TypeRef *t);
/* Value of an enumerator of any enum. */
bool kernel_find_enumerator(Kernel *k, const char *name, int64_t *ret);
/* Enumerator i of an enum, from 0. False: there are no more. */
bool type_enumerator(const TypeRef *t, unsigned i, const char **ret_name, int64_t *ret_value);
/* Name of the enumerator of this enum with that value; NULL. */
const char *type_enumerator_name(const TypeRef *t, int64_t value);

/* ------------------------------------------------------------------ functions and tracepoints */

typedef struct Param {
        const char *name;
        const TypeRef *type;
} Param;

typedef struct FunctionInfo {
        const char *name;
        const char *module;      /* "ext4"; NULL: the kernel's own */
        const TypeRef *result;   /* KIND_VOID for void */
        const Param *params;
        unsigned n_params;
        bool is_variadic;
        bool is_ambiguous;       /* several functions of this name with different prototypes: no parameters,
                                  * and `result` is that of one of them */
} FunctionInfo;

/* NULL: no such function that can be probed and whose prototype is known. */
const FunctionInfo *kernel_find_function(Kernel *k, const char *name);
/* All of them by name; the array and its n live with the kernel. */
const FunctionInfo *const *kernel_functions(Kernel *k, size_t *ret_n);

typedef struct VariableInfo {
        const TypeRef *type;
        bool is_per_cpu;         /* each CPU has its own */
} VariableInfo;

/* A variable of the kernel whose type is known: those of each CPU, and a few more. False: it may exist
 * all the same. */
bool kernel_find_variable(Kernel *k, const char *name, VariableInfo *ret);

typedef struct TracepointInfo {
        const char *system;      /* "sched"; "" when unknown */
        const char *name;        /* "sched_switch" */
        const char *module;      /* NULL: the kernel's own */
        const Param *params;     /* without the private data */
        unsigned n_params;
} TracepointInfo;

const TracepointInfo *const *kernel_tracepoints(Kernel *k, size_t *ret_n);

/* ------------------------------------------------------------------ modules */

/*
 * A module is a Kernel of its own: with its functions and tracepoints, and its types beside those of the
 * kernel it is of. It is kept until that is closed. NULL: none of this name is installed, or it has no BTF.
 */
Kernel *kernel_module(Kernel *k, const char *name);
/* "ext4"; NULL: it is the kernel itself. */
const char *kernel_module_name(const Kernel *k);

/* The names of those that are installed, sorted. */
size_t kernel_n_modules(Kernel *k);
const char *kernel_module_at(Kernel *k, size_t i);
/* The module if one of its functions or tracepoints has a name that matches; for searches through all of
 * them. */
typedef bool (*ModuleMatch)(const char *name, const void *userdata);
Kernel *kernel_module_with(Kernel *k, const char *name, ModuleMatch matches, const void *userdata);
