/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stapctl session: runs a session that is defined in /etc/stapd/sessions.d, for as long as this process
 * lives. It is what stapd-session@.service starts: the session is its client's, so that however the unit
 * ends, the session does.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include "config.h"
#include "ctl/client.h"
#include "ctl/definition.h"
#include "ctl/main.h"
#include "ctl/notify.h"

#define DIRECTORY STAPD_SYSCONF_DIR "/sessions.d"

static const char usage[] =
        "stapctl session [--check] [--directory=DIR] NAME\n\n"
        "Runs the session that is defined in " DIRECTORY "/NAME.stp and NAME.conf.\n\n"
        "  --check          Read and compile it, and run nothing\n"
        "  --directory=DIR  Where it is defined, instead\n";

static bool is_ending(const char *state) {
        static const char *const words[] = { "stopping", "draining", "unloading" };
        for (size_t i = 0; i < ELEMENTSOF(words); i++)
                if (strcmp(state, words[i]) == 0)
                        return true;
        return false;
}

/* After a kill, the unit's last session may still be on its way out when the unit is started again: its
 * name is free when it has gone. One that is not ending is somebody's, and Start says that the name is
 * taken. */
static void await_last(const char *name) {
        _cleanup_(client_done) Client c = CLIENT_INIT;
        _cleanup_(reply_done) Reply listed = {}, ended = {};
        json_object *session;
        if (client_connect(&c) < 0 || client_call(&c, "List", parameters_with_id(name), &listed) < 0 ||
            listed.error || !json_object_object_get_ex(listed.parameters, "session", &session))
                return;
        if (is_ending(member_text(session, "state"))) {
                fprintf(stderr, "Waiting for the last session of this name to end\n");
                (void) client_call(&c, "Wait", parameters_with_id(member_text(session, "id")), &ended);
        }
}

static int run(const char *directory, const char *name, bool check) {
        _cleanup_(definition_done) Definition d = DEFINITION_INIT;
        if (definition_read(directory, name, &d) < 0)
                return EXIT_USAGE;
        optind = 0; /* getopt anew */
        if (check)
                return verb_check(d.argc, d.argv);
        await_last(name);
        int status = verb_run(d.argc, d.argv);
        /* Whoever stopped stapd does not want it back on our account. */
        return strcmp(notify_result(), "shutdown") == 0 ? EXIT_OK : status;
}

int verb_session(int argc, char **argv) {
        static const struct option options[] = {
                { "check", no_argument, NULL, 'c' }, { "directory", required_argument, NULL, 'd' },
                { "help", no_argument, NULL, 'h' }, {},
        };
        const char *directory = DIRECTORY;
        bool check = false;
        for (int c; (c = getopt_long(argc, argv, "h", options, NULL)) >= 0;) {
                switch (c) {
                case 'c': check = true; break;
                case 'd': directory = optarg; break;
                case 'h': fputs(usage, stdout); return EXIT_OK;
                default: return EXIT_USAGE;
                }
        }
        if (optind + 1 != argc) {
                fputs("stapctl: session takes the name of one that is defined in " DIRECTORY "\n", stderr);
                return EXIT_USAGE;
        }
        arg_ask_password = false; /* a service has nobody to type it */
        return run(directory, argv[optind], check);
}
