/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * However it goes, the other side gets one last message. The three ends that come from outside are handled
 * in signal handlers that only send a text made beforehand and kill the process group: time (SIGALRM), CPU
 * time (SIGXCPU), and that nobody wants the result any more (SIGIO: the socket was closed).
 */
#include "compile/job.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include "base/fault.h"
#include "base/fds.h"
#include "base/log.h"
#include "base/tree.h"
#include "compile/listing.h"
#include "compile/message.h"
#include "compile/passes.h"
#include "compile/sandbox.h"

#define JOB_ARENA ((size_t) 1 << 30)

static const char *const kinds[_JOB_KIND_MAX] = { [JOB_SCRIPT] = "script", [JOB_PREPARE] = "prepare",
                                                   [JOB_LIST] = "list" };

JobKind job_kind_from_string(const char *s) {
        for (JobKind k = 0; k < _JOB_KIND_MAX; k++)
                if (strcmp(kinds[k], s) == 0)
                        return k;
        return _JOB_KIND_INVALID;
}

static int job_socket = -1;

/* ------------------------------------------------------------------ ends from outside */

static const char out_of_time[] =
        "{\"result\":\"compile-limit\",\"diagnostics\":[],\"text\":\"\",\"source\":null,"
        "\"error\":\"the compilation took too long\"}";
static const char out_of_memory[] =
        "{\"result\":\"compile-limit\",\"diagnostics\":[],\"text\":\"\",\"source\":null,"
        "\"error\":\"the compilation took too much memory\"}";

static void __attribute__((noreturn)) end_with(const char *message, size_t len) {
        (void) !send(job_socket, message, len, MSG_NOSIGNAL);
        (void) kill(0, SIGKILL); /* our process group: the tools too */
        _exit(EXIT_FAILURE);
}

static void on_time(int signal) {
        end_with(out_of_time, sizeof(out_of_time) - 1);
}

static void on_socket(int signal) {
        struct pollfd p = { .fd = job_socket, .events = POLLRDHUP };
        int error = errno;
        if (poll(&p, 1, 0) > 0 && (p.revents & (POLLHUP | POLLRDHUP | POLLERR)))
                (void) kill(0, SIGKILL);
        errno = error;
}

static void on_memory(void *userdata, size_t limit) {
        end_with(out_of_memory, sizeof(out_of_memory) - 1);
}

static void watch(void) {
        struct sigaction time = { .sa_handler = on_time }, closed = { .sa_handler = on_socket, .sa_flags = SA_RESTART };
        sigaction(SIGALRM, &time, NULL);
        sigaction(SIGXCPU, &time, NULL);
        sigaction(SIGIO, &closed, NULL);
        (void) signal(SIGPIPE, SIG_IGN);
        if (fcntl(job_socket, F_SETOWN, getpid()) < 0 ||
            fcntl(job_socket, F_SETFL, fcntl(job_socket, F_GETFL) | O_ASYNC) < 0)
                log_debug_errno(errno, "Cannot watch the job's socket: %m");
        on_socket(SIGIO); /* it may have been closed before */
}

/* ------------------------------------------------------------------ messages */

static json_object *text_or_null(const char *s) {
        return s ? json_object_new_string(s) : NULL;
}

static void send_pass(void *userdata, PassId pass, uint64_t usec, const char *detail) {
        _cleanup_(json_putp) json_object *o = json_object_new_object();
        json_object_object_add(o, "pass", json_object_new_string(pass_to_string(pass)));
        json_object_object_add(o, "usec", json_object_new_int64((int64_t) usec));
        json_object_object_add(o, "detail", text_or_null(detail));
        (void) message_send(job_socket, o, NULL, 0);
}

static void send_progress(void *userdata, const char *text) {
        _cleanup_(json_putp) json_object *o = json_object_new_object();
        json_object_object_add(o, "progress", json_object_new_string(text));
        (void) message_send(job_socket, o, NULL, 0);
}

typedef struct {
        CompileResult result;
        const Diags *diags;  /* or NULL */
        bool color;
        const char *source, *manifest, *error, *kit; /* or NULL */
        int module;          /* -1: none */
} Reply;

