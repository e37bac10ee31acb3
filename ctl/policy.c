/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stapctl policy: rules are checked here, as stapd reads them; what is in force, and what it says of a
 * script, stapd tells. */
#include "ctl/policy.h"
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include "authz/rules.h"
#include "base/fds.h"
#include "ctl/approval.h"
#include "ctl/client.h"
#include "ctl/main.h"

static const char usage[] =
        "stapctl policy check FILE...\n"
        "stapctl policy show [--json]\n"
        "stapctl policy reload [--json]\n"
        "stapctl policy test USER [OPTIONS] FILE | -e SCRIPT [ARGS...]\n\n"
        "  check   Reads files of rules as stapd does, and says what is wrong in which line\n"
        "  show    The rules in force: for root all of them, for others those that could be about them\n"
        "  reload  Reads the rules anew, and says which sessions the new ones would not let in\n"
        "  test    Whether a user may run a script, by which rule; the options are those of stapctl run\n";

/* ------------------------------------------------------------------ check */

#define RULES_FILE_MAX (1u << 20)

/* What stapd would refuse for whom it belongs to; the text is checked all the same. */
static bool is_safe(const char *path, int fd) {
        struct stat st;
        if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
                fprintf(stderr, "%s: it is no regular file: stapd would not read it\n", path);
                return false;
        }
        if (st.st_uid == 0 && (st.st_mode & 022) == 0)
                return true;
        fprintf(stderr, "%s: others than root can write it: stapd would refuse it\n", path);
        return false;
}

static int check_text(const char *path, const char *text) {
        _cleanup_(rules_freep) Rules *rules = NULL;
        _cleanup_(rules_error_done) RulesError error = {};
        int r = rules_parse(path, text, &rules, &error);
        if (r < 0) {
                fprintf(stderr, "%s:%u: %s\n", path, error.line, error.text ?: strerror(-r));
                return EXIT_USAGE;
        }
        printf("%s: %u rule%s\n", path, rules->n, rules->n == 1 ? "" : "s");
        return EXIT_OK;
}

static int check_file(const char *path) {
        _cleanup_(closep) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
        _cleanup_(freep) char *text = NULL;
        size_t len;
        int r = fd < 0 ? -errno : 0;
        if (r < 0) {
                fprintf(stderr, "stapctl: cannot read %s: %s\n", path, strerror(-r));
                return EXIT_USAGE;
        }
        bool safe = is_safe(path, fd);
        r = fds_read_all(fd, RULES_FILE_MAX, &text, &len);
        if (r < 0 || strlen(text) != len) {
                fprintf(stderr, "%s: %s\n", path, r < 0 ? strerror(-r) : "there is a NUL byte in it");
                return EXIT_USAGE;
        }
        int status = check_text(path, text);
        return safe ? status : EXIT_USAGE;
}

static int check(int argc, char **argv) {
        int status = EXIT_OK;
        if (argc < 2) {
                fputs(usage, stderr);
                return EXIT_USAGE;
        }
        for (int i = 1; i < argc; i++)
                if (check_file(argv[i]) != EXIT_OK)
                        status = EXIT_USAGE;
        return status;
}

/* ------------------------------------------------------------------ show */

static bool is_set(json_object *o, const char *name) {
        json_object *v;
        return json_object_object_get_ex(o, name, &v) && json_object_get_boolean(v);
}

static void print_policy(json_object *p) {
        json_object *rules = NULL;
        const char *group = member_text(p, "group");
        json_object_object_get_ex(p, "rules", &rules);
        if (is_set(p, "broken"))
                puts("# The rules of this machine have an error: only root may trace. The log of stapd says where it is.\n");
        for (size_t i = 0; rules && i < json_object_array_length(rules); i++) {
                json_object *r = json_object_array_get_idx(rules, i);
                printf("# %s\n[Rule]\n%s\n", member_text(r, "place"), member_text(r, "text"));
        }
        printf("# Where no rule decides: root may do everything%s%s%s.\n",
               *group ? " and members of group " : "", group,
               !*group                  ? ""
               : is_set(p, "allowGuru") ? " may run any script"
                                        : " may run scripts without embedded C and writes (-g)");
        printf("# Polkit, which is asked about the rest: %s\n", member_text(p, "polkit"));
}

/* [--json] is all that may be said. */
static int ask(int argc, char **argv, const char *method, void (*print)(json_object *answer)) {
        _cleanup_(client_done) Client c = CLIENT_INIT;
        _cleanup_(reply_done) Reply reply = {};
        if (argc > 2 || (argc > 1 && strcmp(argv[1], "--json") != 0)) {
                fputs(usage, stderr);
                return EXIT_USAGE;
        }
        if (client_connect(&c) < 0 || client_call(&c, method, NULL, &reply) < 0)
                return EXIT_USAGE;
        if (reply.error)
                return reply_print_error(&reply);
        if (argc > 1)
                puts(json_object_to_json_string_ext(reply.parameters, JSON_C_TO_STRING_PLAIN));
        else
                print(reply.parameters);
        return EXIT_OK;
}

static int show(int argc, char **argv) {
        return ask(argc, argv, "ShowPolicy", print_policy);
}

/* ------------------------------------------------------------------ reload */

