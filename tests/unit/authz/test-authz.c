/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who may do what, as a table; and that a caller is who the kernel says. */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>
#include "authz/authz.h"
#include "unit/test.h"

enum { GROUP = 1234, OTHER = 4321, OWNER = 1000, STRANGER = 1001 };

static gid_t member_groups[] = { 7, GROUP };
static gid_t other_groups[] = { 7, OTHER };

static const Caller root = { .uid = 0 };
static const Caller member = { .uid = OWNER, .gid = 5, .groups = member_groups, .n_groups = 2 };
static const Caller primary = { .uid = OWNER, .gid = GROUP };
static const Caller stranger = { .uid = STRANGER, .gid = 5, .groups = other_groups, .n_groups = 2 };

TEST(table_of_decisions) {
        Manifest plain = { .privilege = PRIVILEGE_SYSTEM }, guru = { .privilege = PRIVILEGE_GURU };
        static const Manifest *none;
        const struct {
                int line;
                const Caller *caller;
                Verb verb;
                uid_t owner;
                const Manifest *manifest;
                bool guru_allowed, expected;
        } rows[] = {
                { __LINE__, &root, VERB_RUN, 0, &guru, false, true },
                { __LINE__, &root, VERB_STOP, STRANGER, none, false, true },
                { __LINE__, &member, VERB_COMPILE, OWNER, none, false, true },
                { __LINE__, &primary, VERB_COMPILE, OWNER, none, false, true },
                { __LINE__, &member, VERB_RUN, OWNER, &plain, false, true },
                { __LINE__, &member, VERB_RUN, OWNER, &guru, false, false },
                { __LINE__, &member, VERB_RUN, OWNER, &guru, true, true },
                { __LINE__, &member, VERB_SEE, OWNER, none, false, true },
                { __LINE__, &member, VERB_SEE, STRANGER, none, false, false },
                { __LINE__, &member, VERB_STOP, 0, none, false, false },
                { __LINE__, &member, VERB_PREPARE, OWNER, none, false, true },
                { __LINE__, &stranger, VERB_STATUS, STRANGER, none, false, true },
                { __LINE__, &stranger, VERB_COMPILE, STRANGER, none, false, false },
                { __LINE__, &stranger, VERB_RUN, STRANGER, &plain, true, false },
                { __LINE__, &stranger, VERB_PREPARE, STRANGER, none, false, false },
                { __LINE__, &stranger, VERB_STOP, STRANGER, none, false, true }, /* one's own, whatever else */
        };
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                TEST_CASE("line %d", rows[i].line);
                Policy p = { .group = GROUP, .allow_guru = rows[i].guru_allowed };
                Question q = { .caller = rows[i].caller, .verb = rows[i].verb, .owner = rows[i].owner,
                               .manifest = rows[i].manifest };
                Decision d = authz_decide(&p, &q);
                ASSERT_EQ(d.allowed, rows[i].expected);
                ASSERT(*d.rule && *d.reason);
        }
}

static bool may(const Policy *p, const Caller *c, Verb verb, uid_t owner) {
        return authz_decide(p, &(Question) { .caller = c, .verb = verb, .owner = owner }).allowed;
}

TEST(without_a_group_only_root_traces) {
        Policy p = POLICY_INIT;
        ASSERT(!may(&p, &member, VERB_COMPILE, OWNER));
        ASSERT(may(&p, &root, VERB_COMPILE, 0));
        ASSERT_ERROR(policy_set_group(&p, "no-such-group-here"), -ENOENT);
        ASSERT(!may(&p, &member, VERB_COMPILE, OWNER));
        ASSERT_OK(policy_set_group(&p, "root"));
        ASSERT_EQ(p.group, 0);
        policy_done(&p);
}

TEST(caller_comes_from_the_kernel) {
        int pair[2];
        ASSERT_OK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
        Caller c;
        ASSERT_OK(caller_from_socket(pair[0], &c));
        ASSERT_EQ(c.uid, getuid());
        ASSERT_EQ(c.pid, getpid());
        ASSERT(caller_in_group(&c, getgid()));
        ASSERT(!caller_in_group(&c, 987654));
        caller_done(&c);
        close(pair[0]);
        close(pair[1]);
        ASSERT(caller_from_socket(pair[0], &c) < 0);
}

