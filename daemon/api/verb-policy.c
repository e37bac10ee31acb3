/* SPDX-License-Identifier: GPL-2.0-or-later */
/* CheckPolicy and ShowPolicy: what the policy would say, without anything being run or anybody asked. */
#include <errno.h>
#include <string.h>
#include "api/check.h"
#include "api/manifest.h"
#include "api/verbs.h"
#include "base/cleanup.h"
#include "session/policy.h"

static json_object *text(const char *s) {
        return s ? json_object_new_string(s) : NULL;
}

/* ------------------------------------------------------------------ the answer */

json_object *verb_describe_limits(const RuleLimits *l) {
        json_object *o = json_object_new_object();
        for (unsigned i = 0; i < RULE_LIMITS; i++)
                json_object_object_add(o, rule_limits[i].member, json_object_new_int64(rule_limit_get(l, i)));
        return o;
}

static json_object *describe_decision(const Decision *d, const Manifest *m, bool approved) {
        json_object *o = json_object_new_object();
        json_object_object_add(o, "decision", text(d->allowed ? "allowed" : d->action ? "ask" : "refused"));
        json_object_object_add(o, "rule", text(d->rule));
        json_object_object_add(o, "reason", text(d->reason));
        json_object_object_add(o, "action", text(d->action));
        json_object_object_add(o, "class", text(privilege_class_to_string(approved ? PRIVILEGE_APPROVED : m->privilege)));
        json_object_object_add(o, "digest", text(m->digest));
        describe_manifest(o, m);
        if (d->limits)
                json_object_object_add(o, "limits", verb_describe_limits(d->limits));
        return o;
}

static void answer(Call *c, const Caller *about, Request *r, const Manifest *m, const char *json) {
        Decision d = policy_decide_on(c->manager, about, m, r);
        call_reply(c, describe_decision(&d, m, r->catalog));
}

/* ------------------------------------------------------------------ the question */

/* Oneself, or, for root, the user who is given. False: answered. */
static bool find_about(Call *c, Caller *ret) {
        int64_t user = -1;
        if (!param_number(c, "user", 0, UINT32_MAX - 1, &user))
                return false;
        if (user >= 0 && (uid_t) user != c->caller->uid && c->caller->uid != 0) {
                call_error_text(c, "PolicyDenied", "reason", "only root may ask what another user may");
                return false;
        }
        int r = user < 0 || (uid_t) user == c->caller->uid ? caller_copy(c->caller, ret)
                                                           : caller_look_up((uid_t) user, ret);
        if (r == -ESRCH)
                param_invalid(c, "user");
        else if (r < 0)
                call_error_text(c, "Internal", "reason", strerror(-r));
        return r >= 0;
}

static bool read_request(Call *c, Request **ret) {
        json_object *context = NULL;
        const char *field = NULL;
        json_object_object_get_ex(c->parameters, "context", &context);
        int r = request_from_json(context, ret, &field);
        if (r >= 0 && (*ret)->compiled) {
                field = "compiled"; /* what it is, its signature says to Start */
                r = -EINVAL;
        }
        if (r == -EINVAL)
                param_invalid(c, field);
        else if (r < 0)
                call_error_text(c, "Internal", "reason", strerror(-r));
        return r >= 0;
}

void verb_check_policy(Call *c) {
        _cleanup_(request_freep) Request *r = NULL;
        _cleanup_(caller_done) Caller about = {};
        if (!verb_allowed(c, VERB_STATUS, c->caller->uid) || !check_may(c) || !read_request(c, &r) || !find_about(c, &about) ||
            !verb_prepare_request(c, &about, r))
                return;
        check_run(c, TAKE_PTR(r), &about, answer);
}

/* ------------------------------------------------------------------ ShowPolicy */

static bool is_about(const Rule *r, const Caller *c) {
        for (Verb v = 0; v < _VERB_MAX; v++)
                if (rule_is_about(r, c, v))
                        return true;
        return false;
}

void verb_show_policy(Call *c) {
        const Policy *p = &c->manager->policy;
        if (!verb_allowed(c, VERB_STATUS, c->caller->uid))
                return;
        json_object *o = json_object_new_object(), *rules = json_object_new_array();
        for (unsigned i = 0; p->rules && i < p->rules->n; i++) {
                const Rule *r = p->rules->items[i];
                if (c->caller->uid != 0 && !is_about(r, c->caller))
                        continue;
                json_object *rule = json_object_new_object();
                json_object_object_add(rule, "place", text(r->place));
                json_object_object_add(rule, "text", text(r->text ?: ""));
                json_object_array_add(rules, rule);
        }
        json_object_object_add(o, "group", p->group != (gid_t) -1 ? text(p->group_name) : NULL);
        json_object_object_add(o, "allowGuru", json_object_new_boolean(p->allow_guru));
        json_object_object_add(o, "polkit", text(polkit_state(c->manager->polkit)));
        json_object_object_add(o, "broken", json_object_new_boolean(p->broken));
        json_object_object_add(o, "rules", rules);
        call_reply(c, o);
}
