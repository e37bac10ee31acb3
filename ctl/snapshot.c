/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stapctl snapshot: the records that a session keeps. One connection has them, another the job: how far it
 * is for the terminal, and at the end whether it was whole; the file of -o is there only then.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-event.h>
#include <unistd.h>
#include "ctl/client.h"
#include "ctl/interrupt.h"
#include "ctl/main.h"
#include "ctl/output.h"
#include "ctl/progress.h"
#include "ctl/whole-file.h"

typedef struct Snapshot {
        const char *id, *format, *after, *path;
        int64_t tail;   /* -1: not said */
        sd_event *event;
        Client stream, job;
        sd_event_source *stream_source, *job_source, *room_source;
        int64_t number; /* of the job */
        WholeFile file;
        bool stream_open, pipe_closed;
        int error;      /* of the output */
        char result[16], text[256];
} Snapshot;

static const char usage[] =
        "stapctl snapshot [--json | --json-seq] [-n N] [--after-cursor=CURSOR] [-o FILE] ID\n\n"
        "Writes the records that the session keeps; the session goes on. Ctrl-C takes it back.\n\n"
        "  -n, --tail=N           The N last of them\n"
        "  --after-cursor=CURSOR  Those behind the record that had this cursor\n"
        "  -o FILE                Write there: FILE is whole, or as it was\n";

static void finish_if_done(Snapshot *s) {
        if (!s->stream_open && *s->result)
                (void) sd_event_exit(s->event, 0);
}

/* ------------------------------------------------------------------ the job */

static void follow(Snapshot *s);

static void show(json_object *job) {
        char text[96];
        json_object *share = NULL;
        if (!json_object_object_get_ex(job, "progress", &share))
                return;
        snprintf(text, sizeof(text), "Snapshot: %.0f %%, %.1f MiB", 100 * json_object_get_double(share),
                 (double) member_number(job, "bytes") / (1 << 20));
        (void) progress_show(text);
}

static void on_reply(Snapshot *s, const Reply *reply) {
        json_object *job = NULL;
        json_object_object_get_ex(reply->parameters, "job", &job);
        if (reply->error) {
                snprintf(s->result, sizeof(s->result), "unknown");
        } else if (*member_text(job, "result")) {
                snprintf(s->result, sizeof(s->result), "%s", member_text(job, "result"));
                snprintf(s->text, sizeof(s->text), "%s", member_text(job, "text"));
        } else if (!isatty(s->file.fd)) {
                show(job);
        }
        finish_if_done(s);
}

/* All that have come. Negative: what came is none. */
static int take_replies(Snapshot *s) {
        Reply reply = {};
        int k;
        while ((k = client_take(&s->job, &reply)) == 1) {
                on_reply(s, &reply);
                reply_done(&reply);
        }
        return k;
}

static int on_job(sd_event_source *source, int fd, uint32_t revents, void *userdata) {
        Snapshot *s = userdata;
        bool gone = client_receive(&s->job) <= 0;
        gone |= take_replies(s) < 0;
        if (*s->result || gone)
                s->job_source = sd_event_source_disable_unref(s->job_source);
        if (gone && !*s->result)
                follow(s);
        return 0;
}

/* Of whoever is stapd now: the job goes on with the session. */
static void follow(Snapshot *s) {
        _cleanup_(reply_done) Reply reply = {};
        json_object *p = json_object_new_object();
        json_object_object_add(p, "job", json_object_new_int64(s->number));
        client_done(&s->job);
        if (client_begin(&s->job, "WaitJob", p, "more", &reply) < 0) {
                snprintf(s->result, sizeof(s->result), "unknown");
                finish_if_done(s);
                return;
        }
        on_reply(s, &reply);
        (void) take_replies(s);
        if (!*s->result && sd_event_add_io(s->event, &s->job_source, s->job.fd, EPOLLIN, on_job, s) < 0)
                (void) sd_event_exit(s->event, -ENOMEM);
}

static void cancel(Snapshot *s) {
        _cleanup_(client_done) Client c = CLIENT_INIT;
        _cleanup_(reply_done) Reply reply = {};
        json_object *p = json_object_new_object();
        json_object_object_add(p, "job", json_object_new_int64(s->number));
        (void) client_call(&c, "CancelJob", p, &reply); /* an error means that it has ended by itself */
}

static void on_interrupt(void *userdata, bool now) {
        Snapshot *s = userdata;
        if (now)
                (void) sd_event_exit(s->event, 0);
        else if (!*s->result)
                cancel(s);
}

/* ------------------------------------------------------------------ the stream */

static void close_stream(Snapshot *s) {
        s->room_source = sd_event_source_disable_unref(s->room_source);
        s->stream_source = sd_event_source_disable_unref(s->stream_source);
        client_done(&s->stream);
        s->stream_open = false;
        finish_if_done(s);
}

static int on_room(sd_event_source *source, int fd, uint32_t revents, void *userdata) {
        Snapshot *s = userdata;
        s->room_source = sd_event_source_disable_unref(s->room_source);
        return sd_event_source_set_enabled(s->stream_source, SD_EVENT_ON);
}

