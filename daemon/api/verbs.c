/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "api/verbs.h"
#include <string.h>
#include "api/interface.h"
#include "base/cleanup.h"
#include "base/log.h"
#include "session/policy.h"

/* D-Bus arguments: a name each, or name:member where the member is called otherwise; verbs.h has the rest. */
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
        { STAPD_INTERFACE ".Rotate", verb_rotate, 0,
          .member = "RotateSession", .object = "Rotate", .in = "st", .in_names = "id flags", .out = "" },
        { STAPD_INTERFACE ".List", verb_list, VERB_MANY,
          .member = "ListSessions", .in = "", .out = "a(ssusso)", .out_names = "session id sessionName owner state name @id" },
        { STAPD_INTERFACE ".List", verb_list, 0,
          .member = "DescribeSession", .object = "Describe", .in = "s", .in_names = "id", .out = "s", .out_names = "session" },
        { STAPD_INTERFACE ".Subscribe", verb_subscribe },
        { STAPD_INTERFACE ".ListJobs", verb_list_jobs, VERB_MANY,
          .member = "ListJobs", .in = "", .out = "a(usssoo)", .out_names = "job id verb state session @id @session" },
        { STAPD_INTERFACE ".CancelJob", verb_cancel_job, 0,
          .member = "CancelJob", .in = "ut", .in_names = "job flags", .out = "" },
        { STAPD_INTERFACE ".Describe", verb_describe, 0,
          .member = "DescribeLanguage", .in = "ssu", .in_names = "what pattern limit", .out = "ast", .out_names = "lines total" },
        { STAPD_INTERFACE ".Prepare", verb_prepare, 0,
          .member = "Prepare", .in = "sbt", .in_names = "kernel force flags", .out = "s", .out_names = "kit" },
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

bool verb_allowed(Call *c, Verb verb, uid_t owner) {
        const char *rule;
        if (policy_allows(c->manager, c->caller, verb, owner, &rule))
                return true;
        log_info("Refused %s to uid %u (pid %d): %s", strrchr(c->method, '.') + 1, c->caller->uid, (int) c->caller->pid,
                 rule);
        call_error_text(c, "PolicyDenied", "reason", rule);
        return false;
}

bool verb_may_see(const Manager *m, const Caller *caller, const Session *s) {
        const char *rule;
        return policy_allows(m, caller, VERB_SEE, s->owner.uid, &rule);
}

Session *verb_session(Call *c, Verb verb) {
        const char *id = NULL;
        if (!param_text(c, "id", true, &id))
                return NULL;
        Session *s = manager_find_name(c->manager, id, c->caller->uid) ?: manager_find(c->manager, id);
        if (!s || !verb_may_see(c->manager, c->caller, s)) {
                call_error_text(c, "NoSuchSession", "id", id);
                return NULL;
        }
        return verb_allowed(c, verb, s->owner.uid) ? s : NULL;
}