TEST(what_is_left_is_for_polkit) {
        Manifest plain = { .privilege = PRIVILEGE_SYSTEM }, own = { .privilege = PRIVILEGE_OWN }, guru = { .privilege = PRIVILEGE_GURU };
        const struct {
                int line;
                const Caller *caller;
                Verb verb;
                uid_t owner;
                const Manifest *manifest;
                bool guru_allowed;
                const char *action; /* NULL: it is not asked */
        } rows[] = {
                { __LINE__, &stranger, VERB_RUN, STRANGER, &plain, false, "org.stapd1.run-script" },
                { __LINE__, &stranger, VERB_RUN, STRANGER, &own, false, "org.stapd1.run-own-processes" },
                { __LINE__, &stranger, VERB_RUN, STRANGER, &guru, false, NULL },
                { __LINE__, &stranger, VERB_RUN, STRANGER, &guru, true, "org.stapd1.run-guru" },
                { __LINE__, &stranger, VERB_COMPILE, STRANGER, NULL, false, NULL },
                { __LINE__, &stranger, VERB_PREPARE, STRANGER, NULL, false, "org.stapd1.prepare" },
                { __LINE__, &stranger, VERB_SEE, OWNER, NULL, false, "org.stapd1.attach-other-stream" },
                { __LINE__, &stranger, VERB_SEE_ALL, (uid_t) -1, NULL, false, "org.stapd1.list-all-sessions" },
                { __LINE__, &stranger, VERB_STOP, OWNER, NULL, false, "org.stapd1.stop-other-session" },
                { __LINE__, &stranger, VERB_STOP, STRANGER, NULL, false, NULL },
                { __LINE__, &stranger, VERB_REAP, 0, NULL, false, "org.stapd1.reap-orphans" },
                { __LINE__, &stranger, VERB_RELOAD, 0, NULL, false, "org.stapd1.reload" },
                { __LINE__, &member, VERB_RELOAD, 0, NULL, false, "org.stapd1.reload" },
                { __LINE__, &root, VERB_RELOAD, 0, NULL, false, NULL },
                { __LINE__, &member, VERB_RUN, OWNER, &plain, false, NULL },
                { __LINE__, &member, VERB_RUN, OWNER, &guru, false, NULL },
                { __LINE__, &root, VERB_RUN, 0, &guru, false, NULL },
        };
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                TEST_CASE("line %d", rows[i].line);
                Policy p = { .group = GROUP, .allow_guru = rows[i].guru_allowed, .can_ask = true };
                Question q = { .caller = rows[i].caller, .verb = rows[i].verb, .owner = rows[i].owner,
                               .manifest = rows[i].manifest };
                Decision d = authz_decide(&p, &q);
                ASSERT_EQ(d.action != NULL, rows[i].action != NULL);
                if (rows[i].action) {
                        ASSERT_STREQ(d.action, rows[i].action);
                        ASSERT(!d.allowed);
                }
                p.can_ask = false;
                ASSERT_NULL(authz_decide(&p, &q).action);
        }
        Policy broken = { .group = GROUP, .can_ask = true, .broken = true };
        Question q = { .caller = &stranger, .verb = VERB_RUN, .owner = STRANGER, .manifest = &plain };
        ASSERT_NULL(authz_decide(&broken, &q).action);
}

TEST(a_process_is_known_by_more_than_its_number) {
        Caller c = { .uid = getuid(), .pid = getpid() };
        caller_read_start_time(&c);
        ASSERT(c.start_time > 0);
        int fd = caller_open_process(&c);
        ASSERT_OK(fd);
        close(fd);
        c.start_time++; /* another process that had the pid */
        ASSERT_ERROR(caller_open_process(&c), -ESRCH);
        c.start_time = 0;
        ASSERT_ERROR(caller_open_process(&c), -ESRCH);
}

TEST(a_copy_is_whole) {
        Caller copy, named = member;
        named.bus_name = (char *) ":1.7";
        ASSERT_OK(caller_copy(&named, &copy));
        ASSERT(copy.groups != named.groups && copy.bus_name != named.bus_name);
        ASSERT(caller_in_group(&copy, GROUP));
        ASSERT_STREQ(copy.bus_name, ":1.7");
        caller_done(&copy);
}

