/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The way of a session (state.h has the table):
 *
 *   session_new -> manager_enqueue -> session_compile -> cache or job -> load -> [held] -> start
 *   -> leash readable: running, stopping, stopped -> drain -> unload -> manager_remove
 *
 * Every error on the way ends in begin_unload() or, before anything is in the kernel, in end().
 */
#include "session/session.h"
#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include "base/cleanup.h"
#include "base/fds.h"
#include "base/log.h"
#include "run/module.h"
#include "session/kit.h"
#include "session/manager.h"

#define MODULE_MAX (64u << 20)
#define UNLOAD_FIRST_USEC 10000ull
#define UNLOAD_LAST_USEC 1000000ull
#define UNLOAD_COMPLAIN 100 /* attempts, about a minute */
#define GONE_DRAIN_MS 5000
#define IMMEDIATE_DRAIN_MS 200
#define SUBBUF_SIZE 65536u

/* ------------------------------------------------------------------ states */

static void set_state(Session *s, SessionState to) {
        if (s->state == to)
                return;
        if (!session_state_may_follow(s->state, to)) {
                log_debug("session %s: %s -> %s is not in the table", s->id, session_state_to_string(s->state),
                          session_state_to_string(to));
                return;
        }
        log_debug("session %s: %s -> %s", s->id, session_state_to_string(s->state), session_state_to_string(to));
        s->state = to;
        if (s->streamer)
                (void) streamer_set_state(s->streamer, session_state_to_string(to), s->result);
        if (s->observer)
                s->observer->state(s->observer_data, s);
}

static void set_error(Session *s, const char *text) {
        if (!s->error && text)
                s->error = strdup(text);
}

static void tell(Session *s, const char *severity, const char *text) {
        if (s->observer)
                s->observer->message(s->observer_data, s, severity, text);
}

static void end(Session *s) {
        if (!s->result)
                s->result = "success";
        log_info("Session %s (%s, uid %u) ended: %s%s%s", s->id, s->request->name, s->owner.uid, s->result,
                 s->error ? ": " : "", s->error ?: "");
        set_state(s, SESSION_ENDED);
        if (s->observer)
                s->observer->ended(s->observer_data, s);
        manager_remove(s->manager, s);
}

/* ------------------------------------------------------------------ unloading */

static void try_unload(Session *s);

static int on_unload_timer(sd_event_source *source, uint64_t usec, void *userdata) {
        try_unload(userdata);
        return 0;
}

static void retry_unload(Session *s) {
        unsigned doublings = MIN2(s->unload_attempts, 7u);
        uint64_t delay = MIN2(UNLOAD_FIRST_USEC << doublings, UNLOAD_LAST_USEC);
        if (++s->unload_attempts == UNLOAD_COMPLAIN)
                log_warning("Module %s is inert but still in use; trying on to remove it.", s->module);
        s->timer = sd_event_source_disable_unref(s->timer);
        int r = sd_event_add_time_relative(s->manager->event, &s->timer, CLOCK_MONOTONIC, delay, 1000,
                                           on_unload_timer, s);
        if (r < 0) {
                log_errno(r, "Cannot wait for module %s: %m", s->module);
                end(s);
        }
}

static void try_unload(Session *s) {
        int r = s->module_loaded ? module_unload(s->module) : 0;
        if (r == -EAGAIN || r == -EBUSY || r == -EINTR) {
                retry_unload(s);
                return;
        }
        if (r < 0 && r != -ENOENT)
                log_errno(r, "Cannot remove module %s: %m", s->module);
        end(s);
}

/* Gives back what the kernel and the stream process hold. */
static void begin_unload(Session *s) {
        session_refresh(s);
        set_state(s, SESSION_UNLOADING);
        s->leash_source = sd_event_source_disable_unref(s->leash_source);
        s->deadline = sd_event_source_disable_unref(s->deadline);
        s->timer = sd_event_source_disable_unref(s->timer);
        s->streamer = streamer_free(s->streamer);
        leash_done(&s->leash);
        try_unload(s);
}

static void fail_in_kernel(Session *s, SessionFailure failure, const char *result, const char *error) {
        s->failure = failure;
        s->result = result;
        set_error(s, error);
        begin_unload(s);
}

void session_fail(Session *s, SessionFailure failure, const char *result, const char *error) {
        s->failure = failure;
        s->result = result;
        set_error(s, error);
        s->job = compile_job_cancel(s->job);
        end(s);
}

