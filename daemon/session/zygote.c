/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/zygote.h"
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include "base/cleanup.h"
#include "base/fds.h"
#include "base/log.h"
#include "base/paths.h"
#include "session/message.h"
#include "session/process.h"

#define RESTART_DELAY_USEC (2 * 1000000ull)
#define RESTART_SOON_USEC (200 * 1000ull) /* of one that had worked */
#define COMPILER_OOM_SCORE 500 /* what strangers make it take is given back first; its session alone fails */
#define FAILURES_MAX 3 /* in a row, before it is said that there is no compiler */

struct Zygote {
        sd_event *event;
        ZygoteOptions options;
        char *user, *kernel, *kit_dir; /* what the options point to */
        pid_t pid;
        int socket;
        sd_event_source *source, *child, *retry, *overdue;
        json_object *hello; /* the ready message; NULL: not ready */
        unsigned failures;  /* processes in a row that never became ready */
};

json_object *zygote_hello(const Zygote *z) {
        return z->hello;
}

bool zygote_is_broken(const Zygote *z) {
        return !z->hello && z->failures >= FAILURES_MAX;
}

int zygote_socket(const Zygote *z) {
        return z->socket;
}

static void down(Zygote *z) {
        z->source = sd_event_source_disable_unref(z->source);
        z->child = sd_event_source_disable_unref(z->child);
        z->overdue = sd_event_source_disable_unref(z->overdue);
        z->socket = close_fd(z->socket);
        json_object_put(z->hello);
        z->hello = NULL;
        if (z->pid > 0) {
                kill(z->pid, SIGKILL);
                (void) waitpid(z->pid, NULL, 0);
                z->pid = 0;
        }
}

static int up(Zygote *z);

static int on_retry(sd_event_source *s, uint64_t usec, void *userdata);

static void retry_after(Zygote *z, uint64_t usec) {
        if (!z->retry)
                (void) sd_event_add_time_relative(z->event, &z->retry, CLOCK_MONOTONIC, usec, 0, on_retry,
                                                  z);
}

/* One more zygote that never became ready; a later one may. */
static void try_later(Zygote *z) {
        z->failures++;
        if (zygote_is_broken(z))
                z->options.ready(z->options.userdata);
        retry_after(z, RESTART_DELAY_USEC << MIN2(z->failures, 5u));
}

static int on_retry(sd_event_source *s, uint64_t usec, void *userdata) {
        Zygote *z = userdata;
        z->retry = sd_event_source_disable_unref(z->retry);
        int r = z->pid > 0 ? 0 : up(z);
        if (r < 0) {
                log_errno(r, "Cannot start the compiler: %m");
                try_later(z);
        }
        return 0;
}

static void lost(Zygote *z) {
        bool was_ready = z->hello;
        log_error("The compiler process died; starting it again.");
        down(z);
        z->options.died(z->options.userdata);
        if (was_ready)
                retry_after(z, RESTART_SOON_USEC);
        else
                try_later(z);
}

static int on_child(sd_event_source *s, const siginfo_t *si, void *userdata) {
        Zygote *z = userdata;
        z->pid = 0; /* reaped by the event loop */
        lost(z);
        return 0;
}

static int on_zygote(sd_event_source *s, int fd, uint32_t revents, void *userdata) {
        Zygote *z = userdata;
        json_object *o = NULL, *ready, *exited;
        int passed = -1, r = message_receive(fd, &o, &passed);
        if (r == -EAGAIN || r == -EINTR)
                return 0;
        if (r <= 0) {
                lost(z);
                return 0;
        }
        close_fd(passed);
        if (json_object_object_get_ex(o, "ready", &ready) && !z->hello) {
                z->overdue = sd_event_source_disable_unref(z->overdue);
                z->hello = json_object_get(o);
                z->failures = 0;
                z->options.ready(z->options.userdata);
        }
        if (json_object_object_get_ex(o, "exited", &exited))
                z->options.exited(z->options.userdata, (uint64_t) json_object_get_int64(exited));
        json_object_put(o);
        return 0;
}

static int on_overdue(sd_event_source *s, uint64_t usec, void *userdata) {
        log_warning("The compiler process does not become ready; it is killed.");
        lost(userdata);
        return 0;
}

static int watch(Zygote *z) {
        int r = fds_never_wait(z->socket);
        if (r >= 0)
                r = sd_event_add_io(z->event, &z->source, z->socket, EPOLLIN, on_zygote, z);
        if (r >= 0)
                r = sd_event_add_child(z->event, &z->child, z->pid, WEXITED, on_child, z);
        if (r >= 0)
                r = sd_event_add_time_relative(z->event, &z->overdue, CLOCK_MONOTONIC, z->options.start_usec, 0,
                                               on_overdue, z);
        return r;
}

static int up(Zygote *z) {
        int pair[2];
        if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
                return -errno;
        _cleanup_(closep) int ours = pair[0];
        _cleanup_(closep) int theirs = pair[1];

        char *argv[10] = { (char *) "stapd-compile", (char *) "--zygote" };
        unsigned n = 2;
        if (z->options.kit_dir) {
                argv[n++] = (char *) "--kit-dir";
                argv[n++] = (char *) z->options.kit_dir;
        }
        if (z->options.user) {
                argv[n++] = (char *) "--user";
                argv[n++] = (char *) z->options.user;
        }
        if (z->options.kernel) {
                argv[n++] = (char *) "--kernel";
                argv[n++] = (char *) z->options.kernel;
        }
        /* It becomes that user itself, once it has the namespaces that only root can always make. */
        ProcessOptions o = { .program = paths_program("stapd-compile"), .argv = argv, .control_fd = theirs,
                             .oom_score = COMPILER_OOM_SCORE };
        pid_t pid = process_spawn(&o);
        if (pid < 0)
                return pid;
        z->pid = pid;
        z->socket = TAKE_FD(ours);
        int r = watch(z);
        if (r < 0)
                down(z);
        return r;
}

int zygote_restart(Zygote *z) {
        down(z);
        z->retry = sd_event_source_disable_unref(z->retry);
        int r = up(z);
        if (r < 0)
                try_later(z);
        return r;
}

static int copy_text(const char **s, char **ret) {
        *ret = *s ? strdup(*s) : NULL;
        if (*s && !*ret)
                return -ENOMEM;
        *s = *ret;
        return 0;
}

int zygote_new(sd_event *event, const ZygoteOptions *o, Zygote **ret) {
        Zygote *z = calloc(1, sizeof(*z));
        if (!z)
                return -ENOMEM;
        *z = (Zygote) { .event = sd_event_ref(event), .options = *o, .socket = -1 };
        int r = copy_text(&z->options.user, &z->user);
        if (r >= 0)
                r = copy_text(&z->options.kernel, &z->kernel);
        if (r >= 0)
                r = copy_text(&z->options.kit_dir, &z->kit_dir);
        if (r >= 0)
                r = up(z);
        if (r < 0) {
                zygote_free(z);
                return r;
        }
        *ret = z;
        return 0;
}

Zygote *zygote_free(Zygote *z) {
        if (!z)
                return NULL;
        down(z);
        sd_event_source_disable_unref(z->retry);
        free(z->user);
        free(z->kernel);
        free(z->kit_dir);
        sd_event_unref(z->event);
        free(z);
        return NULL;
}
