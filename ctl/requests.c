/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stapctl request, requests, approve, reject, revoke: how scripts come into the catalogue, and out. */
#include <errno.h>
#include <getopt.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "base/cleanup.h"
#include "base/fds.h"
#include "ctl/client.h"
#include "ctl/main.h"
#include "ctl/plain.h"
#include "ctl/when.h"

#define SCRIPT_MAX (256u << 10)

/* ------------------------------------------------------------------ common */

static int wrong_usage(const char *usage) {
        fputs(usage, stderr);
        return EXIT_USAGE;
}

/* One call, one reply, which is the caller's to end. EXIT_OK: it is in *ret. Takes the parameters. */
static int call(const char *method, json_object *p, Reply *ret) {
        _cleanup_(client_done) Client c = CLIENT_INIT;
        if (client_connect(&c) < 0) {
                json_object_put(p);
                return EXIT_USAGE;
        }
        if (client_call(&c, method, p, ret) < 0)
                return EXIT_USAGE;
        return ret->error ? reply_print_error(ret) : EXIT_OK;
}

static void add_text(json_object *o, const char *name, const char *value) {
        if (value)
                json_object_object_add(o, name, json_object_new_string(value));
}

static char *read_file(const char *path, size_t *ret_len) {
        char *text = NULL;
        int r = fds_read_file(path, SCRIPT_MAX, &text, ret_len);
        if (r < 0)
                fprintf(stderr, "stapctl: cannot read %s: %s\n", path,
                        r == -EFBIG ? "a script that is asked for may have 256 KiB" : strerror(-r));
        return text;
}

static json_object *request_of(const Reply *r) {
        json_object *o = NULL;
        return json_object_object_get_ex(r->parameters, "request", &o) ? o : NULL;
}

static void format_time(int64_t usec, char *ret, size_t size) {
        time_t t = (time_t) (usec / 1000000);
        struct tm tm;
        if (usec <= 0 || !localtime_r(&t, &tm) || strftime(ret, size, "%F %T", &tm) == 0)
                snprintf(ret, size, "-");
}

static const char *name_user(json_object *o, const char *member) {
        static char text[64];
        json_object *v = NULL;
        if (!json_object_object_get_ex(o, member, &v) || !v)
                return "-";
        const struct passwd *pw = getpwuid((uid_t) json_object_get_int64(v));
        snprintf(text, sizeof(text), "%s", pw ? pw->pw_name : json_object_get_string(v));
        return text;
}

/* ------------------------------------------------------------------ request */

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
        _cleanup_(freep) char *script = read_file(path, &len);
        _cleanup_(freep) char *settings = o->settings ? read_file(o->settings, &settings_len) : NULL;
        if (!script || (o->settings && !settings))
                return EXIT_USAGE;
        default_name(path, name, sizeof(name));
        json_object *p = json_object_new_object();
        add_text(p, "name", o->name ?: name);
        add_text(p, "reason", o->reason);
        add_text(p, "settings", settings);
        json_object_object_add(p, "script", json_object_new_string_len(script, (int) len));
        json_object_object_add(p, "guru", json_object_new_boolean(o->guru));
        int r = call("RequestApproval", p, &reply);
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
                return wrong_usage(request_usage);
        return send_request(&o, argv[optind]);
}

/* ------------------------------------------------------------------ requests */

static const char requests_usage[] =
        "stapctl requests [--all] [--json | --ids]\n"
        "stapctl requests show [--json | --source] ID\n\n"
        "  --all     Those of other users as well (root: always)\n"
        "  --json    As JSON: a line for each\n"
        "  --ids     Their ids alone\n"
        "  --source  The text of the script\n";

typedef struct ListOptions {
        bool all, json, ids, source;
} ListOptions;