/* ------------------------------------------------------------------ draining */

static unsigned drain_timeout(const Session *s) {
        if (s->immediate)
                return IMMEDIATE_DRAIN_MS;
        return s->observer ? 0 : GONE_DRAIN_MS;
}

static void begin_drain(Session *s) {
        set_state(s, SESSION_DRAINING);
        if (s->state != SESSION_DRAINING)
                return;
        int status = s->result && strcmp(s->result, "success") != 0 ? 2 : 0;
        int r = streamer_finish(s->streamer, s->result ?: "success", status, drain_timeout(s));
        if (r < 0)
                begin_unload(s);
}

static void on_stream_message(void *userdata, const char *severity, const char *text) {
        tell(userdata, severity, text);
}

static void on_stream_done(void *userdata, const StreamTotals *totals, const char *error) {
        Session *s = userdata;
        s->totals = *totals;
        if (error) {
                log_error("The stream of session %s failed: %s", s->id, error);
                set_error(s, error);
                if (!s->result || strcmp(s->result, "success") == 0)
                        s->result = "stream-failed";
        }
        begin_unload(s);
}

static const StreamerHandler stream_handler = { .message = on_stream_message, .done = on_stream_done };

/* ------------------------------------------------------------------ the kernel's side */

void session_refresh(Session *s) {
        if (s->leash.fd >= 0)
                (void) leash_stat(&s->leash, &s->stat);
}

static void tell_arm_failure(Session *s) {
        const char *point = s->stat.failed_probe < s->manifest->n_probes
                ? s->manifest->probes[s->stat.failed_probe].point : "a probe";
        char text[512];
        const char *why = s->stat.error == -ENOENT ? "this kernel has no such function, or it cannot be probed"
                        : s->stat.error == -EINVAL ? "the kernel does not allow a probe there"
                                                   : strerror(-s->stat.error);
        snprintf(text, sizeof(text), "cannot arm %s: %s", point, why);
        set_error(s, text);
}

static void tell_skipped(Session *s) {
        const struct stp_stat *t = &s->stat;
        uint64_t skipped = t->skipped_lock + t->skipped_stack + t->skipped_return;
        if (skipped == 0 && t->lost_nmi == 0)
                return;
        char text[256];
        snprintf(text, sizeof(text),
                 "skipped probes: %llu (lock %llu, stack %llu, no return instance %llu), dropped in NMI: %llu",
                 (unsigned long long) skipped, (unsigned long long) t->skipped_lock,
                 (unsigned long long) t->skipped_stack, (unsigned long long) t->skipped_return,
                 (unsigned long long) t->lost_nmi);
        tell(s, "warning", text);
}

static void on_stopped(Session *s) {
        if (!s->result)
                s->result = leash_result_to_string(s->stat.result);
        if (s->stat.result == STP_RESULT_ARM)
                tell_arm_failure(s);
        tell_skipped(s);
        begin_drain(s);
}

static void follow_kernel_state(Session *s) {
        session_refresh(s);
        switch (s->stat.state) {
        case STP_STATE_RUNNING:
                set_state(s, SESSION_RUNNING);
                break;
        case STP_STATE_STOPPING:
                set_state(s, SESSION_STOPPING);
                break;
        case STP_STATE_STOPPED:
                s->leash_source = sd_event_source_disable_unref(s->leash_source);
                on_stopped(s);
                break;
        default:
                break;
        }
}

static int on_leash(sd_event_source *source, int fd, uint32_t revents, void *userdata) {
        follow_kernel_state(userdata);
        return 0;
}

static int on_deadline(sd_event_source *source, uint64_t usec, void *userdata) {
        session_stop(userdata, NULL, /* immediate= */ false);
        return 0;
}

/* The consumers of the output are left out of what is traced, or an unfiltered probe on writing would feed
 * on itself for ever. */
static void exclude_consumers(Session *s, pid_t reader) {
        if (s->request->trace_self)
                return;
        pid_t pids[] = { getpid(), streamer_pid(s->streamer), s->owner.pid, reader };
        unsigned n = ELEMENTSOF(pids) - (reader > 0 && reader != s->owner.pid ? 0 : 1);
        int r = leash_exclude(&s->leash, pids, n);
        if (r < 0)
                log_debug_errno(r, "session %s: exclude: %m", s->id);
}

