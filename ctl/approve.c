/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stapctl approve: what was read becomes a script of the catalogue. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include "base/cleanup.h"
#include "ctl/main.h"
#include "ctl/approval.h"
#include "ctl/when.h"

static const char approve_usage[] =
                "stapctl approve [--digest=HEX] [--until=TIME] [--users=NAMES] [--groups=NAMES] [--set=KEY=VALUE]...\n"
                "                [--name=NAME] [--settings=FILE] ID\n\n"
                "  --digest=HEX     sha256 of the script that you have read (stapctl requests show ID)\n"
                "  --until=TIME     It can be run until then: 18:00, 2026-12-31 18:00, @SECONDS\n"
                "  --users=NAMES    Who may run it, instead of who asked; with --groups, in addition\n"
                "  --groups=NAMES\n"
                "  --set=KEY=VALUE  A setting of stapd.scripts(5): Seconds=600, Mask=argstr ...\n"
                "  --name=NAME      Another name in the catalogue\n"
                "  --settings=FILE  Settings and arguments in place of those that are asked for\n\n"
                "Without --digest the request is shown on the terminal, and approved after a yes.\n";

typedef struct ApproveOptions {
        const char *digest, *name, *settings;
        int64_t until;
        json_object *constraints;
} ApproveOptions;

static void add_constraint(ApproveOptions *o, const char *key, const char *value) {
        char line[1024];
        snprintf(line, sizeof(line), "%s%s%s", key, *key ? "=" : "", value);
        for (char *p = line; *key && *p; p++)
                if (*p == ',')
                        *p = ' ';
        json_object_array_add(o->constraints, json_object_new_string(line));
}

/* What is approved is what was shown: the digest comes from there. */
static int ask_about(const char *id, char *ret_digest, size_t size) {
        _cleanup_(reply_done) Reply reply = {};
        char answer[16] = "";
        if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
                fprintf(stderr,
                        "stapctl: --digest=HEX is needed, of what you have read: stapctl requests show %s\n",
                        id);
                return EXIT_USAGE;
        }
        int r = request_call("ListRequests", parameters_with_id(id), &reply);
        if (r != EXIT_OK)
                return r;
        request_print(request_of(&reply));
        printf("\nApprove this? [y/N] ");
        fflush(stdout);
        if (!fgets(answer, sizeof(answer), stdin) || strcmp(answer, "y\n") != 0) {
                fputs("stapctl: nothing is approved\n", stderr);
                return EXIT_USAGE;
        }
        snprintf(ret_digest, size, "%s", member_text(request_of(&reply), "digest"));
        return EXIT_OK;
}

static int approve(const ApproveOptions *o, const char *id) {
        _cleanup_(reply_done) Reply reply = {};
        char digest[128] = "";
        size_t len;
        _cleanup_(freep) char *settings = o->settings ? request_read_file(o->settings, &len) : NULL;
        int r = o->digest ? EXIT_OK : ask_about(id, digest, sizeof(digest));
        if (r != EXIT_OK || (o->settings && !settings))
                return r != EXIT_OK ? r : EXIT_USAGE;
        json_object *p = parameters_with_id(id);
        request_add_text(p, "digest", o->digest ?: digest);
        request_add_text(p, "name", o->name);
        request_add_text(p, "settings", settings);
        json_object_object_add(p, "constraints", json_object_get(o->constraints));
        if (o->until > 0)
                json_object_object_add(p, "untilUSec", json_object_new_int64(o->until));
        r = request_call("Approve", p, &reply);
        if (r == EXIT_OK)
                printf("%s can be run: stapctl run %s\n", id, member_text(request_of(&reply), "name"));
        return r;
}

/* 1: go on; 0: help; negative: wrong. */
static int read_approve(int argc, char **argv, ApproveOptions *o) {
        static const struct option options[] = {
                { "digest", required_argument, NULL, 'd' }, { "until", required_argument, NULL, 'u' },
                { "users", required_argument, NULL, 'U' },  { "groups", required_argument, NULL, 'G' },
                { "set", required_argument, NULL, 'S' },    { "name", required_argument, NULL, 'n' },
                { "settings", required_argument, NULL, 's' }, { "help", no_argument, NULL, 'h' }, {},
        };
        for (int c; (c = getopt_long(argc, argv, "h", options, NULL)) >= 0;) {
                switch (c) {
                case 'd': o->digest = optarg; break;
                case 'u':
                        if (when_read_until(optarg, &o->until) < 0)
                                return -EINVAL;
                        break;
                case 'U': add_constraint(o, "Users", optarg); break;
                case 'G': add_constraint(o, "Groups", optarg); break;
                case 'S': add_constraint(o, "", optarg); break;
                case 'n': o->name = optarg; break;
                case 's': o->settings = optarg; break;
                case 'h': fputs(approve_usage, stdout); return 0;
                default: return -EINVAL;
                }
        }
        return 1;
}

int verb_approve(int argc, char **argv) {
        ApproveOptions o = { .constraints = json_object_new_array() };
        int r = read_approve(argc, argv, &o), status = r == 0 ? EXIT_OK : EXIT_USAGE;
        if (r > 0)
                status = optind + 1 == argc ? approve(&o, argv[optind]) : request_wrong_usage(approve_usage);
        json_object_put(o.constraints);
        return status;
}
