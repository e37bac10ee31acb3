/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ListRequests, Approve, Reject: what users have asked for, and what becomes of it. */
#include <errno.h>
#include <string.h>
#include <strings.h>
#include "api/approval.h"
#include "base/cleanup.h"
#include "session/audit.h"
#include "session/scripts.h"

/* ------------------------------------------------------------------ ListRequests */

static void list_all(Call *c, bool all) {
        const Approvals *store = c->manager->approvals;
        json_object *last = NULL;
        for (unsigned i = 0; i < store->n; i++) {
                if (!all && !verb_approval_is_own(c, store->items[i]))
                        continue;
                if (last)
                        call_reply_more(c, last);
                last = verb_approval_describe(store->items[i], /* whole= */ false);
        }
        call_reply(c, last);
}

void verb_list_requests(Call *c) {
        const char *id = NULL;
        bool all = c->caller->uid == 0;
        if (!param_text(c, "id", false, &id) || !param_flag(c, "all", &all) || !verb_approval_store(c))
                return;
        if (!id && !c->more) {
                call_error(c, "org.varlink.service.ExpectedMore", NULL);
        } else if (id) {
                const Approval *a = verb_approval_find(c, VERB_MANAGE);
                if (a)
                        call_reply(c, verb_approval_describe(a, /* whole= */ true));
        } else if (!all || verb_allowed(c, VERB_MANAGE, (uid_t) -1)) {
                list_all(c, all);
        }
}

/* ------------------------------------------------------------------ Approve, Reject */

/* The caller has asked for it himself: whoever lets him, it takes another. */
static bool check_not_own(Call *c, const Approval *a) {
        if (!verb_approval_is_own(c, a) || (c->caller->uid == 0 && c->manager->config->allow_self_approval))
                return true;
        static const char reason[] =
                        "nobody decides on what he has asked for himself; AllowSelfApproval= in stapd.conf lets "
                        "root do so";
        verb_audit_refusal(c, reason, a);
        call_error_text(c, "PolicyDenied", "reason", reason);
        return false;
}

static Approval *find_open(Call *c) {
        const char *id = NULL;
        if (!param_text(c, "id", true, &id) || !verb_approval_store(c))
                return NULL;
        Approval *a = approvals_find(c->manager->approvals, id);
        if (a && !check_not_own(c, a)) /* nobody is asked for a password in vain */
                return NULL;
        a = verb_approval_find(c, VERB_APPROVE);
        if (!a)
                return NULL;
        if (a->state == APPROVAL_REQUESTED)
                return a;
        call_error_text(c, "InvalidState", "state", approval_state_to_string(a->state));
        return NULL;
}

static bool names_somebody(json_object *lines) {
        for (size_t i = 0; lines && i < json_object_array_length(lines); i++) {
                const char *line = json_object_get_string(json_object_array_get_idx(lines, i));
                if (strncmp(line, "Users=", 6) == 0 || strncmp(line, "Groups=", 7) == 0)
                        return true;
        }
        return false;
}

/* One setting a line, so that none can begin a section. */
static bool read_constraints(Call *c, json_object **ret) {
        if (!json_object_object_get_ex(c->parameters, "constraints", ret) || !*ret) {
                *ret = NULL;
                return true;
        }
        bool good = json_object_is_type(*ret, json_type_array) && json_object_array_length(*ret) <= 32;
        for (size_t i = 0; good && i < json_object_array_length(*ret); i++) {
                json_object *line = json_object_array_get_idx(*ret, i);
                good = json_object_is_type(line, json_type_string) &&
                       verb_approval_is_plain(json_object_get_string(line), APPROVAL_REASON_MAX) &&
                       strchr(json_object_get_string(line), '=') && json_object_get_string(line)[0] != '[';
        }
        if (!good)
                param_invalid(c, "constraints");
        return good;
}

static char *join_settings(const Approval *a, json_object *constraints, const char *settings) {
        Buf b = { .limit = 65536 };
        buf_str(&b, "[Script]\n");
        for (size_t i = 0; constraints && i < json_object_array_length(constraints); i++)
                buf_printf(&b, "%s\n", json_object_get_string(json_object_array_get_idx(constraints, i)));
        if (!names_somebody(constraints) && !settings && a->requester != (uid_t) -1)
                buf_printf(&b, "Users=%u\n", a->requester);
        buf_printf(&b, "%s\n", settings ?: a->settings ?: "");
        return buf_take(&b);
}