static uint64_t now_usec(void) {
        struct timespec t;
        clock_gettime(CLOCK_REALTIME, &t);
        return (uint64_t) t.tv_sec * 1000000 + (uint64_t) t.tv_nsec / 1000;
}

static void start(Session *s) {
        set_state(s, SESSION_STARTING);
        s->started_usec = now_usec();
        exclude_consumers(s, 0);
        int r = sd_event_add_io(s->manager->event, &s->leash_source, s->leash.fd, EPOLLIN, on_leash, s);
        if (r >= 0 && s->request->timeout_usec > 0)
                r = sd_event_add_time_relative(s->manager->event, &s->deadline, CLOCK_BOOTTIME,
                                               (uint64_t) s->request->timeout_usec, 1000, on_deadline, s);
        if (r >= 0)
                r = streamer_go(s->streamer);
        if (r >= 0)
                r = leash_start(&s->leash);
        if (r < 0)
                fail_in_kernel(s, FAILURE_INTERNAL, "load-failed", strerror(-r));
        else
                follow_kernel_state(s);
}

int session_release(Session *s, pid_t target) {
        if (s->state != SESSION_HELD)
                return -EBUSY;
        if (target > 0) {
                int r = leash_set_target(&s->leash, target);
                if (r < 0)
                        return r;
        }
        start(s);
        return 0;
}

/* ------------------------------------------------------------------ loading */

static int name_module(Session *s, int fd) {
        _cleanup_(freep) char *image = NULL;
        size_t len;
        int r = fds_read_all(fd, MODULE_MAX, &image, &len);
        if (r < 0)
                return r;
        if (s->request->module) {
                strcpy(s->module, s->request->module);
        } else {
                snprintf(s->module, sizeof(s->module), STP_MODULE_PREFIX "%.24s", s->id);
                r = module_rename(image, len, s->module);
                if (r < 0)
                        return r;
        }
        r = fds_new_sealed("stapd-module", image, len);
        if (r < 0)
                return r;
        s->module_fd = r;
        return 0;
}

static int open_leash(Session *s) {
        LeashOptions o = { .module = s->module };
        if (s->request->buffer_megabytes > 0) {
                o.subbuf_size = SUBBUF_SIZE;
                o.n_subbufs = (uint32_t) ((s->request->buffer_megabytes << 20) / SUBBUF_SIZE);
        }
        int r = leash_open(&s->leash, &o);
        if (r >= 0 && s->request->target > 0)
                r = leash_set_target(&s->leash, (pid_t) s->request->target);
        return r;
}

static int start_stream(Session *s) {
        StreamerOptions o = {
                .user = s->manager->config->stream_user,
                .session = s->id,
                .name = s->request->name,
                .owner = s->owner.uid,
                .reader_fd = s->leash.reader_fd,
                .module_fd = s->module_fd,
        };
        return streamer_new(s->manager->event, &o, &stream_handler, s, &s->streamer);
}

static int sign(Session *s, const SigningKey *key) {
        int fd = module_sign(s->module_fd, key);
        if (fd == -ENOKEY)
                return 0;
        if (fd < 0)
                return fd;
        close_fd(s->module_fd);
        s->module_fd = fd;
        return 0;
}

/* Everything that can still say no, in the order of its cost. */
static int load(Session *s, const char **ret_error) {
        Manager *m = s->manager;
        if (!manager_can_load(m, ret_error))
                return -EPERM;
        SigningKey key = manager_signing_key(m);
        int r = kit_load_core(m->kit_dir, compiler_info(m->compiler).kit ?: "", s->manifest->abi_hash, &key);
        if (r >= 0)
                r = sign(s, &key);
        if (r >= 0)
                r = open_leash(s);
        if (r >= 0)
                r = module_load(s->module_fd, /* sealed= */ true);
        if (r >= 0) {
                s->module_loaded = true;
                r = start_stream(s);
        }
        if (r < 0)
                *ret_error = loading_explain(r);
        return r;
}

static bool policy_allows(Session *s) {
        const char *rule;
        if (authz_decide(&s->manager->policy, &s->owner, VERB_RUN, s->owner.uid, s->manifest, &rule))
                return true;
        session_fail(s, FAILURE_POLICY, "policy", rule);
        return false;
}

