/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * What is to be compiled, from the command line or from stapd (compile-protocol.h).
 */
#include <json-c/json.h>
#include <stdbool.h>
#include "base/arena.h"

typedef enum PassId {
        PASS_PARSE,
        PASS_ELABORATE,
        PASS_TRANSLATE,
        PASS_BUILD,
        _PASS_MAX,
        _PASS_INVALID = -22,
} PassId;

const char *pass_to_string(PassId p);
PassId pass_from_string(const char *s); /* also "1" to "4" */

typedef VEC(const char *) StringVec;

/* A file of a user's folder of tapsets, NAME.stp, or of macros, NAME.stpm. */
typedef struct Tapset {
        const char *name;
        const char *text;
        size_t len;
} Tapset;

typedef struct CompileRequest {
        const char *name;      /* of the script, for messages */
        const char *script;    /* its bytes */
        size_t script_len;
        const char *module;    /* NULL: made from the digest of the script and its arguments */
        const char *compatible; /* --compatible: the version that systemtap_v is; NULL: ours */
        StringVec args, defines, globals;
        VEC(Tapset) tapsets;   /* -I: with the rights of the script */
        bool unprivileged;     /* for its user alone (elaborate/privilege.c) */
        bool guru, optimize, no_warnings, warnings_fatal, color;
        bool hide_globals;     /* what is never read is not printed at exit */
        bool skip_bad_variables; /* target variables that are not there are 0 */
        bool keep_source;      /* hand out the C (or the dump of the last pass that ran) */
        bool describe_only;    /* hand out the manifest instead; with stop_after PASS_TRANSLATE */
        PassId stop_after;
} CompileRequest;

/* Defaults: optimize, stop after build. */
void request_init(CompileRequest *r);
/* Copies everything into the arena. False: *ret_error is a static text. The script is not in it. */
bool request_from_json(Arena *a, json_object *o, CompileRequest *ret, const char **ret_error);
/* It runs within other limits than the usual: -D other than what -t is. */
bool request_sets_limits(const CompileRequest *r);
/* The digest of what is compiled: of the script's bytes, or of theirs and the tapsets' (compile-protocol.h). Hex, DIGEST_HEX.
 * Negative errno. */
int request_digest(const CompileRequest *r, char *ret);
/* Limits that hold wherever it came from. */
bool request_check(const CompileRequest *r, const char **ret_error);
