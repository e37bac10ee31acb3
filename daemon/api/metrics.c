/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "api/metrics.h"
#include <stdlib.h>
#include "api/verbs.h"
#include "base/cleanup.h"
#include "config.h"
#include "session/cache.h"

/* ------------------------------------------------------------------ samples */

static json_object *make_field(const char *name, const char *value) {
        json_object *o = json_object_new_object();
        json_object_object_add(o, name, json_object_new_string(value));
        return o;
}

static void give(MetricSink *s, json_object *value, json_object *fields) {
        s->take(s, s->family, NULL, value, fields);
}

static void give_number(MetricSink *s, uint64_t n) {
        give(s, json_object_new_uint64(n), NULL);
}

static void give_by(MetricSink *s, const char *field, const char *word, uint64_t n) {
        give(s, json_object_new_uint64(n), make_field(field, word));
}

/* An object of numbers, as a tally has them. */
static void give_all(MetricSink *s, const char *field, json_object *numbers) {
        json_object_object_foreach(numbers, word, n)
                give_by(s, field, word, (uint64_t) json_object_get_int64(n));
}

/* ------------------------------------------------------------------ the service */

static void gather_version(MetricSink *s) {
        give(s, json_object_new_string(STAPD_VERSION), NULL);
}

static void gather_module_loading(MetricSink *s) {
        const char *advice;
        give_number(s, manager_can_load(s->manager, &advice));
}

static void gather_compiler_ready(MetricSink *s) {
        CompilerInfo info = compiler_info(s->manager->compiler);
        give_number(s, info.ready && !info.error);
}

static void gather_sessions(MetricSink *s) {
        unsigned n[_SESSION_STATE_MAX] = {};
        for (const Session *i = s->manager->sessions; i; i = i->next)
                n[i->state]++;
        for (SessionState state = 0; state < SESSION_ENDED; state++)
                give_by(s, "state", session_state_to_string(state), n[state]);
}

static void gather_sessions_ended(MetricSink *s) {
        give_all(s, "result", s->manager->tally.results);
}

static void gather_jobs(MetricSink *s) {
        unsigned n[_JOB_VERB_MAX] = {};
        for (const Job *j = s->manager->jobs; j; j = j->next)
                n[j->verb]++;
        for (JobVerb v = 0; v < _JOB_VERB_MAX; v++)
                give_by(s, "verb", job_verb_to_string(v), n[v]);
}

/* ------------------------------------------------------------------ compiling */

static void gather_compilations(MetricSink *s) {
        give_all(s, "result", s->manager->tally.compiled);
}

static void gather_compile_seconds(MetricSink *s) {
        json_object_object_foreach(s->manager->tally.pass_usec, pass, usec)
                give(s, json_object_new_double((double) json_object_get_int64(usec) / 1e6),
                     make_field("pass", pass));
}

static void gather_cache_lookups(MetricSink *s) {
        give_by(s, "result", "hit", s->manager->tally.cache_hits);
        give_by(s, "result", "miss", s->manager->tally.cache_misses);
}

static void gather_cache_bytes(MetricSink *s) {
        give_number(s, cache_bytes(s->manager->cache));
}

/* ------------------------------------------------------------------ what flows */

static void gather_hits(MetricSink *s) {
        give_number(s, s->sum.hits);
}

static void gather_records(MetricSink *s) {
        give_number(s, s->sum.records);
}

static void gather_bytes(MetricSink *s) {
        give_number(s, s->sum.bytes);
}

static void gather_errors(MetricSink *s) {
        give_number(s, s->sum.errors);
}

static void gather_lost(MetricSink *s) {
        for (CountPlace p = 0; p < _COUNT_PLACE_MAX; p++)
                give_by(s, "place", count_place_to_string(p), s->sum.lost[p]);
}

static void gather_skipped(MetricSink *s) {
        for (CountSkip k = 0; k < _COUNT_SKIP_MAX; k++)
                give_by(s, "reason", count_skip_to_string(k), s->sum.skipped[k]);
}

static void gather_readers(MetricSink *s) {
        uint64_t n = 0;
        for (const Session *i = s->manager->sessions; i; i = i->next)
                n += i->streamer ? streamer_n_readers(i->streamer) : 0;
        give_number(s, n);
}

static StreamMemory memory_of_streams(const Manager *m) {
        StreamMemory sum = {};
        for (const Session *i = m->sessions; i; i = i->next) {
                if (!i->streamer)
                        continue;
                StreamMemory one = streamer_memory(i->streamer);
                sum.kept += one.kept;
                sum.keep += one.keep;
                sum.queues += one.queues;
        }
        return sum;
}

static uint64_t kernel_buffers(const Session *s) {
        return s->leash.fd < 0 ? 0 : (uint64_t) s->stat.n_cpus * s->stat.subbuf_size * s->stat.n_subbufs;
}

