/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/compiler.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include "base/cleanup.h"
#include "base/fds.h"
#include "base/log.h"
#include "base/paths.h"
#include "session/process.h"

#define RESTART_DELAY_USEC (2 * 1000000ull)
#define RESTART_SOON_USEC (200 * 1000ull) /* of one that had worked */
#define FAILURES_MAX 3 /* in a row, before it is said that there is no compiler */
#define MESSAGE_SIZE (128u << 10) /* larger messages come as memory files */

struct CompileJob {
        Compiler *compiler;
        CompileJob *prev, *next;
        const char *kind;
        json_object *request;
        int script_fd;
        int socket;              /* -1: still queued */
        sd_event_source *source;
        const CompileHandler *handler;
        void *userdata;
};

struct Compiler {
        sd_event *event;
        CompilerOptions options;
        char *user, *kernel, *kit_dir;
        pid_t pid;
        int socket;
        sd_event_source *source, *child, *retry, *starter;
        json_object *hello; /* the ready message; NULL: not ready */
        char *world;
        unsigned failures;  /* zygotes in a row that never became ready */
        CompileJob *jobs;   /* in the order of submission */
        unsigned running;
        uint64_t next_id;
        char *buffer;
};

static const char *text_of(json_object *o, const char *key) {
        json_object *v;
        if (!o || !json_object_object_get_ex(o, key, &v) || !json_object_is_type(v, json_type_string))
                return NULL;
        return json_object_get_string(v);
}

/* ------------------------------------------------------------------ messages */

static json_object *parse(const char *text, size_t len) {
        json_tokener *t = json_tokener_new_ex(32);
        if (!t)
                return NULL;
        json_object *o = json_tokener_parse_ex(t, text, (int) len);
        json_tokener_free(t);
        if (o && !json_object_is_type(o, json_type_object)) {
                json_object_put(o);
                return NULL;
        }
        return o;
}

static json_object *parse_large(int fd) {
        _cleanup_(freep) char *text = NULL;
        size_t len;
        if (fds_is_sealed(fd) <= 0 || fds_read_all(fd, COMPILE_MESSAGE_MAX, &text, &len) < 0)
                return NULL;
        return parse(text, len);
}

/* One message of the compiler's side. Returns 1, 0 at the end, negative errno. *ret_fd: the module, or -1. */
static int receive(Compiler *c, int socket, json_object **ret, int *ret_fd) {
        int fds[2];
        size_t n_fds = ELEMENTSOF(fds);
        ssize_t n = fds_recv(socket, c->buffer, MESSAGE_SIZE, fds, &n_fds);
        if (n <= 0)
                return (int) n;
        json_object *o = parse(c->buffer, (size_t) n), *large;
        size_t used = 0;
        if (o && json_object_object_get_ex(o, "large", &large) && n_fds > 0) {
                json_object_put(o);
                o = parse_large(fds[0]);
                close(fds[0]);
                used = 1;
        }
        *ret_fd = n_fds > used ? fds[used] : -1;
        for (size_t i = used + 1; i < n_fds; i++)
                close(fds[i]);
        if (!o) {
                *ret_fd = close_fd(*ret_fd);
                return -EBADMSG;
        }
        *ret = o;
        return 1;
}

static int send_json(int socket, json_object *o, const int *fds, size_t n_fds) {
        size_t len;
        const char *text = json_object_to_json_string_length(o, JSON_C_TO_STRING_PLAIN, &len);
        if (!text)
                return -ENOMEM;
        if (len < MESSAGE_SIZE)
                return fds_send(socket, text, len, fds, n_fds);

        _cleanup_(closep) int large = fds_new_sealed("stapd-message", text, len);
        if (large < 0)
                return large;
        int with[4] = { large };
        if (n_fds + 1 > ELEMENTSOF(with))
                return -E2BIG;
        memcpy(with + 1, fds, n_fds * sizeof(int));
        static const char marker[] = "{\"large\":true}";
        return fds_send(socket, marker, sizeof(marker) - 1, with, n_fds + 1);
}

/* ------------------------------------------------------------------ jobs */

static void job_unlink(CompileJob *j) {
        Compiler *c = j->compiler;
        if (j->prev)
                j->prev->next = j->next;
        else
                c->jobs = j->next;
        if (j->next)
                j->next->prev = j->prev;
        if (j->socket >= 0)
                c->running--;
}

