/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/manager.h"
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "base/cleanup.h"
#include "base/fault.h"
#include "base/log.h"
#include "manifest/stream-protocol.h"
#include "run/module.h"
#include "session/adopt.h"
#include "session/describe.h"
#include "session/kit.h"
#include "session/login.h"
#include "session/policy.h"
#include "session/preparation.h"
#include "session/scripts.h"

#define REFRESH_USEC (3 * 1000000ull)
#define ENDED_MAX 64 /* sessions whose end can still be asked for */

/* True when compiling can be tried: there is a kit, or one cannot be had and the compiler will say why. */
static bool can_compile(const Manager *m) {
        CompilerInfo info = compiler_info(m->compiler);
        return info.ready && !info.error && (info.kit || m->kit_failed);
}

static void fail_waiting_sessions(Manager *m, const char *error) {
        for (Session *s = m->sessions, *next; s; s = next) {
                next = s->next;
                if (s->state == SESSION_QUEUED)
                        session_fail(s, FAILURE_KERNEL, "kernel-missing", error);
        }
}

/* What was missing may have been installed since: the compiler looks again, but not for every session. */
static bool refresh_compiler(Manager *m) {
        uint64_t now = 0;
        (void) sd_event_now(m->event, CLOCK_MONOTONIC, &now);
        if (m->refreshed_usec > 0 && now < m->refreshed_usec + REFRESH_USEC)
                return false;
        m->refreshed_usec = now;
        return compiler_restart(m->compiler) >= 0;
}

void manager_start_waiting(Manager *m) {
        CompilerInfo info = compiler_info(m->compiler);
        if (!info.ready)
                return;
        if (info.error) {
                fail_waiting_sessions(m, info.error);
                return;
        }
        if (!can_compile(m)) {
                if (!m->preparation && m->sessions &&
                    (preparation_new(m, m->sessions->owner.uid, NULL, /* force= */ false) < 0 ||
                     preparation_go(m) < 0))
                        m->kit_failed = true;
                if (!m->kit_failed)
                        return;
        }
        for (Session *s = m->sessions, *next; s; s = next) {
                next = s->next;
                if (s->state == SESSION_QUEUED)
                        session_compile(s);
        }
}

static void on_compiler_ready(void *userdata) {
        Manager *m = userdata;
        CompilerInfo info = compiler_info(m->compiler);
        if (info.error)
                log_warning("Scripts cannot be compiled: %s", info.error);
        else
                log_info("The compiler is ready for kernel %s%s.", info.kernel ?: "?",
                         info.kit ? "" : " (its kit will be built on first use)");
        if (m->preparation)
                (void) preparation_go(m);
        manager_start_waiting(m);
}

void manager_enqueue(Manager *m, Session *s) {
        if (s->observer)
                s->observer->state(s->observer_data, s);
        (void) fault(session_state_to_string(s->state));
        if (can_compile(m))
                session_compile(s);
        else if (!compiler_info(m->compiler).error || !refresh_compiler(m))
                manager_start_waiting(m);
}

void manager_remove(Manager *m, Session *s) {
        if (s->prev)
                s->prev->next = s->next;
        else
                m->sessions = s->next;
        if (s->next)
                s->next->prev = s->prev;
        m->n_sessions--;
        manager_tell_session(m, s, CHANGE_REMOVED);
        session_free(s);
        if (m->stopping && m->n_sessions == 0 && m->stopped)
                m->stopped(m->stopped_data);
}

void manager_stop(Manager *m, void (*stopped)(void *userdata), void *userdata) {
        m->stopping = true;
        for (Session *s = m->sessions, *next; s; s = next) {
                next = s->next;
                session_stop(s, "shutdown", /* immediate= */ false);
        }
        m->stopped = stopped;
        m->stopped_data = userdata;
        if (m->n_sessions == 0)
                stopped(userdata);
}

/* ------------------------------------------------------------------ what has ended */

