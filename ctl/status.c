/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stapctl status: the daemon, the kernel, and what is in the way of tracing. */
#include <stdio.h>
#include <string.h>
#include "base/cleanup.h"
#include "ctl/client.h"
#include "ctl/main.h"

static void print(json_object *p) {
        static const struct {
                const char *label, *member;
        } rows[] = {
                { "Version", "version" },   { "Process", "pid" },           { "Kernel", "kernel" },
                { "Build-id", "buildId" },  { "Kernel kit", "kit" },        { "Compiler", "compiler" },
                { "Modules", "moduleLoading" }, { "Policy", "policy" },     { "Polkit", "polkit" },
                { "Sessions", "sessions" },
        };
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                const char *text = member_text(p, rows[i].member);
                printf("%12s: %s\n", rows[i].label, *text ? text : "-");
        }
}

int verb_status(int argc, char **argv) {
        _cleanup_(client_done) Client c = CLIENT_INIT;
        _cleanup_(reply_done) Reply reply = {};
        if (argc > 1 && strcmp(argv[1], "--json") != 0) {
                puts("stapctl status [--json]");
                return strcmp(argv[1], "--help") == 0 ? EXIT_OK : EXIT_USAGE;
        }
        if (client_connect(&c) < 0 || client_call(&c, "Status", NULL, &reply) < 0)
                return EXIT_USAGE;
        if (reply.error)
                return reply_print_error(&reply);
        if (argc > 1)
                puts(json_object_to_json_string_ext(reply.parameters, JSON_C_TO_STRING_PLAIN));
        else
                print(reply.parameters);
        return EXIT_OK;
}