static void gather_buffer_bytes(MetricSink *s) {
        StreamMemory streams = memory_of_streams(s->manager);
        uint64_t kernel = 0;
        for (const Session *i = s->manager->sessions; i; i = i->next)
                kernel += kernel_buffers(i);
        give_by(s, "buffer", "kernel", kernel);
        give_by(s, "buffer", "recent-records", streams.keep);
        give_by(s, "buffer", "reader-queues", streams.queues);
}

static void gather_kept_bytes(MetricSink *s) {
        give_number(s, memory_of_streams(s->manager).kept);
}

/* ------------------------------------------------------------------ each session */

static json_object *fields_of(const Session *i) {
        char owner[16];
        snprintf(owner, sizeof(owner), "%u", i->owner.uid);
        json_object *o = make_field("script", i->request->name);
        if (i->request->session_name)
                json_object_object_add(o, "name", json_object_new_string(i->request->session_name));
        json_object_object_add(o, "owner", json_object_new_string(owner));
        return o;
}

static Counts counts_of(const Session *i) {
        Counts c = {};
        counts_add(&c, i);
        return c;
}

#define FOR_EACH_SEEN(i, s)                                                             \
        for (const Session *i = (s)->manager->sessions; i; i = i->next)                 \
                if (verb_may_see((s)->manager, (s)->caller, (i)->owner.uid))

static void gather_session_hits(MetricSink *s) {
        FOR_EACH_SEEN(i, s)
                s->take(s, s->family, i->id, json_object_new_uint64(counts_of(i).hits), fields_of(i));
}

static void gather_session_records(MetricSink *s) {
        FOR_EACH_SEEN(i, s)
                s->take(s, s->family, i->id, json_object_new_uint64(counts_of(i).records), fields_of(i));
}

static void gather_session_lost(MetricSink *s) {
        FOR_EACH_SEEN(i, s) {
                Counts c = counts_of(i);
                for (CountPlace p = 0; p < _COUNT_PLACE_MAX; p++) {
                        json_object *fields = fields_of(i);
                        json_object_object_add(fields, "place",
                                               json_object_new_string(count_place_to_string(p)));
                        s->take(s, s->family, i->id, json_object_new_uint64(c.lost[p]), fields);
                }
        }
}

static void gather_session_readers(MetricSink *s) {
        FOR_EACH_SEEN(i, s)
        s->take(s, s->family, i->id,
                json_object_new_uint64(i->streamer ? streamer_n_readers(i->streamer) : 0), fields_of(i));
}

/* ------------------------------------------------------------------ the table */

const MetricFamily metric_families[] = {
        { "Version", "string", "Version of stapd", gather_version },
        { "ModulesAllowed", "gauge", "Whether the kernel takes modules of ours: 1 or 0", gather_module_loading },
        { "CompilerReady", "gauge", "Whether scripts can be compiled: 1 or 0", gather_compiler_ready },
        { "Sessions", "gauge", "Sessions by state", gather_sessions },
        { "SessionsEnded", "counter", "Sessions that have ended, by result", gather_sessions_ended },
        { "Jobs", "gauge", "Starts and stops that are on their way", gather_jobs },
        { "Compilations", "counter", "Scripts that were compiled, by result", gather_compilations },
        { "CompileSeconds", "counter", "Time that compiling took, by pass", gather_compile_seconds },
        { "CacheLookups", "counter", "Scripts that were, or were not, found compiled", gather_cache_lookups },
        { "CacheBytes", "gauge", "Compiled scripts that are kept", gather_cache_bytes },
        { "Hits", "counter", "Probe handlers that ran", gather_hits },
        { "Records", "counter", "Records that scripts wrote", gather_records },
        { "RecordBytes", "counter", "Records that were read out of the kernel", gather_bytes },
        { "RecordsLost", "counter", "Records that were lost, by place", gather_lost },
        { "HitsSkipped", "counter", "Hits whose handler did not run, by reason", gather_skipped },
        { "HandlerErrors", "counter", "Errors of probe handlers", gather_errors },
        { "Readers", "gauge", "Readers of all sessions, recordings as well", gather_readers },
        { "BufferBytes", "gauge", "Memory that buffers may take", gather_buffer_bytes },
        { "KeptBytes", "gauge", "Recent records that are kept for readers to come", gather_kept_bytes },
        { "SessionHits", "counter", "Probe handlers of one session that ran", gather_session_hits },
        { "SessionRecords", "counter", "Records that one session wrote", gather_session_records },
        { "SessionRecordsLost", "counter", "Records of one session that were lost, by place", gather_session_lost },
        { "SessionReaders", "gauge", "Readers of one session", gather_session_readers },
};
const size_t n_metric_families = ELEMENTSOF(metric_families);

void metrics_gather(MetricSink *sink) {
        sink->sum = sink->manager->tally.ended;
        for (Session *s = sink->manager->sessions; s; s = s->next) {
                session_refresh(s);
                counts_add(&sink->sum, s);
        }
        for (size_t i = 0; i < n_metric_families; i++) {
                sink->family = &metric_families[i];
                sink->family->gather(sink);
        }
}
