/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The interfaces as sd-bus wants them: methods from the table of verbs, properties from the tables here. */
#include <errno.h>
#include <string.h>
#include "api/bus-private.h"
#include "base/cleanup.h"
#include "config.h"
#include "session/describe.h"

/* What GetAll, InterfacesAdded and the vtable say of a property. `member` of what describes the object. */
typedef struct Property {
        const char *name, *type, *member;
        uint64_t flags;
} Property;

#define CONST SD_BUS_VTABLE_PROPERTY_CONST
#define EMITS SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE

static const Property session_properties[] = {
        { "Id", "s", "id", CONST },                      { "Name", "s", "sessionName", CONST },
        { "Script", "s", "name", CONST },                { "OwnerUID", "u", "owner", CONST },
        { "OwnerPID", "u", "ownerPid", CONST },          { "Lifetime", "s", "lifetime", CONST },
        { "SourceDigest", "s", "digest", CONST },        { "CreateTimestamp", "t", "created", CONST },
        { "State", "s", "state", EMITS },                { "Result", "s", "result", EMITS },
        { "ModuleName", "s", "module", EMITS },          { "Probes", "u", "probes", EMITS },
        { "StartTimestamp", "t", "started", EMITS },     { "NReaders", "u", "readers", 0 },
        { "Hits", "t", "hits", 0 },                      { "EventsTotal", "t", "records", 0 },
        { "EventsLost", "t", "lost", 0 },                { "ProbesSkipped", "t", "skipped", 0 },
        { "Errors", "t", "errors", 0 },
};

static const Property manager_properties[] = {
        { "Version", "s", "version", CONST },            { "KernelRelease", "s", "kernel", 0 },
        { "ModuleLoading", "s", "moduleLoading", 0 },    { "State", "s", "state", 0 },
        { "NSessions", "u", "sessions", EMITS },         { "NJobs", "u", "jobs", EMITS },
        { "SessionsMax", "u", "sessionsMax", CONST },    { "SessionsPerUIDMax", "u", "sessionsPerUser", CONST },
        { "CompileSlots", "u", "compileSlots", CONST },
};

static json_object *describe_manager(Manager *m) {
        json_object *o = status_describe(m);
        json_object_object_add(o, "state", json_object_new_string(m->stopping ? "draining" : "running"));
        unsigned jobs = 0;
        for (const Job *j = m->jobs; j; j = j->next)
                jobs++;
        json_object_object_add(o, "jobs", json_object_new_int64(jobs));
        json_object_object_add(o, "sessionsMax", json_object_new_int64(m->config->sessions_max));
        json_object_object_add(o, "sessionsPerUser", json_object_new_int64(m->config->sessions_per_user));
        json_object_object_add(o, "compileSlots", json_object_new_int64(m->config->compile_slots));
        return o;
}

static int append_property(sd_bus_message *m, const Property *table, size_t n, const char *name,
                           json_object *o) {
        for (size_t i = 0; i < n; i++)
                if (strcmp(table[i].name, name) == 0)
                        return bus_append_value(m, table[i].type,
                                                json_object_object_get(o, table[i].member));
        return -EINVAL;
}

static int get_session_property(sd_bus *bus, const char *path, const char *interface, const char *property,
                                sd_bus_message *m, void *userdata, sd_bus_error *e) {
        json_object *o = session_describe(userdata);
        int r = append_property(m, session_properties, ELEMENTSOF(session_properties), property, o);
        json_object_put(o);
        return r;
}

static int get_manager_property(sd_bus *bus, const char *path, const char *interface, const char *property,
                                sd_bus_message *m, void *userdata, sd_bus_error *e) {
        const Bus *b = userdata;
        json_object *o = describe_manager(b->manager);
        int r = append_property(m, manager_properties, ELEMENTSOF(manager_properties), property, o);
        json_object_put(o);
        return r;
}

int bus_append_session_properties(sd_bus_message *m, Session *s, bool changing) {
        json_object *o = session_describe(s);
        int r = sd_bus_message_open_container(m, 'a', "{sv}");
        for (size_t i = 0; r >= 0 && i < ELEMENTSOF(session_properties); i++) {
                const Property *p = &session_properties[i];
                if (changing && p->flags != EMITS)
                        continue;
                r = sd_bus_message_open_container(m, 'e', "sv");
                if (r >= 0)
                        r = sd_bus_message_append_basic(m, 's', p->name);
                if (r >= 0)
                        r = sd_bus_message_open_container(m, 'v', p->type);
                if (r >= 0)
                        r = bus_append_value(m, p->type, json_object_object_get(o, p->member));
                if (r >= 0)
                        r = sd_bus_message_close_container(m);
                if (r >= 0)
                        r = sd_bus_message_close_container(m);
        }
        json_object_put(o);
        return r < 0 ? r : sd_bus_message_close_container(m);
}

/* ------------------------------------------------------------------ making vtables */

/* The names of all arguments, a NUL after each. They live as long as the process. */
static const char *make_names(const char *in, const char *out) {
        static char pool[4096];
        static size_t used;
        size_t start = used;
        BusName name;
        for (int i = 0; i < 2; i++)
                for (const char *names = i == 0 ? in : out; bus_next_name(&names, &name) > 0;)
                        used += (size_t) snprintf(pool + used, sizeof(pool) - used, "%s", name.name) + 1;
        used++; /* an empty one after the last */
        return pool + start;
}

static sd_bus_vtable make_method(const char *member, const char *in, const char *out, const char *names,
                                 sd_bus_message_handler_t handler) {
        return (sd_bus_vtable) {
                .type = _SD_BUS_VTABLE_METHOD,
                .flags = SD_BUS_VTABLE_UNPRIVILEGED, /* who may is for the verbs to say */
                .x.method = { .member = member, .signature = in, .result = out, .handler = handler, .names = names },
        };
}

