/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stapctl cat: what recordings have, as text or JSON; stapctl merge: the same in order of time. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "ctl/client.h"
#include "ctl/main.h"
#include "ctl/output.h"
#include "ctl/segment.h"
#include "ctl/when.h"
#include "manifest/bytes.h"

typedef struct Cat {
        bool json, by_time;
        int64_t since; /* CLOCK_REALTIME usec */
        Segment **segments;
        bool *alive;
        int n;
} Cat;

static const char cat_usage[] =
        "stapctl cat [--json] [--since=TIME] FILE...\n\n"
        "Prints recordings one after the other, and whether they are whole. TIME: \"2026-11-23 18:00\", \"18:00\", @SECONDS,\n"
        "or how long ago: -10min.\n";
static const char merge_usage[] =
        "stapctl merge [--json] [--since=TIME] FILE...\n\n"
        "Prints the records of several recordings in order of time.\n";

/* ------------------------------------------------------------------ one record */

/* As it was: a string, or bytes that are no UTF-8. */
static int write_bytes(json_object *v) {
        json_object *b64;
        if (json_object_is_type(v, json_type_string))
                return output_write(STDOUT_FILENO, json_object_get_string(v),
                                    (size_t) json_object_get_string_len(v));
        if (!json_object_object_get_ex(v, "b64", &b64))
                return 0;
        _cleanup_(buf_done) Buf bytes = BUF_INIT;
        if (bytes_from_base64(&bytes, json_object_get_string(b64),
                              (size_t) json_object_get_string_len(b64)) < 0)
                return 0;
        return output_write(STDOUT_FILENO, bytes.data ?: "", bytes.len);
}

/* Skipped probes printed nothing; what a flight recorder overwrites, it is meant to. */
static bool is_loss(const char *where) {
        return strcmp(where, "probe-skipped") != 0 && strcmp(where, "overwritten") != 0;
}

static void tell(json_object *record, const char *kind) {
        if (strcmp(kind, "error") == 0 || strcmp(kind, "warning") == 0)
                output_message(kind, member_text(record, "message"));
        else if (strcmp(kind, "lost") == 0 && is_loss(member_text(record, "where")))
                fprintf(stderr, "WARNING: %lld records were lost: %s\n",
                        (long long) member_number(record, "count"), member_text(record, "where"));
}

static int write_record(const Cat *c, const Segment *s) {
        json_object *record = segment_record(s), *v;
        const char *kind = member_text(record, "kind");
        bool stands = strcmp(kind, "header") == 0 || strcmp(kind, "segment") == 0;
        if (!stands && segment_time(s) < c->since)
                return 0;
        if (c->json)
                return stands && c->by_time && strcmp(kind, "segment") == 0
                        ? 0 : output_write(STDOUT_FILENO, segment_line(s)->data, segment_line(s)->len);
        if (json_object_object_get_ex(record, "text", &v) && v)
                return write_bytes(v);
        if (strcmp(kind, "text") == 0 && json_object_object_get_ex(record, "data", &v) && v)
                return write_bytes(v);
        tell(record, kind);
        return 0;
}

/* ------------------------------------------------------------------ all of them */

static int cat_all(Cat *c) {
        for (int i = 0; i < c->n; i++)
                while (c->alive[i]) {
                        int r = write_record(c, c->segments[i]);
                        if (r < 0)
                                return r;
                        c->alive[i] = segment_next(c->segments[i]) == 1;
                }
        return 0;
}

static int merge_all(Cat *c) {
        for (;;) {
                int first = -1;
                for (int i = 0; i < c->n; i++)
                        if (c->alive[i] &&
                            (first < 0 || segment_place(c->segments[i]) < segment_place(c->segments[first])))
                                first = i;
                if (first < 0)
                        return 0;
                int r = write_record(c, c->segments[first]);
                if (r < 0)
                        return r;
                c->alive[first] = segment_next(c->segments[first]) == 1;
        }
}

static int print_all(Cat *c) {
        int r = c->by_time ? merge_all(c) : cat_all(c);
        if (r == -EPIPE)
                return EXIT_OK; /* whoever read has enough */
        if (r < 0)
                fprintf(stderr, "stapctl: cannot write the output: %s\n", strerror(-r));
        bool sound = r == 0;
        for (int i = 0; i < c->n; i++)
                sound &= segment_is_sound(c->segments[i]);
        return sound ? EXIT_OK : EXIT_USAGE;
}

static int open_all(Cat *c, char **paths) {
        c->segments = calloc((size_t) c->n, sizeof(*c->segments));
        c->alive = calloc((size_t) c->n, sizeof(*c->alive));
        if (!c->segments || !c->alive)
                return -ENOMEM;
        for (int i = 0; i < c->n; i++) {
                c->segments[i] = segment_open(paths[i]);
                if (!c->segments[i])
                        return -ENOENT;
                c->alive[i] = segment_next(c->segments[i]) == 1;
        }
        return 0;
}

static void cat_done(Cat *c) {
        for (int i = 0; c->segments && i < c->n; i++)
                segment_free(c->segments[i]);
        free(c->segments);
        free(c->alive);
}

#define DAY_USEC 86400000000ll

static int read_since(const char *text, int64_t *ret) {
        int64_t span, now = (int64_t) time(NULL) * 1000000;
        if (*text == '-' && when_read_span(text + 1, &span) >= 0) {
                *ret = now - span;
                return 0;
        }
        if (when_read_time(text, ret) >= 0) {
                if (*ret > now && !strchr(text, '-') && *text != '@')
                        *ret -= DAY_USEC; /* the last 18:00, not the next */
                return 0;
        }
        fprintf(stderr, "stapctl: --since takes a time (\"2026-11-23 18:00\", @SECONDS, -10min), not '%s'\n",
                text);
        return -EINVAL;
}

static int run(Cat *c, int argc, char **argv, const char *usage) {
        static const struct option options[] = {
                { "json", no_argument, NULL, 'j' }, { "since", required_argument, NULL, 's' },
                { "help", no_argument, NULL, 'h' }, {},
        };
        for (int o; (o = getopt_long(argc, argv, "hj", options, NULL)) >= 0;) {
                switch (o) {
                case 'j': c->json = true; break;
                case 's':
                        if (read_since(optarg, &c->since) < 0)
                                return EXIT_USAGE;
                        break;
                case 'h': fputs(usage, stdout); return EXIT_OK;
                default: return EXIT_USAGE;
                }
        }
        c->n = argc - optind;
        if (c->n == 0) {
                fprintf(stderr, "%s takes files of recordings\n", argv[0]);
                return EXIT_USAGE;
        }
        return open_all(c, argv + optind) < 0 ? EXIT_USAGE : print_all(c);
}

int verb_cat(int argc, char **argv) {
        Cat c = {};
        int status = run(&c, argc, argv, cat_usage);
        cat_done(&c);
        return status;
}

int verb_merge(int argc, char **argv) {
        Cat c = { .by_time = true };
        int status = run(&c, argc, argv, merge_usage);
        cat_done(&c);
        return status;
}
