/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rules of the policy: what each setting matches, what is wrong with one, and how files stand for
 * each other. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "authz/authz.h"
#include "base/fds.h"
#include "unit/test.h"

enum { ALICE = 1000, BOB = 1001, TRACERS = 300 };

static gid_t tracer_groups[] = { 5, TRACERS };
static const Caller alice = { .uid = ALICE, .gid = 100 };
static const Caller bob = { .uid = BOB, .gid = 100, .groups = tracer_groups, .n_groups = 2 };

static ManifestProbe writes[] = { { (char *) "syscall.write", (char *) "syscall.write" },
                                  { (char *) "begin", (char *) "begin" } };
static ManifestProbe posing[] = { { (char *) "kernel.function(\"vfs_read\")", (char *) "syscall.write" } };
static char digest[] = "ab12";
static char *sights[] = { (char *) "$count", (char *) "$file->f_flags =" };
static char *functions[] = { (char *) "pid", (char *) "kernel_string" };
static Manifest plain = { .privilege = PRIVILEGE_SYSTEM, .digest = digest, .probes = writes, .n_probes = 2 };
static Manifest seeing = { .privilege = PRIVILEGE_SYSTEM, .digest = digest, .probes = writes, .n_probes = 2,
                           .sights = sights, .n_sights = 2, .functions = functions, .n_functions = 2 };
static Manifest poser = { .privilege = PRIVILEGE_SYSTEM, .digest = digest, .probes = posing, .n_probes = 1 };
static Manifest guru = { .privilege = PRIVILEGE_GURU, .digest = digest, .probes = writes, .n_probes = 2 };

static Rules *parse(const char *text) {
        Rules *rules = NULL;
        RulesError error = {};
        int r = rules_parse("test.conf", text, &rules, &error);
        if (r < 0)
                test_fail(__FILE__, __LINE__, "line %u: %s", error.line, error.text);
        return rules;
}

TEST(what_a_rule_matches) {
        static const char *const arguments[] = { "17", "name" };
        const struct {
                int line;
                const char *rule; /* besides Effect=allow */
                const Caller *caller;
                Verb verb;
                const Manifest *manifest;
                bool expected;
        } rows[] = {
                { __LINE__, "", &alice, VERB_RUN, &plain, true },
                { __LINE__, "", &alice, VERB_STOP, NULL, false },
                { __LINE__, "Verb=see stop", &alice, VERB_STOP, NULL, true },
                { __LINE__, "Verb=see stop", &alice, VERB_RUN, &plain, false },
                { __LINE__, "User=1000 1005", &alice, VERB_RUN, &plain, true },
                { __LINE__, "User=1000 1005", &bob, VERB_RUN, &plain, false },
                { __LINE__, "User=root", &alice, VERB_RUN, &plain, false },
                { __LINE__, "Group=300", &bob, VERB_RUN, &plain, true },
                { __LINE__, "Group=300", &alice, VERB_RUN, &plain, false },
                { __LINE__, "User=1000\nGroup=300", &bob, VERB_RUN, &plain, true },
                /* Guru is never meant by default. */
                { __LINE__, "", &alice, VERB_RUN, &guru, false },
                { __LINE__, "Class=guru", &alice, VERB_RUN, &guru, true },
                { __LINE__, "Class=own", &alice, VERB_RUN, &plain, false },
                /* Every probe has to be among what is allowed, by what it is and not by what it is
                 * called. */
                { __LINE__, "Probe=syscall.*", &alice, VERB_RUN, &plain, false },
                { __LINE__, "Probe=syscall.* begin end", &alice, VERB_RUN, &plain, true },
                { __LINE__, "Probe=syscall.*\nProbe=begin", &alice, VERB_RUN, &plain, true },
                { __LINE__, "Probe=syscall.*", &alice, VERB_RUN, &poser, false },
                /* So has everything that is looked at, and called. Who does neither does nothing that is not allowed. */
                { __LINE__, "Sees=$count", &alice, VERB_RUN, &seeing, false },
                { __LINE__, "Sees=$count $file->*", &alice, VERB_RUN, &seeing, true },
                { __LINE__, "Sees=$nothing", &alice, VERB_RUN, &plain, true },
                { __LINE__, "Function=pid", &alice, VERB_RUN, &seeing, false },
                { __LINE__, "Function=pid kernel_*", &alice, VERB_RUN, &seeing, true },
                { __LINE__, "Function=pid kernel_*\nSees=$file->*", &alice, VERB_RUN, &seeing, false },
                { __LINE__, "Function=pid", &alice, VERB_RUN, &plain, true },
                { __LINE__, "Digest=ff00 AB12", &alice, VERB_RUN, &plain, true },
                { __LINE__, "Digest=ff00", &alice, VERB_RUN, &plain, false },
                { __LINE__, "Argument=1 [0-9]*", &alice, VERB_RUN, &plain, true },
                { __LINE__, "Argument=1 [0-9]*\nArgument=2 other", &alice, VERB_RUN, &plain, false },
                { __LINE__, "Argument=3 *", &alice, VERB_RUN, &plain, false },
                { __LINE__, "", &alice, VERB_RUN, NULL, false }, /* nothing is known of it */
        };
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                TEST_CASE("line %d", rows[i].line);
                char text[256];
                snprintf(text, sizeof(text), "[Rule]\nEffect=allow\n%s\n", rows[i].rule);
                _cleanup_(rules_freep) Rules *rules = parse(text);
                Question q = { .caller = rows[i].caller, .verb = rows[i].verb, .manifest = rows[i].manifest,
                               .arguments = arguments, .n_arguments = 2 };
                ASSERT_EQ(rules_find(rules, &q) != NULL, rows[i].expected);
        }
}

