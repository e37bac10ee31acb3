/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/compiler.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include "base/cleanup.h"
#include "base/fds.h"
#include "base/log.h"
#include "manifest/compile-protocol.h"
#include "session/message.h"
#include "session/zygote.h"

#define ATTEMPTS_MAX 3 /* of one job, whose zygotes do not fork, or die */
#define START_FACTOR 8 /* times HelperSeconds, until a zygote must be ready */

struct CompileJob {
        Compiler *compiler;
        CompileJob *prev, *next;
        const char *kind;
        uid_t uid;               /* whose turn it takes */
        json_object *request;
        uint64_t id;             /* for the zygote */
        int script_fd;
        int socket;              /* -1: still queued */
        sd_event_source *source, *overdue;
        bool started;            /* the child has said so */
        bool silent;             /* its socket has ended: it died, or the zygote did */
        bool exited;             /* the zygote says so */
        unsigned attempts;
        const CompileHandler *handler;
        void *userdata;
};

struct Compiler {
        sd_event *event;
        CompilerOptions options;
        Zygote *zygote;
        sd_event_source *starter;
        char *world;
        CompileJob *jobs;   /* in the order of submission */
        unsigned running;
        uint64_t next_id;
};

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
        sd_event_source_disable_unref(j->overdue);
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

static void tell_canceled(const CompileJob *j) {
        if (j->socket < 0 || zygote_socket(j->compiler->zygote) < 0)
                return;
        json_object *o = json_object_new_object();
        json_object_object_add(o, "cancel", json_object_new_int64((int64_t) j->id));
        (void) message_send(zygote_socket(j->compiler->zygote), o, NULL, 0);
        json_object_put(o);
}

CompileJob *compile_job_cancel(CompileJob *j) {
        if (!j)
                return NULL;
        Compiler *c = j->compiler;
        tell_canceled(j);
        job_free(j); /* when the zygote does not hear, the child sees its socket close */
        start_queued(c);
        return NULL;
}

static unsigned job_seconds(const CompileJob *j) {
        return strcmp(j->kind, "prepare") == 0 ? COMPILE_PREPARE_SECONDS : j->compiler->options.seconds;
}

/* The child has a limit of its own, and would have said so: it is stopped. One that was never forked is
 * the zygote's fault, and the job is none the worse for it. */
static int on_overdue(sd_event_source *s, uint64_t usec, void *userdata) {
        CompileJob *j = userdata;
        Compiler *c = j->compiler;
        log_error("The compiler does not answer; starting it again.");
        if (j->started)
                job_finish(j, COMPILE_RESULT_LIMIT, NULL, -1);
        else if (j->attempts >= ATTEMPTS_MAX)
                job_finish(j, COMPILE_RESULT_INTERNAL, NULL, -1);
        return compiler_restart(c);
}

static void job_started(CompileJob *j) {
        uint64_t seconds = job_seconds(j) + j->compiler->options.helper_seconds;
        j->started = true;
        (void) sd_event_source_set_time_relative(j->overdue, seconds * 1000000);
}

static void job_message(CompileJob *j, json_object *o, int fd) {
        json_object *usec;
        json_object *started;
        const char *pass = message_text(o, "pass"), *progress = message_text(o, "progress"),
                   *result = message_text(o, "result");
        if (result) {
                CompileResult r = compile_result_from_string(result);
                job_finish(j, r < 0 ? COMPILE_RESULT_INTERNAL : r, o, fd);
                return;
        }
        close_fd(fd);
        if (json_object_object_get_ex(o, "started", &started) && !j->started)
                job_started(j);
        if (pass && json_object_object_get_ex(o, "usec", &usec))
                j->handler->pass(j->userdata, pass, json_object_get_int64(usec), message_text(o, "detail"));
        if (progress)
                j->handler->progress(j->userdata, progress);
}

/* The zygote will tell, or has died as well. */
static void job_fell_silent(CompileJob *j) {
        j->silent = true;
        j->source = sd_event_source_disable_unref(j->source);
        (void) sd_event_source_set_time_relative(j->overdue, j->compiler->options.helper_seconds * 1000000ull);
}

