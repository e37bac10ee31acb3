/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "api/verbs.h"
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "api/interface.h"
#include "base/cleanup.h"
#include "catalog/approvals.h"
#include "session/audit.h"
#include "session/policy.h"

/* D-Bus arguments: a name each, or name:member where the member is called otherwise; verbs.h has the
 * rest. */
const VerbInfo verbs[] = {
        { "org.varlink.service.GetInfo", verb_get_info },
        { "org.varlink.service.GetInterfaceDescription", verb_get_interface_description },
        { STAPD_INTERFACE ".Start", verb_start, 0,
          .member = "StartSession", .in = "hasa{sv}t", .in_names = "source:context.script args:context.arguments properties:context.* flags",
          .out = "oo", .out_names = "session:@id job:@job", .implied = "wait" },
        { STAPD_INTERFACE ".Start", verb_start, 0,
          .member = "StartScript", .in = "sasa{sv}t", .in_names = "script:context.script args:context.arguments properties:context.* flags",
          .out = "oo", .out_names = "session:@id job:@job", .implied = "wait" },
        { STAPD_INTERFACE ".Release", verb_release, 0,
          .member = "ReleaseSession", .object = "Release", .in = "sut", .in_names = "id target flags", .out = "" },
        { STAPD_INTERFACE ".Stop", verb_stop, 0,
          .member = "StopSession", .object = "Stop", .in = "sst", .in_names = "id mode flags", .out = "o", .out_names = "job:@job" },
        { STAPD_INTERFACE ".Wait", verb_wait, 0,
          .member = "WaitSession", .object = "Wait", .in = "st", .in_names = "id flags", .out = "ss",
          .out_names = "result:outcome.result outcome" },
        { STAPD_INTERFACE ".Attach", verb_attach, VERB_NEEDS_UPGRADE,
          .member = "AttachStream", .object = "Attach", .in = "ssa{sv}t", .in_names = "id format options:* flags", .out = "hs",
          .out_names = "stream cursor" },
        { STAPD_INTERFACE ".Snapshot", verb_snapshot, VERB_NEEDS_UPGRADE,
          .member = "SnapshotSession", .object = "Snapshot", .in = "ssa{sv}t", .in_names = "id format options:* flags", .out = "ho",
          .out_names = "stream job:@job" },
        { STAPD_INTERFACE ".Rotate", verb_rotate, 0,
          .member = "RotateSession", .object = "Rotate", .in = "st", .in_names = "id flags", .out = "" },
        { STAPD_INTERFACE ".List", verb_list, VERB_MANY,
          .member = "ListSessions", .in = "", .out = "a(ssusso)", .out_names = "session id sessionName owner state name @id" },
        { STAPD_INTERFACE ".List", verb_list, 0,
          .member = "DescribeSession", .object = "Describe", .in = "s", .in_names = "id", .out = "s", .out_names = "session" },
        { STAPD_INTERFACE ".Subscribe", verb_subscribe },
        { STAPD_INTERFACE ".ListJobs", verb_list_jobs, VERB_MANY,
          .member = "ListJobs", .in = "", .out = "a(usssoo)", .out_names = "job id verb state session @id @session" },
        { STAPD_INTERFACE ".WaitJob", verb_wait_job, 0,
          .member = "WaitJob", .in = "ut", .in_names = "job flags", .out = "ss", .out_names = "result:job.result job" },
        { STAPD_INTERFACE ".CancelJob", verb_cancel_job, 0,
          .member = "CancelJob", .in = "ut", .in_names = "job flags", .out = "" },
        { STAPD_INTERFACE ".Describe", verb_describe, 0,
          .member = "DescribeLanguage", .in = "ssu", .in_names = "what pattern limit", .out = "ast", .out_names = "lines total" },
        { STAPD_INTERFACE ".CheckPolicy", verb_check_policy, 0,
          .member = "CheckPolicy", .in = "sasa{sv}t", .in_names = "script:context.script args:context.arguments properties:context.* flags",
          .out = "sssss", .out_names = "decision rule reason action class" },
        { STAPD_INTERFACE ".ShowPolicy", verb_show_policy, 0, .member = "ShowPolicy", .in = "", .out = "s", .out_names = "policy:*" },
        { STAPD_INTERFACE ".Reload", verb_reload, 0,
          .member = "Reload", .in = "t", .in_names = "flags", .out = "xasb", .out_names = "rules denied stopped" },
        { STAPD_INTERFACE ".ListScripts", verb_list_scripts, VERB_MANY,
          .member = "ListScripts", .in = "", .out = "a(sssss)", .out_names = "script name title access digest place" },
        { STAPD_INTERFACE ".ListScripts", verb_list_scripts, 0,
          .member = "DescribeScript", .in = "s", .in_names = "name", .out = "s", .out_names = "script" },
        { STAPD_INTERFACE ".RequestApproval", verb_request_approval, 0,
          .member = "RequestApproval", .in = "sssst", .in_names = "name script reason settings flags", .out = "s",
          .out_names = "request:request.id" },
        { STAPD_INTERFACE ".ListRequests", verb_list_requests, VERB_MANY,
          .member = "ListRequests", .in = "", .out = "a(ssusss)", .out_names = "request id name requester state digest reason" },
        { STAPD_INTERFACE ".ListRequests", verb_list_requests, 0,
          .member = "DescribeRequest", .in = "s", .in_names = "id", .out = "s", .out_names = "request" },
        { STAPD_INTERFACE ".Approve", verb_approve, 0,
          .member = "Approve", .in = "ssasxt", .in_names = "id digest constraints untilUSec flags", .out = "" },
        { STAPD_INTERFACE ".Reject", verb_reject, 0, .member = "Reject", .in = "sst", .in_names = "id reason flags", .out = "" },
        { STAPD_INTERFACE ".Revoke", verb_revoke, 0,
          .member = "Revoke", .in = "ssbt", .in_names = "id reason undo flags", .out = "x", .out_names = "stopped" },
        { STAPD_INTERFACE ".Prepare", verb_prepare, 0,
          .member = "Prepare", .in = "sbt", .in_names = "kernel force flags", .out = "s", .out_names = "kit" },
        { STAPD_INTERFACE ".ListOrphans", verb_list_orphans, VERB_MANY,
          .member = "ListOrphans", .in = "", .out = "a(su)", .out_names = "orphan module users" },
        { STAPD_INTERFACE ".ReapOrphans", verb_reap_orphans, 0,
          .member = "ReapOrphans", .in = "t", .in_names = "flags", .out = "asas", .out_names = "removed failed" },
        { STAPD_INTERFACE ".Status", verb_status, 0, .member = "Describe", .in = "", .out = "s", .out_names = "status:*" },
        { "io.systemd.Metrics.List", verb_metrics_list },
        { "io.systemd.Metrics.Describe", verb_metrics_describe },
};
const size_t n_verbs = ELEMENTSOF(verbs);

