/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stapctl: the verbs as a table, and what stands before them on the command line. */
#include "ctl/main.h"
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include "base/cleanup.h"
#include "base/paths.h"
#include "config.h"

const char *arg_socket = STAPD_SOCKET, *arg_host;
bool arg_ask_password = true;

static const struct {
        const char *name;
        int (*run)(int argc, char **argv);
        const char *synopsis, *help;
        bool here; /* it is about this machine: not with -H */
} verbs[] = {
        { "run", verb_run, "[OPTIONS] FILE | - | -e SCRIPT [ARGS...] | NAME [KEY=VALUE...]", "Run a script, of yours or of the catalogue, and show what it prints" },
        { "scripts", verb_scripts, "[--json] [NAME]", "Show the scripts of the catalogue that you may run" },
        { "request", verb_request, "--reason=TEXT FILE", "Ask for a script to be approved" },
        { "requests", verb_requests, "[--all] [--json] | show ID", "Show what was asked for, and what became of it" },
        { "approve", verb_approve, "[--digest=HEX] [--until=TIME] [--users=NAMES] ID", "Approve what somebody asks for" },
        { "reject", verb_reject, "--reason=TEXT ID", "Reject it" },
        { "revoke", verb_revoke, "[--reason=TEXT] NAME | ID", "Take a script out of the catalogue, and end what runs it" },
        { "list", verb_list, "[--all]", "Show the sessions that you may see" },
        { "top", verb_top, "[-d SECONDS] [-n TIMES] [-s KEY]", "Watch the sessions with their rates" },
        { "attach", verb_attach, "[OPTIONS] ID", "Show what a running session prints" },
        { "logs", verb_logs, "[-f] [-n N] [OPTIONS] ID", "Show what a session has printed lately" },
        { "snapshot", verb_snapshot, "[OPTIONS] ID", "Show the records that a session keeps" },
        { "record", verb_record, "-o FILE [OPTIONS] ID", "Write a running session to files", true },
        { "rotate", verb_rotate, "ID", "Go on with its recordings in new files" },
        { "cat", verb_cat, "[--json] [--since=TIME] FILE...", "Show recordings" },
        { "merge", verb_merge, "[--json] [--since=TIME] FILE...", "Show recordings in order of time" },
        { "stop", verb_stop, "[--now] ID...", "End sessions" },
        { "session", verb_session, "[--check] NAME", "Run a session that is defined in /etc/stapd/sessions.d", true },
        { "wait", verb_wait, "[--json] ID...", "Wait until sessions have ended, and show how" },
        { "status", verb_status, "[--json] [ID]", "Show how the daemon is, or a session" },
        { "orphans", verb_orphans, "[--reap] [--json]", "Show modules that belong to no session; remove them" },
        { "metrics", verb_metrics, "[--json | --http]", "Show what can be measured, as OpenMetrics" },
        { "prepare", verb_prepare, "[--kernel RELEASE] [--force]", "Build the kernel kit" },
        { "check", verb_check, "[OPTIONS] FILE [ARGS...]", "Compile a script without running it", true },
        { "policy", verb_policy, "check FILE... | show [--json] | reload [--json] | test USER FILE [ARGS...]", "Check, show and try the rules of who may trace" },
        { "probes", verb_probes, "[-L] PATTERN", "Show what can be probed; -L: with its variables", true },
        { "functions", verb_functions, "[PATTERN]", "Show the functions of the tapsets", true },
        { "aliases", verb_aliases, "[PATTERN]", "Show the aliases of the tapsets", true },
        { "explain", verb_explain, "CODE", "Explain the code of an error or a warning" },
        { "bridge", verb_bridge, "", "Carry a connection to stapd, for stapctl -H", true },
        { "version", verb_version, "", "Show the version" },
        { "help", verb_help, "", "Show this" },
};

int verb_version(int argc, char **argv) {
        puts("stapctl " STAPD_VERSION);
        return EXIT_OK;
}

int verb_help(int argc, char **argv) {
        puts("stapctl [--socket=PATH] [-H [USER@]HOST] [--no-ask-password] VERB ...\n");
        for (size_t i = 0; i < ELEMENTSOF(verbs); i++)
                printf("  %-9s %s\n            %s\n", verbs[i].name, verbs[i].synopsis, verbs[i].help);
        puts("\nstapctl VERB --help shows a verb's options.\n\n"
             "Exit status: 0 success, 1 usage or daemon, 2 the script failed, 3 not allowed,\n"
             "4 compilation, 5 records lost (--fail-on-loss).");
        return EXIT_OK;
}

static int run_verb(int argc, char **argv) {
        static char name[32]; /* whom getopt's complaints come from */
        for (size_t i = 0; i < ELEMENTSOF(verbs); i++) {
                if (strcmp(verbs[i].name, argv[0]) != 0)
                        continue;
                if (arg_host && verbs[i].here) {
                        fprintf(stderr, "stapctl: %s is of this machine, and does not go with -H\n", argv[0]);
                        return EXIT_USAGE;
                }
                snprintf(name, sizeof(name), "stapctl %s", argv[0]);
                argv[0] = name;
                return verbs[i].run(argc, argv);
        }
        fprintf(stderr, "stapctl: there is no verb '%s'; see: stapctl help\n", argv[0]);
        return EXIT_USAGE;
}

int main(int argc, char **argv) {
        static const struct option options[] = {
                { "socket", required_argument, NULL, 's' },
                { "host", required_argument, NULL, 'H' },
                { "no-ask-password", no_argument, NULL, 'P' },
                { "version", no_argument, NULL, 'V' },
                { "help", no_argument, NULL, 'h' },
                {},
        };
        (void) signal(SIGPIPE, SIG_IGN);
        if (argc > 0)
                argv[0] = program_invocation_short_name;
        for (int c; (c = getopt_long(argc, argv, "+hH:V", options, NULL)) >= 0;) {
                switch (c) {
                case 's': arg_socket = optarg; break;
                case 'H': arg_host = optarg; break;
                case 'P': arg_ask_password = false; break;
                case 'V': return verb_version(0, NULL);
                case 'h': return verb_help(0, NULL);
                default: return EXIT_USAGE;
                }
        }
        if (optind >= argc) {
                (void) verb_help(0, NULL);
                return EXIT_USAGE;
        }
        argc -= optind;
        argv += optind;
        optind = 0; /* getopt anew */
        return run_verb(argc, argv);
}
