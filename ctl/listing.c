/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stapctl probes, functions, aliases: what can be probed and called. The compiler answers, as the user and
 * without the daemon, so that nobody needs to be let in to look.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "base/paths.h"
#include "ctl/listing.h"
#include "ctl/main.h"

#define MAX_WORDS 16

int listing_exec(const Listing *l) {
        const char *argv[MAX_WORDS];
        size_t n = 0;
        argv[n++] = "stapd-compile";
        if (l->kernel) {
                argv[n++] = "--kernel";
                argv[n++] = l->kernel;
        }
        if (l->json)
                argv[n++] = "--json";
        argv[n++] = "--list";
        argv[n++] = l->kind;
        if (l->pattern) {
                argv[n++] = "--";
                argv[n++] = l->pattern;
        }
        argv[n] = NULL;
        execv(paths_program("stapd-compile"), (char **) argv);
        fprintf(stderr, "stapctl: cannot run %s: %s\n", paths_program("stapd-compile"), strerror(errno));
        return EXIT_USAGE;
}

static const char usage[] =
        "stapctl probes [-L] [--kernel RELEASE] [--json] PATTERN\n"
        "stapctl functions [--kernel RELEASE] [--json] [PATTERN]\n"
        "stapctl aliases [--kernel RELEASE] [--json] [PATTERN]\n\n"
        "  -L                Probe points with their variables and types\n"
        "  --kernel RELEASE  Of another kernel than the running one\n"
        "  --json            One object, with the lines as a list\n\n"
        "PATTERN is a probe point, with * and **: 'syscall.*', 'kernel.function(\"vfs_*\")', 'timer.*';\n"
        "for functions and aliases a name. Without one, all are shown.\n";

static int read_and_exec(int argc, char **argv, Listing *l) {
        static const struct option options[] = {
                { "kernel", required_argument, NULL, 'k' }, { "json", no_argument, NULL, 'j' },
                { "help", no_argument, NULL, 'h' }, {},
        };
        for (int c; (c = getopt_long(argc, argv, "lLh", options, NULL)) >= 0;) {
                switch (c) {
                case 'k': l->kernel = optarg; break;
                case 'j': l->json = true; break;
                case 'l': break; /* as of stapctl run */
                case 'L': l->kind = "variables"; break;
                case 'h': fputs(usage, stdout); return EXIT_OK;
                default: return EXIT_USAGE;
                }
        }
        if (argc - optind > 1) {
                fputs("stapctl: one pattern is wanted; put it in quotes, so that the shell leaves it alone\n",
                      stderr);
                return EXIT_USAGE;
        }
        l->pattern = argv[optind];
        return listing_exec(l);
}

int verb_probes(int argc, char **argv) {
        return read_and_exec(argc, argv, &(Listing) { .kind = "probes" });
}

int verb_functions(int argc, char **argv) {
        return read_and_exec(argc, argv, &(Listing) { .kind = "functions" });
}

int verb_aliases(int argc, char **argv) {
        return read_and_exec(argc, argv, &(Listing) { .kind = "aliases" });
}
