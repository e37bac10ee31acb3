/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/request.h"
#include <ctype.h>
#include <errno.h>
#include <openssl/evp.h>
#include <string.h>
#include "manifest/bytes.h"
#include "manifest/compile-protocol.h"
#include "manifest/stream-protocol.h"
#include "runtime/abi.h"

Request *request_free(Request *r) {
        if (!r)
                return NULL;
        free(r->name);
        free(r->zone);
        free(r->catalog);
        free(r->module);
        free(r->compatible);
        free(r->session_name);
        free(r->script);
        free(r->compiled);
        json_object_put(r->args);
        json_object_put(r->defines);
        json_object_put(r->globals);
        json_object_put(r->tapsets);
        json_object_put(r->values);
        json_object_put(r->mask);
        free(r);
        return NULL;
}

/* ------------------------------------------------------------------ reading */

typedef enum { FIELD_TEXT, FIELD_LIST, FIELD_TAPSETS, FIELD_FLAG, FIELD_NUMBER, FIELD_LIFETIME } FieldKind;

static const struct {
        const char *name;
        FieldKind kind;
        size_t offset;
        int64_t min, max; /* NUMBER */
} fields[] = {
        { "name", FIELD_TEXT, offsetof(Request, name) },
        { "module", FIELD_TEXT, offsetof(Request, module) },
        { "compatible", FIELD_TEXT, offsetof(Request, compatible) },
        { "catalog", FIELD_TEXT, offsetof(Request, catalog) },
        { "values", FIELD_LIST, offsetof(Request, values) },
        { "tapsets", FIELD_TAPSETS, offsetof(Request, tapsets) },
        { "mask", FIELD_LIST, offsetof(Request, mask) },
        { "zone", FIELD_TEXT, offsetof(Request, zone) },
        { "utcOffset", FIELD_NUMBER, offsetof(Request, utc_offset), -86400, 86400 },
        { "sessionName", FIELD_TEXT, offsetof(Request, session_name) },
        { "lifetime", FIELD_LIFETIME, offsetof(Request, lifetime) },
        { "arguments", FIELD_LIST, offsetof(Request, args) },
        { "defines", FIELD_LIST, offsetof(Request, defines) },
        { "globals", FIELD_LIST, offsetof(Request, globals) },
        { "guru", FIELD_FLAG, offsetof(Request, guru) },
        { "unprivileged", FIELD_FLAG, offsetof(Request, unprivileged) },
        { "optimize", FIELD_FLAG, offsetof(Request, optimize) },
        { "noWarnings", FIELD_FLAG, offsetof(Request, no_warnings) },
        { "warningsFatal", FIELD_FLAG, offsetof(Request, warnings_fatal) },
        { "hideGlobals", FIELD_FLAG, offsetof(Request, hide_globals) },
        { "skipBadVariables", FIELD_FLAG, offsetof(Request, skip_bad_variables) },
        { "hold", FIELD_FLAG, offsetof(Request, hold) },
        { "keepSource", FIELD_FLAG, offsetof(Request, keep_source) },
        { "traceSelf", FIELD_FLAG, offsetof(Request, trace_self) },
        { "cache", FIELD_FLAG, offsetof(Request, cache) },
        { "bufferMegabytes", FIELD_NUMBER, offsetof(Request, buffer_megabytes), 1, REQUEST_MAX_BUFFER_MB },
        { "cpuPercent", FIELD_NUMBER, offsetof(Request, cpu_percent), 1, 100 },
        { "memoryMegabytes", FIELD_NUMBER, offsetof(Request, memory_megabytes), 1, 1 << 20 },
        { "bytesPerSecond", FIELD_NUMBER, offsetof(Request, bytes_per_second), 1, INT64_C(1) << 40 },
        { "timeoutUSec", FIELD_NUMBER, offsetof(Request, timeout_usec), 1, INT64_MAX / 1000 },
        { "untilUSec", FIELD_NUMBER, offsetof(Request, until_usec), 1, INT64_MAX / 1000 },
        { "flight", FIELD_FLAG, offsetof(Request, flight) },
        { "journal", FIELD_FLAG, offsetof(Request, journal) },
        { "keepBytes", FIELD_NUMBER, offsetof(Request, keep_bytes), STREAM_KEEP_MIN, STREAM_KEEP_MAX },
        { "target", FIELD_NUMBER, offsetof(Request, target), 0, INT32_MAX },
};