static void print_reload(json_object *p) {
        json_object *denied = json_object_object_get(p, "denied");
        long long n = (long long) member_number(p, "rules");
        bool stopped = member_number(p, "stopped");
        printf("%lld rule%s\n", n, n == 1 ? " is in force" : "s are in force");
        for (size_t i = 0; denied && i < json_object_array_length(denied); i++)
                printf("session %.12s is not allowed any more%s\n",
                       json_object_get_string(json_object_array_get_idx(denied, i)),
                       stopped ? ", and ends" : "; it goes on until: stapctl stop");
}

static int reload(int argc, char **argv) {
        return ask(argc, argv, "Reload", print_reload);
}

/* ------------------------------------------------------------------ test */

void policy_print_limits(json_object *limits, const char *before) {
        static const struct {
                const char *member, *unit;
        } rows[] = { { "sessions", "sessions at a time" }, { "seconds", "seconds" }, { "bufferMegabytes", "MB of buffers" },
                     { "memoryMegabytes", "MB of arrays and statistics" }, { "cpuPercent", "% of a CPU in handlers" },
                     { "bytesPerSecond", "bytes a second" } };
        for (size_t i = 0; i < ELEMENTSOF(rows); i++)
                if (member_number(limits, rows[i].member) > 0)
                        printf("%s%lld %s\n", before, (long long) member_number(limits, rows[i].member),
                               rows[i].unit);
}

static void print_words(const char *before, json_object *words) {
        for (size_t i = 0; words && i < json_object_array_length(words); i++)
                printf("%s%s\n", before, json_object_get_string(json_object_array_get_idx(words, i)));
}

static int print_decision(json_object *p) {
        const char *decision = member_text(p, "decision"), *action = member_text(p, "action");
        bool allowed = strcmp(decision, "allowed") == 0;
        json_object *v;
        if (*action)
                printf("ask: polkit decides (%s)\n", action);
        else
                puts(decision);
        printf("  rule:   %s\n  reason: %s\n  class:  %s\n  digest: %s\n", member_text(p, "rule"),
               member_text(p, "reason"), member_text(p, "class"), member_text(p, "digest"));
        if (json_object_object_get_ex(p, "limits", &v) && v && (allowed || *action))
                policy_print_limits(v, "  limit:  ");
        print_words("  probe:  ", json_object_object_get(p, "probes"));
        sights_print(p, "  sees:   ", "  sees:   ");
        print_words("  calls:  ", json_object_object_get(p, "functions"));
        return allowed ? EXIT_OK : EXIT_POLICY;
}

int policy_test(const RunOptions *o, int64_t user) {
        _cleanup_(client_done) Client c = CLIENT_INIT;
        _cleanup_(reply_done) Reply reply = {};
        _cleanup_(freep) char *script = NULL;
        size_t len;
        if (run_options_script(o, &script, &len) < 0)
                return EXIT_USAGE;
        json_object *p = run_options_context(o, script, len);
        if (user >= 0)
                json_object_object_add(p, "user", json_object_new_int64(user));
        if (client_connect(&c) < 0) {
                json_object_put(p);
                return EXIT_USAGE;
        }
        if (client_call(&c, "CheckPolicy", p, &reply) < 0)
                return EXIT_USAGE;
        if (reply.error)
                return reply_print_error(&reply);
        if (!o->json)
                return print_decision(reply.parameters);
        puts(json_object_to_json_string_ext(reply.parameters, JSON_C_TO_STRING_PLAIN));
        return strcmp(member_text(reply.parameters, "decision"), "allowed") == 0 ? EXIT_OK : EXIT_POLICY;
}

static int find_user(const char *name, int64_t *ret) {
        unsigned uid;
        if (conf_parse_unsigned(name, 0, UINT32_MAX - 1, &uid) >= 0) {
                *ret = uid;
                return 0;
        }
        const struct passwd *pw = getpwnam(name);
        if (!pw) {
                fprintf(stderr, "stapctl: there is no user '%s'\n", name);
                return -ESRCH;
        }
        *ret = pw->pw_uid;
        return 0;
}

static int test(int argc, char **argv) {
        RunOptions o;
        int64_t user;
        if (argc < 3 || argv[1][0] == '-') {
                fputs(usage, stderr);
                return EXIT_USAGE;
        }
        if (find_user(argv[1], &user) < 0)
                return EXIT_USAGE;
        int r = run_options_read(argc - 1, argv + 1, &o);
        int status = r < 0 ? EXIT_USAGE : r == 0 ? EXIT_OK : policy_test(&o, user);
        run_options_done(&o);
        return status;
}

int verb_policy(int argc, char **argv) {
        static const struct {
                const char *name;
                int (*run)(int argc, char **argv);
        } verbs[] = { { "check", check }, { "show", show }, { "reload", reload }, { "test", test } };
        bool help = argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0);
        for (size_t i = 0; argc > 1 && i < ELEMENTSOF(verbs); i++)
                if (strcmp(verbs[i].name, argv[1]) == 0)
                        return verbs[i].run(argc - 1, argv + 1);
        fputs(usage, help ? stdout : stderr);
        return help ? EXIT_OK : EXIT_USAGE;
}
