/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stapctl requests: what was asked for, and what became of it. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include "base/cleanup.h"
#include "ctl/main.h"
#include "ctl/approval.h"
#include "ctl/plain.h"

static const char requests_usage[] =
        "stapctl requests [--all] [--json | --ids]\n"
        "stapctl requests show [--json | --source] ID\n\n"
        "  --all     Those of other users as well (root: always)\n"
        "  --json    As JSON: a line for each\n"
        "  --ids     Their ids alone\n"
        "  --source  The text of the script\n";

typedef struct ListOptions {
        bool all, json, ids, source;
} ListOptions;

static void print_json(json_object *o) {
        puts(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
}

static int show_request(const char *id, const ListOptions *o) {
        _cleanup_(reply_done) Reply reply = {};
        int r = request_call("ListRequests", parameters_with_id(id), &reply);
        if (r != EXIT_OK)
                return r;
        if (o->json)
                print_json(request_of(&reply));
        else if (o->source && isatty(STDOUT_FILENO))
                plain_print(stdout, member_text(request_of(&reply), "script"));
        else if (o->source)
                fputs(member_text(request_of(&reply), "script"), stdout);
        else
                request_print(request_of(&reply));
        return EXIT_OK;
}

static void print_row(json_object *o) {
        char requested[64];
        request_format_time(member_number(o, "requested"), requested, sizeof(requested));
        printf("%-16s  %-9s  %-16s  %-10s  %-19s  ",
               member_text(o, "id"),
               member_text(o, "state"),
               member_text(o, "name"),
               request_name_user(o, "requester"),
               requested);
        plain_print(stdout, member_text(o, "reason"));
        puts("");
}

static void on_request(void *userdata, json_object *a) {
        const ListOptions *o = userdata;
        if (o->json)
                print_json(a);
        else if (o->ids)
                puts(member_text(a, "id"));
        else
                print_row(a);
}

static int list_requests(ListOptions *o) {
        _cleanup_(client_done) Client c = CLIENT_INIT;
        json_object *p = json_object_new_object();
        if (o->all)
                json_object_object_add(p, "all", json_object_new_boolean(true));
        if (client_connect(&c) < 0) {
                json_object_put(p);
                return EXIT_USAGE;
        }
        return client_each(&c, "ListRequests", p, "request", on_request, o);
}

int verb_requests(int argc, char **argv) {
        static const struct option options[] = {
                { "all", no_argument, NULL, 'a' },  { "json", no_argument, NULL, 'j' },
                { "ids", no_argument, NULL, 'i' },  { "source", no_argument, NULL, 's' },
                { "help", no_argument, NULL, 'h' }, {},
        };
        ListOptions o = {};
        for (int c; (c = getopt_long(argc, argv, "h", options, NULL)) >= 0;) {
                switch (c) {
                case 'a': o.all = true; break;
                case 'j': o.json = true; break;
                case 'i': o.ids = true; break;
                case 's': o.source = true; break;
                case 'h': fputs(requests_usage, stdout); return EXIT_OK;
                default: return EXIT_USAGE;
                }
        }
        if (optind == argc && !o.source)
                return list_requests(&o);
        if (optind + 2 != argc || strcmp(argv[optind], "show") != 0)
                return request_wrong_usage(requests_usage);
        return show_request(argv[optind + 1], &o);
}