static void answer_unknown(Call *c) {
        const char *dot = strrchr(c->method, '.');
        char interface[128] = "";
        if (dot && (size_t) (dot - c->method) < sizeof(interface))
                memcpy(interface, c->method, (size_t) (dot - c->method));
        if (interface_description(interface))
                call_error_text(c, "org.varlink.service.MethodNotFound", "method", c->method);
        else
                call_error_text(c, "org.varlink.service.InterfaceNotFound", "interface", interface);
}

void verbs_dispatch(Call *c) {
        for (size_t i = 0; i < n_verbs; i++) {
                if (strcmp(verbs[i].method, c->method) != 0)
                        continue;
                if (!param_flag(c, "allowInteractiveAuthentication", &c->interactive))
                        return;
                if ((verbs[i].flags & VERB_NEEDS_UPGRADE) && !c->upgrade)
                        param_invalid(c, "upgrade");
                else
                        verbs[i].handle(c);
                return;
        }
        answer_unknown(c);
}

/* ------------------------------------------------------------------ parameters */

void param_invalid(Call *c, const char *name) {
        call_error_text(c, "org.varlink.service.InvalidParameter", "parameter", name);
}

/* False: not there, or null. */
static bool find(Call *c, const char *name, json_object **ret) {
        return json_object_object_get_ex(c->parameters, name, ret) && *ret;
}

