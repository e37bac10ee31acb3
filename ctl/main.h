/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* What all verbs share: the options before the verb, and the exit statuses. */
#include <stdbool.h>

enum {
        EXIT_OK = 0,
        EXIT_USAGE = 1,   /* usage, or the daemon cannot be reached or failed */
        EXIT_SCRIPT = 2,  /* the script failed while it ran */
        EXIT_POLICY = 3,  /* refused */
        EXIT_COMPILE = 4, /* the script, or this kernel, cannot be compiled */
        EXIT_LOSS = 5,    /* records were lost, and --fail-on-loss */
};

extern const char *arg_socket;
extern const char *arg_host; /* -H: as ssh takes it; NULL: this machine */
extern bool arg_ask_password; /* polkit may ask for one */

/* A verb: argv[0] is its name. Returns the exit status. */
int verb_run(int argc, char **argv);
int verb_attach(int argc, char **argv);
int verb_snapshot(int argc, char **argv);
int verb_record(int argc, char **argv);
int verb_rotate(int argc, char **argv);
int verb_cat(int argc, char **argv);
int verb_merge(int argc, char **argv);
int verb_list(int argc, char **argv);
int verb_wait(int argc, char **argv);
int verb_stop(int argc, char **argv);
int verb_session(int argc, char **argv);
int verb_status(int argc, char **argv);
int verb_metrics(int argc, char **argv);
int verb_orphans(int argc, char **argv);
int verb_top(int argc, char **argv);
int verb_logs(int argc, char **argv);
int verb_prepare(int argc, char **argv);
int verb_request(int argc, char **argv);
int verb_requests(int argc, char **argv);
int verb_approve(int argc, char **argv);
int verb_reject(int argc, char **argv);
int verb_revoke(int argc, char **argv);
int verb_scripts(int argc, char **argv);
int verb_policy(int argc, char **argv);
int verb_check(int argc, char **argv);
int verb_probes(int argc, char **argv);
int verb_functions(int argc, char **argv);
int verb_aliases(int argc, char **argv);
int verb_explain(int argc, char **argv);
int verb_bridge(int argc, char **argv);
int verb_version(int argc, char **argv);
int verb_help(int argc, char **argv);