static int read_manifest(Session *s, int fd) {
        const char *why = NULL;
        int r = manifest_read_module(fd, &s->manifest, &why);
        if (r < 0)
                log_errno(r, "The compiled module of session %s has no usable manifest: %s", s->id, why ?: "?");
        return r;
}

/* Takes the fd of the compiled module. */
static void loading(Session *s, int fd) {
        int r = read_manifest(s, fd);
        if (r >= 0)
                r = name_module(s, fd);
        close(fd);
        if (r < 0) {
                session_fail(s, FAILURE_INTERNAL, "load-failed", "the compiled module is damaged");
                return;
        }
        if (!policy_allows(s))
                return;
        set_state(s, SESSION_LOADING);
        const char *error;
        r = load(s, &error);
        if (r < 0) {
                fail_in_kernel(s, FAILURE_MODULE, "load-failed", error);
                return;
        }
        log_info("Session %s: %s of uid %u is loaded as %s (%u probes).", s->id, s->request->name, s->owner.uid,
                 s->module, s->manifest->n_probes);
        if (s->request->hold)
                set_state(s, SESSION_HELD);
        else
                start(s);
}

/* ------------------------------------------------------------------ compiling */

static const struct {
        SessionFailure failure;
        const char *result, *error;
} compile_failures[_COMPILE_RESULT_MAX] = {
        [COMPILE_RESULT_SCRIPT] = { FAILURE_SCRIPT, "compile-failed", "the script has errors" },
        [COMPILE_RESULT_LIMIT] = { FAILURE_LIMIT, "compile-limit",
                "compiling it took more time or memory than one script may use" },
        [COMPILE_RESULT_KERNEL] = { FAILURE_KERNEL, "kernel-missing", "this kernel cannot be compiled for" },
        [COMPILE_RESULT_INTERNAL] = { FAILURE_INTERNAL, "internal-error", "the compiler failed" },
};

static void on_pass(void *userdata, const char *pass, int64_t usec, const char *detail) {
        Session *s = userdata;
        if (s->observer)
                s->observer->pass(s->observer_data, s, pass, usec, detail);
}

static void on_progress(void *userdata, const char *text) {
        Session *s = userdata;
        if (s->observer)
                s->observer->progress(s->observer_data, s, text);
}

/* What was warned of once is warned of each time, so a script with warnings is not taken from the cache. */
static void keep(Session *s, json_object *reply, int fd) {
        json_object *text;
        bool warned = json_object_object_get_ex(reply, "text", &text) && json_object_get_string_len(text) > 0;
        if (!s->request->cache || s->request->keep_source || warned)
                return;
        int r = cache_put(s->manager->cache, s->key, fd);
        if (r < 0)
                log_warning_errno(r, "Cannot keep a compiled script: %m");
}

static void on_compiled(void *userdata, CompileResult result, json_object *reply, int fd) {
        Session *s = userdata;
        s->job = NULL;
        s->compiled = json_object_get(reply);
        if (result == COMPILE_RESULT_OK && fd < 0)
                result = COMPILE_RESULT_INTERNAL;
        if (s->observer)
                s->observer->compiled(s->observer_data, s);
        if (result != COMPILE_RESULT_OK) {
                json_object *error = NULL;
                if (reply)
                        json_object_object_get_ex(reply, "error", &error);
                close_fd(fd);
                session_fail(s, compile_failures[result].failure, compile_failures[result].result,
                             error ? json_object_get_string(error) : compile_failures[result].error);
                return;
        }
        keep(s, reply, fd);
        loading(s, fd);
}

static const CompileHandler compile_handler = { .pass = on_pass, .progress = on_progress, .done = on_compiled };

static int submit(Session *s) {
        char module[STP_NAME_MAX];
        snprintf(module, sizeof(module), STP_MODULE_PREFIX "%.24s", s->key);
        json_object *job = request_to_compile_job(s->request, s->request->module ?: module);
        if (!job)
                return -ENOMEM;
        _cleanup_(closep) int script = fds_new_sealed("stapd-script", s->request->script, s->request->script_len);
        int r = script < 0 ? script : compiler_submit(s->manager->compiler, "script", job, script,
                                                      &compile_handler, s, &s->job);
        json_object_put(job);
        return r;
}