static void add_diagnostics(json_object *o, const Reply *r) {
        _cleanup_(buf_done) Buf json = BUF_INIT, text = BUF_INIT;
        if (r->diags) {
                diags_render_json(r->diags, &json);
                diags_render_text(r->diags, r->color, &text);
        }
        json_object *list = json.data && !json.failed ? json_tokener_parse(json.data) : NULL;
        json_object_object_add(o, "diagnostics", list ? list : json_object_new_array());
        json_object_object_add(o, "text",
                               json_object_new_string(text.data && !text.failed ? text.data : ""));
}

static void send_reply(const Reply *r) {
        _cleanup_(json_putp) json_object *o = json_object_new_object();
        json_object_object_add(o, "result", json_object_new_string(compile_result_to_string(r->result)));
        add_diagnostics(o, r);
        json_object_object_add(o, "source", text_or_null(r->source));
        json_object_object_add(o, "error", text_or_null(r->error));
        if (r->manifest)
                json_object_object_add(o, "manifest", json_object_new_string(r->manifest));
        if (r->kit)
                json_object_object_add(o, "kit", json_object_new_string(r->kit));
        (void) fault("compiled");
        int e = message_send(job_socket, o, &r->module, r->module >= 0);
        if (e < 0)
                log_debug_errno(e, "Cannot send the result of a compilation: %m");
}

static void reply_error(CompileResult result, const char *error) {
        send_reply(&(Reply) { .result = result, .error = error, .module = -1 });
}

/* ------------------------------------------------------------------ a script */

static bool read_script(Arena *a, int fd, CompileRequest *r, const char **ret_error) {
        _cleanup_(freep) char *text = NULL;
        size_t len;
        if (fd < 0) {
                *ret_error = "no script came with the request";
                return false;
        }
        int e = fds_read_all(fd, COMPILE_MAX_SCRIPT, &text, &len);
        if (e < 0) {
                *ret_error = e == -EFBIG ? "the script is larger than 4 MiB" : "the script cannot be read";
                return false;
        }
        r->script = arena_strndup(a, text, len);
        r->script_len = len;
        return true;
}

static void reply_compilation(Compilation *c, CompileResult result) {
        _cleanup_(buf_done) Buf source = BUF_INIT, manifest = BUF_INIT;
        const CompileRequest *r = c->request;
        if (r->describe_only && result == COMPILE_RESULT_OK && manifest_to_json(c->manifest, &manifest) < 0)
                result = COMPILE_RESULT_INTERNAL;
        if (!r->describe_only && (r->keep_source || r->stop_after < PASS_BUILD))
                for (PassId p = MIN2(r->stop_after, PASS_TRANSLATE); p >= 0 && source.len == 0; p--)
                        if (p <= c->reached || p == PASS_TRANSLATE)
                                compilation_dump(c, p, &source);
        send_reply(&(Reply) { .result = result, .diags = &c->diags, .color = r->color, .error = c->error,
                              .source = source.len && !source.failed ? source.data : NULL,
                              .manifest = manifest.len && !manifest.failed ? manifest.data : NULL, .module = c->module_fd });
}

static void compile_script(World *w, Arena *a, json_object *o, int script) {
        CompileRequest request;
        Compilation c;
        const char *error = NULL;
        if (!request_from_json(a, o, &request, &error) || !read_script(a, script, &request, &error) ||
            !request_check(&request, &error)) {
                reply_error(COMPILE_RESULT_SCRIPT, error);
                return;
        }
        CompileObserver observer = { .pass = send_pass };
        compilation_init(&c, w, &request, a);
        c.observer = &observer;
        c.directory = tree_new_temporary(a, "stapd-compile");
        if (c.directory)
                reply_compilation(&c, compilation_run(&c));
        else
                reply_error(COMPILE_RESULT_INTERNAL, "cannot make a temporary directory");
        if (c.directory)
                tree_remove(c.directory);
        compilation_done(&c);
}

/* ------------------------------------------------------------------ a kernel kit */

static const char *diags_summary(Arena *a, const Diags *d) {
        const Diag *first = d->list.n ? d->list.items[0] : NULL;
        if (!first)
                return NULL;
        return first->hint ? arena_printf(a, "%s (%s)", first->message, first->hint) : first->message;
}

