/* SPDX-License-Identifier: GPL-2.0-or-later */
/* RequestApproval, ListRequests, Approve, Reject, Revoke: how scripts come into the catalogue, and out. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include "api/check.h"
#include "api/verbs.h"
#include "base/cleanup.h"
#include "manifest/bytes.h"
#include "session/audit.h"
#include "session/policy.h"
#include "session/scripts.h"

#define REASON_MAX 1024
#define SETTINGS_MAX 4096 /* as every text parameter */

static json_object *text(const char *s) {
        return s ? json_object_new_string(s) : NULL;
}

static void add_text(json_object *o, const char *name, const char *s) {
        json_object_object_add(o, name, text(s));
}

/* What others will read on terminals. */
static bool is_plain(const char *s, size_t max) {
        for (const char *p = s; *p; p++)
                if ((unsigned char) *p < ' ' || *p == 0x7f)
                        return false;
        return *s && strlen(s) <= max && bytes_are_utf8(s, strlen(s));
}

static bool param_plain(Call *c, const char *name, bool required, const char **ret) {
        if (!param_text(c, name, required, ret))
                return false;
        if (!*ret || is_plain(*ret, REASON_MAX))
                return true;
        param_invalid(c, name);
        return false;
}

static void answer_error(Call *c, int error) {
        json_object *o = json_object_new_object();
        if (error != -EDQUOT && error != -ENOSPC) {
                json_object_put(o);
                call_error_text(c, "Internal", "reason", strerror(-error));
                return;
        }
        add_text(o, "resource", error == -EDQUOT ? "requests that are not decided" : "requests in all");
        json_object_object_add(o, "limit", json_object_new_int64(error == -EDQUOT ? APPROVALS_PER_UID : APPROVALS_MAX));
        call_error(c, "QuotaExceeded", o);
}

/* ------------------------------------------------------------------ as an object */

static void add_manifest(json_object *o, const Approval *a) {
        _cleanup_(manifest_freep) Manifest *m = NULL;
        json_object *probes = json_object_new_array(), *functions = json_object_new_array(), *fields = json_object_new_array();
        if (a->manifest && manifest_parse(a->manifest, strlen(a->manifest), &m, NULL) >= 0)
                add_text(o, "class", privilege_class_to_string(m->privilege));
        for (unsigned i = 0; m && i < m->n_probes; i++)
                json_object_array_add(probes, text(m->probes[i].point));
        for (unsigned i = 0; m && i < m->n_functions; i++)
                json_object_array_add(functions, text(m->functions[i]));
        for (unsigned i = 0; m && i < m->n_formats; i++)
                for (unsigned k = 0; k < m->formats[i].n_fields; k++)
                        if (!m->formats[i].fields[k].hidden)
                                json_object_array_add(fields, text(m->formats[i].fields[k].name));
        json_object_object_add(o, "probes", probes);
        json_object_object_add(o, "functions", functions);
        json_object_object_add(o, "fields", fields);
}

