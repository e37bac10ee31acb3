/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/revoke.h"
#include <stdio.h>
#include "base/cleanup.h"
#include "base/log.h"
#include "session/audit.h"
#include "session/lifecycle.h"
#include "session/policy.h"

/* One whom polkit let in is not denied as long as polkit is to be asked. */
static bool is_denied(const Session *s, const Caller *c, char *reason, size_t size, const char **ret_rule) {
        Decision d = policy_decide_on(s->manager, c, s->manifest, s->request);
        snprintf(reason, size, "%s", policy_explain(&d));
        *ret_rule = d.rule;
        return !d.allowed && !d.action;
}

/* In the groups that he had when he connected, or would have now: of a session that an earlier stapd
 * started only the user is known. */
static bool is_revoked(const Session *s, char *reason, size_t size, const char **ret_rule) {
        if (!s->manifest || s->state > SESSION_RUNNING || !is_denied(s, &s->owner, reason, size, ret_rule))
                return false;
        _cleanup_(caller_done) Caller now = {};
        return caller_look_up(s->owner.uid, &now) < 0 || is_denied(s, &now, reason, size, ret_rule);
}

static void name_or_end(Session *s, const char *rule, const char *reason) {
        audit_decision(&(AuditEntry) { .verb = "go on", .rule = rule, .reason = reason, .caller = &s->owner, .session = s });
        if (!s->manager->config->revoke_on_reload) {
                log_warning("Session %s (%s, uid %u) goes on, and could not be started again: %s", s->id,
                            s->request->name, s->owner.uid, reason);
                return;
        }
        session_set_error(s, reason);
        session_stop(s, "revoked", /* immediate= */ false);
}

unsigned revoke_denied(Manager *m, json_object *ids) {
        unsigned n = 0;
        for (Session *s = m->sessions, *next; s && !m->policy.broken; s = next) {
                char reason[512];
                const char *rule;
                next = s->next;
                if (s->adopted || !is_revoked(s, reason, sizeof(reason), &rule))
                        continue;
                if (ids)
                        json_object_array_add(ids, json_object_new_string(s->id));
                n++;
                name_or_end(s, rule, reason);
        }
        return n;
}
