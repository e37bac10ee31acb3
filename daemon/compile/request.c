/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compile/request.h"
#include <errno.h>
#include <stdio.h>
#include "build/build.h"
#include "build/digest.h"
#include "manifest/compile-protocol.h"

#define MAX_NAME 4096
#define MAX_LIST 1024

static const char *const pass_names[_PASS_MAX] = {
        [PASS_PARSE] = "parse",
        [PASS_ELABORATE] = "elaborate",
        [PASS_TRANSLATE] = "translate",
        [PASS_BUILD] = "build",
};

const char *pass_to_string(PassId p) {
        return p >= 0 && p < _PASS_MAX ? pass_names[p] : NULL;
}

PassId pass_from_string(const char *s) {
        for (PassId p = 0; p < _PASS_MAX; p++)
                if (strcmp(pass_names[p], s) == 0 || (s[0] == '1' + (int) p && s[1] == 0))
                        return p;
        return _PASS_INVALID;
}

void request_init(CompileRequest *r) {
        *r = (CompileRequest) { .name = "<input>", .optimize = true, .stop_after = PASS_BUILD };
}

/* ------------------------------------------------------------------ from JSON */

typedef struct {
        Arena *arena;
        CompileRequest *request;
} Reader;

static bool read_name(Reader *r, json_object *v) {
        if (!json_object_is_type(v, json_type_string))
                return false;
        r->request->name = arena_strdup(r->arena, json_object_get_string(v));
        return true;
}

static bool read_module(Reader *r, json_object *v) {
        if (v && !json_object_is_type(v, json_type_string))
                return false;
        r->request->module = v ? arena_strdup(r->arena, json_object_get_string(v)) : NULL;
        return true;
}

static bool read_compatible(Reader *r, json_object *v) {
        if (v && !json_object_is_type(v, json_type_string))
                return false;
        r->request->compatible = v ? arena_strdup(r->arena, json_object_get_string(v)) : NULL;
        return true;
}

static bool read_stop(Reader *r, json_object *v) {
        r->request->stop_after = json_object_is_type(v, json_type_string)
                ? pass_from_string(json_object_get_string(v)) : _PASS_INVALID;
        return r->request->stop_after >= 0;
}

/* Texts without NULs: they become arguments and macros. */
static bool read_list(Reader *r, json_object *v, StringVec *ret) {
        if (!json_object_is_type(v, json_type_array) || json_object_array_length(v) > MAX_LIST)
                return false;
        for (size_t i = 0; i < json_object_array_length(v); i++) {
                json_object *s = json_object_array_get_idx(v, i);
                if (!json_object_is_type(s, json_type_string) ||
                    (size_t) json_object_get_string_len(s) != strlen(json_object_get_string(s)))
                        return false;
                vec_push(r->arena, ret, arena_strdup(r->arena, json_object_get_string(s)));
        }
        return true;
}

static const char *read_bytes(Reader *r, json_object *o, const char *key, size_t *ret_len) {
        json_object *v;
        if (!json_object_object_get_ex(o, key, &v) || !json_object_is_type(v, json_type_string))
                return NULL;
        *ret_len = (size_t) json_object_get_string_len(v);
        return arena_strndup(r->arena, json_object_get_string(v), *ret_len);
}

static bool read_tapsets(Reader *r, json_object *v) {
        if (!json_object_is_type(v, json_type_array) || json_object_array_length(v) > COMPILE_MAX_TAPSETS)
                return false;
        for (size_t i = 0; i < json_object_array_length(v); i++) {
                json_object *o = json_object_array_get_idx(v, i);
                size_t len = 0;
                Tapset t = {};
                if (!json_object_is_type(o, json_type_object) ||
                    !(t.name = read_bytes(r, o, "name", &len)) || !(t.text = read_bytes(r, o, "text", &t.len)))
                        return false;
                vec_push(r->arena, &r->request->tapsets, t);
        }
        return true;
}

#define LIST(member) \
        static bool read_##member(Reader *r, json_object *v) { return read_list(r, v, &r->request->member); }
#define FLAG(member)                                                    \
        static bool read_##member(Reader *r, json_object *v) {          \
                r->request->member = json_object_get_boolean(v);        \
                return json_object_is_type(v, json_type_boolean);       \
        }
LIST(args)
LIST(defines)
LIST(globals)
FLAG(guru)
FLAG(unprivileged)
FLAG(optimize)
FLAG(no_warnings)
FLAG(warnings_fatal)
FLAG(hide_globals)
FLAG(skip_bad_variables)
FLAG(keep_source)
FLAG(color)
FLAG(describe_only)