bool param_text(Call *c, const char *name, bool required, const char **ret) {
        json_object *v;
        if (!find(c, name, &v)) {
                if (required)
                        param_invalid(c, name);
                return !required;
        }
        const char *s = json_object_is_type(v, json_type_string) ? json_object_get_string(v) : NULL;
        if (!s || strlen(s) != (size_t) json_object_get_string_len(v) || strlen(s) > 4096) {
                param_invalid(c, name);
                return false;
        }
        *ret = s;
        return true;
}

bool param_number(Call *c, const char *name, int64_t min, int64_t max, int64_t *ret) {
        json_object *v;
        if (!find(c, name, &v))
                return true;
        int64_t n = json_object_get_int64(v);
        if (!json_object_is_type(v, json_type_int) || n < min || n > max) {
                param_invalid(c, name);
                return false;
        }
        *ret = n;
        return true;
}

bool param_flag(Call *c, const char *name, bool *ret) {
        json_object *v;
        if (!find(c, name, &v))
                return true;
        if (!json_object_is_type(v, json_type_boolean)) {
                param_invalid(c, name);
                return false;
        }
        *ret = json_object_get_boolean(v);
        return true;
}

bool param_word(Call *c, const char *name, bool required, const char *const *words, const char **ret) {
        const char *word = NULL;
        if (!param_text(c, name, required, &word))
                return false;
        if (!word)
                return true;
        for (; *words; words++) {
                if (strcmp(*words, word) == 0) {
                        *ret = *words;
                        return true;
                }
        }
        param_invalid(c, name);
        return false;
}

/* ------------------------------------------------------------------ policy */

/* "attach", "reapOrphans": the method, as people say it. Lives until the next call. */
static const char *word_of(const Call *c) {
        static char word[64];
        snprintf(word, sizeof(word), "%s", strrchr(c->method, '.') + 1);
        word[0] = (char) tolower((unsigned char) word[0]);
        return word;
}

/* What is done to a session of another, and who reads or ends one, be it his own. */
static bool is_on_record(const Call *c, const Session *s) {
        static const char *const always[] = { "attach", "snapshot", "stop" };
        bool recorded = s && s->owner.uid != c->caller->uid;
        for (size_t i = 0; s && i < ELEMENTSOF(always); i++)
                recorded |= strcmp(word_of(c), always[i]) == 0;
        return recorded;
}

/* What a call is about: a session, a request for a script, a script to be run, or nothing of these. */
typedef struct About {
        const Session *session;
        const Approval *approval;
        const Request *request;
        const char *kind, *id, *script, *digest;
} About;

static About about_session(const Session *s) {
        return s ? (About) { s, NULL, NULL, "session", s->id, s->request->name, s->digest } : (About) {};
}

static About about_approval(const Approval *a) {
        return a ? (About) { NULL, a, NULL, "request", a->id, a->name, a->digest } : (About) {};
}

static void audit(const Call *c, bool allowed, const char *rule, const char *reason, const About *a) {
        audit_decision(&(AuditEntry) { .verb = word_of(c), .allowed = allowed, .rule = rule, .reason = reason,
                                       .caller = c->caller, .session = a->session, .approval = a->approval,
                                       .request = a->request });
}

static void refuse(Call *c, const char *rule, const char *reason, const About *a) {
        audit(c, false, rule, reason, a);
        call_error_text(c, "PolicyDenied", "reason", reason);
}

void verb_audit_refusal(const Call *c, const char *reason, const Approval *a) {
        About about = about_approval(a);
        audit(c, false, "built in", reason, &about);
}

static About find_asked(const Call *c) {
        const char *id = c->asked.about;
        const Approvals *store = c->manager->approvals;
        const Session *s = *id ? manager_find(c->manager, id) : NULL;
        return s || !*id || !store ? about_session(s) : about_approval(approvals_find(store, id));
}

