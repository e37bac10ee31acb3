/* SPDX-License-Identifier: GPL-2.0-or-later */
/* RequestApproval: a user asks for a script. */
#include <errno.h>
#include <string.h>
#include "api/approval.h"
#include "api/check.h"
#include "base/cleanup.h"
#include "session/audit.h"
#include "session/scripts.h"

/* What is asked for says nothing of who may run it: that is for who approves. */
static const char *find_presumption(const CatalogScript *s) {
        for (unsigned i = 0; i < RULE_LIMITS; i++)
                if (rule_limit_get(&s->limits, i) > 0)
                        return rule_limits[i].key;
        return s->n_users || s->everybody ? "Users" :
               s->n_groups                ? "Groups" :
               s->action                  ? "Action" :
               s->guru                    ? "Guru" :
                                            NULL;
}

static bool check_settings(Call *c, const char *name, const char *settings) {
        _cleanup_(catalog_script_freep) CatalogScript *s = catalog_script_new(name, "request");
        _cleanup_(freep) char *copy = strdup(settings ?: "");
        const char *error = NULL, *key;
        char reason[256];
        unsigned line = 0;
        if (!s || !copy) {
                verb_approval_error(c, -ENOMEM);
                return false;
        }
        if (catalog_script_parse(s, copy, &line, &error) < 0)
                return verb_approval_settings(c, line, error ?: "no memory");
        key = find_presumption(s);
        if (!key)
                return true;
        snprintf(reason, sizeof(reason), "%s= is for who approves the script to say", key);
        return verb_approval_settings(c, 0, reason);
}

/* It compiles: what it is goes with the request. */
static void on_described(Call *c, const Caller *about, Request *r, const Manifest *m, const char *json) {
        Approvals *store = c->manager->approvals;
        const char *reason = NULL, *settings = NULL;
        (void) param_text(c, "reason", true, &reason); /* they were checked */
        (void) param_text(c, "settings", false, &settings);
        Approval *open = approvals_find_open(store, about->uid, m->digest);
        if (open) {
                call_error_text(c, "RequestExists", "id", open->id);
                return;
        }
        _cleanup_(approval_freep) Approval *a = approval_new(r->name);
        if (!a || verb_approval_set(&a->reason, reason) < 0 ||
            verb_approval_set(&a->settings, settings) < 0 || verb_approval_set(&a->manifest, json) < 0) {
                verb_approval_error(c, -ENOMEM);
                return;
        }
        a->text = TAKE_PTR(r->script);
        a->text_len = r->script_len;
        r->script_len = 0;
        strcpy(a->digest, m->digest);
        a->guru = r->guru;
        a->requester = about->uid;
        a->requested_usec = scripts_now();
        int k = approvals_add(store, a);
        if (k < 0) {
                verb_approval_error(c, k);
                return;
        }
        audit_approval("request", about, c->rule, a);
        call_reply(c, verb_approval_describe(a, /* whole= */ false));
        TAKE_PTR(a);
}

/* The request as one for Start, which is checked there. */
static Request *make_request(Call *c, const char *name) {
        json_object *context = json_object_new_object(), *script = NULL;
        const char *field = NULL;
        Request *r = NULL;
        bool guru = false;
        if (!param_flag(c, "guru", &guru)) {
                json_object_put(context);
                return NULL;
        }
        if (json_object_object_get_ex(c->parameters, "script", &script) && script)
                json_object_object_add(context, "script", json_object_get(script));
        json_object_object_add(context, "name", json_object_new_string(name));
        json_object_object_add(context, "guru", json_object_new_boolean(guru));
        int k = request_from_json(context, &r, &field);
        json_object_put(context);
        if (k >= 0 && r->script_len > 0 && r->script_len <= APPROVAL_SCRIPT_MAX)
                return r;
        if (k < 0 && k != -EINVAL)
                verb_approval_error(c, k);
        else
                param_invalid(c, field && k < 0 ? field : "script");
        return request_free(r);
}

void verb_request_approval(Call *c) {
        const char *name = NULL, *reason = NULL, *settings = NULL;
        _cleanup_(caller_done) Caller about = {};
        if (!param_text(c, "name", true, &name) || !param_plain(c, "reason", true, &reason) ||
            !param_text(c, "settings", false, &settings))
                return;
        if (!catalog_is_name(name)) {
                param_invalid(c, "name");
                return;
        }
        if (!verb_allowed(c, VERB_REQUEST, c->caller->uid) || !verb_approval_store(c) ||
            !check_settings(c, name, settings) || !check_may(c))
                return;
        _cleanup_(request_freep) Request *r = make_request(c, name);
        if (!r)
                return;
        if (caller_copy(c->caller, &about) < 0)
                verb_approval_error(c, -ENOMEM);
        else
                check_run(c, TAKE_PTR(r), &about, on_described);
}