/* A script of the catalogue: whom it names, whom a rule means, and who is asked about what. */
TEST(approved_scripts) {
        Manifest system = { .privilege = PRIVILEGE_SYSTEM, .digest = (char *) "ab" };
        Manifest guru = { .privilege = PRIVILEGE_GURU, .digest = (char *) "cd" };
        const struct {
                int line;
                const char *rules; /* or NULL */
                const Manifest *manifest;
                bool named;
                const char *action; /* of the script */
                bool allowed;
                const char *asked;
        } rows[] = {
                { __LINE__, NULL, &system, true, NULL, true, NULL },
                { __LINE__, NULL, &system, false, NULL, false, "org.stapd1.run-approved" },
                { __LINE__, NULL, &system, false, "org.stapd1.run-script", false, "org.stapd1.run-script" },
                { __LINE__, NULL, &guru, true, NULL, true, NULL },
                { __LINE__, "Effect=deny", &system, true, NULL, false, NULL },
                { __LINE__, "Effect=deny\nScript=disk-*", &system, true, NULL, false, NULL },
                { __LINE__, "Effect=deny\nScript=net-*", &system, true, NULL, true, NULL },
                { __LINE__, "Effect=deny\nClass=system", &system, true, NULL, true, NULL },
                { __LINE__, "Effect=allow", &system, false, NULL, true, NULL },
                { __LINE__, "Effect=allow\nClass=system", &system, false, NULL, false, "org.stapd1.run-approved" },
                { __LINE__, "Effect=allow\nClass=approved\nScript=disk-writers", &guru, false, NULL, true, NULL },
                { __LINE__, "Effect=ask\nClass=approved", &system, true, NULL, false, "org.stapd1.run-approved" },
        };
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                char text[256];
                RulesError error = {};
                Rules *rules = NULL;
                TEST_CASE("line %d", rows[i].line);
                snprintf(text, sizeof(text), "[Rule]\n%s\n", rows[i].rules ?: "");
                if (rows[i].rules)
                        ASSERT_OK(rules_parse("test.conf", text, &rules, &error));
                Policy p = { .group = GROUP, .can_ask = true, .rules = rules };
                Approved a = { .name = "disk-writers", .place = "here.conf", .may = rows[i].named, .action = rows[i].action };
                Question q = { .caller = &stranger, .verb = VERB_RUN, .owner = STRANGER, .manifest = rows[i].manifest,
                               .approved = &a };
                Decision d = authz_decide(&p, &q);
                ASSERT_EQ(d.allowed, rows[i].allowed);
                ASSERT_STREQ(d.action ?: "", rows[i].asked ?: "");
                q.approved = NULL; /* the same bytes as a file of his own: Script= and approved mean none of these */
                if (rows[i].rules && strstr(rows[i].rules, "Script="))
                        ASSERT(!authz_decide(&p, &q).by_policy);
                rules_free(rules);
        }
}

TEST(who_decides_on_scripts_of_others) {
        Policy p = { .group = GROUP, .can_ask = true };
        const struct {
                int line;
                const Caller *caller;
                Verb verb;
                bool allowed, allowed_alone; /* with polkit, and without */
                const char *asked;
        } rows[] = {
                { __LINE__, &root, VERB_APPROVE, true, true, NULL },
                { __LINE__, &stranger, VERB_REQUEST, false, true, "org.stapd1.request-approval" },
                { __LINE__, &stranger, VERB_APPROVE, false, false, "org.stapd1.approve-request" },
                { __LINE__, &stranger, VERB_MANAGE, false, false, "org.stapd1.manage-catalogue" },
                { __LINE__, &member, VERB_APPROVE, false, false, "org.stapd1.approve-request" },
        };
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                TEST_CASE("line %d", rows[i].line);
                Question q = { .caller = rows[i].caller, .verb = rows[i].verb, .owner = (uid_t) -1 };
                p.can_ask = true;
                Decision d = authz_decide(&p, &q);
                ASSERT_EQ(d.allowed, rows[i].allowed);
                ASSERT_STREQ(d.action ?: "", rows[i].asked ?: "");
                p.can_ask = false;
                ASSERT_EQ(authz_decide(&p, &q).allowed, rows[i].allowed_alone);
        }
}
