/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stapctl scripts: what the catalogue has for the caller, and what a script of it takes. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "base/cleanup.h"
#include "ctl/client.h"
#include "ctl/main.h"
#include "ctl/policy.h"

static const char usage[] =
        "stapctl scripts [--json | --names]\n"
        "stapctl scripts [--json | --source | --keys] NAME\n\n"
        "  --json    As JSON: a line for each script\n"
        "  --names   Their names alone\n"
        "  --source  The text of the script\n"
        "  --keys    What stapctl run NAME can be given, as words: for completion\n\n"
        "Shows the scripts of the catalogue that you may run, or one of them with what it takes:\n"
        "stapctl run NAME KEY=VALUE ... runs it.\n";

typedef struct Options {
        const char *name;
        bool json, names, source, keys;
} Options;

/* ------------------------------------------------------------------ one */

static json_object *list_of(json_object *o, const char *name, size_t *ret_n) {
        json_object *list = NULL;
        bool is = json_object_object_get_ex(o, name, &list) && json_object_is_type(list, json_type_array);
        *ret_n = is ? json_object_array_length(list) : 0;
        return is ? list : NULL;
}

static void print_argument(json_object *a) {
        const char *fallback = member_text(a, "default"), *text = member_text(a, "description");
        json_object *required = NULL;
        bool needed = json_object_object_get_ex(a, "required", &required) &&
                      json_object_get_boolean(required);
        printf("  %s=  %s%s\n", member_text(a, "name"), text, needed ? " (required)" : "");
        printf("      %s", member_text(a, "allowed"));
        if (*fallback)
                printf("; without it %s", fallback);
        puts("");
}

static void print_until(int64_t usec) {
        char text[64];
        time_t t = (time_t) (usec / 1000000);
        struct tm tm;
        if (usec > 0 && localtime_r(&t, &tm) && strftime(text, sizeof(text), "%F %T %Z", &tm) > 0)
                printf("Until:     %s\n", text);
}

static void print_whole(json_object *s) {
        size_t n;
        const char *problem = member_text(s, "problem");
        printf("%s: %s\n", member_text(s, "name"), member_text(s, "title"));
        if (*problem)
                printf("It cannot be run: %s\n", problem);
        if (*member_text(s, "description"))
                printf("\n%s\n", member_text(s, "description"));
        puts("");
        json_object *masked = list_of(s, "masked", &n);
        if (n > 0)
                fputs("Masked:   ", stdout);
        for (size_t i = 0; i < n; i++)
                printf(" %s%s",
                       json_object_get_string(json_object_array_get_idx(masked, i)),
                       i + 1 == n ? "\n" : "");
        policy_print_limits(json_object_object_get(s, "limits"), "Limit:     ");
        print_until(member_number(s, "untilUSec"));
        printf("You may:   %s\n",
               strcmp(member_text(s, "access"), "allowed") == 0 ? "run it" : "run it if polkit says so");
        printf("From:      %s\nDigest:    %s\n", member_text(s, "place"), member_text(s, "digest"));
        json_object *arguments = list_of(s, "arguments", &n);
        puts(n > 0 ? "\nArguments:" : "\nIt takes no arguments.");
        for (size_t i = 0; i < n; i++)
                print_argument(json_object_array_get_idx(arguments, i));
}

static void print_keys(json_object *s) {
        size_t n, n_values;
        json_object *arguments = list_of(s, "arguments", &n);
        for (size_t i = 0; i < n; i++) {
                json_object *a = json_object_array_get_idx(arguments, i);
                json_object *values = list_of(a, "values", &n_values);
                for (size_t k = 0; k < n_values; k++)
                        printf("%s=%s\n", member_text(a, "name"),
                               json_object_get_string(json_object_array_get_idx(values, k)));
                if (n_values == 0)
                        printf("%s=\n", member_text(a, "name"));
        }
}

static void print_json(json_object *s) {
        puts(json_object_to_json_string_ext(s, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
}

static int show(Client *c, const Options *o) {
        _cleanup_(reply_done) Reply reply = {};
        json_object *p = json_object_new_object(), *s = NULL;
        json_object_object_add(p, "name", json_object_new_string(o->name));
        if (client_call(c, "ListScripts", p, &reply) < 0)
                return EXIT_USAGE;
        if (reply.error)
                return reply_print_error(&reply);
        if (!json_object_object_get_ex(reply.parameters, "script", &s) || !s)
                return EXIT_USAGE;
        if (o->json)
                print_json(s);
        else if (o->source)
                fputs(member_text(s, "source"), stdout);
        else if (o->keys)
                print_keys(s);
        else
                print_whole(s);
        return EXIT_OK;
}

/* ------------------------------------------------------------------ all */

static void print_row(json_object *s) {
        const char *problem = member_text(s, "problem");
        bool ask = strcmp(member_text(s, "access"), "allowed") != 0;
        printf("%-18s %s%s%s\n", member_text(s, "name"), *problem ? "cannot be run: " : "",
               *problem ? problem : member_text(s, "title"), ask ? " (polkit is asked)" : "");
}

static void on_script(void *userdata, json_object *s) {
        const Options *o = userdata;
        if (o->json)
                print_json(s);
        else if (o->names)
                puts(member_text(s, "name"));
        else
                print_row(s);
}

static int list(Client *c, Options *o) {
        return client_each(c, "ListScripts", NULL, "script", on_script, o);
}

/* 1: go on; 0: help; negative: wrong. */
static int read_options(int argc, char **argv, Options *o) {
        static const struct option options[] = {
                { "json", no_argument, NULL, 'j' },   { "names", no_argument, NULL, 'n' },
                { "source", no_argument, NULL, 's' }, { "keys", no_argument, NULL, 'k' },
                { "help", no_argument, NULL, 'h' },   {},
        };
        for (int c; (c = getopt_long(argc, argv, "h", options, NULL)) >= 0;) {
                switch (c) {
                case 'j': o->json = true; break;
                case 'n': o->names = true; break;
                case 's': o->source = true; break;
                case 'k': o->keys = true; break;
                case 'h': fputs(usage, stdout); return 0;
                default: return -1;
                }
        }
        o->name = optind < argc ? argv[optind++] : NULL;
        if (optind < argc || (o->name ? o->names : o->source || o->keys) ||
            o->json + o->names + o->source + o->keys > 1) {
                fputs(usage, stderr);
                return -1;
        }
        return 1;
}

int verb_scripts(int argc, char **argv) {
        _cleanup_(client_done) Client c = CLIENT_INIT;
        Options o = {};
        int r = read_options(argc, argv, &o);
        if (r <= 0)
                return r < 0 ? EXIT_USAGE : EXIT_OK;
        if (client_connect(&c) < 0)
                return EXIT_USAGE;
        return o.name ? show(&c, &o) : list(&c, &o);
}
