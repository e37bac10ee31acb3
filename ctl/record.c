/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stapctl record: a running session into files; stapctl rotate: another file for each of its recordings. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <string.h>
#include "ctl/client.h"
#include "ctl/main.h"
#include "ctl/recording.h"

static const char usage[] =
        "stapctl record -o FILE [OPTIONS] ID\n\n"
        "  -o FILE           Where to; stapctl cat reads it\n"
        "  --text            What the script prints, and nothing else\n"
        "  -a, --all         From the oldest record that is kept, instead of from now\n" RECORDING_USAGE;

/* Ctrl-C: the stream sees the end of our side, and ends the file. */
static int the_socket = -1;
static void on_signal(int number) {
        (void) shutdown(the_socket, SHUT_WR);
}

static int serve(Recording *r, Client *c) {
        struct sigaction action = { .sa_handler = on_signal };
        the_socket = c->fd;
        sigaction(SIGINT, &action, NULL);
        sigaction(SIGTERM, &action, NULL);
        int k = recording_take(r, c->fd, c->in.data ?: "", c->in.len);
        k = k < 0 ? k : 1;
        while (k > 0)
                k = recording_serve(r, c->fd);
        return k < 0 ? EXIT_USAGE : EXIT_OK;
}

static int record(Recording *r, const char *id, bool all) {
        _cleanup_(client_done) Client c = CLIENT_INIT;
        _cleanup_(reply_done) Reply reply = {};
        json_object *p = parameters_with_id(id);
        recording_add_parameters(r, p);
        if (all)
                json_object_object_add(p, "from", json_object_new_string("start"));
        if (client_connect(&c) < 0) {
                json_object_put(p);
                return EXIT_USAGE;
        }
        if (client_begin(&c, "Attach", p, "upgrade", &reply) < 0)
                return EXIT_USAGE;
        return reply.error ? reply_print_error(&reply) : serve(r, &c);
}

int verb_record(int argc, char **argv) {
        static const struct option options[] = {
                RECORDING_OPTIONS, { "text", no_argument, NULL, 't' }, { "all", no_argument, NULL, 'a' },
                { "help", no_argument, NULL, 'h' }, {},
        };
        _cleanup_(recording_done) Recording r = RECORDING_INIT;
        bool all = false;
        for (int c; (c = getopt_long(argc, argv, "aho:" RECORDING_SHORT, options, NULL)) >= 0;) {
                int k = recording_read_option(&r, c, optarg);
                switch (k ? 0 : c) {
                case 0: break;
                case 'o': r.path = optarg; break;
                case 't': r.is_text = true; break;
                case 'a': all = true; break;
                case 'h': fputs(usage, stdout); return EXIT_OK;
                default: return EXIT_USAGE;
                }
                if (k < 0)
                        return EXIT_USAGE;
        }
        if (!r.path || optind + 1 != argc) {
                fputs("stapctl: record takes -o FILE and the id of one session\n", stderr);
                return EXIT_USAGE;
        }
        return record(&r, argv[optind], all);
}

int verb_rotate(int argc, char **argv) {
        _cleanup_(client_done) Client c = CLIENT_INIT;
        _cleanup_(reply_done) Reply reply = {};
        if (argc == 2 && strcmp(argv[1], "--help") == 0) {
                puts("stapctl rotate ID");
                return EXIT_OK;
        }
        if (argc != 2) {
                fputs("stapctl: rotate takes the id of one session (see: stapctl list)\n", stderr);
                return EXIT_USAGE;
        }
        if (client_connect(&c) < 0 || client_call(&c, "Rotate", parameters_with_id(argv[1]), &reply) < 0)
                return EXIT_USAGE;
        return reply.error ? reply_print_error(&reply) : EXIT_OK;
}