/* As it is to be, made whole before anything of it counts. */
static int make_approved(
                const Call *c,
                const Approval *a,
                const char *name,
                char *settings,
                int64_t until,
                Approval **ret,
                unsigned *ret_line,
                const char **ret_error) {
        _cleanup_(approval_freep) Approval *fresh = NULL;
        json_object *o = approval_to_json(a);
        int r = approval_from_json(o, &fresh);
        json_object_put(o);
        if (r >= 0 && name)
                r = verb_approval_set(&fresh->name, name);
        if (r >= 0)
                r = verb_approval_set(&fresh->settings, settings);
        if (r < 0)
                return r;
        fresh->state = APPROVAL_APPROVED;
        fresh->decider = c->caller->uid;
        fresh->decided_usec = scripts_now();
        fresh->until_usec = until;
        r = approval_make_script(fresh, ret_line, ret_error);
        if (r >= 0)
                *ret = TAKE_PTR(fresh);
        return r;
}

/* In the place of the old one, on disk and here. */
static int exchange(Approvals *store, const Approval *old, Approval *fresh) {
        int r = approvals_save(store, fresh);
        for (unsigned i = 0; r >= 0 && i < store->n; i++) {
                if (store->items[i] != old)
                        continue;
                approval_free(store->items[i]);
                store->items[i] = fresh;
                break;
        }
        return r;
}

static void approve(
                Call *c,
                const Approval *a,
                const char *name,
                json_object *constraints,
                const char *settings,
                int64_t until) {
        _cleanup_(approval_freep) Approval *fresh = NULL;
        _cleanup_(freep) char *joined = join_settings(a, constraints, settings);
        const char *error = NULL;
        unsigned line = 0;
        int r = joined ? make_approved(c, a, name, joined, until, &fresh, &line, &error) : -ENOMEM;
        if (r == -EINVAL) {
                (void) verb_approval_settings(c, line, error ?: "they cannot be read");
                return;
        }
        if (r >= 0)
                r = exchange(c->manager->approvals, a, fresh);
        if (r < 0) {
                verb_approval_error(c, r);
                return;
        }
        audit_approval("approve", c->caller, c->rule, fresh);
        call_reply(c, verb_approval_describe(fresh, /* whole= */ false));
        TAKE_PTR(fresh);
}

void verb_approve(Call *c) {
        const char *digest = NULL, *name = NULL, *settings = NULL;
        json_object *constraints = NULL;
        int64_t until = 0;
        if (!param_text(c, "digest", true, &digest) || !param_text(c, "name", false, &name) ||
            !param_text(c, "settings", false, &settings) ||
            !param_number(c, "untilUSec", 0, INT64_MAX / 1000, &until) || !read_constraints(c, &constraints))
                return;
        if ((name && !catalog_is_name(name)) || (until > 0 && until <= scripts_now())) {
                param_invalid(c, name && !catalog_is_name(name) ? "name" : "untilUSec");
                return;
        }
        const Approval *a = find_open(c);
        if (!a)
                return;
        if (strcasecmp(digest, a->digest) != 0) {
                verb_audit_refusal(c, "the digest is not that of what was asked for", a);
                call_error_text(c, "DigestMismatch", "digest", a->digest);
        } else if (scripts_find_any(c->manager, name ?: a->name))
                call_error_text(c, "NameTaken", "name", name ?: a->name);
        else
                approve(c, a, name, constraints, settings, until);
}

void verb_reject(Call *c) {
        const char *reason = NULL;
        if (!param_plain(c, "reason", true, &reason))
                return;
        Approval *a = find_open(c);
        int r = a ? verb_approval_decide(c, a, APPROVAL_REJECTED, reason) : 0;
        if (!a)
                return;
        if (r < 0) {
                verb_approval_error(c, r);
                return;
        }
        audit_approval("reject", c->caller, c->rule, a);
        call_reply(c, NULL);
}