static int wait_for_room(Snapshot *s) {
        int k = sd_event_add_io(s->event, &s->room_source, s->file.fd, EPOLLOUT, on_room, s);
        return k < 0 ? k : sd_event_source_set_enabled(s->stream_source, SD_EVENT_OFF);
}

static int on_stream(sd_event_source *source, int fd, uint32_t revents, void *userdata) {
        Snapshot *s = userdata;
        int k = output_copy(&s->stream.in, fd, s->file.fd);
        if (k == -ENOBUFS)
                k = wait_for_room(s) < 0 ? -ENOBUFS : 1;
        if (k == 1)
                return 0;
        s->pipe_closed = k == -EPIPE; /* whoever read has enough */
        s->error = k < 0 && k != -EPIPE ? k : 0;
        close_stream(s);
        return k < 0 ? sd_event_exit(s->event, 0) : 0; /* how the job ends is of no interest */
}

/* ------------------------------------------------------------------ all of it */

static json_object *make_parameters(const Snapshot *s) {
        json_object *p = parameters_with_id(s->id);
        json_object_object_add(p, "format", json_object_new_string(s->format));
        if (s->after)
                json_object_object_add(p, "afterCursor", json_object_new_string(s->after));
        if (s->tail >= 0)
                json_object_object_add(p, "tail", json_object_new_int64(s->tail));
        /* What is kept in a file is read with stapctl cat. */
        bool with_text = s->path && strcmp(s->format, "text") != 0;
        json_object_object_add(p, "withText", json_object_new_boolean(with_text));
        return p;
}

static int end(Snapshot *s) {
        progress_clear();
        if (s->pipe_closed)
                return EXIT_OK;
        if (s->error < 0)
                fprintf(stderr, "stapctl: cannot write the output: %s\n", strerror(-s->error));
        else if (strcmp(s->result, "done") == 0)
                return whole_file_commit(&s->file) < 0 ? EXIT_USAGE : EXIT_OK;
        else if (strcmp(s->result, "failed") == 0)
                fprintf(stderr, "stapctl: the snapshot is not whole: %s\n", s->text);
        else if (strcmp(s->result, "unknown") == 0)
                fputs("stapctl: stapd was started again meanwhile; whether the snapshot is whole is not known\n",
                      stderr);
        else
                fputs("stapctl: the snapshot was taken back\n", stderr);
        return EXIT_USAGE;
}

static int take(Snapshot *s) {
        _cleanup_(reply_done) Reply reply = {};
        if (client_connect(&s->stream) < 0 ||
            client_begin(&s->stream, "Snapshot", make_parameters(s), "upgrade", &reply) < 0)
                return EXIT_USAGE;
        if (reply.error)
                return reply_print_error(&reply);
        s->number = member_number(reply.parameters, "job");
        if (sd_event_new(&s->event) < 0 || interrupt_watch(s->event, on_interrupt, s) < 0 ||
            whole_file_open(&s->file, s->path) < 0 ||
            sd_event_add_io(s->event, &s->stream_source, s->stream.fd, EPOLLIN, on_stream, s) < 0)
                return EXIT_USAGE;
        s->stream_open = true;
        follow(s);
        if (s->stream.in.len > 0)
                (void) on_stream(NULL, s->stream.fd, 0, s);
        return sd_event_loop(s->event) < 0 ? EXIT_USAGE : end(s);
}

static void snapshot_done(Snapshot *s) {
        progress_clear();
        sd_event_source_disable_unref(s->stream_source);
        sd_event_source_disable_unref(s->job_source);
        sd_event_source_disable_unref(s->room_source);
        client_done(&s->stream);
        client_done(&s->job);
        whole_file_done(&s->file);
        sd_event_unref(s->event);
}

int verb_snapshot(int argc, char **argv) {
        static const struct option options[] = {
                { "json", no_argument, NULL, 'j' },      { "json-seq", no_argument, NULL, 's' },
                { "tail", required_argument, NULL, 'n' }, { "after-cursor", required_argument, NULL, 'a' },
                { "help", no_argument, NULL, 'h' },      {},
        };
        _cleanup_(snapshot_done) Snapshot s = { .format = "text", .tail = -1, .stream = CLIENT_INIT,
                                                .job = CLIENT_INIT, .file = WHOLE_FILE_INIT };
        for (int c; (c = getopt_long(argc, argv, "hn:o:", options, NULL)) >= 0;) {
                switch (c) {
                case 'j': s.format = "json"; break;
                case 's': s.format = "jsonSeq"; break;
                case 'a': s.after = optarg; break;
                case 'o': s.path = optarg; break;
                case 'h': fputs(usage, stdout); return EXIT_OK;
                case 'n':
                        if (output_read_tail(optarg, &s.tail) >= 0)
                                break;
                        return EXIT_USAGE;
                default: return EXIT_USAGE;
                }
        }
        if (optind + 1 != argc) {
                fputs("stapctl: snapshot takes the id of one session (see: stapctl list)\n", stderr);
                return EXIT_USAGE;
        }
        if (s.after && s.tail >= 0) {
                fputs("stapctl: --after-cursor and --tail exclude each other\n", stderr);
                return EXIT_USAGE;
        }
        s.id = argv[optind];
        return take(&s);
}
