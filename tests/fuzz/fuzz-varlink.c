/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes from a client's socket: cut into calls, and each given to its verb, of a caller who has one
 * session and may nothing else. What is sent back must be whole messages of UTF-8 JSON, the last of each
 * call without `continues`, and none for `oneway`. The context of a Start, which policy lets nobody near
 * here, is read besides.
 */
#include <stdlib.h>
#include <string.h>
#include "api/connection.h"
#include "api/interface.h"
#include "api/verbs.h"
#include "manifest/bytes.h"

#define OWNER 1
#define SESSION "0123456789abcdef0123456789abcdef"

static Config config;
static Request named = { .name = (char *) "x.stp" };
static Session session = { .id = SESSION, .owner = { .uid = OWNER }, .request = &named, .state = SESSION_UNLOADING,
                           .leash = LEASH_INIT, .module_fd = -1 };
static Manager manager = { .config = &config, .policy = { .group = (gid_t) -1 }, .sessions = &session,
                           .n_sessions = 1 };

static int nothing(sd_event_source *s, void *userdata) {
        return 0;
}

/* As connection_new() makes it, without a socket. */
static void set_up(Connection *c) {
        static sd_event *event;
        static sd_event_source *deferred;
        session.manager = &manager;
        if (!event && (config_init(&config) < 0 || sd_event_new(&event) < 0 ||
                       sd_event_add_defer(event, &deferred, nothing, NULL) < 0))
                abort();
        manager.ended = manager.ended ?: json_object_new_array();
        manager.ended_jobs = manager.ended_jobs ?: json_object_new_array();
        *c = (Connection) { .call.manager = &manager, .event = event, .deferred = deferred, .fd = -1,
                            .peer = { .caller = { .uid = OWNER, .gid = OWNER }, .single = true } };
        c->out.limit = CONNECTION_MAX_QUEUED;
}

static void check_message(const char *text, size_t len, bool last) {
        json_tokener *t = json_tokener_new_ex(2 * VARLINK_MAX_DEPTH);
        json_tokener_set_flags(t, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
        json_object *o = json_tokener_parse_ex(t, text, (int) len), *v = NULL;
        if (!o || json_tokener_get_parse_end(t) != len || !bytes_are_utf8(text, len) ||
            !json_object_object_get_ex(o, "parameters", &v) || !json_object_is_type(v, json_type_object) ||
            json_object_object_get_ex(o, "continues", &v) == last)
                abort();
        json_object_put(o);
        json_tokener_free(t);
}

static void check_replies(Connection *c, bool oneway) {
        const char *p = c->out.data, *end = p ? p + c->out.len : NULL;
        if (c->busy || c->out.failed || (c->out.len == 0) != oneway)
                abort();
        while (p && p < end) {
                const char *nul = memchr(p, 0, (size_t) (end - p));
                if (!nul)
                        abort();
                check_message(p, (size_t) (nul - p), nul + 1 == end);
                p = nul + 1;
        }
        buf_consume(&c->out, c->out.len);
}

/* What is accepted can be hashed and sent on. */
static void read_context(json_object *parameters) {
        json_object *context = NULL;
        Request *r = NULL;
        const char *field = NULL;
        char key[KEY_LENGTH + 1];
        if (!json_object_object_get_ex(parameters, "context", &context))
                return;
        int k = request_from_json(context, &r, &field);
        if (k < 0 && !field)
                abort();
        if (k < 0)
                return;
        request_key(r, "world", key);
        json_object *job = request_to_compile_job(r, r->module ?: "stap_x");
        size_t len;
        const char *text = json_object_to_json_string_length(job, JSON_C_TO_STRING_PLAIN, &len);
        if (!bytes_are_utf8(r->name, strlen(r->name)) || memchr(text, 0, len))
                abort();
        json_object_put(job);
        request_free(r);
}

static void answer(Connection *c) {
        bool oneway = c->message.oneway;
        read_context(c->message.parameters);
        if (strcmp(c->message.method, STAPD_INTERFACE ".Status") == 0 ||
            strcmp(c->message.method, STAPD_INTERFACE ".Describe") == 0) { /* asks the compiler, and there is none */
                varlink_call_done(&c->message);
                return;
        }
        connection_set_call(c);
        verbs_dispatch(&c->call);
        check_replies(c, oneway);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        Connection c;
        set_up(&c);
        buf_add(&c.in, data, size);
        int r;
        while ((r = varlink_take_call(&c.in, &c.message)) > 0)
                answer(&c);
        if (r == 0 && memchr(c.in.data ?: "x", 0, c.in.len))
                abort();
        buf_done(&c.in);
        buf_done(&c.out);
        return 0;
}
