/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compile/zygote.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include "base/fault.h"
#include "base/fds.h"
#include "base/log.h"
#include "base/paths.h"
#include "base/tree.h"
#include "compile/job.h"
#include "compile/message.h"
#include "compile/sandbox.h"
#include "config.h"
#include "manifest/compile-protocol.h"

#define MAX_CHILDREN 256
#define MAX_KEEP 8

typedef struct {
        pid_t pid;
        int64_t job;
} Child;

typedef struct {
        int socket;
        World *world;
        Child children[MAX_CHILDREN];
        size_t n_children;
        char directory[32]; /* has one of each child: what one that was killed leaves there goes with it */
} Zygote;

static void on_child(int signal) {
        /* only to interrupt ppoll() */
}

/* ------------------------------------------------------------------ children */

static void directory_of(const Zygote *z, int64_t job, char *ret, size_t size) {
        snprintf(ret, size, "%s/%" PRId64, z->directory, job);
}

/* Its job, or -1. */
static int64_t forget_child(Zygote *z, pid_t pid) {
        char directory[64];
        for (size_t i = 0; i < z->n_children; i++)
                if (z->children[i].pid == pid) {
                        int64_t job = z->children[i].job;
                        directory_of(z, job, directory, sizeof(directory));
                        (void) tree_remove(directory);
                        z->children[i] = z->children[--z->n_children];
                        return job;
                }
        return -1;
}

static void tell_exited(Zygote *z, int64_t job, int status) {
        _cleanup_(json_putp) json_object *o = json_object_new_object();
        json_object_object_add(o, "exited", json_object_new_int64(job));
        json_object_object_add(o, "status", json_object_new_int(status));
        (void) message_send(z->socket, o, NULL, 0);
}

static void reap(Zygote *z) {
        int status;
        for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
                /* What it left running has its process group. */
                (void) kill(-pid, SIGKILL);
                int64_t job = forget_child(z, pid);
                tell_exited(z, job, WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status));
        }
}

static void kill_child(const Child *c) {
        if (kill(-c->pid, SIGKILL) < 0)
                (void) kill(c->pid, SIGKILL);
}

static void kill_all(Zygote *z) {
        for (size_t i = 0; i < z->n_children; i++)
                kill_child(&z->children[i]);
}

/* It would see that its socket is closed, but not if it is stopped. */
static void cancel_job(Zygote *z, int64_t job) {
        for (size_t i = 0; i < z->n_children; i++)
                if (z->children[i].job == job)
                        kill_child(&z->children[i]);
}

typedef struct {
        int64_t number;
        JobKind kind;
        unsigned seconds;
} Order;

static int start_job(Zygote *z, const Order *o, int socket) {
        if (z->n_children == MAX_CHILDREN)
                return -EAGAIN;
        sigset_t none;
        char directory[64];
        directory_of(z, o->number, directory, sizeof(directory));
        if (mkdir(directory, 0700) < 0)
                return -errno;
        pid_t pid = fork();
        if (pid < 0) {
                int r = -errno;
                (void) tree_remove(directory);
                return r;
        }
        if (pid == 0) {
                sigemptyset(&none);
                sigprocmask(SIG_SETMASK, &none, NULL);
                (void) signal(SIGCHLD, SIG_DFL);
                close(z->socket);
                setenv("TMPDIR", directory, 1);
                job_run(z->world, o->kind, o->seconds, socket);
        }
        /* Also done by the child: whoever comes first. */
        (void) setpgid(pid, pid);
        z->children[z->n_children++] = (Child) { pid, o->number };
        return 0;
}

static int64_t number_of(json_object *o, const char *key, int64_t otherwise) {
        json_object *v;
        return json_object_object_get_ex(o, key, &v) && json_object_is_type(v, json_type_int)
                ? json_object_get_int64(v) : otherwise;
}

static int read_order(json_object *o, Order *ret) {
        json_object *kind;
        if (!json_object_object_get_ex(o, "kind", &kind) || !json_object_is_type(kind, json_type_string))
                return -EINVAL;
        *ret = (Order) { .number = number_of(o, "job", 0), .kind = job_kind_from_string(json_object_get_string(kind)) };
        int64_t usual = ret->kind == JOB_PREPARE ? COMPILE_PREPARE_SECONDS : COMPILE_SECONDS;
        int64_t seconds = number_of(o, "seconds", usual);
        ret->seconds = (unsigned) seconds;
        return ret->kind < 0 || seconds <= 0 || seconds > INT32_MAX ? -EINVAL : 0;
}