static CompileJob *job_free(CompileJob *j) {
        job_unlink(j);
        sd_event_source_disable_unref(j->source);
        close_fd(j->socket);
        close_fd(j->script_fd);
        json_object_put(j->request);
        free(j);
        return NULL;
}

static void start_queued(Compiler *c);

static void job_finish(CompileJob *j, CompileResult result, json_object *reply, int fd) {
        Compiler *c = j->compiler;
        const CompileHandler *handler = j->handler;
        void *userdata = j->userdata;
        job_free(j);
        handler->done(userdata, result, reply, fd);
        start_queued(c);
}

CompileJob *compile_job_cancel(CompileJob *j) {
        if (!j)
                return NULL;
        Compiler *c = j->compiler;
        job_free(j); /* the child sees its socket close and ends */
        start_queued(c);
        return NULL;
}

static void job_message(CompileJob *j, json_object *o, int fd) {
        json_object *usec;
        const char *pass = text_of(o, "pass"), *progress = text_of(o, "progress"), *result = text_of(o, "result");
        if (result) {
                CompileResult r = compile_result_from_string(result);
                job_finish(j, r < 0 ? COMPILE_RESULT_INTERNAL : r, o, fd);
                return;
        }
        close_fd(fd);
        if (pass && json_object_object_get_ex(o, "usec", &usec))
                j->handler->pass(j->userdata, pass, json_object_get_int64(usec), text_of(o, "detail"));
        if (progress)
                j->handler->progress(j->userdata, progress);
}

static int on_job(sd_event_source *s, int fd, uint32_t revents, void *userdata) {
        CompileJob *j = userdata;
        json_object *o = NULL;
        int passed = -1, r = receive(j->compiler, fd, &o, &passed);
        if (r == -EAGAIN || r == -EINTR)
                return 0;
        if (r <= 0)
                job_finish(j, COMPILE_RESULT_LIMIT, NULL, -1);
        else
                job_message(j, o, passed);
        json_object_put(o);
        return 0;
}

static int job_start(CompileJob *j) {
        Compiler *c = j->compiler;
        int pair[2];
        if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
                return -errno;
        _cleanup_(closep) int ours = pair[0];
        _cleanup_(closep) int theirs = pair[1];

        json_object *head = json_object_new_object();
        json_object_object_add(head, "job", json_object_new_int64((int64_t) c->next_id++));
        json_object_object_add(head, "kind", json_object_new_string(j->kind));
        int r = send_json(c->socket, head, &theirs, 1);
        json_object_put(head);
        if (r >= 0)
                r = send_json(ours, j->request, &j->script_fd, j->script_fd >= 0 ? 1 : 0);
        if (r >= 0)
                r = sd_event_add_io(c->event, &j->source, ours, EPOLLIN, on_job, j);
        if (r < 0)
                return r;
        j->socket = TAKE_FD(ours);
        c->running++;
        return 0;
}

static int on_start(sd_event_source *s, void *userdata) {
        Compiler *c = userdata;
        for (CompileJob *j = c->jobs, *next; j && c->hello && c->running < c->options.slots; j = next) {
                next = j->next;
                if (j->socket >= 0)
                        continue;
                int r = job_start(j);
                if (r == -EPIPE || r == -ECONNRESET)
                        return 0; /* the zygote is dying: the next one gets it */
                if (r < 0) {
                        log_errno(r, "Cannot start a compilation: %m");
                        job_finish(j, COMPILE_RESULT_INTERNAL, NULL, -1);
                        return 0; /* the list has changed; job_finish() has asked for another turn */
                }
        }
        return 0;
}

/* From the event loop: whoever submits a job does not expect its end before he has it. */
static void start_queued(Compiler *c) {
        if (c->hello)
                (void) sd_event_source_set_enabled(c->starter, SD_EVENT_ONESHOT);
}