/* Others see these in lists, on terminals and as JSON: no control characters, nothing but UTF-8. */
static bool is_plain(const char *s) {
        for (const char *p = s; *p; p++)
                if ((unsigned char) *p < ' ' || *p == 0x7f)
                        return false;
        return bytes_are_utf8(s, strlen(s));
}

/* A string that goes on where a C string ends would be cut there. */
static bool is_text(json_object *value) {
        return json_object_is_type(value, json_type_string) &&
                strlen(json_object_get_string(value)) == (size_t) json_object_get_string_len(value);
}

static int read_text(json_object *value, char **ret) {
        const char *s = is_text(value) ? json_object_get_string(value) : NULL;
        if (!s || strlen(s) > 4096 || !is_plain(s))
                return -EINVAL;
        *ret = strdup(s);
        return *ret ? 0 : -ENOMEM;
}

static int read_list(json_object *value, json_object **ret) {
        if (!json_object_is_type(value, json_type_array) ||
            json_object_array_length(value) > REQUEST_MAX_LIST)
                return -EINVAL;
        for (size_t i = 0; i < json_object_array_length(value); i++)
                if (!is_text(json_object_array_get_idx(value, i)))
                        return -EINVAL;
        *ret = json_object_get(value);
        return 0;
}

static bool is_tapset_name(const char *s) {
        size_t n = strlen(s);
        bool ends = (n > 4 && strcmp(s + n - 4, ".stp") == 0) || (n > 5 && strcmp(s + n - 5, ".stpm") == 0);
        return ends && n <= 4096 && is_plain(s);
}

/* Names are for messages: no file is opened by them. */
static int read_tapsets(json_object *value, json_object **ret) {
        size_t bytes = 0;
        if (!json_object_is_type(value, json_type_array) || json_object_array_length(value) > COMPILE_MAX_TAPSETS)
                return -EINVAL;
        for (size_t i = 0; i < json_object_array_length(value); i++) {
                json_object *o = json_object_array_get_idx(value, i), *name = NULL, *text = NULL;
                if (!json_object_is_type(o, json_type_object) || json_object_object_length(o) != 2 ||
                    !json_object_object_get_ex(o, "name", &name) || !is_text(name) ||
                    !is_tapset_name(json_object_get_string(name)) || !json_object_object_get_ex(o, "text", &text) ||
                    !json_object_is_type(text, json_type_string))
                        return -EINVAL;
                bytes += (size_t) json_object_get_string_len(text);
        }
        if (bytes > COMPILE_MAX_TAPSET_BYTES)
                return -EINVAL;
        *ret = json_object_array_length(value) > 0 ? json_object_get(value) : NULL;
        return 0;
}

static int read_lifetime(json_object *value, SessionLifetime *ret) {
        SessionLifetime l = is_text(value) ? session_lifetime_from_string(json_object_get_string(value))
                                           : _SESSION_LIFETIME_INVALID;
        if (l < 0)
                return -EINVAL;
        *ret = l;
        return 0;
}

static int read_field(Request *r, size_t i, json_object *value) {
        void *field = (char *) r + fields[i].offset;
        switch (fields[i].kind) {
        case FIELD_TEXT:
                return read_text(value, field);
        case FIELD_LIST:
                return read_list(value, field);
        case FIELD_TAPSETS:
                return read_tapsets(value, field);
        case FIELD_FLAG:
                if (!json_object_is_type(value, json_type_boolean))
                        return -EINVAL;
                *(bool *) field = json_object_get_boolean(value);
                return 0;
        case FIELD_LIFETIME:
                return read_lifetime(value, field);
        case FIELD_NUMBER:
                if (!json_object_is_type(value, json_type_int) ||
                    json_object_get_int64(value) < fields[i].min ||
                    json_object_get_int64(value) > fields[i].max)
                        return -EINVAL;
                *(int64_t *) field = json_object_get_int64(value);
                return 0;
        }
        return -EINVAL;
}