/* 0: the other side closed. */
static int serve_message(Zygote *z) {
        _cleanup_(json_putp) json_object *o = NULL;
        int fds[1];
        size_t n_fds = ELEMENTSOF(fds);
        int r = message_receive(z->socket, &o, fds, &n_fds);
        if (r == -ECONNRESET)
                return 0; /* closed with messages of ours unread */
        if (r <= 0)
                return r == -EBADMSG ? 1 : r;
        if (n_fds == 0) {
                cancel_job(z, number_of(o, "cancel", -1));
                return 1;
        }
        _cleanup_(closep) int job = fds[0];
        Order order;
        r = read_order(o, &order);
        (void) fault("zygote-job");
        if (r >= 0)
                r = start_job(z, &order, job);
        (void) fault("zygote-forked");
        if (r < 0)
                log_debug_errno(r, "Cannot start a compilation: %m");
        return 1;
}

/* ------------------------------------------------------------------ */

static json_object *text_or_null(const char *s) {
        return s && *s ? json_object_new_string(s) : NULL;
}

/* Mistakes in our own tapsets are bugs, but scripts that do not use those can be compiled. */
static void warn_of_library(const World *w) {
        _cleanup_(buf_done) Buf text = BUF_INIT;
        if (!diags_failed(&w->library_diags))
                return;
        diags_render_text(&w->library_diags, false, &text);
        log_warning("Mistakes in the tapset library:\n%s", text.data ? text.data : "");
}

static int tell_ready(Zygote *z) {
        const World *w = z->world;
        _cleanup_(json_putp) json_object *o = json_object_new_object();
        json_object_object_add(o, "ready", json_object_new_boolean(true));
        json_object_object_add(o, "kernel", json_object_new_string(w->release));
        json_object_object_add(o, "buildId", json_object_new_string(world_build_id(w)));
        json_object_object_add(o, "libraryDigest", json_object_new_string(library_digest(w->library)));
        json_object_object_add(o, "kit", text_or_null(w->kit ? w->kit->id : NULL));
        json_object_object_add(o, "compiler", text_or_null(w->kit ? w->kit->compiler : NULL));
        json_object_object_add(o, "version", json_object_new_string(STAPD_VERSION));
        /* A kit that can be built is no error. */
        bool error = w->kit_result == KIT_FAILED || w->kit_result < 0;
        json_object_object_add(o, "error", text_or_null(error ? w->kit_error : NULL));
        return message_send(z->socket, o, NULL, 0);
}

static int serve(Zygote *z) {
        struct sigaction action = { .sa_handler = on_child };
        sigset_t blocked, open;
        sigemptyset(&blocked);
        sigaddset(&blocked, SIGCHLD);
        sigprocmask(SIG_BLOCK, &blocked, &open);
        sigaction(SIGCHLD, &action, NULL);
        sigdelset(&open, SIGCHLD);
        for (;;) {
                struct pollfd p = { .fd = z->socket, .events = POLLIN };
                int r = ppoll(&p, 1, NULL, &open);
                if (r < 0 && errno != EINTR)
                        return -errno;
                reap(z);
                if (r > 0 && (r = serve_message(z)) <= 0)
                        return r;
        }
}

static int open_world(Zygote *z, const WorldOptions *o) {
        strcpy(z->directory, "/tmp/stapd-zygote-XXXXXX");
        int r = mkdtemp(z->directory) ? world_open_kernel(o, &z->world) : -errno;
        r = r < 0 ? r : world_load_library(z->world, o);
        if (r < 0)
                return r;
        world_open_kit(z->world, o);
        warn_of_library(z->world);
        (void) fault("zygote-start");
        return tell_ready(z);
}

int zygote_run(int socket, const char *user, const WorldOptions *o) {
        Zygote z = { .socket = socket };
        const char *keep[MAX_KEEP] = { paths_runtime(), paths_tapsets() };
        size_t n = 2;
        for (size_t i = 0; i < o->n_kit_dirs && n < MAX_KEEP; i++)
                keep[n++] = o->kit_dirs[i];
        if (fcntl(socket, F_SETFD, FD_CLOEXEC) < 0)
                return log_errno(errno, "There is no socket to stapd: %m"), EXIT_FAILURE;
        (void) signal(SIGPIPE, SIG_IGN);
        int r = sandbox_enter(user, keep, n);
        if (r < 0)
                return log_errno(r, "Cannot confine the compiler: %m"), EXIT_FAILURE;
        r = open_world(&z, o);
        if (r < 0)
                log_errno(r, "Cannot open what compilations need: %m");
        r = r < 0 ? r : serve(&z);
        kill_all(&z);
        (void) tree_remove(z.directory);
        world_close(z.world);
        return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
