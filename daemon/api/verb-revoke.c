/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Revoke: an approval is taken back, or a script of a folder not run any more. */
#include <errno.h>
#include <string.h>
#include "api/approval.h"
#include "base/cleanup.h"
#include "session/audit.h"
#include "session/policy.h"
#include "session/scripts.h"

static void reply_stopped(Call *c, unsigned n) {
        json_object *o = json_object_new_object();
        json_object_object_add(o, "stopped", json_object_new_int64(n));
        call_reply(c, o);
}

static void withdraw(Call *c, Approval *a) {
        audit_approval("withdraw", c->caller, "built in", a);
        int r = approvals_remove(c->manager->approvals, a);
        if (r < 0)
                verb_approval_error(c, r);
        else
                reply_stopped(c, 0);
}

static void revoke_approval(Call *c, Approval *a, const char *reason) {
        if (a->state == APPROVAL_REQUESTED && verb_approval_is_own(c, a)) {
                withdraw(c, a);
                return;
        }
        if (a->state != APPROVAL_APPROVED) {
                call_error_text(c, "InvalidState", "state", approval_state_to_string(a->state));
                return;
        }
        if (!verb_allowed_about(c, VERB_MANAGE, (uid_t) -1, a))
                return;
        int r = verb_approval_decide(c, a, APPROVAL_REVOKED, reason);
        if (r < 0) {
                verb_approval_error(c, r);
                return;
        }
        audit_approval("revoke", c->caller, c->rule, a);
        reply_stopped(c, scripts_stop(c->manager, a->name, a->digest));
}

static void revoke_file(Call *c, const CatalogScript *s, const char *reason) {
        _cleanup_(approval_freep) Approval *a = approval_new(s->name);
        if (!a || verb_approval_set(&a->answer, reason) < 0) {
                verb_approval_error(c, -ENOMEM);
                return;
        }
        strcpy(a->digest, s->digest);
        a->state = APPROVAL_REVOKED;
        a->decider = c->caller->uid;
        a->requested_usec = a->decided_usec = scripts_now();
        int r = scripts_is_revoked(c->manager, s) ? 0 : approvals_add(c->manager->approvals, a);
        if (r < 0) {
                verb_approval_error(c, r);
                return;
        }
        audit_approval("revoke", c->caller, c->rule, a);
        reply_stopped(c, scripts_stop(c->manager, s->name, s->digest));
        if (approvals_find(c->manager->approvals, a->id) == a)
                TAKE_PTR(a);
}

static void restore(Call *c, const CatalogScript *s) {
        Approval *a = approvals_find_revoked(c->manager->approvals, s->name, s->digest);
        if (!a) {
                call_error_text(c, "InvalidState", "state", "it is not revoked");
                return;
        }
        audit_approval("restore", c->caller, c->rule, a);
        int r = approvals_remove(c->manager->approvals, a);
        if (r < 0)
                verb_approval_error(c, r);
        else
                reply_stopped(c, 0);
}

void verb_revoke(Call *c) {
        const char *id = NULL, *reason = NULL;
        bool undo = false;
        if (!param_text(c, "id", true, &id) || !param_plain(c, "reason", false, &reason) ||
            !param_flag(c, "undo", &undo) || !verb_approval_store(c))
                return;
        Approvals *store = c->manager->approvals;
        const CatalogScript *s = catalog_find(c->manager->catalog, id);
        Approval *a = approvals_find(store, id);
        if (!a && !s)
                a = approvals_find_approved(store, id, scripts_now());
        Decision d = policy_decide(
                        c->manager,
                        &(Question){ .caller = c->caller, .verb = VERB_MANAGE, .owner = (uid_t) -1 });
        if ((!a && !s) || ((!a || !verb_approval_is_own(c, a)) && !d.allowed && !d.action)) {
                verb_approval_unknown(c, id);
        } else if (a) {
                if (undo)
                        call_error_text(c,
                                        "InvalidState",
                                        "state",
                                        "an approval that was taken back has to be requested anew");
                else
                        revoke_approval(c, a, reason);
        } else if (verb_allowed(c, VERB_MANAGE, (uid_t) -1)) {
                undo ? restore(c, s) : revoke_file(c, s, reason);
        }
}
