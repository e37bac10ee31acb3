/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "authz/rule.h"
#include <errno.h>
#include <fnmatch.h>
#include <grp.h>
#include <pwd.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define BLANKS " \t"

/* ------------------------------------------------------------------ settings */

static const char *const effects[_RULE_EFFECT_MAX] = {
        [RULE_ALLOW] = "allow", [RULE_DENY] = "deny", [RULE_ASK] = "ask",
};
static const char *const verbs[_VERB_MAX] = {
        [VERB_RUN] = "run", [VERB_PREPARE] = "prepare", [VERB_SEE] = "see", [VERB_STOP] = "stop",
        [VERB_REQUEST] = "request", [VERB_APPROVE] = "approve", [VERB_MANAGE] = "manage",
};

static int find_word(const char *const *table, unsigned n, const char *word) {
        for (unsigned i = 0; i < n; i++)
                if (table[i] && strcmp(table[i], word) == 0)
                        return (int) i;
        return -EINVAL;
}

static int set_effect(Rule *r, char *value, const char **ret_error) {
        int effect = find_word(effects, _RULE_EFFECT_MAX, value);
        *ret_error = r->has_effect ? "a rule has one effect" : "expected allow, deny or ask";
        if (effect < 0 || r->has_effect)
                return -EINVAL;
        r->effect = (RuleEffect) effect;
        r->has_effect = true;
        return 0;
}

static int set_verbs(Rule *r, char *value, const char **ret_error) {
        *ret_error = "expected run, see, stop, prepare, request, approve or manage";
        for (char *word; (word = strsep(&value, BLANKS));) {
                int verb = *word ? find_word(verbs, _VERB_MAX, word) : 0;
                if (verb < 0)
                        return verb;
                if (*word)
                        r->verbs |= 1u << verb;
        }
        return r->verbs ? 0 : -EINVAL;
}

static int set_classes(Rule *r, char *value, const char **ret_error) {
        *ret_error = "expected own, system, guru or approved";
        for (char *word; (word = strsep(&value, BLANKS));) {
                if (!*word)
                        continue;
                int class = (int) privilege_class_from_string(word);
                if (class < 0)
                        return -EINVAL;
                r->classes |= 1u << class;
        }
        return r->classes ? 0 : -EINVAL;
}

/* A name or a number; *ret. Users and groups that are not there are mistakes: a rule about nobody
 * misleads. */
static int find_id(const char *word, bool group, id_t *ret) {
        unsigned number;
        if (conf_parse_unsigned(word, 0, UINT32_MAX - 1, &number) >= 0) {
                *ret = number;
                return 0;
        }
        const struct passwd *pw = group ? NULL : getpwnam(word);
        const struct group *gr = group ? getgrnam(word) : NULL;
        if (!pw && !gr)
                return -EINVAL;
        *ret = group ? gr->gr_gid : pw->pw_uid;
        return 0;
}

static int add_id(id_t **ids, unsigned *n, const char *word, bool group) {
        id_t id, *grown = NULL;
        int r = *n < RULE_WORDS_MAX ? find_id(word, group, &id) : -EINVAL;
        if (r < 0)
                return r;
        grown = realloc(*ids, (*n + 1) * sizeof(**ids));
        if (!grown)
                return -ENOMEM;
        grown[(*n)++] = id;
        *ids = grown;
        return 0;
}

int rule_read_ids(char *value, bool group, id_t **ids, unsigned *n) {
        for (char *word; (word = strsep(&value, BLANKS));) {
                int r = *word ? add_id(ids, n, word, group) : 0;
                if (r < 0)
                        return r;
        }
        return 0;
}

static int set_users(Rule *r, char *value, const char **ret_error) {
        *ret_error = "there is no such user";
        r->has_who = true;
        return rule_read_ids(value, /* group= */ false, &r->users, &r->n_users);
}

static int set_groups(Rule *r, char *value, const char **ret_error) {
        *ret_error = "there is no such group";
        r->has_who = true;
        return rule_read_ids(value, /* group= */ true, &r->groups, &r->n_groups);
}

static int add_words(RuleWords *words, char *value, const char **ret_error) {
        *ret_error = "too many patterns in one rule";
        for (char *word; (word = strsep(&value, BLANKS));) {
                if (!*word)
                        continue;
                char **grown = words->n < RULE_WORDS_MAX
                        ? realloc(words->items, (words->n + 1) * sizeof(*grown)) : NULL;
                if (!grown)
                        return words->n < RULE_WORDS_MAX ? -ENOMEM : -EINVAL;
                words->items = grown;
                if (!(grown[words->n] = strdup(word)))
                        return -ENOMEM;
                words->n++;
        }
        *ret_error = "expected a pattern";
        return words->n > 0 ? 0 : -EINVAL;
}

static int set_probes(Rule *r, char *value, const char **ret_error) {
        return add_words(&r->probes, value, ret_error);
}

