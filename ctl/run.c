/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stapctl run. Three connections: `start` has the session's life and its messages, and the session ends when
 * it closes; `stream` has the output; `control` asks for the end. The session is held, loaded, until the
 * output is connected and the command of -c is there, so that nothing of either is missed.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <systemd/sd-event.h>
#include "base/cleanup.h"
#include "base/fds.h"
#include "ctl/child.h"
#include "ctl/client.h"
#include "ctl/interrupt.h"
#include "ctl/listing.h"
#include "ctl/main.h"
#include "ctl/notify.h"
#include "ctl/output.h"
#include "ctl/persist.h"
#include "ctl/progress.h"
#include "ctl/run-options.h"

typedef struct Run {
        RunOptions options;
        sd_event *event;
        json_object *context; /* of Start */
        unsigned refused;     /* times, by a stapd that is being stopped */
        Client start, stream, control;
        sd_event_source *start_source, *stream_source, *output_source;
        char id[64];
        int output;
        Child child;
        int child_status;
        bool held, running, asking, stopping, stream_open, outcome_known;
        int status;
} Run;

static void finish_if_done(Run *r) {
        if (r->outcome_known && !r->stream_open)
                (void) sd_event_exit(r->event, 0);
}

static void fail(Run *r, int status) {
        r->status = status;
        (void) sd_event_exit(r->event, 0);
}

/* ------------------------------------------------------------------ ending */

static void request_stop(Run *r, bool now) {
        Reply reply = {};
        r->stopping = true;
        if (!r->id[0] || r->outcome_known) {
                fail(r, r->status); /* there is nothing yet: closing the connection is enough */
                return;
        }
        client_done(&r->control); /* stapd may be another since */
        r->control = CLIENT_INIT;
        if (client_connect(&r->control) < 0)
                return;
        json_object *p = parameters_with_id(r->id);
        json_object_object_add(p, "mode", json_object_new_string(now ? "immediate" : "drain"));
        if (client_call(&r->control, "Stop", p, &reply) < 0)
                fail(r, EXIT_USAGE);
        reply_done(&reply); /* an error means that it has ended by itself */
}

static int on_child(sd_event_source *s, const siginfo_t *si, void *userdata) {
        Run *r = userdata;
        r->child_status = si->si_code == CLD_EXITED ? si->si_status : 128 + si->si_status;
        r->child.pid = 0;
        if (r->running && !r->stopping)
                request_stop(r, /* now= */ false);
        return 0;
}

/* ------------------------------------------------------------------ the stream */

static void close_stream(Run *r) {
        r->output_source = sd_event_source_disable_unref(r->output_source);
        r->stream_source = sd_event_source_disable_unref(r->stream_source);
        client_done(&r->stream);
        r->stream_open = false;
        finish_if_done(r);
}

/* The second Ctrl-C waits for nobody, not for who reads us either. */
static void on_interrupt(void *userdata, bool now) {
        request_stop(userdata, now);
        if (now)
                close_stream(userdata);
}

static int on_room(sd_event_source *s, int fd, uint32_t revents, void *userdata) {
        Run *r = userdata;
        r->output_source = sd_event_source_disable_unref(r->output_source);
        return r->stream_source ? sd_event_source_set_enabled(r->stream_source, SD_EVENT_ON) : 0;
}

/* Until whoever reads us has made room, nothing more is taken from the stream. */
static int wait_for_room(Run *r) {
        int k = sd_event_add_io(r->event, &r->output_source, r->output, EPOLLOUT, on_room, r);
        return k < 0 ? k : sd_event_source_set_enabled(r->stream_source, SD_EVENT_OFF);
}

static int on_stream(sd_event_source *s, int fd, uint32_t revents, void *userdata) {
        Run *r = userdata;
        bool records = run_options_records(&r->options);
        int k = records ? recording_serve(&r->options.recording, fd)
                        : output_copy(&r->stream.in, fd, r->output);
        if (k == -ENOBUFS)
                k = wait_for_room(r) < 0 ? -ENOBUFS : 1;
        if (k == 1)
                return 0;
        if (k < 0 && k != -EPIPE && !records)
                fprintf(stderr, "stapctl: cannot write the output: %s\n", strerror(-k));
        close_stream(r);
        if (k < 0) {
                r->status = EXIT_USAGE;
                request_stop(r, /* now= */ true);
        }
        return 0;
}