void manager_remember(Manager *m, Session *s) {
        tally_add(m->tally.results, s->result, 1);
        counts_add(&m->tally.ended, s);
        if (json_object_array_length(m->ended) >= ENDED_MAX)
                json_object_array_del_idx(m->ended, 0, 1);
        json_object *o = json_object_new_object();
        json_object_object_add(o, "session", session_describe(s));
        json_object_object_add(o, "outcome", session_describe_outcome(s));
        json_object_array_add(m->ended, o);
}

static bool is_ended(json_object *o, const char *id, uid_t owner) {
        json_object *session = json_object_object_get(o, "session");
        json_object *name = json_object_object_get(session, "sessionName");
        if (strlen(id) >= 4 &&
            strncmp(json_object_get_string(json_object_object_get(session, "id")), id, strlen(id)) == 0)
                return true;
        return name && strcmp(json_object_get_string(name), id) == 0 &&
                json_object_get_int64(json_object_object_get(session, "owner")) == owner;
}

json_object *manager_find_ended(Manager *m, const char *id, uid_t owner) {
        for (size_t i = json_object_array_length(m->ended); i-- > 0;) {
                json_object *o = json_object_array_get_idx(m->ended, i);
                if (is_ended(o, id, owner))
                        return o;
        }
        return NULL;
}

Session *manager_find_name(Manager *m, const char *name, uid_t owner) {
        for (Session *s = m->sessions; s; s = s->next)
                if (s->owner.uid == owner && s->request->session_name &&
                    strcmp(s->request->session_name, name) == 0)
                        return s;
        return NULL;
}

Session *manager_find(Manager *m, const char *id) {
        size_t len = strlen(id);
        Session *found = NULL;
        if (len < 4 || len > SESSION_ID_LENGTH)
                return NULL;
        for (Session *s = m->sessions; s; s = s->next) {
                if (strncmp(s->id, id, len) != 0)
                        continue;
                if (found)
                        return NULL; /* the start of several */
                found = s;
        }
        return found;
}

int manager_check_limits(Manager *m, const Caller *c) {
        if (m->stopping)
                return -ESHUTDOWN;
        unsigned own = 0;
        for (Session *s = m->sessions; s; s = s->next)
                own += s->owner.uid == c->uid;
        if (own >= m->config->sessions_per_user)
                return -EUSERS;
        return m->n_sessions >= m->config->sessions_max ? -ENFILE : 0;
}

/* The default is what each session may have. */
static uint64_t keep_charge(const Request *r) {
        return r->keep_bytes > 0 || r->flight ? request_keep(r) : 0;
}

bool manager_may_keep(const Manager *m, const Caller *c, const Request *request) {
        uint64_t kept = keep_charge(request);
        for (const Session *s = m->sessions; s; s = s->next)
                if (s->owner.uid == c->uid)
                        kept += keep_charge(s->request);
        return keep_charge(request) == 0 || kept <= (uint64_t) m->config->keep_max_megabytes << 20;
}

uint64_t manager_may_record(const Manager *m, const Caller *c) {
        uint64_t charged = 0, limit = (uint64_t) m->config->record_max_megabytes << 20;
        for (const Session *s = m->sessions; s; s = s->next)
                charged += s->streamer ? streamer_charge(s->streamer, c->uid) : 0;
        return limit - MIN2(charged, limit);
}

bool manager_may_read(const Manager *m, const Caller *c) {
        uint64_t queued = STREAM_QUEUE_DEFAULT;
        for (const Session *s = m->sessions; s; s = s->next)
                queued += s->streamer ? streamer_queued(s->streamer, c->uid) : 0;
        return queued <= (uint64_t) m->config->queue_max_megabytes << 20;
}

SigningKey manager_signing_key(const Manager *m) {
        return (SigningKey) { .key = m->config->signing_key, .certificate = m->config->signing_certificate,
                              .release = compiler_info(m->compiler).kernel ?: "" };
}

bool manager_can_load(const Manager *m, const char **ret_advice) {
        bool needs_key = m->loading == LOADING_LOCKDOWN || m->loading == LOADING_SIGNATURE_REQUIRED;
        *ret_advice = loading_advice(m->loading);
        return m->loading == LOADING_ALLOWED || (needs_key && *m->config->signing_key);
}

/* ------------------------------------------------------------------ itself */

