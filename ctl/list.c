/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stapctl list: the sessions, a line each, or as JSON lines. */
#include <getopt.h>
#include <pwd.h>
#include <stdio.h>
#include "ctl/client.h"
#include "ctl/main.h"
#include "ctl/when.h"

static void print_line(json_object *s) {
        const struct passwd *pw = getpwuid((uid_t) member_number(s, "owner"));
        const char *name = member_text(s, "sessionName");
        char uid[24], age[24];
        snprintf(uid, sizeof(uid), "%lld", (long long) member_number(s, "owner"));
        when_format_age(member_number(s, "created"), age, sizeof(age));
        printf("%-12.12s %-12s %-10s %-10s %6s %7lld %10lld %10lld %8lld  %s\n", member_text(s, "id"),
               *name ? name : "-", pw ? pw->pw_name : uid, member_text(s, "state"), age,
               (long long) member_number(s, "probes"), (long long) member_number(s, "hits"),
               (long long) member_number(s, "records"), (long long) member_number(s, "lost"),
               member_text(s, "name"));
}

static void print_heading(void) {
        printf("%-12s %-12s %-10s %-10s %6s %7s %10s %10s %8s  %s\n", "ID", "NAME", "OWNER", "STATE", "AGE",
               "PROBES", "HITS", "RECORDS", "LOST", "SCRIPT");
}

/* What other verbs take: for completion. */
static void print_words(json_object *s) {
        const char *name = member_text(s, "sessionName");
        puts(*name ? name : member_text(s, "id"));
}

static void print_json(json_object *s) {
        puts(json_object_to_json_string_ext(s, JSON_C_TO_STRING_PLAIN));
}

typedef struct Printing {
        void (*print)(json_object *s);
        bool heading; /* is to come */
} Printing;

static void begin(Printing *p) {
        if (p->heading)
                print_heading();
        p->heading = false;
}

static void on_session(void *userdata, json_object *s) {
        Printing *p = userdata;
        begin(p);
        p->print(s);
}

typedef enum Form { FORM_TABLE, FORM_JSON, FORM_WORDS } Form;

static int list(Form form, bool legend, bool all) {
        static void (*const print[])(json_object *s) = { [FORM_TABLE] = print_line, [FORM_JSON] = print_json,
                                                         [FORM_WORDS] = print_words };
        _cleanup_(client_done) Client c = CLIENT_INIT;
        Printing p = { .print = print[form], .heading = form == FORM_TABLE && legend };
        if (client_connect(&c) < 0)
                return EXIT_USAGE;
        json_object *parameters = json_object_new_object();
        json_object_object_add(parameters, "all", json_object_new_boolean(all));
        int status = client_each(&c, "List", parameters, "session", on_session, &p);
        if (status == EXIT_OK)
                begin(&p);
        return status;
}

int verb_list(int argc, char **argv) {
        static const struct option options[] = {
                { "json", no_argument, NULL, 'j' },      { "names", no_argument, NULL, 'n' },
                { "no-legend", no_argument, NULL, 'l' }, { "all", no_argument, NULL, 'a' }, { "help", no_argument, NULL, 'h' },
                {},
        };
        Form form = FORM_TABLE;
        bool legend = true, all = false;
        for (int c; (c = getopt_long(argc, argv, "ahj", options, NULL)) >= 0;) {
                switch (c) {
                case 'j': form = FORM_JSON; break;
                case 'n': form = FORM_WORDS; break;
                case 'l': legend = false; break;
                case 'a': all = true; break;
                case 'h': puts("stapctl list [--all] [--json | --names] [--no-legend]"); return EXIT_OK;
                default: return EXIT_USAGE;
                }
        }
        return list(form, legend, all);
}
