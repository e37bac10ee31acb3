/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Into the kernel: the module is signed, and goes in with its leash, by a child that stapd does not wait for
 * (run/loader.h); then it gets its stream, and is held or started.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/cleanup.h"
#include "base/fault.h"
#include "base/fds.h"
#include "base/log.h"
#include "run/loader.h"
#include "run/module.h"
#include "session/adopt.h"
#include "session/kit.h"
#include "session/lifecycle.h"
#include "session/manager.h"

#define SUBBUF_SIZE 65536u
#define FLIGHT_SUBBUFS_MIN 4u

/* 0: as the machine's memory allows. A flight recorder has in the kernel what its session keeps, each CPU a share. */
static uint32_t count_subbufs(const Request *r) {
        if (r->buffer_megabytes > 0)
                return (uint32_t) ((r->buffer_megabytes << 20) / SUBBUF_SIZE);
        if (!r->flight)
                return 0;
        long n_cpus = sysconf(_SC_NPROCESSORS_CONF);
        return MAX2((uint32_t) (request_keep(r) / SUBBUF_SIZE) / (uint32_t) MAX2(n_cpus, 1l), FLIGHT_SUBBUFS_MIN);
}

static int open_leash(Session *s) {
        LeashOptions o = { .module = s->module, .owner = s->owner.uid, .zone = s->request->zone,
                           .zone_west = (int32_t) -s->request->utc_offset,
                           .cpu_percent = (uint32_t) s->request->cpu_percent,
                           .memory = (uint64_t) s->request->memory_megabytes << 20,
                           .subbuf_size = SUBBUF_SIZE, .n_subbufs = count_subbufs(s->request),
                           .flags = s->request->flight ? STP_OPEN_OVERWRITE : 0 };
        int r = leash_open(&s->leash, &o);
        if (r >= 0 && s->request->target > 0)
                r = leash_set_target(&s->leash, (pid_t) s->request->target);
        return r;
}

#define JOURNAL_SOCKET "/run/systemd/journal/socket"

/* stapd-stream may not open a socket. */
static int connect_journal(void) {
        static const struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = JOURNAL_SOCKET };
        _cleanup_(closep) int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        if (fd < 0 || connect(fd, (const struct sockaddr *) &address, sizeof(address)) < 0)
                return -errno;
        return TAKE_FD(fd);
}

static void add_journal(Session *s) {
        const StreamerReader journal = { .format = "journal", .overflow = "drop", .uid = s->owner.uid };
        int fd = connect_journal();
        int r = fd < 0 ? fd : streamer_add_reader(s->streamer, fd, &journal);
        if (r < 0) {
                char text[160];
                snprintf(text, sizeof(text), "nothing goes to the journal: " JOURNAL_SOCKET ": %s",
                         strerror(-r));
                session_tell(s, "warning", text);
        }
}

StreamerOptions session_stream_options(const Session *s) {
        return (StreamerOptions) {
                .user = s->manager->config->stream_user,
                .session = s->id,
                .name = s->request->name,
                .owner = s->owner.uid,
                .mask = s->request->mask,
                .reader_fd = s->leash.reader_fd,
                .module_fd = s->module_fd,
                .keep = request_keep(s->request),
                .helper_usec = s->manager->config->helper_seconds * 1000000ull,
                .consume = s->request->keep_bytes > 0,
                .flight = s->request->flight,
        };
}

static int start_stream(Session *s) {
        StreamerOptions o = session_stream_options(s);
        int r = streamer_new(s->manager->event, &o, &session_stream_handler, s, &s->streamer);
        if (r >= 0 && s->request->journal)
                add_journal(s);
        return r;
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

static void fail(Session *s, int error, const char *text) {
        bool limit = error == -EDQUOT;
        session_fail_in_kernel(s, limit ? FAILURE_POLICY : FAILURE_MODULE, limit ? "policy" : "load-failed",
                               text ?: loading_explain(error));
}

void session_loaded(Session *s) {
        if (s->unwanted)
                session_begin_unload(s);
        else if (s->request->hold)
                session_set_state(s, SESSION_HELD);
        else
                session_start(s);
}

/* The child has ended, or will not: error is what the kernel said. */
static void go_on(Session *s, int error) {
        s->loader = 0;
        s->loading = sd_event_source_disable_unref(s->loading);
        s->timer = sd_event_source_disable_unref(s->timer);
        int r = error;
        if (r >= 0) {
                s->module_loaded = true;
                r = fault("module-loaded");
        }
        if (r >= 0)
                r = start_stream(s);
        if (r >= 0)
                r = fault("stream-started");
        if (r < 0) {
                fail(s, r, NULL);
                return;
        }
        log_info("Session %s: %s of uid %u is loaded as %s (%u probes).", s->id, s->request->name,
                 s->owner.uid, s->module, s->manifest->n_probes);
        session_keep(s);
        (void) fault("kept");
        session_loaded(s);
}

static int on_loader(sd_event_source *source, const siginfo_t *end, void *userdata) {
        go_on(userdata, loader_result(end->si_code, end->si_status));
        return 0;
}

/* One that was given up, once the kernel lets go of it; sd-event reaps it. */
static int on_late_loader(sd_event_source *source, const siginfo_t *end, void *userdata) {
        return sd_event_source_set_floating(source, false); /* gives up the loop's reference, which was the only one */
}

static int on_loader_timeout(sd_event_source *source, uint64_t usec, void *userdata) {
        Session *s = userdata;
        pid_t pid = s->loader;
        s->loading = sd_event_source_disable_unref(s->loading);
        (void) kill(pid, SIGKILL); /* of no use to one that the kernel holds */
        (void) sd_event_add_child(s->manager->event, NULL, pid, WEXITED, on_late_loader, NULL);
        go_on(s, -ETIMEDOUT);
        return 0;
}

void session_settle(Session *s) {
        if (s->loader <= 0)
                return;
        s->loading = sd_event_source_disable_unref(s->loading);
        go_on(s, loader_wait(s->loader));
}

/* Everything that can still say no, in the order of its cost. */
static int load(Session *s) {
        Manager *m = s->manager;
        SigningKey key = manager_signing_key(m);
        int r = kit_load_core(m->kit_dir, compiler_info(m->compiler).kit ?: "", s->manifest->abi_hash, &key);
        if (r >= 0)
                r = sign(s, &key);
        if (r >= 0)
                r = fault("core-loaded");
        if (r >= 0)
                r = open_leash(s);
        if (r >= 0)
                r = fault("leash-opened");
        if (r >= 0)
                r = module_load_start(s->module_fd, /* sealed= */ true, &s->loader);
        if (r >= 0)
                r = sd_event_add_child(m->event, &s->loading, s->loader, WEXITED, on_loader, s);
        if (r >= 0)
                r = sd_event_add_time_relative(m->event, &s->timer, CLOCK_MONOTONIC, LOADER_SECONDS * 1000000ull,
                                               0, on_loader_timeout, s);
        return r;
}

void session_insert(Session *s) {
        const char *advice;
        session_set_state(s, SESSION_LOADING);
        if (!manager_can_load(s->manager, &advice)) {
                fail(s, -EPERM, advice);
                return;
        }
        int r = load(s);
        if (r < 0)
                fail(s, r, NULL);
}
