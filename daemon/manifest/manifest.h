/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * What a compiled script is, in the .ko itself (section STAPD_MANIFEST_SECTION, JSON): which kernel it is
 * for, what it probes, what it needs, and the formats of what it prints. The compiler makes it; the policy
 * decides on it; the stream renders by it. Whoever reads one trusts nothing in it: manifest_parse() checks
 * every count, length and type.
 */
#include <stdbool.h>
#include <stdint.h>
#include "base/buf.h"
#include "manifest/histogram.h"

#define STAPD_MANIFEST_SECTION ".stapd.manifest"
#define STAPD_MANIFEST_VERSION 1
#define MANIFEST_MAX_SIZE (4u << 20) /* bytes of JSON */
#define MANIFEST_MAX_FORMATS 65536
#define MANIFEST_MAX_PROBES 65536
#define MANIFEST_MAX_FIELDS 256
#define MANIFEST_MAX_FORMAT 8192 /* bytes of one format */

typedef enum FieldType {
        FIELD_LONG,
        FIELD_STRING,
        FIELD_MEMORY, /* %m %M: raw bytes */
        FIELD_HIST, /* print(@hist_...): as many longs as buckets, as memory. Drawn by `%*m`, whose width is
                       * HIST_ELISION */
        _FIELD_TYPE_MAX,
        _FIELD_TYPE_INVALID = -22,
} FieldType;

/* One argument of a format, in the order of the record's payload. */
typedef struct ManifestField {
        char *name;    /* from the script's expression: "execname", "count"; unique within its format */
        FieldType type;
        bool hidden;   /* a `*` width or precision: not a value of the event */
} ManifestField;

/* What a print shows as a whole, so that it is data to those who read events. */
typedef enum AggKind {
        AGG_SCALAR, /* a global number or string */
        AGG_STATS,  /* a statistic: the fields are its extractors */
        AGG_MAP,    /* one element of an array: its keys, then its value or extractors */
        AGG_HIST,   /* a histogram: the keys of its statistic, then HIST_ELISION (hidden) and the buckets */
        _AGG_KIND_MAX,
        _AGG_KIND_INVALID = -22,
} AggKind;

typedef struct ManifestAgg {
        AggKind kind;
        char *name;          /* of the global */
        unsigned n_keys;     /* so many fields come first. HIST: the format does not print them */
        Histogram histogram; /* HIST */
} ManifestAgg;

const char *agg_kind_to_string(AggKind k);
AggKind agg_kind_from_string(const char *s);

typedef struct ManifestFormat {
        char *format;  /* as runtime/format.h has it, also for print() and println() */
        char *place;   /* "script.stp:3:9" */
        ManifestAgg *agg; /* or NULL */
        ManifestField *fields;
        unsigned n_fields;
} ManifestFormat;

typedef struct ManifestProbe {
        char *point;   /* resolved: kernel.function("vfs_read@fs/read_write.c") */
        char *written; /* as the script has it: vfs.read */
        unsigned *sees; /* what it looks at, or writes ("$x ="): indices of Manifest.sights */
        unsigned n_sees;
} ManifestProbe;

typedef enum PrivilegeClass {
        PRIVILEGE_OWN,
        PRIVILEGE_SYSTEM, /* any probe, no embedded C, no writes */
        PRIVILEGE_GURU,
        PRIVILEGE_APPROVED, /* run from the catalogue: stapd's word, never that of a manifest */
        _PRIVILEGE_CLASS_MAX,
        _PRIVILEGE_CLASS_INVALID = -22,
} PrivilegeClass;

typedef struct Manifest {
        char *module;          /* name of the module */
        char *script;          /* name of the script, as the user gave it */
        char *digest;          /* sha256 of its bytes, hex */
        char *kernel;          /* release */
        char *kernel_build_id; /* hex */
        char *version;         /* of stapd */
        uint64_t abi_hash;     /* of the interface between script and core */
        PrivilegeClass privilege;
        char **functions;      /* tapset functions it uses */
        unsigned n_functions;
        char **sights;         /* target variables and memory that probes look at: "$file->f_flags" */
        unsigned n_sights;
        ManifestProbe *probes;
        unsigned n_probes;
        ManifestFormat *formats;
        unsigned n_formats;
} Manifest;

const char *privilege_class_to_string(PrivilegeClass c);
PrivilegeClass privilege_class_from_string(const char *s);

Manifest *manifest_new(void);
Manifest *manifest_free(Manifest *m);
DEFINE_CLEANUP(Manifest *, manifest_freep, manifest_free)

/* Adds copies; the index of what was added, or -ENOMEM. */
int manifest_add_probe(Manifest *m, const char *point, const char *written);
int manifest_add_format(Manifest *m, const char *format, const char *place);
int manifest_add_field(Manifest *m, unsigned format, const char *name, FieldType type, bool hidden);
int manifest_add_function(Manifest *m, const char *name);
int manifest_add_sight(Manifest *m, const char *what);
/* 0 or -ENOMEM. */
int manifest_add_seen(Manifest *m, unsigned probe, unsigned sight);
/* The format becomes that of an aggregate; copies. 0 or -ENOMEM. */
int manifest_set_agg(Manifest *m, unsigned format, const ManifestAgg *agg);

/* One line of JSON. Negative errno. */
int manifest_to_json(const Manifest *m, Buf *out);
/* -EBADMSG: not a manifest, or out of bounds; *ret_error (when not NULL) is a static text saying what. */
int manifest_parse(const char *json, size_t len, Manifest **ret, const char **ret_error);
/* Reads the section of the module in `fd`. -ENODATA: there is none; -EBADMSG as above, or not an ELF
 * file. */
int manifest_read_module(int fd, Manifest **ret, const char **ret_error);