/* Base64, in lines or not. Whoever brings a module brings no script, and cannot change it any more. */
static int read_compiled(Request *r, json_object *context, const char **ret_field) {
        static const char *const fixed[] = { "script", "catalog", "values", "arguments", "defines", "globals", "module", "tapsets" };
        json_object *value, *other;
        *ret_field = "compiled";
        if (!json_object_object_get_ex(context, "compiled", &value) || !value)
                return 0;
        if (!json_object_is_type(value, json_type_string))
                return -EINVAL;
        size_t len = (size_t) json_object_get_string_len(value);
        const char *text = json_object_get_string(value);
        if (len == 0 || len % 4 != 0 || len / 4 * 3 > REQUEST_MAX_COMPILED)
                return -EINVAL;
        r->compiled = malloc(len / 4 * 3);
        if (!r->compiled)
                return -ENOMEM;
        int n = EVP_DecodeBlock(r->compiled, (const unsigned char *) text, (int) len);
        if (n < 0)
                return -EINVAL;
        r->compiled_len = (size_t) n - (text[len - 1] == '=') - (text[len - 2] == '=');
        for (size_t i = 0; i < ELEMENTSOF(fixed); i++) {
                *ret_field = fixed[i];
                if (json_object_object_get_ex(context, fixed[i], &other) && other &&
                    !(json_object_is_type(other, json_type_array) && json_object_array_length(other) == 0))
                        return -EINVAL;
        }
        return 0;
}

static int read_script(Request *r, json_object *context) {
        json_object *value, *catalog;
        if (r->compiled) {
                r->script = strdup("");
                return r->script ? 0 : -ENOMEM;
        }
        if (!json_object_object_get_ex(context, "script", &value) || !value) { /* the catalogue has it */
                r->script = strdup("");
                return !r->script ? -ENOMEM : json_object_object_get_ex(context, "catalog", &catalog) && catalog ? 0 : -EINVAL;
        }
        if (!json_object_is_type(value, json_type_string))
                return -EINVAL;
        r->script_len = (size_t) json_object_get_string_len(value);
        if (r->script_len > REQUEST_MAX_SCRIPT)
                return -EINVAL;
        r->script = malloc(r->script_len + 1);
        if (!r->script)
                return -ENOMEM;
        memcpy(r->script, json_object_get_string(value), r->script_len);
        r->script[r->script_len] = 0;
        return 0;
}

/* A C macro's name, then nothing or "=" and a value. What gcc is given is ours to check: an option that
 * hides in a define must not get through. */
static bool is_define(const char *s) {
        if (!isalpha((unsigned char) *s) && *s != '_')
                return false;
        while (isalnum((unsigned char) *s) || *s == '_')
                s++;
        if (*s && *s != '=')
                return false;
        for (; *s; s++)
                if ((unsigned char) *s < ' ')
                        return false;
        return true;
}

static bool is_module_name(const char *s) {
        size_t n = strlen(s);
        if (n == 0 || n >= STP_NAME_MAX - sizeof(STP_MODULE_PREFIX))
                return false;
        for (; *s; s++)
                if (!islower((unsigned char) *s) && !isdigit((unsigned char) *s) && *s != '_')
                        return false;
        return true;
}

/* Every module of ours has the prefix, so that it can be told from other people's. */
static int normalise_module(Request *r) {
        if (!r->module)
                return 0;
        if (!is_module_name(r->module))
                return -EINVAL;
        if (strncmp(r->module, STP_MODULE_PREFIX, strlen(STP_MODULE_PREFIX)) == 0)
                return 0;
        char *named;
        if (asprintf(&named, STP_MODULE_PREFIX "%s", r->module) < 0)
                return -ENOMEM;
        free(r->module);
        r->module = named;
        return 0;
}

static int check_defines(const Request *r) {
        size_t n = r->defines ? json_object_array_length(r->defines) : 0;
        for (size_t i = 0; i < n; i++)
                if (!is_define(json_object_get_string(json_object_array_get_idx(r->defines, i))))
                        return -EINVAL;
        return 0;
}

bool request_is_session_name(const char *s) {
        size_t n = strlen(s);
        if (n == 0 || n > 64 || !isalnum((unsigned char) *s))
                return false;
        if (n >= 4 && strspn(s, "0123456789abcdef") == n)
                return false;
        for (; *s; s++)
                if (!isalnum((unsigned char) *s) && !strchr("._@-", *s))
                        return false;
        return true;
}

