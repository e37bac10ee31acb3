/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ListOrphans and ReapOrphans: modules of ours that belong to no session. */
#include <string.h>
#include "api/verbs.h"
#include "base/cleanup.h"
#include "base/log.h"
#include "session/orphans.h"

typedef struct Listing {
        Call *call;
        json_object *last;
} Listing;

static void list_one(void *userdata, const Orphan *o) {
        Listing *l = userdata;
        json_object *reply = json_object_new_object(), *orphan = json_object_new_object();
        json_object_object_add(orphan, "module", json_object_new_string(o->module));
        json_object_object_add(orphan, "users", json_object_new_int(o->users));
        json_object_object_add(reply, "orphan", orphan);
        if (l->last)
                call_reply_more(l->call, l->last);
        l->last = reply;
}

void verb_list_orphans(Call *c) {
        Listing l = { .call = c };
        if (!c->more) {
                call_error(c, "org.varlink.service.ExpectedMore", NULL);
                return;
        }
        if (!verb_allowed(c, VERB_STATUS, c->caller->uid))
                return;
        (void) orphans_foreach(c->manager, /* reap= */ false, list_one, &l);
        call_reply(c, l.last);
}

typedef struct Reaping {
        json_object *removed, *failed;
} Reaping;

static void reap_one(void *userdata, const Orphan *o) {
        Reaping *r = userdata;
        char why[160];
        if (o->removed) {
                log_info("Removed module %s, which belonged to nobody.", o->module);
                json_object_array_add(r->removed, json_object_new_string(o->module));
                return;
        }
        snprintf(why, sizeof(why), "%s: %s", o->module,
                 o->users > 0 ? "another stapd holds it" : strerror(-o->error));
        json_object_array_add(r->failed, json_object_new_string(why));
}

/* They belong to nobody, so it takes root, or who polkit lets. */
void verb_reap_orphans(Call *c) {
        if (!verb_allowed(c, VERB_REAP, /* owner= */ 0))
                return;
        Reaping r = { .removed = json_object_new_array(), .failed = json_object_new_array() };
        (void) orphans_foreach(c->manager, /* reap= */ true, reap_one, &r);
        json_object *o = json_object_new_object();
        json_object_object_add(o, "removed", r.removed);
        json_object_object_add(o, "failed", r.failed);
        call_reply(c, o);
}
