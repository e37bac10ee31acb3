/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/adopt.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include "base/cleanup.h"
#include "base/fault.h"
#include "base/log.h"
#include "session/fields.h"
#include "session/lifecycle.h"
#include "session/login.h"
#include "session/snapshot.h"
#include "session/sweep.h"

#define FORMAT 2 /* of the memo */

static const char *const kept[] = { "leash", "reader", "module", "client", "state" };

/* ------------------------------------------------------------------ leaving */

static void add_text(json_object *o, const char *name, const char *s) {
        json_object_object_add(o, name, s ? json_object_new_string(s) : NULL);
}

static void add_number(json_object *o, const char *name, int64_t n) {
        json_object_object_add(o, name, json_object_new_int64(n));
}

/* What the script was made of is in the module by now. */
static json_object *describe_request(const Request *r) {
        json_object *o = request_to_json(r);
        static const char *const left_out[] = { "arguments", "defines", "globals" };
        for (size_t i = 0; i < ELEMENTSOF(left_out); i++)
                json_object_object_del(o, left_out[i]);
        add_text(o, "script", "");
        return o;
}

static json_object *describe(const Session *s) {
        json_object *o = json_object_new_object();
        add_number(o, "format", FORMAT);
        add_number(o, "abi", STP_ABI_VERSION);
        json_object_object_add(o, "request", describe_request(s->request));
        add_number(o, "uid", s->owner.uid);
        add_number(o, "gid", s->owner.gid);
        add_number(o, "pid", s->owner.pid);
        add_text(o, "login", s->login);
        add_text(o, "key", s->key);
        add_text(o, "digest", s->digest);
        add_text(o, "module", s->module);
        add_text(o, "state", session_state_to_string(s->state));
        add_text(o, "result", s->result);
        add_text(o, "error", s->error);
        add_number(o, "created", (int64_t) s->created_usec);
        add_number(o, "started", (int64_t) s->started_usec);
        add_number(o, "deadline", (int64_t) s->deadline_usec);
        json_object_object_add(o, "immediate", json_object_new_boolean(s->immediate));
        json_object_object_add(o, "clientMore", json_object_new_boolean(s->client_more));
        json_object_object_add(o, "clientWaits", json_object_new_boolean(s->client_waits));
        add_text(o, "clientBus", s->client_bus);
        if (s->streamer)
                json_object_object_add(o, "stream", streamer_describe(s->streamer));
        return o;
}

void session_save(Session *s) {
        if (s->memo.fd < 0)
                return;
        json_object *o = describe(s);
        int r = memo_write(&s->memo, o);
        if (r < 0)
                log_warning_errno(r, "Cannot write the memo of session %s: %m", s->id);
        json_object_put(o);
}

void session_keep(Session *s) {
        if (!store_is_there() || s->memo.fd >= 0)
                return;
        int r = memo_new(&s->memo);
        if (r < 0) {
                log_warning_errno(r, "Session %s cannot outlive this process: %m", s->id);
                return;
        }
        session_save(s);
        store_put(s->id, "module", s->module_fd);
        store_put(s->id, "reader", s->leash.reader_fd);
        streamer_keep(s->streamer);
        store_put(s->id, "state", s->memo.fd);
        (void) fault("half-kept");
        store_put(s->id, "leash", s->leash.fd); /* last: with it alone nothing could be done */
}

void session_let_go(Session *s) {
        leash_done(&s->leash);
        if (s->memo.fd >= 0)
                store_remove(s->id, "leash");
}

void session_unkeep(Session *s) {
        for (size_t i = 0; i < ELEMENTSOF(kept); i++) {
                store_remove(s->id, kept[i]);
                (void) fault("half-forgotten");
        }
        memo_done(&s->memo);
}

void manager_leave(Manager *m) {
        for (Session *s = m->sessions, *next; s; s = next) {
                next = s->next;
                session_settle(s);
        }
        m->leaving = true;
        for (Session *s = m->sessions; s; s = s->next) {
                session_save(s);
                session_unobserve(s);
                s->streamer = streamer_leave(s->streamer);
                memo_done(&s->memo);
        }
}

