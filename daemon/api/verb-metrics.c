/* SPDX-License-Identifier: GPL-2.0-or-later */
/* io.systemd.Metrics: the metrics of the table, as systemd's services tell theirs. Anybody may ask. */
#include "api/interface.h"
#include "api/metrics.h"
#include "api/verbs.h"

/* The last reply is another than those before it, so each waits for the next. */
typedef struct Replies {
        MetricSink sink; /* the first member */
        Call *call;
        json_object *last;
} Replies;

static void reply(Replies *r, json_object *o) {
        if (r->last)
                call_reply_more(r->call, r->last);
        r->last = o;
}

static void add_name(json_object *o, const MetricFamily *f) {
        char name[128];
        snprintf(name, sizeof(name), STAPD_INTERFACE ".%s", f->name);
        json_object_object_add(o, "name", json_object_new_string(name));
}

static void take_sample(MetricSink *sink, const MetricFamily *f, const char *object, json_object *value,
                        json_object *fields) {
        json_object *o = json_object_new_object();
        add_name(o, f);
        json_object_object_add(o, "value", value);
        if (object)
                json_object_object_add(o, "object", json_object_new_string(object));
        if (fields)
                json_object_object_add(o, "fields", fields);
        reply((Replies *) sink, o);
}

static bool may_ask(Call *c) {
        if (c->more)
                return verb_allowed(c, VERB_STATUS, c->caller->uid);
        call_error(c, "org.varlink.service.ExpectedMore", NULL);
        return false;
}

void verb_metrics_list(Call *c) {
        Replies r = { .call = c, .sink = { .take = take_sample, .manager = c->manager, .caller = c->caller } };
        if (!may_ask(c))
                return;
        metrics_gather(&r.sink);
        call_reply(c, r.last);
}

void verb_metrics_describe(Call *c) {
        Replies r = { .call = c };
        if (!may_ask(c))
                return;
        for (size_t i = 0; i < n_metric_families; i++) {
                const MetricFamily *f = &metric_families[i];
                json_object *o = json_object_new_object();
                add_name(o, f);
                json_object_object_add(o, "description", json_object_new_string(f->description));
                json_object_object_add(o, "type", json_object_new_string(f->type));
                reply(&r, o);
        }
        call_reply(c, r.last);
}