static int open_compiler(Manager *m) {
        CompilerOptions o = {
                .user = m->config->compile_user,
                .kernel = m->config->kernel,
                .kit_dir = m->kit_dir,
                .slots = m->config->compile_slots,
                .slots_per_user = m->config->compile_slots_per_user,
                .seconds = m->config->compile_seconds,
                .helper_seconds = m->config->helper_seconds,
                .ready = on_compiler_ready,
                .userdata = m,
        };
        return compiler_new(m->event, &o, &m->compiler);
}

static int open_cache(Manager *m) {
        _cleanup_(freep) char *dir = NULL;
        if (asprintf(&dir, "%s/scripts", m->config->cache_dir) < 0)
                return -ENOMEM;
        return cache_open(dir, (uint64_t) m->config->cache_max_megabytes << 20, &m->cache);
}

/* Without them the helpers would run as root. */
static int check_user(const char *setting, const char *user) {
        if (geteuid() != 0 || getpwnam(user))
                return 0;
        return log_errno(
                ESRCH, "Cannot start the compiler and the streams: there is no user %s (%s= in stapd.conf)",
                user, setting);
}

int manager_new(sd_event *event, const Config *config, Manager **ret) {
        int r = check_user("CompileUser", config->compile_user);
        if (r >= 0)
                r = check_user("StreamUser", config->stream_user);
        if (r < 0)
                return r;
        _cleanup_(manager_freep) Manager *m = calloc(1, sizeof(*m));
        if (!m)
                return -ENOMEM;
        m->event = sd_event_ref(event);
        m->config = config;
        policy_setup(m);
        scripts_setup(m);
        r = polkit_new(event, config->ask_seconds, &m->polkit);
        if (r < 0)
                return r;
        m->ended = json_object_new_array();
        m->ended_jobs = json_object_new_array();
        if (!m->ended || !m->ended_jobs || tally_init(&m->tally) < 0)
                return -ENOMEM;
        if (asprintf(&m->kit_dir, "%s/kit", config->cache_dir) < 0)
                return -ENOMEM;
        m->loading = loading_check();
        const char *advice;
        if (!manager_can_load(m, &advice))
                log_warning("Scripts can be compiled but not run: %s.", advice);
        r = open_cache(m);
        if (r < 0)
                return log_errno(r, "Cannot use the cache below %s: %m", config->cache_dir);
        r = open_compiler(m);
        if (r < 0)
                return log_errno(r, "Cannot start the compiler: %m");
        *ret = TAKE_PTR(m);
        return 0;
}

/* Closing a leash disarms at once and lets go of the module a moment later. */
#define LAST_UNLOAD_STEPS 100 /* of 20 ms */
static void unload_all(Manager *m) {
        bool left = true;
        for (unsigned i = 0; left && i < LAST_UNLOAD_STEPS; i++) {
                left = false;
                for (Session *s = m->sessions; s; s = s->next) {
                        if (!s->module_loaded)
                                continue;
                        int r = module_unload(s->module);
                        s->module_loaded = r == -EAGAIN || r == -EBUSY;
                        left |= s->module_loaded;
                }
                if (left)
                        usleep(20000);
        }
}

Manager *manager_free(Manager *m) {
        if (!m)
                return NULL;
        for (Session *s = m->sessions; s && !m->leaving; s = s->next) {
                session_unobserve(s);
                s->streamer = streamer_free(s->streamer);
                leash_done(&s->leash);
                session_unkeep(s);
        }
        if (!m->leaving)
                unload_all(m);
        m->stopped = NULL;
        while (m->sessions)
                manager_remove(m, m->sessions);
        if (m->preparation)
                preparation_end(m, NULL, "stapd is stopping");
        compiler_free(m->compiler);
        cache_close(m->cache);
        if (!m->leaving)
                kit_unload_core();
        policy_done(&m->policy);
        scripts_done(m);
        polkit_free(m->polkit);
        login_watch_free(m->logins);
        sd_event_source_disable_unref(m->sweep);
        json_object_put(m->ended);
        json_object_put(m->ended_jobs);
        tally_done(&m->tally);
        free(m->kit_dir);
        sd_event_unref(m->event);
        free(m);
        return NULL;
}