static void print_json(json_object *o) {
        puts(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
}

static void print_one(const char *title, const char *text) {
        if (!*text)
                return;
        printf("%-11s", title);
        plain_print(stdout, text);
        puts("");
}

static void print_words(const char *title, json_object *o, const char *member) {
        json_object *list = NULL;
        size_t n = json_object_object_get_ex(o, member, &list) && list ? json_object_array_length(list) : 0;
        for (size_t i = 0; i < n; i++)
                print_one(i == 0 ? title : "", json_object_get_string(json_object_array_get_idx(list, i)));
}

static void print_block(const char *title, const char *text) {
        if (!*text)
                return;
        printf("\n%s\n", title);
        plain_print(stdout, text);
        puts("");
}

static void print_request(json_object *o) {
        char requested[64], decided[64], until[64];
        format_time(member_number(o, "requested"), requested, sizeof(requested));
        format_time(member_number(o, "decided"), decided, sizeof(decided));
        format_time(member_number(o, "untilUSec"), until, sizeof(until));
        printf("%s: %s, %s\n", member_text(o, "id"), member_text(o, "name"), member_text(o, "state"));
        printf("%-11s%s, by %s\n", "Requested:", requested, name_user(o, "requester"));
        print_one("Reason:", member_text(o, "reason"));
        if (strcmp(decided, "-") != 0)
                printf("%-11s%s, by %s\n", "Decided:", decided, name_user(o, "decider"));
        print_one("Answer:", member_text(o, "answer"));
        if (strcmp(until, "-") != 0)
                print_one("Until:", until);
        print_one("Digest:", member_text(o, "digest"));
        print_one("Class:", member_text(o, "class"));
        print_words("Probes:", o, "probes");
        print_words("Functions:", o, "functions");
        print_words("Prints:", o, "fields");
        print_block("Settings:", member_text(o, "settings"));
        print_block("Script:", member_text(o, "script"));
}

static int show_request(const char *id, const ListOptions *o) {
        _cleanup_(reply_done) Reply reply = {};
        int r = call("ListRequests", parameters_with_id(id), &reply);
        if (r != EXIT_OK)
                return r;
        if (o->json)
                print_json(request_of(&reply));
        else if (o->source && isatty(STDOUT_FILENO))
                plain_print(stdout, member_text(request_of(&reply), "script"));
        else if (o->source)
                fputs(member_text(request_of(&reply), "script"), stdout);
        else
                print_request(request_of(&reply));
        return EXIT_OK;
}

static void print_row(json_object *o) {
        char requested[64];
        format_time(member_number(o, "requested"), requested, sizeof(requested));
        printf("%-16s  %-9s  %-16s  %-10s  %-19s  ", member_text(o, "id"), member_text(o, "state"), member_text(o, "name"),
               name_user(o, "requester"), requested);
        plain_print(stdout, member_text(o, "reason"));
        puts("");
}

static int list_requests(const ListOptions *o) {
        _cleanup_(client_done) Client c = CLIENT_INIT;
        json_object *p = json_object_new_object();
        if (o->all)
                json_object_object_add(p, "all", json_object_new_boolean(true));
        if (client_connect(&c) < 0) {
                json_object_put(p);
                return EXIT_USAGE;
        }
        if (client_send(&c, "ListRequests", p, "more") < 0)
                return EXIT_USAGE;
        for (bool more = true; more;) {
                _cleanup_(reply_done) Reply reply = {};
                if (client_wait(&c, &reply) < 0)
                        return EXIT_USAGE;
                if (reply.error)
                        return reply_print_error(&reply);
                more = reply.continues;
                json_object *a = request_of(&reply);
                if (a && o->json)
                        print_json(a);
                else if (a && o->ids)
                        puts(member_text(a, "id"));
                else if (a)
                        print_row(a);
        }
        return EXIT_OK;
}

int verb_requests(int argc, char **argv) {
        static const struct option options[] = {
                { "all", no_argument, NULL, 'a' },    { "json", no_argument, NULL, 'j' }, { "ids", no_argument, NULL, 'i' },
                { "source", no_argument, NULL, 's' }, { "help", no_argument, NULL, 'h' }, {},
        };
        ListOptions o = {};
        for (int c; (c = getopt_long(argc, argv, "h", options, NULL)) >= 0;) {
                switch (c) {
                case 'a': o.all = true; break;
                case 'j': o.json = true; break;
                case 'i': o.ids = true; break;
                case 's': o.source = true; break;
                case 'h': fputs(requests_usage, stdout); return EXIT_OK;
                default: return EXIT_USAGE;
                }
        }
        if (optind == argc && !o.source)
                return list_requests(&o);
        if (optind + 2 != argc || strcmp(argv[optind], "show") != 0)
                return wrong_usage(requests_usage);
        return show_request(argv[optind + 1], &o);
}

/* ------------------------------------------------------------------ approve */

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
                fprintf(stderr, "stapctl: --digest=HEX is needed, of what you have read: stapctl requests show %s\n", id);
                return EXIT_USAGE;
        }
        int r = call("ListRequests", parameters_with_id(id), &reply);
        if (r != EXIT_OK)
                return r;
        print_request(request_of(&reply));
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
        _cleanup_(freep) char *settings = o->settings ? read_file(o->settings, &len) : NULL;
        int r = o->digest ? EXIT_OK : ask_about(id, digest, sizeof(digest));
        if (r != EXIT_OK || (o->settings && !settings))
                return r != EXIT_OK ? r : EXIT_USAGE;
        json_object *p = parameters_with_id(id);
        add_text(p, "digest", o->digest ?: digest);
        add_text(p, "name", o->name);
        add_text(p, "settings", settings);
        json_object_object_add(p, "constraints", json_object_get(o->constraints));
        if (o->until > 0)
                json_object_object_add(p, "untilUSec", json_object_new_int64(o->until));
        r = call("Approve", p, &reply);
        if (r == EXIT_OK)
                printf("%s can be run: stapctl run %s\n", id, member_text(request_of(&reply), "name"));
        return r;
}

static int read_until(const char *text, int64_t *ret) {
        if (when_read_time(text, ret) >= 0)
                return 0;
        fprintf(stderr, "stapctl: --until takes a time (18:00, 2026-11-23 18:00:00, @SECONDS): '%s'\n", text);
        return -EINVAL;
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
                        if (read_until(optarg, &o->until) < 0)
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
                status = optind + 1 == argc ? approve(&o, argv[optind]) : wrong_usage(approve_usage);
        json_object_put(o.constraints);
        return status;
}

/* ------------------------------------------------------------------ reject, revoke */

static const char reject_usage[] = "stapctl reject --reason=TEXT ID\n\nRejects a request; its requester reads the reason.\n";
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
                return wrong_usage(reject_usage);
        json_object *p = parameters_with_id(argv[optind]);
        add_text(p, "reason", o.reason);
        return call("Reject", p, &reply);
}

int verb_revoke(int argc, char **argv) {
        _cleanup_(reply_done) Reply reply = {};
        EndOptions o = {};
        int r = read_end(argc, argv, revoke_usage, &o);
        if (r <= 0)
                return r < 0 ? EXIT_USAGE : EXIT_OK;
        json_object *p = parameters_with_id(argv[optind]);
        add_text(p, "reason", o.reason);
        json_object_object_add(p, "undo", json_object_new_boolean(o.undo));
        r = call("Revoke", p, &reply);
        if (r == EXIT_OK && member_number(reply.parameters, "stopped") > 0)
                printf("%lld session(s) end\n", (long long) member_number(reply.parameters, "stopped"));
        return r;
}
