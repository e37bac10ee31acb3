/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "api/call.h"
#include <stdio.h>

struct Tie {
        Peer *peer;
        Tie *prev, *next;
        void (*gone)(void *userdata);
        void *userdata;
};

void call_reply(Call *c, json_object *parameters) {
        c->transport->reply(c, parameters, /* continues= */ false);
}

void call_reply_more(Call *c, json_object *parameters) {
        if (c->more && !c->oneway)
                c->transport->reply(c, parameters, /* continues= */ true);
        else
                json_object_put(parameters);
}

void call_error(Call *c, const char *name, json_object *parameters) {
        c->transport->error(c, name, parameters);
}

void call_error_text(Call *c, const char *name, const char *parameter, const char *text) {
        json_object *o = json_object_new_object();
        json_object_object_add(o, parameter, json_object_new_string(text));
        call_error(c, name, o);
}

void call_error_quota(Call *c, const char *resource, int64_t limit, const char *reason) {
        json_object *o = json_object_new_object();
        json_object_object_add(o, "resource", json_object_new_string(resource));
        json_object_object_add(o, "limit", json_object_new_int64(limit));
        json_object_object_add(o, "reason", json_object_new_string(reason));
        call_error(c, "QuotaExceeded", o);
}

void call_error_megabytes(Call *c, const char *resource, unsigned megabytes, const char *what, const char *setting) {
        char reason[256];
        snprintf(reason, sizeof(reason), "%s may take %u MiB in all (%s= in stapd.conf)", what, megabytes, setting);
        call_error_quota(c, resource, (int64_t) megabytes << 20, reason);
}

void call_wait(Call *c, CallGone gone, void *userdata) {
        c->gone = gone;
        c->gone_data = userdata;
        c->transport->wait(c);
}

void call_hand_over(Call *c, json_object *reply, CallUpgrade upgrade, CallGone gone, void *userdata) {
        c->transport->hand_over(c, reply, upgrade, gone, userdata);
}

void call_again(Call *c) {
        c->gone = NULL;
        c->transport->again(c);
}

size_t call_queued(const Call *c) {
        return c->transport->queued(c);
}

Tie *peer_tie(Peer *p, void (*gone)(void *userdata), void *userdata) {
        Tie *t = calloc(1, sizeof(*t));
        if (!t)
                return NULL;
        *t = (Tie) { .peer = p, .next = p->ties, .gone = gone, .userdata = userdata };
        if (t->next)
                t->next->prev = t;
        p->ties = t;
        return t;
}

static void unlink_tie(Tie *t) {
        if (t->prev)
                t->prev->next = t->next;
        else
                t->peer->ties = t->next;
        if (t->next)
                t->next->prev = t->prev;
}

Tie *peer_untie(Tie *t) {
        if (!t)
                return NULL;
        Peer *p = t->peer;
        unlink_tie(t);
        free(t);
        if (!p->ties && p->untied)
                p->untied(p);
        return NULL;
}

void peer_done(Peer *p) {
        while (p->ties) {
                Tie *t = p->ties;
                unlink_tie(t);
                t->gone(t->userdata);
                free(t);
        }
        caller_done(&p->caller);
}