static int read_fields(Request *r, json_object *context, const char **ret_field) {
        for (size_t i = 0; i < ELEMENTSOF(fields); i++) {
                json_object *value;
                if (!json_object_object_get_ex(context, fields[i].name, &value) || !value)
                        continue;
                int k = read_field(r, i, value);
                if (k < 0) {
                        *ret_field = fields[i].name;
                        return k;
                }
        }
        return 0;
}

int request_from_json(json_object *context, Request **ret, const char **ret_field) {
        *ret_field = "context";
        if (!json_object_is_type(context, json_type_object))
                return -EINVAL;
        _cleanup_(request_freep) Request *r = calloc(1, sizeof(*r));
        if (!r)
                return -ENOMEM;
        r->optimize = r->cache = true;

        int k = read_compiled(r, context, ret_field);
        if (k >= 0) {
                *ret_field = "script";
                k = read_script(r, context);
        }
        if (k >= 0)
                k = read_fields(r, context, ret_field);
        if (k >= 0) {
                *ret_field = "module";
                k = normalise_module(r);
        }
        if (k >= 0 && r->session_name && !request_is_session_name(r->session_name)) {
                *ret_field = "sessionName";
                k = -EINVAL;
        }
        if (k >= 0) {
                *ret_field = "defines";
                k = check_defines(r);
        }
        if (k < 0)
                return k;
        if (!r->name && !(r->name = strdup("<input>")))
                return -ENOMEM;
        *ret = TAKE_PTR(r);
        return 0;
}

/* ------------------------------------------------------------------ as it came in */

static json_object *field_to_json(const void *field, FieldKind kind) {
        switch (kind) {
        case FIELD_TEXT:
                return *(char *const *) field ? json_object_new_string(*(char *const *) field) : NULL;
        case FIELD_LIST:
        case FIELD_TAPSETS: return json_object_get(*(json_object *const *) field);
        case FIELD_FLAG: return json_object_new_boolean(*(const bool *) field);
        case FIELD_LIFETIME:
                return json_object_new_string(session_lifetime_to_string(*(const SessionLifetime *) field));
        case FIELD_NUMBER:
                return *(const int64_t *) field ? json_object_new_int64(*(const int64_t *) field) : NULL;
        }
        return NULL;
}

json_object *request_to_json(const Request *r) {
        json_object *o = json_object_new_object();
        json_object_object_add(o, "script", json_object_new_string_len(r->script, (int) r->script_len));
        for (size_t i = 0; i < ELEMENTSOF(fields); i++)
                json_object_object_add(o, fields[i].name,
                                       field_to_json((const char *) r + fields[i].offset, fields[i].kind));
        return o;
}

#define FLIGHT_KEEP ((size_t) 16 << 20) /* what a flight recorder keeps unless it is told */

size_t request_keep(const Request *r) {
        if (r->keep_bytes > 0)
                return (size_t) r->keep_bytes;
        return r->flight ? FLIGHT_KEEP : STREAM_KEEP_DEFAULT;
}

/* ------------------------------------------------------------------ what the compiler gets */

json_object *request_to_compile_job(const Request *r, const char *module) {
        json_object *o = json_object_new_object();
        if (!o)
                return NULL;
        json_object_object_add(o, "name", json_object_new_string(r->name));
        json_object_object_add(o, "module", json_object_new_string(module));
        if (r->compatible)
                json_object_object_add(o, "compatible", json_object_new_string(r->compatible));
        json_object_object_add(o, "args", r->args ? json_object_get(r->args) : json_object_new_array());
        json_object_object_add(o, "defines",
                               r->defines ? json_object_get(r->defines) : json_object_new_array());
        json_object_object_add(o, "globals",
                               r->globals ? json_object_get(r->globals) : json_object_new_array());
        if (r->tapsets)
                json_object_object_add(o, "tapsets", json_object_get(r->tapsets));
        json_object_object_add(o, "guru", json_object_new_boolean(r->guru));
        json_object_object_add(o, "unprivileged", json_object_new_boolean(r->unprivileged));
        json_object_object_add(o, "optimize", json_object_new_boolean(r->optimize));
        json_object_object_add(o, "noWarnings", json_object_new_boolean(r->no_warnings));
        json_object_object_add(o, "warningsFatal", json_object_new_boolean(r->warnings_fatal));
        json_object_object_add(o, "hideGlobals", json_object_new_boolean(r->hide_globals));
        json_object_object_add(o, "skipBadVariables", json_object_new_boolean(r->skip_bad_variables));
        json_object_object_add(o, "keepSource", json_object_new_boolean(r->keep_source));
        json_object_object_add(o, "color", json_object_new_boolean(false));
        json_object_object_add(o, "stopAfter", json_object_new_string("build"));
        return o;
}

