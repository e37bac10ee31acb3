/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "api/approval.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "api/manifest.h"
#include "base/cleanup.h"
#include "manifest/bytes.h"
#include "session/policy.h"
#include "session/scripts.h"

static json_object *text(const char *s) {
        return s ? json_object_new_string(s) : NULL;
}

static void add_text(json_object *o, const char *name, const char *s) {
        json_object_object_add(o, name, text(s));
}

/* ------------------------------------------------------------------ parameters and errors */

/* What others will read on terminals. */
bool verb_approval_is_plain(const char *s, size_t max) {
        for (const char *p = s; *p; p++)
                if ((unsigned char) *p < ' ' || *p == 0x7f)
                        return false;
        return *s && strlen(s) <= max && bytes_are_utf8(s, strlen(s));
}

bool param_plain(Call *c, const char *name, bool required, const char **ret) {
        if (!param_text(c, name, required, ret))
                return false;
        if (!*ret || verb_approval_is_plain(*ret, APPROVAL_REASON_MAX))
                return true;
        param_invalid(c, name);
        return false;
}

void verb_approval_error(Call *c, int error) {
        char reason[128];
        if (error == -EDQUOT) {
                snprintf(reason, sizeof(reason), "a user may wait for the decision on %d requests", APPROVALS_PER_UID);
                call_error_quota(c, "requests that are not decided", APPROVALS_PER_UID, reason);
        } else if (error == -ENOSPC) {
                snprintf(reason, sizeof(reason), "there are %d requests, which is all that are kept", APPROVALS_MAX);
                call_error_quota(c, "requests in all", APPROVALS_MAX, reason);
        } else {
                call_error_text(c, "Internal", "reason", strerror(-error));
        }
}

bool verb_approval_settings(Call *c, unsigned line, const char *error) {
        char reason[512];
        snprintf(reason, sizeof(reason), line > 0 ? "line %2$u of the settings: %1$s" : "%1$s", error, line);
        call_error_text(c, "SettingsInvalid", "reason", reason);
        return false;
}

bool verb_approval_store(Call *c) {
        if (c->manager->approvals)
                return true;
        call_error_text(c,
                        "Internal",
                        "reason",
                        "approvals cannot be kept on this machine; the log of stapd says why");
        return false;
}

void verb_approval_unknown(Call *c, const char *id) {
        call_error_text(c, "NoSuchRequest", "id", id);
}

int verb_approval_set(char **field, const char *value) {
        char *copy = value ? strdup(value) : NULL;
        if (value && !copy)
                return -ENOMEM;
        free(*field);
        *field = copy;
        return 0;
}

/* ------------------------------------------------------------------ as an object */

static void add_manifest(json_object *o, const Approval *a) {
        _cleanup_(manifest_freep) Manifest *m = NULL;
        if (a->manifest && manifest_parse(a->manifest, strlen(a->manifest), &m, NULL) >= 0)
                add_text(o, "class", privilege_class_to_string(m->privilege));
        describe_manifest(o, m);
}

json_object *verb_approval_describe(const Approval *a, bool whole) {
        json_object *o = approval_to_json(a), *reply = json_object_new_object();
        json_object_object_del(o, "manifest");
        if (!whole)
                json_object_object_del(o, "script");
        if (approval_is_expired(a, scripts_now()))
                add_text(o, "state", "expired");
        if (a->decided_usec == 0)
                json_object_object_add(o, "decided", NULL);
        if (a->until_usec == 0)
                json_object_object_add(o, "untilUSec", NULL);
        add_manifest(o, a);
        json_object_object_add(reply, "request", o);
        return reply;
}

/* ------------------------------------------------------------------ the one that a call is about */

bool verb_approval_is_own(const Call *c, const Approval *a) {
        return a->requester == c->caller->uid;
}

/* The request of parameter `id`, for one who may do this to it; his own he may always see. */
Approval *verb_approval_find(Call *c, Verb verb) {
        const char *id = NULL;
        if (!param_text(c, "id", true, &id) || !verb_approval_store(c))
                return NULL;
        Approval *a = approvals_find(c->manager->approvals, id);
        Decision d = policy_decide(
                        c->manager, &(Question){ .caller = c->caller, .verb = verb, .owner = (uid_t) -1 });
        if (!a ||
            (!verb_approval_is_own(c, a) && !d.allowed && !d.action)) { /* others' do not exist for him */
                verb_approval_unknown(c, id);
                return NULL;
        }
        if (verb == VERB_MANAGE && verb_approval_is_own(c, a))
                return a;
        return verb_allowed_about(c, verb, (uid_t) -1, a) ? a : NULL;
}

/* Writes the state and the answer; what was there stays when that fails. */
int verb_approval_decide(Call *c, Approval *a, ApprovalState state, const char *answer) {
        Approval old = *a;
        a->answer = answer ? strdup(answer) : NULL;
        if (answer && !a->answer) {
                a->answer = old.answer;
                return -ENOMEM;
        }
        a->state = state;
        a->decider = c->caller->uid;
        a->decided_usec = scripts_now();
        int r = approvals_save(c->manager->approvals, a);
        if (r < 0) {
                free(a->answer);
                *a = old;
        } else {
                free(old.answer);
        }
        return r;
}