static const struct {
        const char *key, *error;
        bool (*read)(Reader *r, json_object *v);
} members[] = {
        { "name", "`name` is not a text", read_name },
        { "module", "`module` is not a text", read_module },
        { "compatible", "`compatible` is not a text", read_compatible },
        { "args", "`args` is not a list of texts", read_args },
        { "defines", "`defines` is not a list of texts", read_defines },
        { "globals", "`globals` is not a list of texts", read_globals },
        { "tapsets", "`tapsets` is not a list of files", read_tapsets },
        { "guru", "`guru` is neither true nor false", read_guru },
        { "unprivileged", "`unprivileged` is neither true nor false", read_unprivileged },
        { "optimize", "`optimize` is neither true nor false", read_optimize },
        { "noWarnings", "`noWarnings` is neither true nor false", read_no_warnings },
        { "warningsFatal", "`warningsFatal` is neither true nor false", read_warnings_fatal },
        { "hideGlobals", "`hideGlobals` is neither true nor false", read_hide_globals },
        { "skipBadVariables", "`skipBadVariables` is neither true nor false", read_skip_bad_variables },
        { "keepSource", "`keepSource` is neither true nor false", read_keep_source },
        { "color", "`color` is neither true nor false", read_color },
        { "describeOnly", "`describeOnly` is neither true nor false", read_describe_only },
        { "stopAfter", "`stopAfter` is not the name of a pass", read_stop },
};

bool request_from_json(Arena *a, json_object *o, CompileRequest *ret, const char **ret_error) {
        Reader r = { a, ret };
        request_init(ret);
        for (size_t i = 0; i < ELEMENTSOF(members); i++) {
                json_object *v;
                if (json_object_object_get_ex(o, members[i].key, &v) && !members[i].read(&r, v)) {
                        *ret_error = members[i].error;
                        return false;
                }
        }
        return true;
}

/* "N.N", as one number. */
static bool read_version(const char *s, unsigned *ret) {
        unsigned major, minor;
        int end = 0;
        if (strspn(s, "0123456789.") != strlen(s) || strlen(s) > 8 ||
            sscanf(s, "%u.%u%n", &major, &minor, &end) != 2 || s[end])
                return false;
        *ret = major * 1000 + minor;
        return true;
}

/* The language has only had additions since; what changed before is not taken back. */
#define OLDEST_COMPATIBLE 4003
#define NEWEST_COMPATIBLE 5006

static const char *check_compatible(const char *s) {
        unsigned version;
        if (!read_version(s, &version))
                return "--compatible takes a version of SystemTap, such as 5.0";
        if (version > NEWEST_COMPATIBLE)
                return "--compatible: stapd speaks the language of SystemTap 5.6, and not that of a later version";
        if (version < OLDEST_COMPATIBLE)
                return "--compatible: stapd speaks the language of SystemTap 4.3 to 5.6; what was different before is not "
                       "taken back. Most older scripts work without --compatible";
        return NULL;
}

bool request_sets_limits(const CompileRequest *r) {
        static const char timing[] = "STP_TIMING";
        vec_foreach(it, &r->defines)
                if (strcspn(*it, "=") != strlen(timing) || strncmp(*it, timing, strlen(timing)) != 0)
                        return true;
        return false;
}

static void add_part(Digest *d, const void *data, size_t len) {
        uint64_t n = len;
        digest_add(d, &n, sizeof(n));
        digest_add(d, data, len);
}

int request_digest(const CompileRequest *r, char *ret) {
        if (r->tapsets.n == 0)
                return digest_memory(r->script, r->script_len, ret);
        _cleanup_(digest_freep) Digest *d = digest_new();
        if (!d)
                return -ENOMEM;
        digest_add_string(d, COMPILE_TAPSETS_MARK);
        add_part(d, r->script, r->script_len);
        vec_foreach(it, &r->tapsets) {
                add_part(d, it->name, strlen(it->name));
                add_part(d, it->text, it->len);
        }
        return digest_hex(d, ret);
}

bool request_check(const CompileRequest *r, const char **ret_error) {
        const char *error = NULL;
        if (r->compatible && check_compatible(r->compatible))
                error = check_compatible(r->compatible);
        else if (r->script_len > COMPILE_MAX_SCRIPT)
                error = "the script is larger than 4 MiB";
        else if (r->args.n > COMPILE_MAX_ARGS)
                error = "there are more than 999 script arguments";
        else if (r->tapsets.n > COMPILE_MAX_TAPSETS)
                error = "there are more than 256 files of tapsets (-I)";
        else if (r->module && !build_name_is_valid(r->module))
                error = "the module's name may have small letters, digits and _, and 55 bytes";
        else if (r->unprivileged && r->guru)
                error = "an unprivileged script has no embedded C: leave out -g or --unprivileged";
        else if (r->unprivileged && request_sets_limits(r))
                error = "an unprivileged script keeps to its limits: leave out -D or --unprivileged";
        else if (strlen(r->name) > MAX_NAME)
                error = "the script's name is too long";
        if (error)
                *ret_error = error;
        return !error;
}