static void on_exited(void *userdata, uint64_t job) {
        const Compiler *c = userdata;
        for (CompileJob *j = c->jobs; j; j = j->next) {
                if (j->socket < 0 || j->id != job)
                        continue;
                j->exited = true;
                if (j->silent)
                        job_finish(j, COMPILE_RESULT_LIMIT, NULL, -1);
                return;
        }
}

static int on_job(sd_event_source *s, int fd, uint32_t revents, void *userdata) {
        CompileJob *j = userdata;
        json_object *o = NULL;
        int passed = -1, r = message_receive(fd, &o, &passed);
        if (r == -EAGAIN || r == -EINTR)
                return 0;
        if (r > 0)
                job_message(j, o, passed);
        else if (j->exited)
                job_finish(j, COMPILE_RESULT_LIMIT, NULL, -1);
        else
                job_fell_silent(j);
        json_object_put(o);
        return 0;
}

static int job_watch(CompileJob *j, int socket) {
        sd_event *event = j->compiler->event;
        int r = sd_event_add_io(event, &j->source, socket, EPOLLIN, on_job, j);
        if (r >= 0)
                r = sd_event_add_time_relative(event, &j->overdue, CLOCK_MONOTONIC,
                                               j->compiler->options.helper_seconds * 1000000ull, 1000000,
                                               on_overdue, j);
        return r;
}

static int job_start(CompileJob *j) {
        Compiler *c = j->compiler;
        int pair[2];
        if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
                return -errno;
        _cleanup_(closep) int ours = pair[0];
        _cleanup_(closep) int theirs = pair[1];

        json_object *head = json_object_new_object();
        j->id = c->next_id++;
        json_object_object_add(head, "job", json_object_new_int64((int64_t) j->id));
        json_object_object_add(head, "kind", json_object_new_string(j->kind));
        json_object_object_add(head, "seconds", json_object_new_int64(job_seconds(j)));
        int r = fds_never_wait(ours);
        if (r >= 0)
                r = message_send(zygote_socket(c->zygote), head, &theirs, 1);
        json_object_put(head);
        if (r >= 0)
                r = message_send(ours, j->request, &j->script_fd, j->script_fd >= 0 ? 1 : 0);
        if (r >= 0)
                r = job_watch(j, ours);
        if (r < 0)
                return r;
        j->socket = TAKE_FD(ours);
        j->attempts++;
        c->running++;
        return 0;
}

static unsigned n_running_of(const Compiler *c, uid_t uid) {
        unsigned n = 0;
        for (const CompileJob *j = c->jobs; j; j = j->next)
                n += j->socket >= 0 && j->uid == uid;
        return n;
}

/* Fair turns: the first job of a user who has the fewest running, and no more than his own slots. */
static CompileJob *next_job(const Compiler *c) {
        CompileJob *best = NULL;
        unsigned fewest = c->options.slots_per_user;
        if (c->running >= c->options.slots)
                return NULL;
        for (CompileJob *j = c->jobs; j && (!best || fewest > 0); j = j->next) {
                unsigned n = j->socket >= 0 ? fewest : n_running_of(c, j->uid);
                if (n < fewest) {
                        best = j;
                        fewest = n;
                }
        }
        return best;
}

