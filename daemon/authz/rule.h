/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * One rule of the policy, a section of a file in policy.d:
 *
 *     [Rule]
 *     Effect=allow                        allow, deny or ask (an administrator, through polkit)
 *     Verb=run                            run (default), see, stop, prepare, request, approve, manage
 *     User=alice 1001                     whom it is about: any of the users and groups; nobody named: everybody
 *     Group=stapusr
 *     Class=own system                    own, system, guru, approved (default: own system approved)
 *     Script=disk-* execlog               names of scripts of the catalogue, run from there
 *     Probe=syscall.* timer.*             patterns; * and ? and [...] as in file names
 *     Sees=$count $fd                     patterns: target variables and memory that its probes look at
 *     Function=pid execname               patterns: functions of the tapsets that it calls
 *     Digest=0f3a...                      sha256 of the script's bytes
 *     Argument=1 [0-9]*                   the first argument looks so; one line per argument
 *     Sessions=4                          limits of what the rule allows
 *     Seconds=3600
 *     BufferMegabytes=16
 *     MemoryMegabytes=64
 *     CpuPercent=5
 *     BytesPerSecond=1000000
 *     Reason=text                         told to who is refused
 *
 * All that is given has to match. A rule that allows or asks matches when each probe of the script matches
 * one of its patterns, and it is the resolved probe point that counts: what a script calls a probe, or
 * itself, is its own choice. A rule that denies matches when any probe does, under either name. It is the same with what is
 * seen and called, but that a script may do neither.
 */
#include <stdbool.h>
#include "authz/caller.h"
#include "base/conf.h"
#include "manifest/manifest.h"

typedef enum Verb {
        VERB_STATUS,
        VERB_COMPILE, /* before compilation: may this caller use the compiler at all? */
        VERB_RUN,     /* after it, with the manifest */
        VERB_PREPARE,
        VERB_SEE,     /* a session: list, attach */
        VERB_SEE_ALL, /* whatever there is; for rules the same as VERB_SEE */
        VERB_STOP,
        VERB_REAP,    /* modules that nobody owns */
        VERB_RELOAD,  /* the policy */
        VERB_REQUEST, /* that a script be approved */
        VERB_APPROVE, /* or reject what others have requested */
        VERB_MANAGE,  /* see all requests, revoke */
        _VERB_MAX,
} Verb;

/* 0: no limit of its own. */
typedef struct RuleLimits {
        unsigned sessions, seconds, buffer_megabytes;
        unsigned memory_megabytes; /* of arrays and statistics */
        unsigned cpu_percent;      /* of a CPU, in handlers */
        unsigned bytes_per_second; /* of records */
} RuleLimits;

/* Each limit as a setting, and as a member of what the API says; each is an unsigned of RuleLimits. */
typedef struct RuleLimit {
        const char *key, *member;
        size_t offset;
        unsigned max;
} RuleLimit;
#define RULE_LIMITS 6
extern const RuleLimit rule_limits[RULE_LIMITS];
unsigned rule_limit_get(const RuleLimits *l, unsigned i);

/* A script that is run from the catalogue, as far as a decision goes by it. Borrowed. */
typedef struct Approved {
        const char *name, *place; /* where the catalogue has it from */
        const char *action;       /* of polkit, for those whom it does not name */
        bool may;                 /* the catalogue names the caller */
        const RuleLimits *limits;
} Approved;

/* What is to be decided. manifest and arguments: of what is to run; NULL for other verbs. */
typedef struct Question {
        const Caller *caller;
        Verb verb;
        uid_t owner; /* of the session that SEE and STOP are about */
        const Manifest *manifest;
        const char *const *arguments;
        unsigned n_arguments;
        const Approved *approved; /* or NULL: it is no script of the catalogue */
} Question;

/* Of what is to run: it has a manifest. */
PrivilegeClass question_class(const Question *q);

typedef enum RuleEffect {
        RULE_ALLOW,
        RULE_DENY,
        RULE_ASK,
        _RULE_EFFECT_MAX,
} RuleEffect;

typedef struct RuleWords {
        char **items;
        unsigned n;
} RuleWords;

typedef struct RuleArgument {
        unsigned number; /* from 1 */
        char *pattern;
} RuleArgument;

#define RULE_ARGUMENTS_MAX 32
#define RULE_WORDS_MAX 256

typedef struct Rule {
        char *place; /* "/etc/stapd/policy.d/50-local.conf:12", where its section starts */
        char *text;  /* its settings, one a line, as they are written */
        char *reason;
        RuleEffect effect;
        bool has_effect, has_who;
        unsigned verbs, classes; /* bits by Verb and PrivilegeClass */
        uid_t *users;
        gid_t *groups;
        unsigned n_users, n_groups;
        RuleWords probes, digests, scripts, sights, functions;
        RuleArgument arguments[RULE_ARGUMENTS_MAX];
        unsigned n_arguments;
        RuleLimits limits;
} Rule;

Rule *rule_new(const char *place);
Rule *rule_free(Rule *r);
DEFINE_CLEANUP(Rule *, rule_freep, rule_free)

/* One setting; -EINVAL with a static text when it is wrong. */
int rule_set(Rule *r, const char *key, const char *value, const char **ret_error);
/* Once all its settings are there: -EINVAL when it cannot be a rule. */
int rule_check(const Rule *r, const char **ret_error);

/* Users or groups by name or number, blanks between them, added to a list that the caller frees. `value` is
 * taken apart. -EINVAL: there is no such. */
int rule_read_ids(char *value, bool group, id_t **ids, unsigned *n);
/* 1: the setting was a limit; 0: it is none; negative errno as rule_set(). */
int rule_limits_set(RuleLimits *l, const char *key, const char *value, const char **ret_error);

bool rule_matches(const Rule *r, const Question *q);
/* Whether it could let this caller do this at all, whatever the script turns out to be. */
bool rule_is_about(const Rule *r, const Caller *c, Verb verb);
