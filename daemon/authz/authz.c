/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "authz/authz.h"
#include <errno.h>
#include <grp.h>
#include <string.h>

int policy_set_group(Policy *p, const char *name) {
        p->group = (gid_t) -1;
        free(p->group_name);
        p->group_name = NULL;
        if (!name || !*name)
                return 0;
        p->group_name = strdup(name);
        if (!p->group_name)
                return -ENOMEM;
        errno = 0;
        const struct group *g = getgrnam(name);
        if (!g)
                return errno > 0 && errno != ENOENT ? -errno : -ENOENT;
        p->group = g->gr_gid;
        return 0;
}

void policy_done(Policy *p) {
        free(p->group_name);
        rules_free(p->rules);
        *p = POLICY_INIT;
}

/* ------------------------------------------------------------------ without a rule of the policy's */

typedef enum {
        ANYBODY,     /* whoever can connect */
        MEMBER,      /* of the group */
        OWNER,       /* on what is theirs; what is nobody's is root's */
        MEMBER_RUN,  /* of the group, if the manifest's class allows it */
        ANYBODY_BUT, /* unless polkit, where there is one, says no */
        ROOT,
} Who;

static const Who who_may[_VERB_MAX] = {
        [VERB_STATUS] = ANYBODY, [VERB_COMPILE] = MEMBER, [VERB_RUN] = MEMBER_RUN,
        [VERB_PREPARE] = MEMBER, [VERB_SEE] = OWNER,      [VERB_SEE_ALL] = OWNER, [VERB_STOP] = OWNER,
        [VERB_REAP] = OWNER,      [VERB_RELOAD] = OWNER,
        [VERB_REQUEST] = ANYBODY_BUT, [VERB_APPROVE] = ROOT, [VERB_MANAGE] = ROOT,
};

/* The actions of policy/org.stapd1.policy. */
#define ACTION(name) "org.stapd1." name
static const char *const actions[_VERB_MAX] = {
        [VERB_PREPARE] = ACTION("prepare"), [VERB_SEE] = ACTION("attach-other-stream"),
        [VERB_SEE_ALL] = ACTION("list-all-sessions"), [VERB_STOP] = ACTION("stop-other-session"),
        [VERB_REAP] = ACTION("reap-orphans"), [VERB_RELOAD] = ACTION("reload"),
        [VERB_REQUEST] = ACTION("request-approval"), [VERB_APPROVE] = ACTION("approve-request"),
        [VERB_MANAGE] = ACTION("manage-catalogue"),
};
static const char *const run_actions[_PRIVILEGE_CLASS_MAX] = {
        [PRIVILEGE_OWN] = ACTION("run-own-processes"), [PRIVILEGE_SYSTEM] = ACTION("run-script"),
        [PRIVILEGE_GURU] = ACTION("run-guru"), [PRIVILEGE_APPROVED] = ACTION("run-approved"),
};

static const char *action_of(const Question *q) {
        if (q->verb != VERB_RUN)
                return actions[q->verb];
        if (q->approved && q->approved->action)
                return q->approved->action;
        return q->manifest ? run_actions[question_class(q)] : NULL;
}

static Decision yes(const char *reason) {
        return (Decision) { .allowed = true, .rule = "built in", .reason = reason };
}

static Decision no(const char *reason) {
        return (Decision) { .allowed = false, .rule = "built in", .reason = reason };
}

/* What nothing here allows, polkit may. */
static Decision ask(const Policy *p, const Question *q, const char *reason) {
        Decision d = no(reason);
        if (!p->can_ask)
                return d;
        if (q->verb == VERB_COMPILE)
                return yes("polkit may allow what comes of it");
        d.action = action_of(q);
        return d;
}

static Decision decide_run(const Policy *p, const Question *q) {
        if (q->manifest && (question_class(q) != PRIVILEGE_GURU || p->allow_guru))
                return yes("the group may run scripts of this class");
        return no(
                "embedded C and writes to the kernel (-g) are root's alone; AllowGuru=yes in stapd.conf lets the "
                "group use them");
}

static Decision decide_member(const Policy *p, const Question *q) {
        if (q->manifest && question_class(q) == PRIVILEGE_GURU && !p->allow_guru)
                return decide_run(p, q); /* nobody is asked for that, either */
        if (p->group == (gid_t) -1)
                return ask(p, q,
                           "only root may trace; Group= in stapd.conf names a group whose members may too");
        if (!caller_in_group(q->caller, p->group))
                return ask(
                        p, q,
                        "the caller is not in the group that Group= in stapd.conf names; an administrator can add a "
                        "user with: usermod -aG GROUP USER");
        return who_may[q->verb] == MEMBER_RUN ? decide_run(p, q)
                                              : yes("the caller is a member of the group");
}

/* Catalogue and approvals: who decides on what others run must be root, or have somebody's password. */
static Decision decide_catalogue(const Policy *p, const Question *q) {
        if (who_may[q->verb] == ANYBODY_BUT && !p->can_ask)
                return yes("everybody may ask for a script");
        return ask(p, q, who_may[q->verb] == ANYBODY_BUT ? "polkit says who may ask for a script"
                                                         : "only root decides on the scripts of others");
}

static Decision decide_approved(const Approved *a) {
        Decision d = yes("the catalogue lets the caller run this script");
        d.rule = a->place;
        d.limits = a->limits;
        return d;
}

/* ------------------------------------------------------------------ with one */

static Decision decide_by(const Policy *p, const Rule *r, const Question *q) {
        static const char *const reasons[_RULE_EFFECT_MAX] = {
                [RULE_ALLOW] = "a rule of the policy allows it",
                [RULE_DENY] = "a rule of the policy denies it",
                [RULE_ASK] = "a rule of the policy wants polkit to be asked",
        };
        Decision d = { .allowed = r->effect == RULE_ALLOW, .by_policy = true, .rule = r->place,
                       .reason = r->reason ?: reasons[r->effect], .limits = &r->limits };
        if (r->effect == RULE_ASK && p->can_ask)
                d.action = action_of(q);
        else if (r->effect == RULE_ASK && !r->reason)
                d.reason = "a rule of the policy wants polkit to be asked, and there is none";
        return d;
}

/* The rule about it; of a compilation, one that may allow what comes of it. */
static const Rule *find_rule(const Policy *p, const Question *q) {
        Question as = *q;
        if (q->verb == VERB_COMPILE)
                return rules_find_about(p->rules, q->caller, VERB_RUN);
        if (q->verb == VERB_SEE_ALL)
                as.verb = VERB_SEE;
        return rules_find(p->rules, &as);
}

Decision authz_decide(const Policy *p, const Question *q) {
        if (q->caller->uid == 0)
                return yes("root may do everything");
        if (who_may[q->verb] == ANYBODY)
                return yes("everybody may");
        if (who_may[q->verb] == OWNER && q->owner == q->caller->uid)
                return yes("what it is about is the caller's own");
        if (p->broken)
                return no(
                        "the policy of this machine has an error, and until it is mended only root may trace; the log of "
                        "stapd says where");
        const Rule *rule = find_rule(p, q);
        if (rule && q->verb == VERB_COMPILE)
                return yes("what comes of it may be allowed");
        if (rule)
                return decide_by(p, rule, q);
        if (q->verb == VERB_REAP || q->verb == VERB_RELOAD)
                return ask(p, q, "that is root's");
        if (q->approved && q->approved->may)
                return decide_approved(q->approved);
        if (who_may[q->verb] == OWNER)
                return ask(p, q, "the session belongs to another user");
        return who_may[q->verb] >= ANYBODY_BUT ? decide_catalogue(p, q) : decide_member(p, q);
}
