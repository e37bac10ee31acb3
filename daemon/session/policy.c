/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/policy.h"
#include <errno.h>
#include <stdio.h>
#include "base/cleanup.h"
#include "base/log.h"
#include "base/paths.h"

#define USEC_PER_SEC 1000000ll

/* ------------------------------------------------------------------ reading */

static int load(const Config *c, Rules **ret, RulesError *ret_error) {
        const char *const given[] = { c->policy_dir, NULL };
        return rules_load(c->policy_dir ? given : paths_policy(), ret, ret_error);
}

static void complain(int r, const RulesError *e, const char *consequence) {
        if (e->file && e->line > 0)
                log_error("%s:%u: %s. %s", e->file, e->line, e->text ?: "", consequence);
        else if (e->file)
                log_error("%s: %s. %s", e->file, e->text ?: "", consequence);
        else
                log_errno(r, "Cannot read the policy: %m. %s", consequence);
}

int policy_reload(Manager *m) {
        _cleanup_(rules_error_done) RulesError error = {};
        Rules *rules = NULL;
        int r = load(m->config, &rules, &error);
        if (r < 0) {
                complain(r, &error, "The policy stays as it was.");
                return r;
        }
        rules_free(m->policy.rules);
        m->policy.rules = rules;
        m->policy.broken = false;
        log_info("The policy has %u rule(s).", rules->n);
        return 0;
}

void policy_setup(Manager *m) {
        _cleanup_(rules_error_done) RulesError error = {};
        m->policy = POLICY_INIT;
        m->policy.allow_guru = m->config->allow_guru;
        int r = policy_set_group(&m->policy, m->config->group);
        if (r < 0)
                log_warning_errno(r, "No group %s: only root may trace.", m->config->group);
        r = load(m->config, &m->policy.rules, &error);
        if (r < 0) {
                complain(r, &error, "Only root may trace until it is mended.");
                m->policy.broken = true;
        }
}

/* ------------------------------------------------------------------ asking */

static const char *explain(const Decision *d) {
        static char text[512];
        if (!d->by_policy)
                return d->reason;
        snprintf(text, sizeof(text), "%s (%s)", d->reason, d->rule);
        return text;
}

bool policy_allows(const Manager *m, const Caller *c, Verb verb, uid_t owner, const char **ret_reason) {
        Question q = { .caller = c, .verb = verb, .owner = owner };
        Decision d = authz_decide(&m->policy, &q);
        *ret_reason = explain(&d);
        return d.allowed;
}

static unsigned count_loaded(const Session *s) {
        unsigned n = 0;
        for (const Session *o = s->manager->sessions; o; o = o->next)
                n += o != s && o->owner.uid == s->owner.uid && o->state >= SESSION_LOADING;
        return n;
}

/* Less than was asked for is given where that is all the same to the script; more than may be is refused. */
static bool apply_limits(Session *s, const RuleLimits *limits, const char **ret_reason) {
        static char text[128];
        int64_t longest = limits->seconds * USEC_PER_SEC;
        if (longest > 0 && (s->request->timeout_usec == 0 || s->request->timeout_usec > longest))
                s->request->timeout_usec = longest;
        if (limits->buffer_megabytes > 0 && s->request->buffer_megabytes > limits->buffer_megabytes) {
                snprintf(text, sizeof(text), "the policy allows buffers of %u MB", limits->buffer_megabytes);
                *ret_reason = text;
                return false;
        }
        if (limits->sessions > 0 && count_loaded(s) >= limits->sessions) {
                snprintf(text, sizeof(text), "the policy allows %u session(s) at a time", limits->sessions);
                *ret_reason = text;
                return false;
        }
        return true;
}

#define ARGUMENTS_MAX 999 /* as the language has names for */

bool policy_admits(Session *s, const char **ret_reason) {
        static const char *arguments[ARGUMENTS_MAX];
        Question q = { .caller = &s->owner, .verb = VERB_RUN, .owner = s->owner.uid, .manifest = s->manifest,
                       .arguments = arguments };
        size_t n = s->request->args ? json_object_array_length(s->request->args) : 0;
        for (; q.n_arguments < MIN2(n, (size_t) ARGUMENTS_MAX); q.n_arguments++)
                arguments[q.n_arguments] = json_object_get_string(
                                json_object_array_get_idx(s->request->args, q.n_arguments));
        Decision d = authz_decide(&s->manager->policy, &q);
        *ret_reason = explain(&d);
        if (d.allowed && d.limits && !apply_limits(s, d.limits, ret_reason))
                return false;
        log_info("Session %s: %s of uid %u (%.12s) is %s: %s", s->id, s->request->name, s->owner.uid,
                 s->manifest->digest, d.allowed ? "allowed" : "refused", *ret_reason);
        return d.allowed;
}