json_object *request_to_describe_job(const Request *r) {
        json_object *o = request_to_compile_job(r, r->module ?: STP_MODULE_PREFIX "described");
        if (!o)
                return NULL;
        json_object_object_add(o, "stopAfter", json_object_new_string("translate"));
        json_object_object_add(o, "describeOnly", json_object_new_boolean(true));
        return o;
}

DEFINE_CLEANUP(EVP_MD_CTX *, evp_freep, EVP_MD_CTX_free)

/* Each part with its length, so that no two different lists of parts can look the same. */
static void hash_part(EVP_MD_CTX *md, const void *data, size_t len) {
        uint64_t n = len;
        EVP_DigestUpdate(md, &n, sizeof(n));
        EVP_DigestUpdate(md, data, len);
}

static void hash_list(EVP_MD_CTX *md, json_object *list) {
        uint64_t n = list ? json_object_array_length(list) : 0;
        hash_part(md, &n, sizeof(n));
        for (size_t i = 0; i < n; i++) {
                json_object *s = json_object_array_get_idx(list, i);
                hash_part(md, json_object_get_string(s), (size_t) json_object_get_string_len(s));
        }
}

/* Name and bytes of each. */
static void hash_tapsets(EVP_MD_CTX *md, json_object *tapsets) {
        static const char *const parts[] = { "name", "text" };
        for (size_t i = 0; tapsets && i < json_object_array_length(tapsets); i++)
                for (size_t k = 0; k < ELEMENTSOF(parts); k++) {
                        json_object *s = json_object_object_get(json_object_array_get_idx(tapsets, i), parts[k]);
                        hash_part(md, json_object_get_string(s), (size_t) json_object_get_string_len(s));
                }
}

static void finish_hex(EVP_MD_CTX *md, char *ret) {
        unsigned char digest[EVP_MAX_MD_SIZE] = {};
        unsigned len = 0;
        EVP_DigestFinal_ex(md, digest, &len);
        for (unsigned i = 0; i < KEY_LENGTH / 2; i++)
                sprintf(ret + 2 * i, "%02x", digest[i]);
}

void request_key(const Request *r, const char *world, char ret[static KEY_LENGTH + 1]) {
        _cleanup_(evp_freep) EVP_MD_CTX *md = EVP_MD_CTX_new();
        EVP_DigestInit_ex(md, EVP_sha256(), NULL);
        hash_part(md, world, strlen(world));
        hash_part(md, r->name, strlen(r->name));
        hash_part(md, r->module ? r->module : "", r->module ? strlen(r->module) : 0);
        hash_part(md, r->compatible ?: "", r->compatible ? strlen(r->compatible) : 0);
        hash_part(md, r->script, r->script_len);
        hash_list(md, r->args);
        hash_list(md, r->defines);
        hash_list(md, r->globals);
        uint64_t n_tapsets = r->tapsets ? json_object_array_length(r->tapsets) : 0;
        hash_part(md, &n_tapsets, sizeof(n_tapsets));
        hash_tapsets(md, r->tapsets);
        bool flags[] = { r->guru, r->unprivileged, r->optimize, r->no_warnings, r->warnings_fatal, r->hide_globals,
                         r->skip_bad_variables };
        hash_part(md, flags, sizeof(flags));
        finish_hex(md, ret);
}

void request_digest(const Request *r, char ret[static KEY_LENGTH + 1]) {
        _cleanup_(evp_freep) EVP_MD_CTX *md = EVP_MD_CTX_new();
        EVP_DigestInit_ex(md, EVP_sha256(), NULL);
        if (r->tapsets) {
                EVP_DigestUpdate(md, COMPILE_TAPSETS_MARK, sizeof(COMPILE_TAPSETS_MARK));
                hash_part(md, r->script, r->script_len);
                hash_tapsets(md, r->tapsets);
        } else {
                EVP_DigestUpdate(md, r->script, r->script_len);
        }
        finish_hex(md, ret);
}