/* A list is one argument of the reply, whatever the fields of its structs. */
static const char *names_of(const VerbInfo *v, const char *in_names) {
        BusName first = {};
        const char *out = v->out_names;
        if (v->flags & VERB_MANY) {
                (void) bus_next_name(&out, &first);
                char many[64];
                snprintf(many, sizeof(many), "%ss", first.name);
                return make_names(in_names, many);
        }
        return make_names(in_names, v->out_names);
}

static sd_bus_vtable make_verb(const VerbInfo *v, bool object) {
        const char *in_names = v->in_names;
        BusName id;
        if (object)
                (void) bus_next_name(&in_names, &id);
        return make_method(object ? v->object : v->member, object ? v->in + 1 : v->in, v->out, names_of(v, in_names),
                           bus_on_method);
}

static size_t add_properties(sd_bus_vtable *t, const Property *table, size_t n, sd_bus_property_get_t get) {
        for (size_t i = 0; i < n; i++)
                t[i] = (sd_bus_vtable) { .type = _SD_BUS_VTABLE_PROPERTY, .flags = table[i].flags,
                                         .x.property = { .member = table[i].name, .signature = table[i].type, .get = get } };
        return n;
}

static size_t add_verbs(sd_bus_vtable *t, bool object) {
        size_t n = 0;
        for (size_t i = 0; i < n_verbs; i++)
                if (object ? verbs[i].object : verbs[i].member)
                        t[n++] = make_verb(&verbs[i], object);
        return n;
}

static const sd_bus_vtable manager_signals[] = {
        SD_BUS_SIGNAL_WITH_ARGS("SessionNew", SD_BUS_ARGS("s", id, "o", session), 0),
        SD_BUS_SIGNAL_WITH_ARGS("SessionRemoved", SD_BUS_ARGS("s", id, "o", session, "s", result), 0),
        SD_BUS_SIGNAL_WITH_ARGS("JobNew", SD_BUS_ARGS("u", id, "o", job, "s", verb), 0),
        SD_BUS_SIGNAL_WITH_ARGS("JobRemoved", SD_BUS_ARGS("u", id, "o", job, "s", session, "s", result), 0),
};

sd_bus_vtable *bus_vtable_manager(void) {
        sd_bus_vtable *t = calloc(n_verbs + ELEMENTSOF(manager_properties) + ELEMENTSOF(manager_signals) + 8,
                                  sizeof(*t));
        if (!t)
                return NULL;
        size_t n = 0;
        t[n++] = (sd_bus_vtable) SD_BUS_VTABLE_START(0);
        n += add_properties(t + n, manager_properties, ELEMENTSOF(manager_properties), get_manager_property);
        n += add_verbs(t + n, /* object= */ false);
        t[n++] = make_method("GetSession", "s", "o", make_names("id", "session"), bus_on_get_session);
        t[n++] = make_method("GetJob", "u", "o", make_names("id", "job"), bus_on_get_job);
        t[n++] = make_method("Subscribe", "", "", "", bus_on_subscribe);
        t[n++] = make_method("Unsubscribe", "", "", "", bus_on_unsubscribe);
        memcpy(t + n, manager_signals, sizeof(manager_signals));
        n += ELEMENTSOF(manager_signals);
        t[n] = (sd_bus_vtable) SD_BUS_VTABLE_END;
        return t;
}

sd_bus_vtable *bus_vtable_session(void) {
        sd_bus_vtable *t = calloc(n_verbs + ELEMENTSOF(session_properties) + 2, sizeof(*t));
        if (!t)
                return NULL;
        size_t n = 0;
        t[n++] = (sd_bus_vtable) SD_BUS_VTABLE_START(0);
        n += add_properties(t + n, session_properties, ELEMENTSOF(session_properties), get_session_property);
        n += add_verbs(t + n, /* object= */ true);
        t[n] = (sd_bus_vtable) SD_BUS_VTABLE_END;
        return t;
}

/* ------------------------------------------------------------------ jobs */

static int get_job_property(sd_bus *bus, const char *path, const char *interface, const char *property,
                            sd_bus_message *m, void *userdata, sd_bus_error *e) {
        static const Property table[] = {
                { "Id", "u", "id" },       { "Verb", "s", "verb" },         { "Session", "s", "session" },
                { "State", "s", "state" }, { "Progress", "d", "progress" }, { "Text", "s", "text" },
                { "Result", "s", "result" },
                { "Bytes", "t", "bytes" },
        };
        json_object *o = job_describe(userdata);
        int r = append_property(m, table, ELEMENTSOF(table), property, o);
        json_object_put(o);
        return r;
}

const sd_bus_vtable bus_vtable_job[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_PROPERTY("Id", "u", get_job_property, 0, CONST),
        SD_BUS_PROPERTY("Verb", "s", get_job_property, 0, CONST),
        SD_BUS_PROPERTY("Session", "s", get_job_property, 0, CONST),
        SD_BUS_PROPERTY("State", "s", get_job_property, 0, 0),
        SD_BUS_PROPERTY("Progress", "d", get_job_property, 0, EMITS),
        SD_BUS_PROPERTY("Text", "s", get_job_property, 0, EMITS),
        SD_BUS_PROPERTY("Result", "s", get_job_property, 0, 0),
        SD_BUS_PROPERTY("Bytes", "t", get_job_property, 0, EMITS),
        SD_BUS_METHOD("Cancel", "", "", bus_on_cancel_job, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("Wait", SD_BUS_NO_ARGS, SD_BUS_ARGS("s", result, "s", job), bus_on_wait_job,
                                SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_VTABLE_END,
};
