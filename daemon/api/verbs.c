/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "api/verbs.h"
#include <string.h>
#include "api/interface.h"
#include "base/cleanup.h"
#include "session/policy.h"

enum { NEEDS_UPGRADE = 1 };

static const struct {
        const char *method;
        void (*handle)(Call *c);
        unsigned flags;
} verbs[] = {
        { "org.varlink.service.GetInfo", verb_get_info },
        { "org.varlink.service.GetInterfaceDescription", verb_get_interface_description },
        { STAPD_INTERFACE ".Start", verb_start },
        { STAPD_INTERFACE ".Release", verb_release },
        { STAPD_INTERFACE ".Stop", verb_stop },
        { STAPD_INTERFACE ".Attach", verb_attach, NEEDS_UPGRADE },
        { STAPD_INTERFACE ".List", verb_list },
        { STAPD_INTERFACE ".Describe", verb_describe },
        { STAPD_INTERFACE ".Prepare", verb_prepare },
        { STAPD_INTERFACE ".Status", verb_status },
};

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
        for (size_t i = 0; i < ELEMENTSOF(verbs); i++) {
                if (strcmp(verbs[i].method, c->method) != 0)
                        continue;
                if ((verbs[i].flags & NEEDS_UPGRADE) && !c->upgrade)
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
        call_error_text(c, "PolicyDenied", "reason", rule);
        return false;
}

Session *verb_session(Call *c, Verb verb) {
        const char *id = NULL, *rule;
        if (!param_text(c, "id", true, &id))
                return NULL;
        Session *s = manager_find(c->manager, id);
        if (!s || !policy_allows(c->manager, c->caller, VERB_SEE, s->owner.uid, &rule)) {
                call_error_text(c, "NoSuchSession", "id", id);
                return NULL;
        }
        return verb_allowed(c, verb, s->owner.uid) ? s : NULL;
}
