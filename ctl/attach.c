/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stapctl attach: one more reader of a session; stapctl logs: what it has printed. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "base/fds.h"
#include "ctl/client.h"
#include "ctl/cursor.h"
#include "ctl/main.h"
#include "ctl/output.h"

#define KEEP_SECONDS 1 /* between two writes of a cursor file */

typedef struct Attach {
        const char *id, *format, *overflow, *from, *output;
        const char *after, *cursor_file;
        char from_file[160];
        int64_t tail; /* -1: not said */
        bool no_follow, show_cursor;
        CursorWatch watch;
        time_t kept;
} Attach;

static const char attach_usage[] =
        "stapctl attach [OPTIONS] ID\n\n"
        "  --json, --json-seq     Events as JSON lines; with a record separator in front of each (RFC 7464)\n"
        "  -a, --all              From the oldest record that is kept, instead of from now\n"
        "  -n, --tail=N           From the N last records\n"
        "  --after-cursor=CURSOR  From behind the record that had this cursor\n"
        "  --cursor-file=FILE     From behind the cursor in FILE, if there is one; keeps the last one there\n"
        "  --show-cursor          A cursor in each record, and the last one on standard error\n"
        "  --no-follow            End where the stream stands\n"
        "  --overflow=HOW         When this reader is too slow: drop records, disconnect, or pause the stream\n"
        "  -o FILE                Write there\n";

static const char logs_usage[] =
        "stapctl logs [-f] [-n N] [--json | --json-seq] [-o FILE] ID\n\n"
        "Writes what the session has printed, as far as it is kept (see --keep of stapctl run).\n\n"
        "  -f, --follow  And what it prints from now on\n"
        "  -n, --tail=N  Of that the N last records\n";

static volatile sig_atomic_t interrupted;

static void on_signal(int number) {
        interrupted = 1;
}

static bool has_cursors(const Attach *a) {
        return a->show_cursor || a->cursor_file;
}

static bool is_json(const Attach *a) {
        return strcmp(a->format, "text") != 0;
}

/* ------------------------------------------------------------------ the stream */

static int keep_cursor(Attach *a, bool now) {
        if (!a->cursor_file || !a->watch.last[0] || (!now && time(NULL) - a->kept < KEEP_SECONDS))
                return 0;
        a->kept = time(NULL);
        return cursor_file_write(a->cursor_file, a->watch.last);
}

static int pass_on(Attach *a, int to, const char *data, size_t len) {
        int r = has_cursors(a) ? cursor_watch_pass(&a->watch, to, data, len) : output_write(to, data, len);
        return r < 0 ? r : keep_cursor(a, /* now= */ false);
}

/* It was cut, and not for being slow: the place is known where it goes on. */
static bool can_resume(const Attach *a) {
        bool wanted = !a->overflow || strcmp(a->overflow, "disconnect") != 0;
        return has_cursors(a) && *a->watch.last && !a->watch.ended && wanted && !interrupted;
}

/* Half a line is left out where the whole one comes next. */
static int end_copy(Attach *a, int to, int r) {
        if (r >= 0 && can_resume(a))
                buf_done(&a->watch.rest);
        else if (r >= 0)
                r = cursor_watch_flush(&a->watch, to);
        int k = keep_cursor(a, /* now= */ true);
        return r < 0 ? r : k;
}

/* To the end of this stream; negative errno. */
static int copy(Attach *a, Client *c, int to) {
        static char buffer[256 * 1024];
        int r = c->in.len > 0 ? pass_on(a, to, c->in.data, c->in.len) : 0;
        while (r >= 0 && !interrupted) {
                ssize_t n = read(c->fd, buffer, sizeof(buffer));
                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0)
                        break;
                r = pass_on(a, to, buffer, (size_t) n);
        }
        return end_copy(a, to, r);
}

static json_object *make_parameters(const Attach *a) {
        json_object *p = parameters_with_id(a->id);
        json_object_object_add(p, "format", json_object_new_string(a->format));
        if (a->overflow)
                json_object_object_add(p, "overflow", json_object_new_string(a->overflow));
        if (a->after)
                json_object_object_add(p, "afterCursor", json_object_new_string(a->after));
        else if (a->tail >= 0)
                json_object_object_add(p, "tail", json_object_new_int64(a->tail));
        else if (a->from)
                json_object_object_add(p, "from", json_object_new_string(a->from));
        json_object_object_add(p, "follow", json_object_new_boolean(!a->no_follow));
        json_object_object_add(p, "cursors", json_object_new_boolean(has_cursors(a)));
        /* What is kept in a file is read with stapctl cat. */
        json_object_object_add(p, "withText", json_object_new_boolean(is_json(a) && a->output));
        return p;
}

static int ask(Attach *a, Client *c) {
        _cleanup_(reply_done) Reply reply = {};
        if (client_begin(c, "Attach", make_parameters(a), "upgrade", &reply) < 0)
                return EXIT_USAGE;
        return reply.error ? reply_print_error(&reply) : EXIT_OK;
}

/* A break of ssh, or of stapd, is none of the session's: what came meanwhile is kept there. */
static int resume(Attach *a, Client *c) {
        snprintf(a->from_file, sizeof(a->from_file), "%s", a->watch.last);
        a->after = a->from_file;
        client_done(c);
        fputs("stapctl: the stream was cut; asking for what came after it\n", stderr);
        return client_pause(0) ? ask(a, c) : EXIT_USAGE;
}

