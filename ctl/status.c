/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stapctl status: the daemon, the kernel, and what is in the way of tracing; of a session, what it is and
 * its last words. */
#include <getopt.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "base/cleanup.h"
#include "ctl/client.h"
#include "ctl/main.h"
#include "ctl/output.h"
#include "ctl/when.h"

#define LAST_WORDS 10 /* records */

typedef struct Row {
        const char *label, *member;
} Row;

static void print_rows(const Row *rows, size_t n, json_object *p) {
        for (size_t i = 0; i < n; i++) {
                const char *text = member_text(p, rows[i].member);
                printf("%12s: %s\n", rows[i].label, *text ? text : "-");
        }
}

static void print_service(json_object *p) {
        static const Row rows[] = {
                { "Version", "version" },   { "Process", "pid" },           { "Kernel", "kernel" },
                { "Build-id", "buildId" },  { "Kernel kit", "kit" },        { "Compiler", "compiler" },
                { "Modules", "moduleLoading" }, { "Policy", "policy" },     { "Polkit", "polkit" },
                { "Audit", "audit" },                       { "Sessions", "sessions" },
        };
        print_rows(rows, ELEMENTSOF(rows), p);
}

/* ------------------------------------------------------------------ a session */

static void print_owner(json_object *s) {
        const struct passwd *pw = getpwuid((uid_t) member_number(s, "owner"));
        printf("%12s: %s (%lld), process %lld, lifetime %s\n", "Owner", pw ? pw->pw_name : "?",
               (long long) member_number(s, "owner"), (long long) member_number(s, "ownerPid"),
               member_text(s, "lifetime"));
}

static void print_since(json_object *s) {
        char date[64] = "", age[24];
        int64_t usec = member_number(s, "created");
        time_t seconds = (time_t) (usec / 1000000);
        struct tm tm;
        if (localtime_r(&seconds, &tm))
                (void) strftime(date, sizeof(date), "%Y-%m-%d %H:%M:%S %Z", &tm);
        when_format_age(usec, age, sizeof(age));
        printf("%12s: %s; %s ago\n", "Since", date, age);
}

static void print_session(json_object *s) {
        static const Row first[] = { { "Session", "id" }, { "Name", "sessionName" }, { "Script", "name" }, { "State", "state" } };
        static const Row rest[] = { { "Module", "module" }, { "Digest", "digest" }, { "Probes", "probes" }, { "Readers", "readers" } };
        print_rows(first, ELEMENTSOF(first), s);
        print_since(s);
        print_owner(s);
        print_rows(rest, ELEMENTSOF(rest), s);
        printf("%12s: %lld hits, %lld records, %lld lost, %lld skipped, %lld errors\n", "Counted",
               (long long) member_number(s, "hits"), (long long) member_number(s, "records"),
               (long long) member_number(s, "lost"), (long long) member_number(s, "skipped"),
               (long long) member_number(s, "errors"));
}

/* As far as there are any yet: a session that is being compiled has none, and that is no error. */
static void print_last_words(const char *id) {
        _cleanup_(client_done) Client c = CLIENT_INIT;
        _cleanup_(reply_done) Reply reply = {};
        json_object *p = parameters_with_id(id);
        json_object_object_add(p, "format", json_object_new_string("text"));
        json_object_object_add(p, "tail", json_object_new_int(LAST_WORDS));
        json_object_object_add(p, "follow", json_object_new_boolean(false));
        if (client_connect(&c) < 0) {
                json_object_put(p);
                return;
        }
        if (client_begin(&c, "Attach", p, "upgrade", &reply) < 0 || reply.error)
                return;
        putchar('\n');
        fflush(stdout);
        do { /* what came with the reply comes first */
                int r = c.in.len > 0 ? output_write(STDOUT_FILENO, c.in.data, c.in.len) : 0;
                buf_done(&c.in);
                if (r < 0)
                        return;
        } while (client_receive(&c) > 0);
}

static int status_of_session(const char *id, bool json) {
        _cleanup_(client_done) Client c = CLIENT_INIT;
        _cleanup_(reply_done) Reply reply = {};
        json_object *session = NULL;
        if (client_connect(&c) < 0 || client_call(&c, "List", parameters_with_id(id), &reply) < 0)
                return EXIT_USAGE;
        if (reply.error)
                return reply_print_error(&reply);
        if (!json_object_object_get_ex(reply.parameters, "session", &session) || !session) {
                fputs("stapctl: stapd answers without a session\n", stderr);
                return EXIT_USAGE;
        }
        if (json) {
                puts(json_object_to_json_string_ext(session, JSON_C_TO_STRING_PLAIN));
                return EXIT_OK;
        }
        print_session(session);
        print_last_words(member_text(session, "id"));
        return EXIT_OK;
}

static int status_of_service(bool json) {
        _cleanup_(client_done) Client c = CLIENT_INIT;
        _cleanup_(reply_done) Reply reply = {};
        if (client_connect(&c) < 0 || client_call(&c, "Status", NULL, &reply) < 0)
                return EXIT_USAGE;
        if (reply.error)
                return reply_print_error(&reply);
        if (json)
                puts(json_object_to_json_string_ext(reply.parameters, JSON_C_TO_STRING_PLAIN));
        else
                print_service(reply.parameters);
        return EXIT_OK;
}

int verb_status(int argc, char **argv) {
        static const struct option options[] = {
                { "json", no_argument, NULL, 'j' }, { "help", no_argument, NULL, 'h' }, {},
        };
        bool json = false;
        for (int c; (c = getopt_long(argc, argv, "hj", options, NULL)) >= 0;) {
                if (c == 'h') {
                        puts("stapctl status [--json] [ID]");
                        return EXIT_OK;
                }
                if (c != 'j')
                        return EXIT_USAGE;
                json = true;
        }
        if (argc - optind > 1) {
                fputs("stapctl: status takes the name or id of one session, or nothing\n", stderr);
                return EXIT_USAGE;
        }
        return optind < argc ? status_of_session(argv[optind], json) : status_of_service(json);
}
