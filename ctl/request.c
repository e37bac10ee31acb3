/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stapctl request: asks for a script to be approved. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include "base/cleanup.h"
#include "ctl/main.h"
#include "ctl/approval.h"

static const char request_usage[] =
        "stapctl request --reason=TEXT [--name=NAME] [--settings=FILE] [-g] FILE\n\n"
        "  --reason=TEXT    Why you need it: whoever decides reads this\n"
        "  --name=NAME      What it is called in the catalogue (the file's name without .stp)\n"
        "  --settings=FILE  Title, description and arguments, as in stapd.scripts(5)\n"
        "  -g               It has embedded C or writes to the kernel\n\n"
        "Asks an administrator to approve a script, so that you can run it. It has to compile.\n"
        "stapctl requests shows what became of it; stapctl revoke ID takes it back.\n";

static void default_name(const char *path, char *ret, size_t size) {
        const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
        size_t n = strlen(base);
        if (n > 4 && strcmp(base + n - 4, ".stp") == 0)
                n -= 4;
        snprintf(ret, size, "%.*s", (int) n, base);
}

typedef struct RequestOptions {
        const char *reason, *name, *settings;
        bool guru;
} RequestOptions;

static int send_request(const RequestOptions *o, const char *path) {
        _cleanup_(reply_done) Reply reply = {};
        char name[128];
        size_t len, settings_len;
        _cleanup_(freep) char *script = request_read_file(path, &len);
        _cleanup_(freep) char *settings = o->settings ? request_read_file(o->settings, &settings_len) : NULL;
        if (!script || (o->settings && !settings))
                return EXIT_USAGE;
        default_name(path, name, sizeof(name));
        json_object *p = json_object_new_object();
        request_add_text(p, "name", o->name ?: name);
        request_add_text(p, "reason", o->reason);
        request_add_text(p, "settings", settings);
        json_object_object_add(p, "script", json_object_new_string_len(script, (int) len));
        json_object_object_add(p, "guru", json_object_new_boolean(o->guru));
        int r = request_call("RequestApproval", p, &reply);
        if (r == EXIT_OK)
                printf("%s\n", member_text(request_of(&reply), "id"));
        return r;
}

int verb_request(int argc, char **argv) {
        static const struct option options[] = {
                { "reason", required_argument, NULL, 'r' },   { "name", required_argument, NULL, 'n' },
                { "settings", required_argument, NULL, 's' }, { "help", no_argument, NULL, 'h' }, {},
        };
        RequestOptions o = {};
        for (int c; (c = getopt_long(argc, argv, "gh", options, NULL)) >= 0;) {
                switch (c) {
                case 'r': o.reason = optarg; break;
                case 'n': o.name = optarg; break;
                case 's': o.settings = optarg; break;
                case 'g': o.guru = true; break;
                case 'h': fputs(request_usage, stdout); return EXIT_OK;
                default: return EXIT_USAGE;
                }
        }
        if (optind + 1 != argc || !o.reason)
                return request_wrong_usage(request_usage);
        return send_request(&o, argv[optind]);
}