/* ------------------------------------------------------------------ going on */

/* NULL: there is none. */
static const char *text_of(json_object *o, const char *name) {
        json_object *v = field_of(o, name, json_type_string);
        return v ? json_object_get_string(v) : NULL;
}

static void copy_text(char *to, size_t size, const char *from) {
        snprintf(to, size, "%s", from ?: "");
}

/* The word that the memo has, as one of ours. */
static const char *result_of(json_object *o) {
        const char *word = text_of(o, "result"), *known = word ? session_result_word(word) : NULL;
        for (enum stp_result r = STP_RESULT_NONE; word && !known && r <= STP_RESULT_LEASH; r++)
                if (strcmp(leash_result_to_string(r), word) == 0)
                        known = leash_result_to_string(r);
        return known ? known : word ? "internal-error" : NULL;
}

static int read_memo(Session *s, json_object *o) {
        json_object *request = NULL;
        const char *field, *login = text_of(o, "login"), *error = text_of(o, "error"),
                           *bus = text_of(o, "clientBus");
        if (field_number(o, "format") != FORMAT || field_number(o, "abi") != STP_ABI_VERSION)
                return -EPROTO;
        json_object_object_get_ex(o, "request", &request);
        int r = request_from_json(request, &s->request, &field);
        if (r < 0)
                return -EBADMSG;
        s->owner = (Caller) { .uid = (uid_t) field_number(o, "uid"), .gid = (gid_t) field_number(o, "gid"),
                              .pid = (pid_t) field_number(o, "pid") };
        copy_text(s->key, sizeof(s->key), text_of(o, "key"));
        copy_text(s->digest, sizeof(s->digest), text_of(o, "digest"));
        copy_text(s->module, sizeof(s->module), text_of(o, "module"));
        s->state = session_state_from_string(text_of(o, "state"));
        s->result = result_of(o);
        s->created_usec = (uint64_t) field_number(o, "created");
        s->started_usec = (uint64_t) field_number(o, "started");
        s->deadline_usec = (uint64_t) field_number(o, "deadline");
        s->immediate = field_flag(o, "immediate");
        s->client_more = field_flag(o, "clientMore");
        s->client_waits = field_flag(o, "clientWaits");
        s->login = login ? strdup(login) : NULL;
        s->error = error ? strdup(error) : NULL;
        s->client_bus = bus ? strdup(bus) : NULL;
        bool kept = s->state >= 0 && (session_state_in_kernel(s->state) || s->state == SESSION_ENDED);
        return kept && *s->module ? 0 : -EBADMSG;
}

static int take_kernel_side(Session *s, Store *store) {
        const char *why = NULL;
        s->leash.fd = store_take(store, s->id, "leash");
        s->leash.reader_fd = store_take(store, s->id, "reader");
        s->module_fd = store_take(store, s->id, "module");
        strcpy(s->leash.module, s->module);
        s->module_loaded = true;
        /* Where it has been let go of: there is no more to be asked. */
        bool over = s->state >= SESSION_UNLOADING || (s->state == SESSION_DRAINING && s->immediate);
        if (s->module_fd < 0 || s->leash.reader_fd < 0 || (!over && s->leash.fd < 0))
                return -ENOENT;
        int r = manifest_read_module(s->module_fd, &s->manifest, &why);
        return r < 0 || s->leash.fd < 0 ? r : leash_stat(&s->leash, &s->stat);
}

static int take_stream(Session *s, Store *store, json_object *memo) {
        json_object *o = NULL;
        if (s->state >= SESSION_UNLOADING || !json_object_object_get_ex(memo, "stream", &o))
                return 0;
        StreamerOptions options = session_stream_options(s);
        return streamer_adopt(s->manager->event, &options, &session_stream_handler, s, o, store,
                              &s->streamer);
}

static void link_in(Manager *m, Session *s) {
        s->next = m->sessions;
        if (s->next)
                s->next->prev = s;
        m->sessions = s;
        m->n_sessions++;
}

