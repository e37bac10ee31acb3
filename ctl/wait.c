/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stapctl wait: until sessions have ended; the exit status is that of the worst end. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include "ctl/client.h"
#include "ctl/main.h"
#include "ctl/output.h"

static void print(const char *name, json_object *outcome) {
        printf("%s: %s, %lld records, %lld lost, %lld skipped\n", name, member_text(outcome, "result"),
               (long long) member_number(outcome, "records"), (long long) member_number(outcome, "lost"),
               (long long) member_number(outcome, "skipped"));
        const char *text = member_text(outcome, "diagnosticsText"), *error = member_text(outcome, "error");
        if (*text)
                fputs(text, stderr);
        else if (*error)
                output_message("error", error);
}

static int wait_for(Client *c, const char *id, bool json) {
        _cleanup_(reply_done) Reply reply = {};
        if (client_call(c, "Wait", parameters_with_id(id), &reply) < 0)
                return EXIT_USAGE;
        if (reply.error && reply.again && reply_is_error(&reply, "NoSuchSession")) {
                fprintf(stderr, "stapctl: %s has ended; how, went with the stapd that was there before\n", id);
                return EXIT_USAGE;
        }
        if (reply.error)
                return reply_print_error(&reply);
        json_object *outcome = NULL;
        json_object_object_get_ex(reply.parameters, "outcome", &outcome);
        if (json)
                puts(json_object_to_json_string_ext(reply.parameters, JSON_C_TO_STRING_PLAIN));
        else
                print(id, outcome);
        return outcome_status(member_text(outcome, "result"));
}

int verb_wait(int argc, char **argv) {
        static const struct option options[] = {
                { "json", no_argument, NULL, 'j' }, { "help", no_argument, NULL, 'h' }, {},
        };
        bool json = false;
        for (int c; (c = getopt_long(argc, argv, "hj", options, NULL)) >= 0;) {
                if (c == 'h') {
                        puts("stapctl wait [--json] NAME|ID...");
                        return EXIT_OK;
                }
                if (c != 'j')
                        return EXIT_USAGE;
                json = true;
        }
        if (optind == argc) {
                fputs("stapctl: wait takes names or ids of sessions (see: stapctl list)\n", stderr);
                return EXIT_USAGE;
        }
        _cleanup_(client_done) Client c = CLIENT_INIT;
        if (client_connect(&c) < 0)
                return EXIT_USAGE;
        int status = EXIT_OK;
        for (int i = optind; i < argc; i++) {
                int k = wait_for(&c, argv[i], json);
                if (k != EXIT_OK)
                        status = k;
        }
        return status;
}