static void build_kit(Arena *a, const KitTarget *t, const char *output) {
        Diags d;
        const char *id = NULL;
        diags_init(&d, a);
        int r = kit_build(a, t, output, send_progress, NULL, &d, &id);
        Reply reply = { .result = r == KIT_OK ? COMPILE_RESULT_OK : r == KIT_LIMIT ? COMPILE_RESULT_LIMIT
                                : r < 0 ? COMPILE_RESULT_INTERNAL : COMPILE_RESULT_KERNEL,
                        .diags = &d, .kit = id, .module = -1 };
        reply.error = r == KIT_OK      ? NULL
                      : r == KIT_LIMIT ? "building the kernel kit ran into a limit"
                      : r < 0 ? arena_printf(a, "the kernel kit cannot be written to %s: %s", output,
                                             strerror(-r))
                              : diags_summary(a, &d);
        send_reply(&reply);
}

static void prepare(World *w, Arena *a, json_object *o) {
        json_object *kernel, *output;
        if (!json_object_object_get_ex(o, "output", &output) ||
            !json_object_is_type(output, json_type_string)) {
                reply_error(COMPILE_RESULT_INTERNAL, "the request names no output directory");
                return;
        }
        const char *release = json_object_object_get_ex(o, "kernel", &kernel) && kernel
                ? json_object_get_string(kernel) : NULL;
        _cleanup_(world_closep) World *other = NULL;
        if (release && strcmp(release, w->release) != 0) {
                int r = world_open_kernel(&(WorldOptions) { .release = release }, &other);
                if (r < 0) {
                        reply_error(COMPILE_RESULT_KERNEL,
                                    r == -EINVAL ? "that is not the release of a kernel" : strerror(-r));
                        return;
                }
        }
        build_kit(a, other ? &other->kit_target : &w->kit_target, json_object_get_string(output));
}

/* ------------------------------------------------------------------ what there is */

static void send_listing(const Listing *l, CompileResult result) {
        _cleanup_(json_putp) json_object *o = json_object_new_object();
        json_object_object_add(o, "result", json_object_new_string(compile_result_to_string(result)));
        json_object_object_add(o, "lines", listing_to_json(l));
        json_object_object_add(o, "total", json_object_new_int64((int64_t) l->lines.n));
        add_diagnostics(o, &(Reply) { .diags = &l->diags });
        int e = message_send(job_socket, o, NULL, 0);
        if (e < 0)
                log_debug_errno(e, "Cannot send a list: %m");
}

static void list(World *w, Arena *a, json_object *o) {
        Listing l;
        const char *error;
        if (!listing_from_json(a, o, &l, &error)) {
                reply_error(COMPILE_RESULT_SCRIPT, error);
                return;
        }
        CompileResult result = listing_run(w, a, &l);
        send_listing(&l, result);
}

static void send_started(void) {
        _cleanup_(json_putp) json_object *o = json_object_new_object();
        json_object_object_add(o, "started", json_object_new_boolean(true));
        (void) message_send(job_socket, o, NULL, 0);
}

void job_run(World *w, JobKind kind, unsigned seconds, int socket) {
        job_socket = socket;
        int r = sandbox_job(seconds), fds[1];
        if (r < 0) {
                reply_error(COMPILE_RESULT_INTERNAL, "cannot set the limits of a compilation");
                _exit(EXIT_FAILURE);
        }
        watch();
        send_started();
        size_t n_fds = ELEMENTSOF(fds);
        _cleanup_(json_putp) json_object *o = NULL;
        Arena *a = arena_new(JOB_ARENA);
        if (!a || message_receive(socket, &o, fds, &n_fds) <= 0) {
                reply_error(COMPILE_RESULT_INTERNAL, "the request cannot be read");
                _exit(EXIT_FAILURE);
        }
        arena_set_oom(a, on_memory, NULL);
        if (kind == JOB_SCRIPT)
                compile_script(w, a, o, n_fds ? fds[0] : -1);
        else if (kind == JOB_LIST)
                list(w, a, o);
        else
                prepare(w, a, o);
        /* Without destructors: the memory is shared with the zygote. */
        _exit(EXIT_SUCCESS);
}
