/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What stapctl run asks of Start: the script, and what the options say of it. */
#include <time.h>
#include <elf.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include "ctl/run-options.h"

static void add_flag(json_object *o, const char *name, bool value) {
        if (value)
                json_object_object_add(o, name, json_object_new_boolean(true));
}

static void add_number(json_object *o, const char *name, int64_t value) {
        if (value > 0)
                json_object_object_add(o, name, json_object_new_int64(value));
}

static void add_text(json_object *o, const char *name, const char *value) {
        if (value)
                json_object_object_add(o, name, json_object_new_string(value));
}

/* What tz_ctime() of the script goes by. */
static void add_zone(json_object *context) {
        time_t now = time(NULL);
        struct tm tm;
        if (!localtime_r(&now, &tm))
                return;
        json_object_object_add(context, "utcOffset", json_object_new_int64(tm.tm_gmtoff));
        add_text(context, "zone", tm.tm_zone);
}

/* A script is text; what begins as a module is one. */
static bool is_module(const char *script, size_t len) {
        return len > SELFMAG && memcmp(script, ELFMAG, SELFMAG) == 0;
}

static void add_module(json_object *context, const char *image, size_t len) {
        char *text = malloc((len + 2) / 3 * 4 + 1);
        if (!text)
                return;
        int n = EVP_EncodeBlock((unsigned char *) text, (const unsigned char *) image, (int) len);
        json_object_object_add(context, "compiled", json_object_new_string_len(text, n));
        free(text);
}

json_object *run_options_context(const RunOptions *o, const char *script, size_t len) {
        json_object *c = json_object_new_object();
        if (o->catalog) {
                add_text(c, "catalog", o->catalog);
                json_object_object_add(c, "values", json_object_get(o->args));
        } else {
                add_text(c, "name", run_options_name(o));
                json_object_object_add(c, "arguments", json_object_get(o->args));
        }
        if (!o->catalog && is_module(script, len))
                add_module(c, script, len);
        else if (!o->catalog)
                json_object_object_add(c, "script", json_object_new_string_len(script, (int) len));
        if (o->defines)
                json_object_object_add(c, "defines", json_object_get(o->defines));
        if (o->globals)
                json_object_object_add(c, "globals", json_object_get(o->globals));
        if (o->tapsets)
                json_object_object_add(c, "tapsets", json_object_get(o->tapsets));
        if (o->module)
                json_object_object_add(c, "module", json_object_new_string(o->module));
        if (o->compatible)
                json_object_object_add(c, "compatible", json_object_new_string(o->compatible));
        add_zone(c);
        add_flag(c, "guru", o->guru);
        add_flag(c, "unprivileged", o->unprivileged);
        add_flag(c, "noWarnings", o->no_warnings);
        add_flag(c, "warningsFatal", o->warnings_fatal);
        add_flag(c, "hideGlobals", o->hide_globals);
        add_flag(c, "skipBadVariables", o->skip_bad_variables);
        add_flag(c, "keepSource", o->keep);
        add_flag(c, "traceSelf", o->trace_self);
        add_flag(c, "hold", !o->lifetime);
        add_text(c, "lifetime", o->lifetime);
        add_text(c, "sessionName", o->session_name);
        add_flag(c, "flight", o->flight);
        add_flag(c, "journal", o->journal);
        add_number(c, "keepBytes", o->keep_bytes);
        if (o->unoptimized)
                json_object_object_add(c, "optimize", json_object_new_boolean(false));
        if (o->no_cache)
                json_object_object_add(c, "cache", json_object_new_boolean(false));
        add_number(c, "bufferMegabytes", o->buffer_megabytes);
        add_number(c, "timeoutUSec", o->timeout_usec);
        add_number(c, "untilUSec", o->until_usec);
        if (o->lifetime)
                add_number(c, "target", o->target);
        json_object *p = json_object_new_object();
        json_object_object_add(p, "context", c);
        return p;
}