void session_compile(Session *s) {
        request_key(s->request, compiler_info(s->manager->compiler).world ?: "", s->key);
        if (s->request->cache && !s->request->keep_source) {
                int fd = cache_get(s->manager->cache, s->key);
                if (fd >= 0) {
                        s->cached = true;
                        if (s->observer)
                                s->observer->compiled(s->observer_data, s);
                        loading(s, fd);
                        return;
                }
        }
        set_state(s, SESSION_COMPILING);
        int r = submit(s);
        if (r < 0)
                session_fail(s, FAILURE_INTERNAL, "internal-error", strerror(-r));
}

/* ------------------------------------------------------------------ from outside */

static void stop_running(Session *s) {
        int r = s->immediate ? 0 : leash_stop(&s->leash);
        if (r >= 0 && !s->immediate) {
                follow_kernel_state(s);
                return;
        }
        /* Without the leash the probes are off; what is in the buffers can still be read. */
        session_refresh(s);
        s->leash_source = sd_event_source_disable_unref(s->leash_source);
        leash_done(&s->leash);
        begin_drain(s);
}

void session_stop(Session *s, const char *result, bool immediate) {
        bool hurry = immediate && !s->immediate;
        s->immediate |= immediate;
        if (result && !s->result)
                s->result = result;
        switch (s->state) {
        case SESSION_QUEUED:
        case SESSION_COMPILING:
                session_fail(s, FAILURE_NONE, s->result ?: "success", NULL);
                break;
        case SESSION_HELD:
                begin_unload(s);
                break;
        case SESSION_STARTING:
        case SESSION_RUNNING:
                stop_running(s);
                break;
        case SESSION_STOPPING:
                if (hurry)
                        stop_running(s);
                break;
        case SESSION_DRAINING:
                if ((hurry || !s->observer) &&
                    streamer_finish(s->streamer, s->result ?: "success", 0, drain_timeout(s)) < 0)
                        begin_unload(s);
                break;
        default:
                break;
        }
}

int session_attach(Session *s, int fd, const char *format, const char *overflow, pid_t reader) {
        _cleanup_(closep) int owned = fd;
        if (s->state < SESSION_HELD)
                return -EAGAIN;
        if (!s->streamer || s->state >= SESSION_DRAINING)
                return -ESHUTDOWN;
        int r = streamer_add_reader(s->streamer, TAKE_FD(owned), format, overflow);
        if (r >= 0 && s->leash.fd >= 0)
                exclude_consumers(s, reader);
        return r;
}

void session_unobserve(Session *s) {
        s->observer = NULL;
        s->observer_data = NULL;
}

static int make_id(char *ret) {
        unsigned char bytes[SESSION_ID_LENGTH / 2];
        if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
                return -EIO;
        for (size_t i = 0; i < sizeof(bytes); i++)
                sprintf(ret + 2 * i, "%02x", bytes[i]);
        return 0;
}

static int copy_caller(const Caller *c, Caller *ret) {
        *ret = *c;
        ret->groups = NULL;
        if (c->n_groups == 0)
                return 0;
        ret->groups = malloc(c->n_groups * sizeof(*c->groups));
        if (!ret->groups)
                return -ENOMEM;
        memcpy(ret->groups, c->groups, c->n_groups * sizeof(*c->groups));
        return 0;
}

int session_new(Manager *m, const Caller *owner, Request *request, const SessionObserver *observer, void *userdata,
                Session **ret) {
        Session *s = calloc(1, sizeof(*s));
        if (!s)
                return -ENOMEM;
        *s = (Session) { .manager = m, .observer = observer, .observer_data = userdata, .module_fd = -1,
                         .leash = LEASH_INIT };
        int r = make_id(s->id);
        if (r >= 0)
                r = copy_caller(owner, &s->owner);
        if (r < 0) {
                free(s);
                return r;
        }
        s->request = request;
        request_digest(request, s->digest);
        s->next = m->sessions;
        if (s->next)
                s->next->prev = s;
        m->sessions = s;
        m->n_sessions++;
        *ret = s;
        return 0;
}

Session *session_free(Session *s) {
        if (!s)
                return NULL;
        s->job = compile_job_cancel(s->job);
        sd_event_source_disable_unref(s->leash_source);
        sd_event_source_disable_unref(s->deadline);
        sd_event_source_disable_unref(s->timer);
        streamer_free(s->streamer);
        leash_done(&s->leash);
        close_fd(s->module_fd);
        manifest_free(s->manifest);
        json_object_put(s->compiled);
        caller_done(&s->owner);
        request_free(s->request);
        free(s->error);
        free(s);
        return NULL;
}
