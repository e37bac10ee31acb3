/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stapctl orphans: script modules in the kernel that belong to no session; with --reap, without those
 * that can go. */
#include <getopt.h>
#include <stdio.h>
#include "ctl/client.h"
#include "ctl/main.h"

static void print(void *userdata, json_object *orphan) {
        const bool *json = userdata;
        long long users = (long long) member_number(orphan, "users");
        if (*json)
                puts(json_object_to_json_string_ext(orphan, JSON_C_TO_STRING_PLAIN));
        else if (users > 0)
                printf("%-32s held by %lld: a session of another stapd\n", member_text(orphan, "module"),
                       users);
        else
                printf("%-32s inert: stapctl orphans --reap removes it\n", member_text(orphan, "module"));
}

static size_t print_words(FILE *f, const char *before, json_object *parameters, const char *member) {
        json_object *words = NULL;
        if (!json_object_object_get_ex(parameters, member, &words) ||
            !json_object_is_type(words, json_type_array))
                return 0;
        for (size_t i = 0; i < json_object_array_length(words); i++)
                fprintf(f, "%s%s\n", before,
                        json_object_get_string(json_object_array_get_idx(words, i)) ?: "");
        return json_object_array_length(words);
}

static int reap(Client *c, bool json) {
        _cleanup_(reply_done) Reply reply = {};
        if (client_call(c, "ReapOrphans", NULL, &reply) < 0)
                return EXIT_USAGE;
        if (reply.error)
                return reply_print_error(&reply);
        if (json) {
                puts(json_object_to_json_string_ext(reply.parameters, JSON_C_TO_STRING_PLAIN));
                return EXIT_OK;
        }
        (void) print_words(stdout, "removed ", reply.parameters, "removed");
        return print_words(stderr, "stapctl: cannot remove ", reply.parameters, "failed") > 0 ? EXIT_USAGE
                                                                                              : EXIT_OK;
}

int verb_orphans(int argc, char **argv) {
        static const struct option options[] = {
                { "reap", no_argument, NULL, 'r' }, { "json", no_argument, NULL, 'j' }, { "help", no_argument, NULL, 'h' }, {},
        };
        bool reaping = false, json = false;
        for (int c; (c = getopt_long(argc, argv, "hj", options, NULL)) >= 0;) {
                switch (c) {
                case 'r': reaping = true; break;
                case 'j': json = true; break;
                case 'h': puts("stapctl orphans [--reap] [--json]"); return EXIT_OK;
                default: return EXIT_USAGE;
                }
        }
        if (optind < argc) {
                fputs("stapctl: orphans takes no argument: it is about all of them\n", stderr);
                return EXIT_USAGE;
        }
        _cleanup_(client_done) Client c = CLIENT_INIT;
        if (client_connect(&c) < 0)
                return EXIT_USAGE;
        return reaping ? reap(&c, json) : client_each(&c, "ListOrphans", NULL, "orphan", print, &json);
}