/* Bytes of the stream may have come with the reply. */
static int take_early_bytes(Run *r) {
        Buf *in = &r->stream.in;
        if (!run_options_records(&r->options))
                return 0; /* on_stream() begins with them */
        int k = recording_take(&r->options.recording, r->stream.fd, in->data ?: "", in->len);
        buf_done(in);
        return k;
}

static const char *output_format(const RunOptions *o) {
        return o->json_seq ? "jsonSeq" : o->json ? "json" : "text";
}

static int attach(Run *r) {
        Reply reply = {};
        int k = client_connect(&r->stream);
        if (k < 0)
                return EXIT_USAGE;
        json_object *p = parameters_with_id(r->id);
        json_object_object_add(p, "format", json_object_new_string(output_format(&r->options)));
        /* A flight recorder overwrites what it has, and is read when it ends. */
        json_object_object_add(p, "overflow", json_object_new_string(r->options.flight ? "drop" : "pause"));
        if (r->options.flight)
                json_object_object_add(p, "from", json_object_new_string("end"));
        if (run_options_records(&r->options))
                recording_add_parameters(&r->options.recording, p);
        k = client_begin(&r->stream, "Attach", p, "upgrade", &reply);
        int status = k < 0 ? EXIT_USAGE : reply.error ? reply_print_error(&reply) : EXIT_OK;
        reply_done(&reply);
        if (status != EXIT_OK)
                return status;
        r->stream_open = true;
        if (take_early_bytes(r) < 0 ||
            sd_event_add_io(r->event, &r->stream_source, r->stream.fd, EPOLLIN, on_stream, r) < 0)
                return EXIT_USAGE;
        if (r->stream.in.len > 0)
                (void) on_stream(NULL, r->stream.fd, 0, r);
        return EXIT_OK;
}

/* ------------------------------------------------------------------ what the daemon tells */

static int start_child(Run *r) {
        if (!r->options.command)
                return EXIT_OK;
        int k = child_start(&r->child, r->options.command);
        if (k >= 0)
                k = sd_event_add_child(r->event, NULL, r->child.pid, WEXITED, on_child, r);
        if (k >= 0)
                return EXIT_OK;
        fprintf(stderr, "stapctl: cannot start the command: %s\n", strerror(-k));
        return EXIT_USAGE;
}

static int release(Run *r) {
        Reply reply = {};
        if (client_connect(&r->control) < 0)
                return EXIT_USAGE;
        json_object *p = parameters_with_id(r->id);
        int64_t target = r->child.pid > 0 ? r->child.pid : r->options.target;
        if (target > 0)
                json_object_object_add(p, "target", json_object_new_int64(target));
        if (client_call(&r->control, "Release", p, &reply) < 0)
                return EXIT_USAGE;
        /* The stapd that went away has let it go before. */
        bool done = reply.error && reply.again && reply_is_error(&reply, "InvalidState");
        int status = reply.error && !done ? reply_print_error(&reply) : EXIT_OK;
        reply_done(&reply);
        return status;
}

static void on_held(Run *r) {
        int status = attach(r);
        if (status == EXIT_OK)
                status = start_child(r);
        if (status == EXIT_OK)
                status = release(r);
        if (status != EXIT_OK)
                fail(r, status);
}

/* It goes on without us. */
static void on_detached(Run *r) {
        puts(r->options.session_name ?: r->id);
        fail(r, fflush(stdout) == 0 ? EXIT_OK : EXIT_USAGE);
}

static void on_state(Run *r, const char *state) {
        if (r->options.verbose)
                fprintf(stderr, "Session %.12s: %s\n", r->id, state);
        else
                progress_show_state(state);
        notify_state(state);
        r->asking = strcmp(state, "asking") == 0;
        if (r->asking) /* an agent may ask on this terminal next */
                progress_clear();
        /* A stapd that takes over from one that was killed may say it once more. */
        if (strcmp(state, "held") == 0 && !r->held) {
                r->held = true;
                on_held(r);
        }
        if (strcmp(state, "running") == 0 && !r->running) {
                r->running = true;
                if (r->options.lifetime)
                        on_detached(r);
                child_release(&r->child);
        }
}

static void keep_source(Run *r, const char *source) {
        char dir[] = "/tmp/stapd-XXXXXX", path[64];
        if (!mkdtemp(dir)) {
                fprintf(stderr, "stapctl: cannot make a folder for the generated C: %s\n", strerror(errno));
                return;
        }
        snprintf(path, sizeof(path), "%s/script.c", dir);
        int k = fds_write_file_atomic(path, source, strlen(source), 0644);
        if (k < 0)
                fprintf(stderr, "stapctl: cannot write %s: %s\n", path, strerror(-k));
        else
                fprintf(stderr, "The generated C is kept in %s\n", dir);
}

