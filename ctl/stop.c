/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stapctl stop: ends sessions; with --now without their end probes. */
#include <getopt.h>
#include <stdio.h>
#include "ctl/client.h"
#include "ctl/main.h"

static int stop(Client *c, const char *id, bool now) {
        _cleanup_(reply_done) Reply reply = {};
        json_object *p = parameters_with_id(id);
        json_object_object_add(p, "mode", json_object_new_string(now ? "immediate" : "drain"));
        if (client_call(c, "Stop", p, &reply) < 0)
                return EXIT_USAGE;
        /* Stopped by the stapd that went away, or gone with it. */
        if (reply.error && reply.again && reply_is_error(&reply, "NoSuchSession"))
                return EXIT_OK;
        return reply.error ? reply_print_error(&reply) : EXIT_OK;
}

int verb_stop(int argc, char **argv) {
        static const struct option options[] = {
                { "now", no_argument, NULL, 'n' }, { "help", no_argument, NULL, 'h' }, {},
        };
        bool now = false;
        for (int c; (c = getopt_long(argc, argv, "h", options, NULL)) >= 0;) {
                if (c == 'h') {
                        puts("stapctl stop [--now] ID...");
                        return EXIT_OK;
                }
                if (c != 'n')
                        return EXIT_USAGE;
                now = true;
        }
        if (optind == argc) {
                fputs("stapctl: stop takes ids of sessions (see: stapctl list)\n", stderr);
                return EXIT_USAGE;
        }
        _cleanup_(client_done) Client c = CLIENT_INIT;
        if (client_connect(&c) < 0)
                return EXIT_USAGE;
        int status = EXIT_OK;
        for (int i = optind; i < argc; i++) {
                int k = stop(&c, argv[i], now);
                if (k != EXIT_OK)
                        status = k;
        }
        return status;
}