static int set_digests(Rule *r, char *value, const char **ret_error) {
        return add_words(&r->digests, value, ret_error);
}

static int set_scripts(Rule *r, char *value, const char **ret_error) {
        return add_words(&r->scripts, value, ret_error);
}

static int set_sights(Rule *r, char *value, const char **ret_error) {
        return add_words(&r->sights, value, ret_error);
}

static int set_functions(Rule *r, char *value, const char **ret_error) {
        return add_words(&r->functions, value, ret_error);
}

static int set_argument(Rule *r, char *value, const char **ret_error) {
        const char *number = strsep(&value, BLANKS);
        RuleArgument a = {};
        *ret_error = "expected the number of an argument, then its pattern";
        if (r->n_arguments == RULE_ARGUMENTS_MAX || !value ||
            conf_parse_unsigned(number, 1, 999, &a.number) < 0)
                return -EINVAL;
        a.pattern = strdup(value + strspn(value, BLANKS));
        if (!a.pattern)
                return -ENOMEM;
        r->arguments[r->n_arguments++] = a;
        return 0;
}

static int set_reason(Rule *r, char *value, const char **ret_error) {
        free(r->reason);
        r->reason = strdup(value);
        return r->reason ? 0 : -ENOMEM;
}

static const struct {
        const char *key;
        int (*set)(Rule *r, char *value, const char **ret_error);
} settings[] = {
        { "Effect", set_effect },   { "Verb", set_verbs },   { "User", set_users },
        { "Group", set_groups },    { "Class", set_classes }, { "Probe", set_probes },
        { "Digest", set_digests },  { "Argument", set_argument }, { "Reason", set_reason },
        { "Script", set_scripts },  { "Sees", set_sights },   { "Function", set_functions },
};

#define LIMIT(key, member, field, max) { key, member, offsetof(RuleLimits, field), max }
const RuleLimit rule_limits[RULE_LIMITS] = {
        LIMIT("Sessions", "sessions", sessions, 1000000000),
        LIMIT("Seconds", "seconds", seconds, 1000000000),
        LIMIT("BufferMegabytes", "bufferMegabytes", buffer_megabytes, 1000000000),
        LIMIT("MemoryMegabytes", "memoryMegabytes", memory_megabytes, 1 << 20),
        LIMIT("CpuPercent", "cpuPercent", cpu_percent, 100),
        LIMIT("BytesPerSecond", "bytesPerSecond", bytes_per_second, 1000000000),
};

unsigned rule_limit_get(const RuleLimits *l, unsigned i) {
        return *(const unsigned *) ((const char *) l + rule_limits[i].offset);
}

static int set_limit(RuleLimits *limits, const RuleLimit *l, const char *value, const char **ret_error) {
        *ret_error = l->max == 100 ? "expected a percentage, 1 to 100" : "expected a number from 1 to 1000000000";
        if (l->max == 1 << 20)
                *ret_error = "expected a number from 1 to 1048576";
        return conf_parse_unsigned(value, 1, l->max, (unsigned *) ((char *) limits + l->offset));
}

int rule_limits_set(RuleLimits *l, const char *key, const char *value, const char **ret_error) {
        for (size_t i = 0; i < RULE_LIMITS; i++) {
                if (strcmp(rule_limits[i].key, key) != 0)
                        continue;
                int r = set_limit(l, &rule_limits[i], value, ret_error);
                return r < 0 ? r : 1;
        }
        return 0;
}

static int set(Rule *r, const char *key, const char *value, const char **ret_error) {
        int limit = rule_limits_set(&r->limits, key, value, ret_error);
        if (limit != 0)
                return MIN2(limit, 0);
        for (size_t i = 0; i < ELEMENTSOF(settings); i++) {
                if (strcmp(settings[i].key, key) != 0)
                        continue;
                _cleanup_(freep) char *copy = strdup(value);
                return copy ? settings[i].set(r, copy, ret_error) : -ENOMEM;
        }
        *ret_error = "a rule has no such setting";
        return -EINVAL;
}

int rule_set(Rule *r, const char *key, const char *value, const char **ret_error) {
        int k = set(r, key, value, ret_error);
        if (k < 0)
                return k;
        char *text;
        if (asprintf(&text, "%s%s=%s\n", r->text ?: "", key, value) < 0)
                return -ENOMEM;
        free(r->text);
        r->text = text;
        return 0;
}

int rule_check(const Rule *r, const char **ret_error) {
        const unsigned run = r->verbs ? r->verbs & 1u << VERB_RUN : 1;
        bool about_scripts = r->classes || r->probes.n > 0 || r->digests.n > 0 ||
                r->scripts.n > 0 || r->sights.n > 0 || r->functions.n > 0 || r->n_arguments > 0;
        bool limited = false;
        for (unsigned i = 0; i < RULE_LIMITS; i++)
                limited |= rule_limit_get(&r->limits, i) > 0;
        *ret_error = !r->has_effect                                ? "the rule has no Effect="
                     : r->has_who && r->n_users + r->n_groups == 0 ? "the rule names nobody"
                     : about_scripts && !run ? "Class=, Script=, Probe=, Sees=, Function=, Digest= and Argument= are "
                                               "about Verb=run"
                     : limited && (!run || r->effect == RULE_DENY)
                             ? "Sessions=, Seconds= and the other limits are of what a rule lets run"
                             : NULL;
        return *ret_error ? -EINVAL : 0;
}