static int on_start(sd_event_source *s, void *userdata) {
        Compiler *c = userdata;
        for (CompileJob *j; zygote_hello(c->zygote) && (j = next_job(c));) {
                int r = job_start(j);
                if (r == -EPIPE || r == -ECONNRESET)
                        return 0; /* the zygote is dying: the next one gets it */
                if (r == -EAGAIN) {
                        log_error("The compiler takes no more jobs; starting it again.");
                        return compiler_restart(c);
                }
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
        if (zygote_hello(c->zygote))
                (void) sd_event_source_set_enabled(c->starter, SD_EVENT_ONESHOT);
}

int compiler_submit(Compiler *c, const char *kind, uid_t uid, json_object *request, int script_fd,
                    const CompileHandler *handler, void *userdata, CompileJob **ret) {
        CompileJob *j = calloc(1, sizeof(*j));
        if (!j)
                return -ENOMEM;
        *j = (CompileJob) { .compiler = c, .kind = kind, .uid = uid, .script_fd = -1, .socket = -1,
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

/* They are none the worse for it: the new zygote starts them over. */
static void requeue_running_jobs(Compiler *c) {
        for (CompileJob *j = c->jobs; j; j = j->next) {
                j->source = sd_event_source_disable_unref(j->source);
                j->overdue = sd_event_source_disable_unref(j->overdue);
                j->socket = close_fd(j->socket);
                j->started = j->silent = j->exited = false;
        }
        c->running = 0;
}

static CompileJob *find_hopeless(const Compiler *c) {
        for (CompileJob *j = c->jobs; j; j = j->next)
                if (j->socket < 0 && j->attempts >= ATTEMPTS_MAX)
                        return j;
        return NULL;
}

static int set_world(Compiler *c, json_object *hello) {
        free(c->world);
        const char *digest = message_text(hello, "libraryDigest"), *build = message_text(hello, "buildId");
        const char *compiler = message_text(hello, "compiler"), *version = message_text(hello, "version");
        const char *kit = message_text(hello, "kit"), *kernel = message_text(hello, "kernel");
        return asprintf(&c->world, "%s\n%s\n%s\n%s\n%s\n%s", version ?: "", kernel ?: "", build ?: "",
                        compiler ?: "", kit ?: "", digest ?: "") < 0 ? -ENOMEM : 0;
}

static void on_ready(void *userdata) {
        Compiler *c = userdata;
        if (zygote_hello(c->zygote))
                (void) set_world(c, zygote_hello(c->zygote));
        if (c->options.ready)
                c->options.ready(c->options.userdata);
        start_queued(c);
}

static void on_died(void *userdata) {
        Compiler *c = userdata;
        requeue_running_jobs(c);
        for (CompileJob *j; (j = find_hopeless(c));)
                job_finish(j, COMPILE_RESULT_INTERNAL, NULL, -1);
}

int compiler_restart(Compiler *c) {
        requeue_running_jobs(c);
        return zygote_restart(c->zygote);
}

static int add_starter(Compiler *c) {
        int r = sd_event_add_defer(c->event, &c->starter, on_start, c);
        return r < 0 ? r : sd_event_source_set_enabled(c->starter, SD_EVENT_OFF);
}

int compiler_new(sd_event *event, const CompilerOptions *o, Compiler **ret) {
        Compiler *c = calloc(1, sizeof(*c));
        if (!c)
                return -ENOMEM;
        *c = (Compiler) { .event = sd_event_ref(event), .options = *o };
        ZygoteOptions zygote = { .user = o->user, .kernel = o->kernel, .kit_dir = o->kit_dir,
                                 .start_usec = o->helper_seconds * START_FACTOR * 1000000ull,
                                 .ready = on_ready, .exited = on_exited, .died = on_died, .userdata = c };
        int r = add_starter(c);
        if (r >= 0)
                r = zygote_new(event, &zygote, &c->zygote);
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
        c->zygote = zygote_free(c->zygote);
        while (c->jobs)
                job_free(c->jobs);
        sd_event_source_disable_unref(c->starter);
        free(c->world);
        sd_event_unref(c->event);
        free(c);
        return NULL;
}

CompilerInfo compiler_info(const Compiler *c) {
        json_object *hello = zygote_hello(c->zygote);
        bool broken = zygote_is_broken(c->zygote);
        return (CompilerInfo) {
                .ready = hello || broken,
                .error = broken ? "the compiler process does not start; see the log of stapd"
                                : message_text(hello, "error"),
                .kernel = message_text(hello, "kernel"),
                .build_id = message_text(hello, "buildId"),
                .kit = message_text(hello, "kit"),
                .world = c->world,
        };
}