static void on_answer(void *userdata, PolkitAnswer answer) {
        Call *c = userdata;
        char reason[256];
        About about = find_asked(c);
        snprintf(reason, sizeof(reason), "%s (%s)", polkit_answer_text(answer), c->asked.action);
        if (answer == POLKIT_YES) {
                c->asked.granted = true;
                call_again(c);
        } else if (c->asked.verb == VERB_SEE && !c->interactive) {
                /* What he may not see does not exist for him. */
                audit(c, false, c->asked.action, reason, &about);
                call_error_text(c, "NoSuchSession", "id", c->asked.about);
        } else {
                refuse(c, c->asked.action, reason, &about);
        }
}

static void on_gone(Call *c, void *userdata) {
        polkit_cancel(userdata);
}

static void ask(Call *c, const char *action, Verb verb, const About *a) {
        const char *const details[] = {
                "verb", word_of(c), a->kind, a->id, "script", a->script, "digest", a->digest, NULL,
        };
        PolkitQuestion q = { .caller = c->caller, .action = action, .details = details, .interactive = c->interactive };
        PolkitPending *pending;
        c->asked.action = action;
        c->asked.verb = verb;
        snprintf(c->asked.about, sizeof(c->asked.about), "%s", a->id ?: "");
        int r = polkit_ask(c->manager->polkit, &q, on_answer, c, &pending);
        if (r < 0)
                refuse(c, action, r == -EBUSY ? "you have as many questions to polkit open as one may have" :
                       polkit_answer_text(r == -ESRCH ? POLKIT_GONE : POLKIT_BROKEN), a);
        else
                call_wait(c, on_gone, pending);
}

/* The yes is good for this action on this session, or this request. */
static bool is_granted(const Call *c, const char *action, const About *a) {
        return c->asked.granted && strcmp(c->asked.action, action) == 0 &&
               strcmp(c->asked.about, a->id ?: "") == 0;
}

static bool allowed_on(Call *c, Verb verb, uid_t owner, const About *a) {
        const Session *s = a->session;
        Decision d = policy_decide(c->manager, &(Question) { .caller = c->caller, .verb = verb, .owner = owner });
        bool granted = !d.allowed && d.action && is_granted(c, d.action, a);
        if ((d.allowed || granted) && is_on_record(c, s))
                audit(c, true, granted ? d.action : d.rule, granted ? polkit_answer_text(POLKIT_YES) : policy_explain(&d), a);
        if (d.allowed || granted) {
                snprintf(c->rule, sizeof(c->rule), "%s", granted ? d.action : d.rule);
                return true;
        }
        if (d.action && !c->asked.action)
                ask(c, d.action, verb, a);
        else
                refuse(c, d.rule, policy_explain(&d), a);
        return false;
}

bool verb_allowed(Call *c, Verb verb, uid_t owner) {
        return allowed_on(c, verb, owner, &(About) {});
}

bool verb_allowed_to_compile(Call *c, const Request *r) {
        return allowed_on(c, VERB_COMPILE, c->caller->uid, &(About) { .request = r });
}

bool verb_allowed_about(Call *c, Verb verb, uid_t owner, const Approval *a) {
        About about = about_approval(a);
        return allowed_on(c, verb, owner, &about);
}

bool verb_may_see(const Manager *m, const Caller *caller, uid_t owner) {
        const char *rule;
        return policy_allows(m, caller, VERB_SEE, owner, &rule);
}

/* He may see it, or polkit could let him. */
static bool could_see(const Call *c, const Session *s) {
        Decision d = policy_decide(c->manager, &(Question) { .caller = c->caller, .verb = VERB_SEE, .owner = s->owner.uid });
        return d.allowed || d.action;
}

Session *verb_session(Call *c, Verb verb) {
        const char *id = NULL;
        if (!param_text(c, "id", true, &id))
                return NULL;
        Session *s = manager_find_name(c->manager, id, c->caller->uid) ?: manager_find(c->manager, id);
        if (!s || !could_see(c, s)) {
                call_error_text(c, "NoSuchSession", "id", id);
                return NULL;
        }
        About about = about_session(s);
        return allowed_on(c, verb, s->owner.uid, &about) ? s : NULL;
}