/* ------------------------------------------------------------------ matching */

bool rule_is_about(const Rule *r, const Caller *c, Verb verb) {
        unsigned verbs_of = r->verbs ?: 1u << VERB_RUN;
        if (!(verbs_of & 1u << verb))
                return false;
        for (unsigned i = 0; i < r->n_users; i++)
                if (r->users[i] == c->uid)
                        return true;
        for (unsigned i = 0; i < r->n_groups; i++)
                if (caller_in_group(c, r->groups[i]))
                        return true;
        return !r->has_who;
}

static bool any_matches(const RuleWords *patterns, const char *text) {
        for (unsigned i = 0; i < patterns->n; i++)
                if (fnmatch(patterns->items[i], text, FNM_NOESCAPE) == 0)
                        return true;
        return false;
}

static bool probe_matches(const Rule *r, const ManifestProbe *p) {
        return any_matches(&r->probes, p->point) ||
               (r->effect == RULE_DENY && any_matches(&r->probes, p->written));
}

static bool probes_match(const Rule *r, const Manifest *m) {
        unsigned n = 0;
        for (unsigned i = 0; i < m->n_probes; i++)
                n += probe_matches(r, &m->probes[i]);
        return r->effect == RULE_DENY ? n > 0 : n == m->n_probes && n > 0;
}

/* All of them, where that allows something; any, where it denies. */
static bool texts_match(const Rule *r, const RuleWords *patterns, char *const *texts, unsigned n_texts) {
        unsigned n = 0;
        for (unsigned i = 0; i < n_texts; i++)
                n += any_matches(patterns, texts[i]);
        return r->effect == RULE_DENY ? n > 0 : n == n_texts;
}

static bool sees_and_calls_match(const Rule *r, const Manifest *m) {
        return (r->sights.n == 0 || texts_match(r, &r->sights, m->sights, m->n_sights)) &&
               (r->functions.n == 0 || texts_match(r, &r->functions, m->functions, m->n_functions));
}

static bool digest_matches(const Rule *r, const Manifest *m) {
        for (unsigned i = 0; i < r->digests.n; i++)
                if (strcasecmp(r->digests.items[i], m->digest) == 0)
                        return true;
        return false;
}

static bool arguments_match(const Rule *r, const Question *q) {
        for (unsigned i = 0; i < r->n_arguments; i++) {
                const RuleArgument *a = &r->arguments[i];
                if (a->number > q->n_arguments ||
                    fnmatch(a->pattern, q->arguments[a->number - 1], FNM_NOESCAPE) != 0)
                        return false;
        }
        return true;
}

PrivilegeClass question_class(const Question *q) {
        return q->approved ? PRIVILEGE_APPROVED : q->manifest->privilege;
}

bool rule_matches(const Rule *r, const Question *q) {
        if (!rule_is_about(r, q->caller, q->verb))
                return false;
        if (q->verb != VERB_RUN)
                return true;
        unsigned any = r->effect == RULE_DENY ? ~0u
                                              : 1u << PRIVILEGE_OWN | 1u << PRIVILEGE_SYSTEM | 1u << PRIVILEGE_APPROVED;
        return q->manifest && ((r->classes ?: any) & 1u << question_class(q)) &&
                (r->scripts.n == 0 || (q->approved && any_matches(&r->scripts, q->approved->name))) &&
                (r->probes.n == 0 || probes_match(r, q->manifest)) &&
                sees_and_calls_match(r, q->manifest) &&
                (r->digests.n == 0 || digest_matches(r, q->manifest)) && arguments_match(r, q);
}

/* ------------------------------------------------------------------ itself */

Rule *rule_new(const char *place) {
        Rule *r = calloc(1, sizeof(*r));
        if (r && !(r->place = strdup(place))) {
                free(r);
                return NULL;
        }
        return r;
}

static void words_done(RuleWords *w) {
        for (unsigned i = 0; i < w->n; i++)
                free(w->items[i]);
        free(w->items);
}

Rule *rule_free(Rule *r) {
        if (!r)
                return NULL;
        words_done(&r->probes);
        words_done(&r->digests);
        words_done(&r->scripts);
        words_done(&r->sights);
        words_done(&r->functions);
        for (unsigned i = 0; i < r->n_arguments; i++)
                free(r->arguments[i].pattern);
        free(r->users);
        free(r->groups);
        free(r->reason);
        free(r->text);
        free(r->place);
        free(r);
        return NULL;
}
