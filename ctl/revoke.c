/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stapctl reject and revoke: with a reason. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include "base/cleanup.h"
#include "ctl/main.h"
#include "ctl/approval.h"

static const char reject_usage[] =
                "stapctl reject --reason=TEXT ID\n\nRejects a request; its requester reads the reason.\n";
static const char revoke_usage[] =
                "stapctl revoke [--reason=TEXT] NAME | ID\n"
                "stapctl revoke --undo NAME\n\n"
                "Takes an approval back, or has a script of the catalogue not run any more, and ends the sessions that run it.\n"
                "Of your own request that is not decided yet: withdraws it.\n\n"
                "  --undo  A script of scripts.d can be run again\n";

typedef struct EndOptions {
        const char *reason;
        bool undo;
} EndOptions;

static int read_end(int argc, char **argv, const char *usage, EndOptions *o) {
        static const struct option options[] = {
                { "reason", required_argument, NULL, 'r' }, { "undo", no_argument, NULL, 'u' },
                { "help", no_argument, NULL, 'h' }, {},
        };
        for (int c; (c = getopt_long(argc, argv, "h", options, NULL)) >= 0;) {
                switch (c) {
                case 'r': o->reason = optarg; break;
                case 'u': o->undo = true; break;
                case 'h': fputs(usage, stdout); return 0;
                default: return -EINVAL;
                }
        }
        return optind + 1 == argc ? 1 : (fputs(usage, stderr), -EINVAL);
}

int verb_reject(int argc, char **argv) {
        _cleanup_(reply_done) Reply reply = {};
        EndOptions o = {};
        int r = read_end(argc, argv, reject_usage, &o);
        if (r <= 0)
                return r < 0 ? EXIT_USAGE : EXIT_OK;
        if (!o.reason || o.undo)
                return request_wrong_usage(reject_usage);
        json_object *p = parameters_with_id(argv[optind]);
        request_add_text(p, "reason", o.reason);
        return request_call("Reject", p, &reply);
}

int verb_revoke(int argc, char **argv) {
        _cleanup_(reply_done) Reply reply = {};
        EndOptions o = {};
        int r = read_end(argc, argv, revoke_usage, &o);
        if (r <= 0)
                return r < 0 ? EXIT_USAGE : EXIT_OK;
        json_object *p = parameters_with_id(argv[optind]);
        request_add_text(p, "reason", o.reason);
        json_object_object_add(p, "undo", json_object_new_boolean(o.undo));
        r = request_call("Revoke", p, &reply);
        if (r == EXIT_OK && member_number(reply.parameters, "stopped") > 0)
                printf("%lld session(s) end\n", (long long) member_number(reply.parameters, "stopped"));
        return r;
}