static void show_progress(const Run *r, const char *text) {
        size_t n = strlen(text);
        if (r->options.verbose || r->asking || !progress_show(text))
                fprintf(stderr, "%s%s", text, n > 0 && text[n - 1] == '\n' ? "" : "\n");
        notify_progress(text);
}

static void on_outcome(Run *r, json_object *outcome) {
        const char *result = member_text(outcome, "result"), *error = member_text(outcome, "error");
        r->outcome_known = true;
        if (*error) {
                output_message("error", error);
                notify_words(error);
        }
        notify_end(result);
        if (r->status == EXIT_OK)
                r->status = outcome_status(result);
        if (strcmp(result, "revoked") == 0 && !*error)
                output_message("error", "its script was taken out of the catalogue");
        if (strcmp(result, "shutdown") == 0)
                output_message("error", "stapd was stopped");
        if (strcmp(result, "overload") == 0)
                output_message("error",
                               "probe overhead exceeded threshold; the probes take too much of the CPU");
        if (strcmp(result, "max-skipped") == 0)
                output_message("error", "too many skipped probes (MAXSKIPPED)");
        if (r->options.fail_on_loss && member_number(outcome, "lost") > 0 && r->status == EXIT_OK)
                r->status = EXIT_LOSS;
        if (r->options.verbose)
                fprintf(stderr, "Session %.12s: %s, %lld hits, %lld records, %lld lost\n", r->id, result,
                        (long long) member_number(outcome, "hits"),
                        (long long) member_number(outcome, "records"),
                        (long long) member_number(outcome, "lost"));
        finish_if_done(r);
}

static void on_pass(Run *r, json_object *p) {
        if (!r->options.verbose) {
                progress_show_pass(member_text(p, "pass"));
                return;
        }
        const char *detail = member_text(p, "detail");
        fprintf(stderr, "Pass %-10s %8.1f ms%s%s\n", member_text(p, "pass"),
                (double) member_number(p, "usec") / 1e3, *detail ? "  " : "", detail);
}

static void on_parameters(Run *r, json_object *p) {
        json_object *v;
        progress_clear();
        if (json_object_object_get_ex(p, "id", &v) && !r->id[0])
                snprintf(r->id, sizeof(r->id), "%s", json_object_get_string(v));
        if (json_object_object_get_ex(p, "cached", &v) && json_object_get_boolean(v) && r->options.verbose)
                fputs("Compiled before: taken from the cache\n", stderr);
        if (json_object_object_get_ex(p, "pass", &v))
                on_pass(r, p);
        if (json_object_object_get_ex(p, "progress", &v))
                show_progress(r, json_object_get_string(v));
        if (json_object_object_get_ex(p, "diagnosticsText", &v))
                fputs(json_object_get_string(v), stderr);
        if (json_object_object_get_ex(p, "source", &v) && v && r->options.keep)
                keep_source(r, json_object_get_string(v));
        if (json_object_object_get_ex(p, "message", &v)) {
                output_message(member_text(v, "severity"), member_text(v, "text"));
                notify_words(member_text(v, "text"));
        }
        if (json_object_object_get_ex(p, "outcome", &v))
                on_outcome(r, v);
        else if (json_object_object_get_ex(p, "state", &v))
                on_state(r, json_object_get_string(v));
}

/* Somebody who means a file of his. */
static void hint_at_file(const Run *r, const char *error) {
        const char *name = r->options.catalog, *dot = strrchr(error, '.');
        if (name && dot && strcmp(dot, ".NoSuchScript") == 0 && access(name, F_OK) == 0)
                fprintf(stderr, "stapctl: there is a file of this name: stapctl run ./%s\n", name);
}

/* The session outlives its client: it may outlive its stapd. */
static bool goes_on(const Run *r) {
        _cleanup_(client_done) Client c = CLIENT_INIT;
        _cleanup_(reply_done) Reply reply = {};
        return r->id[0] && client_call(&c, "List", parameters_with_id(r->id), &reply) >= 0 && !reply.error;
}

/* Without a last word: it was killed. Whether a session of no client's began is for its owner to look up; to
 * start another could make two. */
static void on_start_gone(Run *r) {
        progress_clear();
        if (r->options.lifetime && goes_on(r)) {
                on_detached(r);
                return;
        }
        if (!r->options.lifetime && !r->id[0])
                fputs("stapctl: stapd went away before it answered; nothing of the script runs\n", stderr);
        else if (!r->id[0])
                fputs("stapctl: stapd went away before it answered; whether the session began, stapctl list shows\n",
                      stderr);
        else
                fputs("stapctl: stapd went away; the session has ended\n", stderr);
        fail(r, EXIT_USAGE);
}