int compiler_submit(Compiler *c, const char *kind, json_object *request, int script_fd,
                    const CompileHandler *handler, void *userdata, CompileJob **ret) {
        CompileJob *j = calloc(1, sizeof(*j));
        if (!j)
                return -ENOMEM;
        *j = (CompileJob) { .compiler = c, .kind = kind, .script_fd = -1, .socket = -1,
                            .handler = handler, .userdata = userdata };
        if (script_fd >= 0) {
                j->script_fd = fcntl(script_fd, F_DUPFD_CLOEXEC, 3);
                if (j->script_fd < 0) {
                        free(j);
                        return -errno;
                }
        }
        j->request = json_object_get(request);
        CompileJob **last = &c->jobs;
        while (*last) {
                j->prev = *last;
                last = &(*last)->next;
        }
        *last = j;
        *ret = j;
        start_queued(c);
        return 0;
}

/* ------------------------------------------------------------------ the zygote */

static void fail_running_jobs(Compiler *c) {
        for (CompileJob *j = c->jobs; j;) {
                if (j->socket < 0) {
                        j = j->next;
                        continue;
                }
                job_finish(j, COMPILE_RESULT_INTERNAL, NULL, -1);
                j = c->jobs;
        }
}

/* They are none the worse for it: the new zygote starts them over. */
static void requeue_running_jobs(Compiler *c) {
        for (CompileJob *j = c->jobs; j; j = j->next) {
                j->source = sd_event_source_disable_unref(j->source);
                j->socket = close_fd(j->socket);
        }
        c->running = 0;
}

static void zygote_down(Compiler *c) {
        c->source = sd_event_source_disable_unref(c->source);
        c->child = sd_event_source_disable_unref(c->child);
        c->socket = close_fd(c->socket);
        json_object_put(c->hello);
        c->hello = NULL;
        if (c->pid > 0) {
                kill(c->pid, SIGKILL);
                (void) waitpid(c->pid, NULL, 0);
                c->pid = 0;
        }
}

static int zygote_up(Compiler *c);

static int on_retry(sd_event_source *s, uint64_t usec, void *userdata);

static void retry_after(Compiler *c, uint64_t usec) {
        if (!c->retry)
                (void) sd_event_add_time_relative(c->event, &c->retry, CLOCK_MONOTONIC, usec, 0, on_retry, c);
}

/* One more zygote that never became ready; a later one may. */
static void try_later(Compiler *c) {
        c->failures++;
        if (c->failures >= FAILURES_MAX && c->options.ready)
                c->options.ready(c->options.userdata);
        retry_after(c, RESTART_DELAY_USEC << MIN2(c->failures, 5u));
}

static int on_retry(sd_event_source *s, uint64_t usec, void *userdata) {
        Compiler *c = userdata;
        c->retry = sd_event_source_disable_unref(c->retry);
        int r = c->pid > 0 ? 0 : zygote_up(c);
        if (r < 0) {
                log_errno(r, "Cannot start the compiler: %m");
                try_later(c);
        }
        return 0;
}

static void zygote_lost(Compiler *c) {
        bool was_ready = c->hello;
        log_error("The compiler process died; starting it again.");
        zygote_down(c);
        fail_running_jobs(c);
        if (was_ready)
                retry_after(c, RESTART_SOON_USEC);
        else
                try_later(c);
}

static int on_child(sd_event_source *s, const siginfo_t *si, void *userdata) {
        Compiler *c = userdata;
        c->pid = 0; /* reaped by the event loop */
        zygote_lost(c);
        return 0;
}

static int set_world(Compiler *c) {
        free(c->world);
        const char *digest = text_of(c->hello, "libraryDigest"), *build = text_of(c->hello, "buildId");
        const char *compiler = text_of(c->hello, "compiler"), *version = text_of(c->hello, "version");
        const char *kit = text_of(c->hello, "kit"), *kernel = text_of(c->hello, "kernel");
        return asprintf(&c->world, "%s\n%s\n%s\n%s\n%s\n%s", version ?: "", kernel ?: "", build ?: "",
                        compiler ?: "", kit ?: "", digest ?: "") < 0 ? -ENOMEM : 0;
}