TEST(one_probe_is_enough_to_deny_under_either_name) {
        _cleanup_(rules_freep) Rules *rules = parse("[Rule]\nEffect=deny\nProbe=syscall.*\n");
        Question q = { .caller = &alice, .verb = VERB_RUN, .manifest = &plain };
        ASSERT_NOT_NULL(rules_find(rules, &q));
        q.manifest = &poser;
        ASSERT_NOT_NULL(rules_find(rules, &q));
        q.manifest = &guru; /* a rule that denies means every class */
        ASSERT_NOT_NULL(rules_find(rules, &q));
}

TEST(one_thing_seen_or_called_is_enough_to_deny) {
        static const struct {
                const char *rule;
                bool expected;
        } rows[] = { { "Sees=$file->*", true },      { "Sees=$file", false },    { "Function=kernel_*", true },
                     { "Function=user_*", false }, { "Sees=$count\nFunction=user_*", false } };
        Question q = { .caller = &alice, .verb = VERB_RUN };
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                char text[256];
                snprintf(text, sizeof(text), "[Rule]\nEffect=deny\n%s\n", rows[i].rule);
                _cleanup_(rules_freep) Rules *rules = parse(text);
                TEST_CASE("%s", rows[i].rule);
                q.manifest = &seeing;
                ASSERT_EQ(rules_find(rules, &q) != NULL, rows[i].expected);
                q.manifest = &plain; /* looks at nothing, calls nothing */
                ASSERT_NULL(rules_find(rules, &q));
        }
}

TEST(the_first_rule_decides_and_root_needs_none) {
        _cleanup_(policy_done) Policy p = POLICY_INIT;
        p.group = 100;
        p.rules = parse("[Rule]\nEffect=deny\nUser=1000\nReason=not alice\n"
                        "[Rule]\nEffect=allow\nSeconds=60\nSessions=2\n");
        Question q = { .caller = &alice, .verb = VERB_RUN, .manifest = &plain };
        Decision d = authz_decide(&p, &q);
        ASSERT(!d.allowed);
        ASSERT_STREQ(d.reason, "not alice");
        ASSERT_STREQ(d.rule, "test.conf:1");
        q.caller = &bob;
        d = authz_decide(&p, &q);
        ASSERT(d.allowed);
        ASSERT_EQ(d.limits->seconds, 60);
        ASSERT_EQ(d.limits->sessions, 2);
        q.caller = &(Caller) { .uid = 0 };
        ASSERT(authz_decide(&p, &q).allowed);
        q = (Question) { .caller = &alice, .verb = VERB_STOP, .owner = ALICE };
        ASSERT(authz_decide(&p, &q).allowed); /* one's own, whatever the rules say */
        p.broken = true;
        ASSERT(authz_decide(&p, &q).allowed);
        q = (Question) { .caller = &bob, .verb = VERB_RUN, .manifest = &plain };
        ASSERT(!authz_decide(&p, &q).allowed);
}

TEST(an_administrator_who_cannot_be_asked_says_no) {
        _cleanup_(policy_done) Policy p = POLICY_INIT;
        p.rules = parse("[Rule]\nEffect=ask\n");
        Question q = { .caller = &alice, .verb = VERB_RUN, .manifest = &plain };
        ASSERT(!authz_decide(&p, &q).allowed);
        ASSERT_NULL(authz_decide(&p, &q).action);
        p.can_ask = true;
        ASSERT(!authz_decide(&p, &q).allowed);
        ASSERT_STREQ(authz_decide(&p, &q).action, "org.stapd1.run-script");
}