static int start_again(Run *r);

static int on_start(sd_event_source *s, int fd, uint32_t revents, void *userdata) {
        Run *r = userdata;
        Reply reply = {};
        int k = client_receive(&r->start);
        if (k <= 0) {
                r->start_source = sd_event_source_disable_unref(r->start_source);
                if (!r->outcome_known)
                        on_start_gone(r);
                return 0;
        }
        while ((k = client_take(&r->start, &reply)) == 1) {
                if (reply_is_error(&reply, "ShuttingDown") && client_pause(r->refused++)) {
                        reply_done(&reply);
                        return start_again(r);
                }
                if (reply.error) {
                        progress_clear();
                        notify_words(reply.error);
                        notify_end("failed");
                        fail(r, reply_print_error(&reply));
                        hint_at_file(r, reply.error);
                } else {
                        on_parameters(r, reply.parameters);
                }
                reply_done(&reply);
        }
        if (k < 0)
                fail(r, EXIT_USAGE);
        return 0;
}

/* ------------------------------------------------------------------ starting */

static int send_start(Run *r) {
        if (client_send(&r->start, "Start", json_object_get(r->context), "more") < 0)
                return EXIT_USAGE;
        return sd_event_add_io(r->event, &r->start_source, r->start.fd, EPOLLIN, on_start, r) < 0
                       ? EXIT_USAGE
                       : EXIT_OK;
}

/* It was not begun: the stapd that was asked is on its way out. Where another takes its place, that one is
 * asked. */
static int start_again(Run *r) {
        r->start_source = sd_event_source_disable_unref(r->start_source);
        client_done(&r->start);
        while (client_reconnect(&r->start) < 0 && client_pause(r->refused))
                r->refused++;
        if ((r->start.fd < 0 && client_connect(&r->start) < 0) || send_start(r) != EXIT_OK)
                fail(r, EXIT_USAGE);
        return 0;
}

static int submit(Run *r) {
        _cleanup_(freep) char *script = NULL;
        size_t len;
        if (run_options_script(&r->options, &script, &len) < 0)
                return EXIT_USAGE;
        r->context = run_options_context(&r->options, script, len);
        return client_connect(&r->start) < 0 ? EXIT_USAGE : send_start(r);
}

static void run_done(Run *r) {
        progress_clear();
        sd_event_source_disable_unref(r->start_source);
        sd_event_source_disable_unref(r->stream_source);
        sd_event_source_disable_unref(r->output_source);
        client_done(&r->start);
        client_done(&r->stream);
        client_done(&r->control);
        child_done(&r->child);
        if (r->output > STDERR_FILENO)
                close(r->output);
        sd_event_unref(r->event);
        json_object_put(r->context);
        run_options_done(&r->options);
}

static int run(Run *r) {
        r->options.recording.path = r->options.output;
        r->options.recording.is_text = !r->options.json;
        r->output = output_open(run_options_records(&r->options) ? NULL : r->options.output);
        if (r->output < 0 || sd_event_new(&r->event) < 0 || interrupt_watch(r->event, on_interrupt, r) < 0)
                return EXIT_USAGE;
        int status = submit(r);
        if (status != EXIT_OK)
                return status;
        if (sd_event_loop(r->event) < 0)
                return EXIT_USAGE;
        if (r->status == EXIT_OK && r->child_status != 0) {
                fprintf(stderr, "WARNING: the command ended with status %d\n", r->child_status);
                return EXIT_USAGE;
        }
        return r->status;
}

int verb_run(int argc, char **argv) {
        _cleanup_(run_done) Run r = { .start = CLIENT_INIT, .stream = CLIENT_INIT, .control = CLIENT_INIT,
                                      .child = CHILD_INIT, .output = -1 };
        int k = run_options_read(argc, argv, &r.options);
        if (k <= 0)
                return k < 0 ? EXIT_USAGE : EXIT_OK;
        if (r.options.list)
                return listing_exec(&(Listing) { .kind = r.options.list_variables ? "variables" : "probes",
                                                 .pattern = r.options.list, .kernel = r.options.kernel,
                                                 .json = r.options.json });
        if (r.options.last_pass < 5)
                return run_options_exec_compiler(&r.options);
        return r.options.persist ? persist(&r.options) : run(&r);
}