static int on_zygote(sd_event_source *s, int fd, uint32_t revents, void *userdata) {
        Compiler *c = userdata;
        json_object *o = NULL, *ready;
        int passed = -1, r = receive(c, fd, &o, &passed);
        if (r == -EAGAIN || r == -EINTR)
                return 0;
        if (r <= 0) {
                zygote_lost(c);
                return 0;
        }
        close_fd(passed);
        if (json_object_object_get_ex(o, "ready", &ready) && !c->hello) {
                c->hello = json_object_get(o);
                c->failures = 0;
                (void) set_world(c);
                if (c->options.ready)
                        c->options.ready(c->options.userdata);
                start_queued(c);
        }
        json_object_put(o);
        return 0;
}

static int zygote_up(Compiler *c) {
        int pair[2];
        if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
                return -errno;
        _cleanup_(closep) int ours = pair[0];
        _cleanup_(closep) int theirs = pair[1];

        char *argv[10] = { (char *) "stapd-compile", (char *) "--zygote" };
        unsigned n = 2;
        if (c->kit_dir) {
                argv[n++] = (char *) "--kit-dir";
                argv[n++] = c->kit_dir;
        }
        if (c->user) {
                argv[n++] = (char *) "--user";
                argv[n++] = c->user;
        }
        if (c->kernel) {
                argv[n++] = (char *) "--kernel";
                argv[n++] = c->kernel;
        }
        /* It becomes that user itself, once it has the namespaces that only root can always make. */
        ProcessOptions o = { .program = paths_program("stapd-compile"), .argv = argv, .control_fd = theirs };
        pid_t pid = process_spawn(&o);
        if (pid < 0)
                return pid;
        c->pid = pid;
        c->socket = TAKE_FD(ours);
        int r = sd_event_add_io(c->event, &c->source, c->socket, EPOLLIN, on_zygote, c);
        if (r >= 0)
                r = sd_event_add_child(c->event, &c->child, pid, WEXITED, on_child, c);
        if (r < 0)
                zygote_down(c);
        return r;
}

int compiler_restart(Compiler *c) {
        zygote_down(c);
        requeue_running_jobs(c);
        c->retry = sd_event_source_disable_unref(c->retry);
        int r = zygote_up(c);
        if (r < 0)
                try_later(c);
        return r;
}

static int add_starter(Compiler *c) {
        int r = sd_event_add_defer(c->event, &c->starter, on_start, c);
        return r < 0 ? r : sd_event_source_set_enabled(c->starter, SD_EVENT_OFF);
}

static int copy_text(const char *s, char **ret) {
        *ret = s ? strdup(s) : NULL;
        return s && !*ret ? -ENOMEM : 0;
}

int compiler_new(sd_event *event, const CompilerOptions *o, Compiler **ret) {
        Compiler *c = calloc(1, sizeof(*c));
        if (!c)
                return -ENOMEM;
        c->event = sd_event_ref(event);
        c->options = *o;
        c->socket = -1;
        c->buffer = malloc(MESSAGE_SIZE);
        int r = c->buffer ? 0 : -ENOMEM;
        if (r >= 0)
                r = copy_text(o->user, &c->user);
        if (r >= 0)
                r = copy_text(o->kernel, &c->kernel);
        if (r >= 0)
                r = copy_text(o->kit_dir, &c->kit_dir);
        if (r >= 0)
                r = add_starter(c);
        if (r >= 0)
                r = zygote_up(c);
        if (r < 0) {
                compiler_free(c);
                return r;
        }
        *ret = c;
        return 0;
}

Compiler *compiler_free(Compiler *c) {
        if (!c)
                return NULL;
        c->options.ready = NULL;
        zygote_down(c);
        while (c->jobs)
                job_free(c->jobs);
        sd_event_source_disable_unref(c->retry);
        sd_event_source_disable_unref(c->starter);
        free(c->user);
        free(c->kernel);
        free(c->kit_dir);
        free(c->world);
        free(c->buffer);
        sd_event_unref(c->event);
        free(c);
        return NULL;
}

CompilerInfo compiler_info(const Compiler *c) {
        bool broken = !c->hello && c->failures >= FAILURES_MAX;
        return (CompilerInfo) {
                .ready = c->hello || broken,
                .error = broken ? "the compiler process does not start; see the log of stapd"
                                : text_of(c->hello, "error"),
                .kernel = text_of(c->hello, "kernel"),
                .build_id = text_of(c->hello, "buildId"),
                .kit = text_of(c->hello, "kit"),
                .world = c->world,
        };
}
