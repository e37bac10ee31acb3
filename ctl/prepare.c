/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stapctl prepare: builds the kernel kit ahead of the first script. */
#include <getopt.h>
#include <stdio.h>
#include "ctl/client.h"
#include "ctl/main.h"

static int prepare(const char *kernel, bool force) {
        _cleanup_(client_done) Client c = CLIENT_INIT;
        json_object *p = json_object_new_object();
        if (kernel)
                json_object_object_add(p, "kernel", json_object_new_string(kernel));
        if (force)
                json_object_object_add(p, "force", json_object_new_boolean(true));
        if (client_connect(&c) < 0) {
                json_object_put(p);
                return EXIT_USAGE;
        }
        if (client_send(&c, "Prepare", p, "more") < 0)
                return EXIT_USAGE;
        for (;;) {
                _cleanup_(reply_done) Reply reply = {};
                if (client_wait(&c, &reply) < 0)
                        return EXIT_USAGE;
                if (reply.error)
                        return reply_print_error(&reply);
                const char *progress = member_text(reply.parameters, "progress");
                if (*progress)
                        fprintf(stderr, "%s\n", progress);
                if (reply.continues)
                        continue;
                printf("Kernel kit %s is ready.\n", member_text(reply.parameters, "kit"));
                return EXIT_OK;
        }
}

int verb_prepare(int argc, char **argv) {
        static const struct option options[] = {
                { "kernel", required_argument, NULL, 'k' }, { "force", no_argument, NULL, 'f' },
                { "help", no_argument, NULL, 'h' }, {},
        };
        const char *kernel = NULL;
        bool force = false;
        for (int c; (c = getopt_long(argc, argv, "hk:f", options, NULL)) >= 0;) {
                switch (c) {
                case 'k': kernel = optarg; break;
                case 'f': force = true; break;
                case 'h': puts("stapctl prepare [--kernel RELEASE] [--force]"); return EXIT_OK;
                default: return EXIT_USAGE;
                }
        }
        return prepare(kernel, force);
}
