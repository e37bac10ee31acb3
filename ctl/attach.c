/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stapctl attach: one more reader of a session. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include "base/fds.h"
#include "ctl/client.h"
#include "ctl/main.h"
#include "ctl/output.h"

static int copy(Client *c) {
        if (c->in.len > 0 && fds_write_all(STDOUT_FILENO, c->in.data, c->in.len) < 0)
                return EXIT_USAGE;
        int r;
        while ((r = output_copy(c->fd, STDOUT_FILENO)) == 1)
                ;
        return r < 0 ? EXIT_USAGE : EXIT_OK;
}

static int attach(const char *id, bool json) {
        _cleanup_(client_done) Client c = CLIENT_INIT;
        _cleanup_(reply_done) Reply reply = {};
        if (client_connect(&c) < 0)
                return EXIT_USAGE;
        json_object *p = parameters_with_id(id);
        json_object_object_add(p, "format", json_object_new_string(json ? "json" : "text"));
        if (client_send(&c, "Attach", p, "upgrade") < 0 || client_wait(&c, &reply) < 0)
                return EXIT_USAGE;
        return reply.error ? reply_print_error(&reply) : copy(&c);
}

int verb_attach(int argc, char **argv) {
        static const struct option options[] = {
                { "json", no_argument, NULL, 'j' }, { "help", no_argument, NULL, 'h' }, {},
        };
        bool json = false;
        for (int c; (c = getopt_long(argc, argv, "hj", options, NULL)) >= 0;) {
                if (c == 'h') {
                        puts("stapctl attach [--json] ID");
                        return EXIT_OK;
                }
                if (c != 'j')
                        return EXIT_USAGE;
                json = true;
        }
        if (optind + 1 != argc) {
                fputs("stapctl: attach takes the id of one session (see: stapctl list)\n", stderr);
                return EXIT_USAGE;
        }
        return attach(argv[optind], json);
}