/* From where it was. What happened meanwhile, the leash tells. */
static void go_on(Session *s) {
        switch (s->state) {
        case SESSION_LOADING: /* what is kept is loaded */
                session_loaded(s);
                break;
        case SESSION_HELD:
                session_exclude_consumers(s, 0);
                break;
        case SESSION_STARTING:
        case SESSION_RUNNING:
        case SESSION_STOPPING:
                session_exclude_consumers(s, 0);
                if (session_follow_again(s) < 0)
                        session_fail_in_kernel(s, FAILURE_INTERNAL, "daemon-lost",
                                               "it could not be taken over");
                break;
        case SESSION_DRAINING:
                if (!s->streamer ||
                    streamer_finish(s->streamer, s->result ?: "success", 0, session_drain_timeout(s)) < 0)
                        session_begin_unload(s);
                break;
        case SESSION_UNLOADING:
                session_begin_unload(s);
                break;
        case SESSION_ENDED: /* its client has not been told */
                session_end(s);
                break;
        default:
                session_fail_in_kernel(s, FAILURE_INTERNAL, "daemon-lost",
                                       "stapd died while it was being loaded");
        }
}

static int adopt(Manager *m, Store *store, const char *id, Session **ret) {
        int fd = store_take(store, id, "state");
        json_object *memo = NULL;
        Session *s = calloc(1, sizeof(*s));
        if (!s || fd < 0) {
                free(s);
                close_fd(fd);
                return s ? -ENOENT : -ENOMEM;
        }
        *s = (Session) { .manager = m, .module_fd = -1, .client_fd = -1, .leash = LEASH_INIT, .memo = MEMO_INIT };
        copy_text(s->id, sizeof(s->id), id);
        int r = memo_open(fd, &s->memo, &memo);
        if (r >= 0)
                r = read_memo(s, memo);
        if (r >= 0)
                r = take_kernel_side(s, store);
        if (r >= 0)
                r = take_stream(s, store, memo);
        json_object_put(memo);
        if (r < 0) {
                memo_done(&s->memo);
                store_remove(id, "state");
                store_remove(id, "leash");
                store_remove(id, "reader");
                store_remove(id, "module");
                s->streamer = streamer_free(s->streamer);
                session_free(s);
                return r;
        }
        *ret = s;
        return 0;
}

void manager_go_on(Manager *m) {
        for (Session *s = m->sessions, *next; s; s = next) {
                next = s->next;
                char id[SESSION_ID_LENGTH + 1];
                if (!s->adopted)
                        continue;
                strcpy(id, s->id);
                s->adopted = false;
                bool logged_out = s->login && (login_watch(m) < 0 || login_is_over(s));
                bool gone = s->request->lifetime == LIFETIME_CLIENT && !s->observer && !s->client_bus;
                go_on(s);
                if ((gone || logged_out) && manager_find(m, id))
                        session_stop(s, gone ? "client-gone" : "logout", /* immediate= */ false);
        }
}

static const char *explain(int error) {
        switch (error) {
        case -EPROTO: return "what is kept of it is of another version of stapd";
        case -EBADMSG: return "what is kept of it is damaged";
        case -ENOENT: return "not all of it was kept";
        default: return strerror(-error);
        }
}

void manager_adopt(Manager *m, Store *store) {
        char id[SESSION_ID_LENGTH + 1];
        unsigned taken = 0, refused = 0;
        for (const char *first; (first = store_first(store));) {
                strcpy(id, first);
                Session *s = NULL;
                int r = adopt(m, store, id, &s);
                if (r < 0) {
                        log_warning("Session %s of an earlier stapd cannot be taken over, and ends: %s.", id,
                                    explain(r));
                        store_drop(store, id);
                        refused++;
                        continue;
                }
                link_in(m, s);
                snapshot_adopt_all(s);
                s->client_fd = store_take(store, id, "client");
                s->adopted = true;
                store_drop(store, id);
                taken++;
        }
        if (taken > 0)
                log_info("Took over %u session(s).", taken);
        /* Not before: a module whose session is held has no user. */
        const char *advice;
        if (manager_can_load(m, &advice))
                manager_sweep(m, refused > 0);
}
