/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/policy.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "base/cleanup.h"
#include "base/log.h"
#include "base/paths.h"
#include "session/audit.h"
#include "session/scripts.h"

/* ------------------------------------------------------------------ reading */

static int load(const Config *c, Rules **ret, RulesError *ret_error) {
        const char *const given[] = { c->policy_dir, NULL };
        return rules_load(c->policy_dir ? given : paths_policy(), ret, ret_error);
}

static void describe_error(int r, const RulesError *e, char *ret, size_t size) {
        if (e->file && e->line > 0)
                snprintf(ret, size, "%s:%u: %s", e->file, e->line, e->text ?: "");
        else if (e->file)
                snprintf(ret, size, "%s: %s", e->file, e->text ?: "");
        else
                snprintf(ret, size, "Cannot read the policy: %s", strerror(-r));
}

int policy_reload(Manager *m, char error_text[static POLICY_ERROR_MAX]) {
        _cleanup_(rules_error_done) RulesError error = {};
        Rules *rules = NULL;
        int r = load(m->config, &rules, &error);
        if (r < 0) {
                describe_error(r, &error, error_text, POLICY_ERROR_MAX);
                audit_reload(0, error_text);
                return r;
        }
        rules_free(m->policy.rules);
        m->policy.rules = rules;
        m->policy.broken = false;
        audit_reload(rules->n, NULL);
        return 0;
}

void policy_setup(Manager *m) {
        _cleanup_(rules_error_done) RulesError error = {};
        char text[512];
        m->policy = POLICY_INIT;
        m->policy.allow_guru = m->config->allow_guru;
        int r = policy_set_group(&m->policy, m->config->group);
        if (r < 0)
                log_warning_errno(r, "No group %s: only root may trace.", m->config->group);
        r = load(m->config, &m->policy.rules, &error);
        if (r < 0) {
                describe_error(r, &error, text, sizeof(text));
                log_error("%s. Only root may trace until it is mended.", text);
                m->policy.broken = true;
        }
}

/* ------------------------------------------------------------------ deciding */

Decision policy_decide(const Manager *m, const Question *q) {
        Policy p = m->policy;
        p.can_ask = polkit_is_there(m->polkit);
        return authz_decide(&p, q);
}

/* The catalogue may be another since the request was made: what counts is what it says now of these bytes. */
static Decision decide_from_catalogue(const Manager *m, Question *q, const Request *r) {
        const CatalogScript *s = scripts_find(m, r->catalog);
        if (!s || strcmp(s->digest, q->manifest->digest) != 0)
                return (Decision) { .rule = "built in", .reason = "the script is no longer in the catalogue as it was" };
        Approved a = scripts_approved(s, q->caller);
        q->approved = &a;
        return policy_decide(m, q);
}

Decision policy_decide_on(const Manager *m, const Caller *c, const Manifest *manifest, const Request *r) {
        static const char *arguments[REQUEST_MAX_LIST]; /* until the next call */
        Question q = { .caller = c, .verb = VERB_RUN, .owner = c->uid, .manifest = manifest, .arguments = arguments };
        json_object *args = r->args;
        size_t n = args ? json_object_array_length(args) : 0;
        for (; q.n_arguments < MIN2(n, (size_t) REQUEST_MAX_LIST); q.n_arguments++)
                arguments[q.n_arguments] = json_object_get_string(
                        json_object_array_get_idx(args, q.n_arguments));
        return r->catalog ? decide_from_catalogue(m, &q, r) : policy_decide(m, &q);
}

const char *policy_explain(const Decision *d) {
        static char text[512];
        if (!d->by_policy)
                return d->reason;
        snprintf(text, sizeof(text), "%s (%s)", d->reason, d->rule);
        return text;
}

bool policy_allows(const Manager *m, const Caller *c, Verb verb, uid_t owner, const char **ret_reason) {
        Question q = { .caller = c, .verb = verb, .owner = owner };
        Decision d = policy_decide(m, &q);
        *ret_reason = policy_explain(&d);
        return d.allowed;
}
