/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stapctl list: the sessions, a line each, or as JSON lines. */
#include <getopt.h>
#include <pwd.h>
#include <stdio.h>
#include "ctl/client.h"
#include "ctl/main.h"

static void print_line(json_object *s) {
        const struct passwd *pw = getpwuid((uid_t) member_number(s, "owner"));
        char uid[24];
        snprintf(uid, sizeof(uid), "%lld", (long long) member_number(s, "owner"));
        printf("%-12.12s %-10s %-10s %7lld %10lld %10lld %8lld  %s\n", member_text(s, "id"),
               pw ? pw->pw_name : uid, member_text(s, "state"), (long long) member_number(s, "probes"),
               (long long) member_number(s, "hits"), (long long) member_number(s, "records"),
               (long long) member_number(s, "lost"), member_text(s, "name"));
}

static int list(bool json) {
        _cleanup_(client_done) Client c = CLIENT_INIT;
        if (client_connect(&c) < 0 || client_send(&c, "List", NULL, "more") < 0)
                return EXIT_USAGE;
        if (!json)
                printf("%-12s %-10s %-10s %7s %10s %10s %8s  %s\n", "ID", "OWNER", "STATE", "PROBES", "HITS", "RECORDS",
                       "LOST", "SCRIPT");
        for (bool more = true; more;) {
                _cleanup_(reply_done) Reply reply = {};
                json_object *s = NULL;
                if (client_wait(&c, &reply) < 0)
                        return EXIT_USAGE;
                if (reply.error)
                        return reply_print_error(&reply);
                more = reply.continues;
                if (!json_object_object_get_ex(reply.parameters, "session", &s) || !s)
                        continue;
                if (json)
                        puts(json_object_to_json_string_ext(s, JSON_C_TO_STRING_PLAIN));
                else
                        print_line(s);
        }
        return EXIT_OK;
}

int verb_list(int argc, char **argv) {
        static const struct option options[] = {
                { "json", no_argument, NULL, 'j' }, { "help", no_argument, NULL, 'h' }, {},
        };
        bool json = false;
        for (int c; (c = getopt_long(argc, argv, "hj", options, NULL)) >= 0;) {
                if (c == 'h') {
                        puts("stapctl list [--json]");
                        return EXIT_OK;
                }
                if (c != 'j')
                        return EXIT_USAGE;
                json = true;
        }
        return list(json);
}
