/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * What a client asks to run: script, arguments, options. Filled from the message of either API, checked here
 * once, and hashed here for the cache.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stddef.h>
#include <json-c/json.h>
#include "base/cleanup.h"
#include "session/state.h"

#define REQUEST_MAX_SCRIPT (1u << 20) /* bytes */
#define REQUEST_MAX_COMPILED (2u << 20) /* bytes, decoded */
#define REQUEST_MAX_LIST 999          /* arguments, defines, globals */
#define REQUEST_MAX_BUFFER_MB 1024
#define KEY_LENGTH 64                 /* hex digits of a sha256 */

typedef struct Request {
        char *name, *module;
        char *compatible; /* or NULL */
        char *session_name; /* or NULL */
        char *catalog; /* name of a script of the catalogue that stands for `script`, or NULL */
        char *zone; /* name of the client's time zone, or NULL: UTC */
        int64_t utc_offset; /* of it: seconds east of UTC */
        SessionLifetime lifetime;
        char *script;
        size_t script_len;
        unsigned char *compiled; /* a module, in the place of a script; or NULL */
        size_t compiled_len;
        json_object *args, *defines, *globals; /* arrays of strings, or NULL */
        json_object *tapsets; /* files that the script may use: objects of "name" and "text"; or NULL */
        json_object *values; /* NAME=VALUE: what that script is given */
        json_object *mask;   /* fields of events whose values nobody gets */
        bool unprivileged; /* for its user alone */
        bool guru, no_warnings, warnings_fatal, hide_globals, skip_bad_variables, hold, keep_source,
                trace_self, flight, journal;
        bool optimize, cache; /* default true */
        int64_t buffer_megabytes, timeout_usec, target;
        int64_t cpu_percent, memory_megabytes, bytes_per_second; /* 0: no limit but the machine's */
        int64_t until_usec; /* CLOCK_REALTIME; 0: none */
        int64_t keep_bytes; /* 0: not said */
} Request;

Request *request_free(Request *r);
DEFINE_CLEANUP(Request *, request_freep, request_free)

/* Bytes of recent records that its stream keeps. */
size_t request_keep(const Request *r);
/* From the `context` of Start. -EINVAL: *ret_field is the parameter that is wrong. */
int request_from_json(json_object *context, Request **ret, const char **ret_field);
/* The request as it came in, for one who goes on with the session: request_from_json() reads it back. */
json_object *request_to_json(const Request *r);
/* A name that a session can have: letters, digits and "._@-", 64 bytes at most, and not to be taken for
 * an id. */
bool request_is_session_name(const char *s);
/* The message for the compiler; `module` is the name that the compiled module gets. NULL: no memory. */
json_object *request_to_compile_job(const Request *r, const char *module);
/* The same, for what the compiled script would be: its reply has "manifest". */
json_object *request_to_describe_job(const Request *r);

/*
 * The key of the compiled script: everything that the result depends on, `world` standing for kernel,
 * compiler, tapsets and our version. Hex, KEY_LENGTH digits.
 */
void request_key(const Request *r, const char *world, char ret[static KEY_LENGTH + 1]);
/* sha256 of the script's bytes, or of them and the tapsets' (compile-protocol.h), hex. */
void request_digest(const Request *r, char ret[static KEY_LENGTH + 1]);