static json_object *describe(const Approval *a, bool whole) {
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

/* ------------------------------------------------------------------ RequestApproval */

/* What is asked for says nothing of who may run it: that is for who approves. */
static const char *find_presumption(const CatalogScript *s) {
        for (unsigned i = 0; i < RULE_LIMITS; i++)
                if (rule_limit_get(&s->limits, i) > 0)
                        return rule_limits[i].key;
        return s->n_users || s->everybody ? "Users" : s->n_groups ? "Groups" : s->action ? "Action" : s->guru ? "Guru" : NULL;
}

static bool answer_settings(Call *c, unsigned line, const char *error) {
        char reason[512];
        snprintf(reason, sizeof(reason), line > 0 ? "line %2$u of the settings: %1$s" : "%1$s", error, line);
        call_error_text(c, "SettingsInvalid", "reason", reason);
        return false;
}

static bool check_settings(Call *c, const char *name, const char *settings) {
        _cleanup_(catalog_script_freep) CatalogScript *s = catalog_script_new(name, "request");
        _cleanup_(freep) char *copy = strdup(settings ?: "");
        const char *error = NULL, *key;
        char reason[256];
        unsigned line = 0;
        if (!s || !copy) {
                answer_error(c, -ENOMEM);
                return false;
        }
        if (catalog_script_parse(s, copy, &line, &error) < 0)
                return answer_settings(c, line, error ?: "no memory");
        key = find_presumption(s);
        if (!key)
                return true;
        snprintf(reason, sizeof(reason), "%s= is for who approves the script to say", key);
        return answer_settings(c, 0, reason);
}

static int replace(char **field, const char *value) {
        char *copy = value ? strdup(value) : NULL;
        if (value && !copy)
                return -ENOMEM;
        free(*field);
        *field = copy;
        return 0;
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
        if (!a || replace(&a->reason, reason) < 0 || replace(&a->settings, settings) < 0 || replace(&a->manifest, json) < 0) {
                answer_error(c, -ENOMEM);
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
                answer_error(c, k);
                return;
        }
        audit_approval("request", about, a);
        call_reply(c, describe(a, /* whole= */ false));
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
        add_text(context, "name", name);
        json_object_object_add(context, "guru", json_object_new_boolean(guru));
        int k = request_from_json(context, &r, &field);
        json_object_put(context);
        if (k >= 0 && r->script_len > 0 && r->script_len <= APPROVAL_SCRIPT_MAX)
                return r;
        if (k < 0 && k != -EINVAL)
                answer_error(c, k);
        else
                param_invalid(c, field && k < 0 ? field : "script");
        return request_free(r);
}

static bool check_store(Call *c) {
        if (c->manager->approvals)
                return true;
        call_error_text(c, "Internal", "reason", "approvals cannot be kept on this machine; the log of stapd says why");
        return false;
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
        if (!verb_allowed(c, VERB_REQUEST, c->caller->uid) || !check_store(c) || !check_settings(c, name, settings) ||
            !check_may(c))
                return;
        _cleanup_(request_freep) Request *r = make_request(c, name);
        if (!r)
                return;
        if (caller_copy(c->caller, &about) < 0)
                answer_error(c, -ENOMEM);
        else
                check_run(c, TAKE_PTR(r), &about, on_described);
}

/* ------------------------------------------------------------------ ListRequests */

static bool is_own(const Call *c, const Approval *a) {
        return a->requester == c->caller->uid;
}

static void list_all(Call *c, bool all) {
        const Approvals *store = c->manager->approvals;
        json_object *last = NULL;
        for (unsigned i = 0; i < store->n; i++) {
                if (!all && !is_own(c, store->items[i]))
                        continue;
                if (last)
                        call_reply_more(c, last);
                last = describe(store->items[i], /* whole= */ false);
        }
        call_reply(c, last);
}

static void answer_unknown(Call *c, const char *id) {
        call_error_text(c, "NoSuchRequest", "id", id);
}

/* The request of parameter `id`, for one who may do this to it; his own he may always see. */
static Approval *find(Call *c, Verb verb) {
        const char *id = NULL;
        if (!param_text(c, "id", true, &id) || !check_store(c))
                return NULL;
        Approval *a = approvals_find(c->manager->approvals, id);
        Decision d = policy_decide(c->manager, &(Question) { .caller = c->caller, .verb = verb, .owner = (uid_t) -1 });
        if (!a || (!is_own(c, a) && !d.allowed && !d.action)) { /* others' do not exist for him */
                answer_unknown(c, id);
                return NULL;
        }
        if (verb == VERB_MANAGE && is_own(c, a))
                return a;
        return verb_allowed_about(c, verb, (uid_t) -1, a) ? a : NULL;
}

void verb_list_requests(Call *c) {
        const char *id = NULL;
        bool all = c->caller->uid == 0;
        if (!param_text(c, "id", false, &id) || !param_flag(c, "all", &all) || !check_store(c))
                return;
        if (!id && !c->more) {
                call_error(c, "org.varlink.service.ExpectedMore", NULL);
        } else if (id) {
                const Approval *a = find(c, VERB_MANAGE);
                if (a)
                        call_reply(c, describe(a, /* whole= */ true));
        } else if (!all || verb_allowed(c, VERB_MANAGE, (uid_t) -1)) {
                list_all(c, all);
        }
}

/* ------------------------------------------------------------------ Approve, Reject */

/* The caller has asked for it himself: whoever lets him, it takes another. */
static bool check_not_own(Call *c, const Approval *a) {
        if (!is_own(c, a) || (c->caller->uid == 0 && c->manager->config->allow_self_approval))
                return true;
        call_error_text(c, "PolicyDenied", "reason",
                        "nobody decides on what he has asked for himself; AllowSelfApproval= in stapd.conf lets root do so");
        return false;
}

static Approval *find_open(Call *c) {
        const char *id = NULL;
        if (!param_text(c, "id", true, &id) || !check_store(c))
                return NULL;
        Approval *a = approvals_find(c->manager->approvals, id);
        if (a && !check_not_own(c, a)) /* nobody is asked for a password in vain */
                return NULL;
        a = find(c, VERB_APPROVE);
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
                good = json_object_is_type(line, json_type_string) && is_plain(json_object_get_string(line), REASON_MAX) &&
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
static int make_approved(const Call *c, const Approval *a, const char *name, char *settings, int64_t until, Approval **ret,
                         unsigned *ret_line, const char **ret_error) {
        _cleanup_(approval_freep) Approval *fresh = NULL;
        json_object *o = approval_to_json(a);
        int r = approval_from_json(o, &fresh);
        json_object_put(o);
        if (r >= 0 && name)
                r = replace(&fresh->name, name);
        if (r >= 0)
                r = replace(&fresh->settings, settings);
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

static void approve(Call *c, const Approval *a, const char *name, json_object *constraints, const char *settings, int64_t until) {
        _cleanup_(approval_freep) Approval *fresh = NULL;
        _cleanup_(freep) char *joined = join_settings(a, constraints, settings);
        const char *error = NULL;
        unsigned line = 0;
        int r = joined ? make_approved(c, a, name, joined, until, &fresh, &line, &error) : -ENOMEM;
        if (r == -EINVAL) {
                (void) answer_settings(c, line, error ?: "they cannot be read");
                return;
        }
        if (r >= 0)
                r = exchange(c->manager->approvals, a, fresh);
        if (r < 0) {
                answer_error(c, r);
                return;
        }
        audit_approval("approve", c->caller, fresh);
        call_reply(c, describe(fresh, /* whole= */ false));
        TAKE_PTR(fresh);
}

void verb_approve(Call *c) {
        const char *digest = NULL, *name = NULL, *settings = NULL;
        json_object *constraints = NULL;
        int64_t until = 0;
        if (!param_text(c, "digest", true, &digest) || !param_text(c, "name", false, &name) ||
            !param_text(c, "settings", false, &settings) || !param_number(c, "untilUSec", 0, INT64_MAX / 1000, &until) ||
            !read_constraints(c, &constraints))
                return;
        if ((name && !catalog_is_name(name)) || (until > 0 && until <= scripts_now())) {
                param_invalid(c, name && !catalog_is_name(name) ? "name" : "untilUSec");
                return;
        }
        const Approval *a = find_open(c);
        if (!a)
                return;
        if (strcasecmp(digest, a->digest) != 0)
                call_error_text(c, "DigestMismatch", "digest", a->digest);
        else if (scripts_find_any(c->manager, name ?: a->name))
                call_error_text(c, "NameTaken", "name", name ?: a->name);
        else
                approve(c, a, name, constraints, settings, until);
}

/* Writes the state and the answer; what was there stays when that fails. */
static int decide(Call *c, Approval *a, ApprovalState state, const char *answer) {
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

void verb_reject(Call *c) {
        const char *reason = NULL;
        if (!param_plain(c, "reason", true, &reason))
                return;
        Approval *a = find_open(c);
        int r = a ? decide(c, a, APPROVAL_REJECTED, reason) : 0;
        if (!a)
                return;
        if (r < 0) {
                answer_error(c, r);
                return;
        }
        audit_approval("reject", c->caller, a);
        call_reply(c, NULL);
}

/* ------------------------------------------------------------------ Revoke */

static void reply_stopped(Call *c, unsigned n) {
        json_object *o = json_object_new_object();
        json_object_object_add(o, "stopped", json_object_new_int64(n));
        call_reply(c, o);
}

static void withdraw(Call *c, Approval *a) {
        audit_approval("withdraw", c->caller, a);
        int r = approvals_remove(c->manager->approvals, a);
        if (r < 0)
                answer_error(c, r);
        else
                reply_stopped(c, 0);
}

static void revoke_approval(Call *c, Approval *a, const char *reason) {
        if (a->state == APPROVAL_REQUESTED && is_own(c, a)) {
                withdraw(c, a);
                return;
        }
        if (a->state != APPROVAL_APPROVED) {
                call_error_text(c, "InvalidState", "state", approval_state_to_string(a->state));
                return;
        }
        if (!verb_allowed_about(c, VERB_MANAGE, (uid_t) -1, a))
                return;
        int r = decide(c, a, APPROVAL_REVOKED, reason);
        if (r < 0) {
                answer_error(c, r);
                return;
        }
        audit_approval("revoke", c->caller, a);
        reply_stopped(c, scripts_stop(c->manager, a->name, a->digest));
}

static void revoke_file(Call *c, const CatalogScript *s, const char *reason) {
        _cleanup_(approval_freep) Approval *a = approval_new(s->name);
        if (!a || replace(&a->answer, reason) < 0) {
                answer_error(c, -ENOMEM);
                return;
        }
        strcpy(a->digest, s->digest);
        a->state = APPROVAL_REVOKED;
        a->decider = c->caller->uid;
        a->requested_usec = a->decided_usec = scripts_now();
        int r = scripts_is_revoked(c->manager, s) ? 0 : approvals_add(c->manager->approvals, a);
        if (r < 0) {
                answer_error(c, r);
                return;
        }
        audit_approval("revoke", c->caller, a);
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
        audit_approval("restore", c->caller, a);
        int r = approvals_remove(c->manager->approvals, a);
        if (r < 0)
                answer_error(c, r);
        else
                reply_stopped(c, 0);
}

void verb_revoke(Call *c) {
        const char *id = NULL, *reason = NULL;
        bool undo = false;
        if (!param_text(c, "id", true, &id) || !param_plain(c, "reason", false, &reason) || !param_flag(c, "undo", &undo) ||
            !check_store(c))
                return;
        Approvals *store = c->manager->approvals;
        const CatalogScript *s = catalog_find(c->manager->catalog, id);
        Approval *a = approvals_find(store, id);
        if (!a && !s)
                a = approvals_find_approved(store, id, scripts_now());
        Decision d = policy_decide(c->manager, &(Question) { .caller = c->caller, .verb = VERB_MANAGE, .owner = (uid_t) -1 });
        if ((!a && !s) || ((!a || !is_own(c, a)) && !d.allowed && !d.action)) {
                answer_unknown(c, id);
        } else if (a) {
                if (undo)
                        call_error_text(c, "InvalidState", "state", "an approval that was taken back has to be requested anew");
                else
                        revoke_approval(c, a, reason);
        } else if (verb_allowed(c, VERB_MANAGE, (uid_t) -1)) {
                undo ? restore(c, s) : revoke_file(c, s, reason);
        }
}