static int stream(Attach *a, Client *c, int to) {
        int r, status = EXIT_OK;
        while ((r = copy(a, c, to)) >= 0 && can_resume(a) && (status = resume(a, c)) == EXIT_OK)
                ;
        if (r == -EPIPE)
                r = 0; /* whoever read has enough */
        else if (r < 0)
                fprintf(stderr, "stapctl: cannot write the output: %s\n", strerror(-r));
        if (a->show_cursor && a->watch.last[0])
                fprintf(stderr, "-- cursor: %s\n", a->watch.last);
        return r < 0 ? EXIT_USAGE : status;
}

static int attach(Attach *a) {
        _cleanup_(client_done) Client c = CLIENT_INIT;
        struct sigaction action = { .sa_handler = on_signal };
        if (client_connect(&c) < 0)
                return EXIT_USAGE;
        int status = ask(a, &c);
        if (status != EXIT_OK)
                return status;
        int to = output_open(a->output);
        if (to < 0)
                return EXIT_USAGE;
        sigaction(SIGINT, &action, NULL);
        sigaction(SIGTERM, &action, NULL);
        status = stream(a, &c, to);
        if (to > STDERR_FILENO)
                close(to);
        return status;
}

/* ------------------------------------------------------------------ options */

enum { OPT_JSON = 256, OPT_JSON_SEQ, OPT_AFTER, OPT_CURSOR_FILE, OPT_SHOW_CURSOR, OPT_NO_FOLLOW, OPT_OVERFLOW };

static const struct option long_options[] = {
        { "json", no_argument, NULL, OPT_JSON },
        { "json-seq", no_argument, NULL, OPT_JSON_SEQ },
        { "all", no_argument, NULL, 'a' },
        { "tail", required_argument, NULL, 'n' },
        { "after-cursor", required_argument, NULL, OPT_AFTER },
        { "cursor-file", required_argument, NULL, OPT_CURSOR_FILE },
        { "show-cursor", no_argument, NULL, OPT_SHOW_CURSOR },
        { "no-follow", no_argument, NULL, OPT_NO_FOLLOW },
        { "follow", no_argument, NULL, 'f' },
        { "overflow", required_argument, NULL, OPT_OVERFLOW },
        { "help", no_argument, NULL, 'h' },
        {},
};

static int read_overflow(const char *text, const char **ret) {
        static const char *const words[] = { "drop", "disconnect", "pause" };
        for (size_t i = 0; i < ELEMENTSOF(words); i++)
                if (strcmp(words[i], text) == 0) {
                        *ret = words[i];
                        return 0;
                }
        fprintf(stderr, "stapctl: --overflow takes drop, disconnect or pause, not '%s'\n", text);
        return -EINVAL;
}

static int read_option(Attach *a, int c) {
        switch (c) {
        case OPT_JSON: a->format = "json"; return 0;
        case OPT_JSON_SEQ: a->format = "jsonSeq"; return 0;
        case 'a': a->from = "start"; return 0;
        case 'n': return output_read_tail(optarg, &a->tail);
        case 'o': a->output = optarg; return 0;
        case 'f': a->no_follow = false; return 0;
        case OPT_AFTER: a->after = optarg; return 0;
        case OPT_CURSOR_FILE: a->cursor_file = optarg; return 0;
        case OPT_SHOW_CURSOR: a->show_cursor = true; return 0;
        case OPT_NO_FOLLOW: a->no_follow = true; return 0;
        case OPT_OVERFLOW: return read_overflow(optarg, &a->overflow);
        default: return -EINVAL;
        }
}

static int check(Attach *a, int argc, const char *verb) {
        if (optind + 1 != argc) {
                fprintf(stderr, "stapctl: %s takes the id of one session (see: stapctl list)\n", verb);
                return -EINVAL;
        }
        if (has_cursors(a) && !is_json(a)) {
                fputs("stapctl: text has no cursors: say --json as well\n", stderr);
                return -EINVAL;
        }
        if (a->after && (a->tail >= 0 || a->cursor_file)) {
                fputs("stapctl: --after-cursor, --cursor-file and --tail exclude each other\n", stderr);
                return -EINVAL;
        }
        if (a->cursor_file) {
                int r = cursor_file_read(a->cursor_file, a->from_file);
                if (r < 0)
                        return r;
                if (r > 0)
                        a->after = a->from_file;
        }
        return 0;
}

static int run(Attach *a, int argc, char **argv, const char *verb, const char *usage) {
        for (int c; (c = getopt_long(argc, argv, "afhn:o:", long_options, NULL)) >= 0;) {
                if (c == 'h') {
                        fputs(usage, stdout);
                        return EXIT_OK;
                }
                if (read_option(a, c) < 0)
                        return EXIT_USAGE;
        }
        if (check(a, argc, verb) < 0)
                return EXIT_USAGE;
        a->id = argv[optind];
        int status = attach(a);
        cursor_watch_done(&a->watch);
        return status;
}

/* As journalctl: what there is, and with -f what comes. */
int verb_logs(int argc, char **argv) {
        Attach a = { .format = "text", .tail = -1, .from = "start", .no_follow = true };
        return run(&a, argc, argv, "logs", logs_usage);
}

int verb_attach(int argc, char **argv) {
        Attach a = { .format = "text", .tail = -1 };
        return run(&a, argc, argv, "attach", attach_usage);
}
