/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reload: the files of the policy and the catalogue are read anew, as on SIGHUP. */
#include "api/verbs.h"
#include "session/policy.h"
#include "session/revoke.h"
#include "session/scripts.h"

void verb_reload(Call *c) {
        char error[POLICY_ERROR_MAX] = "";
        if (!verb_allowed(c, VERB_RELOAD, /* owner= */ 0))
                return;
        if (policy_reload(c->manager, error) < 0) {
                call_error_text(c, "PolicyBroken", "reason", error);
                return;
        }
        scripts_reload(c->manager);
        json_object *o = json_object_new_object(), *denied = json_object_new_array();
        (void) revoke_denied(c->manager, denied);
        json_object_object_add(o, "rules", json_object_new_int64(c->manager->policy.rules->n));
        json_object_object_add(o, "denied", denied);
        json_object_object_add(o, "stopped", json_object_new_boolean(c->manager->config->revoke_on_reload));
        call_reply(c, o);
}