TEST(what_is_wrong_is_told_with_its_line) {
        static const struct {
                const char *text, *error;
                unsigned line;
        } rows[] = {
                { "[Rules]\n", "expected the section [Rule]", 1 },
                { "Effect=allow\n", "expected a [Section] before the first setting", 1 },
                { "[Rule\n", "expected ] at the end of the section's name", 1 },
                { "[Rule]\nEffect=perhaps\n", "expected allow, deny or ask", 2 },
                { "[Rule]\nEffect=deny\nEffect=allow\n", "a rule has one effect", 3 },
                { "[Rule]\nEffect=allow\nUser=no-such-user-here\n", "there is no such user", 3 },
                { "[Rule]\nEffect=allow\nGroup=no-such-group-here\n", "there is no such group", 3 },
                { "[Rule]\nEffect=allow\nClass=root\n", "expected own, system, guru or approved", 3 },
                { "[Rule]\nEffect=allow\nSeconds=0\n", "expected a number from 1 to 1000000000", 3 },
                { "[Rule]\nEffect=allow\nCpuPercent=101\n", "expected a percentage, 1 to 100", 3 },
                { "[Rule]\nEffect=allow\nMemoryMegabytes=2000000\n", "expected a number from 1 to 1048576", 3 },
                { "[Rule]\nEffect=allow\nBytesPerSecond=0\n", "expected a number from 1 to 1000000000", 3 },
                { "[Rule]\nEffect=allow\nArgument=x *\n", "expected the number of an argument, then its pattern", 3 },
                { "[Rule]\nEffect=allow\nPorbe=x\n", "a rule has no such setting", 3 },
                { "[Rule]\nEffect=deny\nSessions=3\n",
                  "Sessions=, Seconds= and the other limits are of what a rule lets run", 4 },
                { "[Rule]\nEffect=allow\nVerb=see stop\nSeconds=3\n",
                  "Sessions=, Seconds= and the other limits are of what a rule lets run", 5 },
                { "[Rule]\n[Rule]\nEffect=allow\n", "the rule has no Effect=", 2 },
                { "[Rule]\nEffect=allow\nUser=\n", "the rule names nobody", 4 },
                { "[Rule]\nEffect=allow\nVerb=stop\nProbe=*\n", "Class=, Script=, Probe=, Sees=, Function=, Digest= and Argument= are about Verb=run", 5 },
        };
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                TEST_CASE("row %zu", i);
                Rules *rules = NULL;
                RulesError error = {};
                ASSERT_ERROR(rules_parse("x.conf", rows[i].text, &rules, &error), -EINVAL);
                ASSERT_NULL(rules);
                ASSERT_STREQ(error.text, rows[i].error);
                ASSERT_EQ(error.line, rows[i].line);
                rules_error_done(&error);
        }
}

/* ------------------------------------------------------------------ folders */

static void put(const char *dir, const char *file, const char *text, mode_t mode) {
        char path[256];
        snprintf(path, sizeof(path), "%s/%s", dir, file);
        ASSERT_OK(fds_write_file_atomic(path, text, strlen(text), 0644));
        ASSERT_OK(chmod(path, mode));
}

TEST(files_stand_for_each_other_and_a_writable_one_spoils_all) {
        char root[] = "/tmp/stapd-rules-XXXXXX", etc[64], usr[64], command[96];
        ASSERT_NOT_NULL(mkdtemp(root));
        snprintf(etc, sizeof(etc), "%s/etc", root);
        snprintf(usr, sizeof(usr), "%s/usr", root);
        ASSERT_OK(mkdir(etc, 0755));
        ASSERT_OK(mkdir(usr, 0755));
        put(usr, "10-first.conf", "[Rule]\nEffect=deny\n", 0644);
        put(usr, "20-second.conf", "[Rule]\nEffect=deny\n", 0644);
        put(usr, "30-third.conf", "[Rule]\nEffect=allow\n", 0644);
        put(usr, "notes.txt", "not a rule", 0644);
        put(etc, "20-second.conf", "[Rule]\nEffect=ask\n", 0644);
        char mask[96];
        snprintf(mask, sizeof(mask), "%s/10-first.conf", etc);
        ASSERT_OK(symlink("/dev/null", mask));

        const char *const folders[] = { etc, usr, "/no/such/folder", NULL };
        _cleanup_(rules_freep) Rules *rules = NULL;
        RulesError error = {};
        ASSERT_OK(rules_load(folders, &rules, &error));
        ASSERT_EQ(rules->n, 2);
        ASSERT_EQ(rules->items[0]->effect, RULE_ASK);
        ASSERT_EQ(rules->items[1]->effect, RULE_ALLOW);

        put(etc, "40-open.conf", "[Rule]\nEffect=allow\n", 0666);
        Rules *none = NULL;
        ASSERT_ERROR(rules_load(folders, &none, &error), -EPERM);
        ASSERT_NULL(none);
        ASSERT_NOT_NULL(strstr(error.file, "/etc/40-open.conf"));
        rules_error_done(&error);

        put(etc, "40-open.conf", "[Rule]\nEffect=allow\n", 0644);
        ASSERT_OK(chmod(etc, 0777));
        ASSERT_ERROR(rules_load(folders, &none, &error), -EPERM);
        ASSERT_STREQ(error.text, "others than root can write this folder");
        rules_error_done(&error);
        snprintf(command, sizeof(command), "rm -rf %s", root);
        ASSERT_EQ(system(command), 0);
}
