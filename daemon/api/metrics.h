/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * What can be measured of the service and of its sessions, as one table: families of metrics, each with what
 * gathers its samples. io.systemd.Metrics gives them out (verb-metrics.c), and `stapctl metrics` makes
 * OpenMetrics of that.
 */
#include "api/call.h"

typedef struct MetricFamily MetricFamily;

/* Takes one sample: value is an integer, a double or a string. Both objects are the sink's to put;
 * `fields` may be NULL, `object` is the id of a session or NULL. */
typedef struct MetricSink MetricSink;
struct MetricSink {
        void (*take)(MetricSink *sink, const MetricFamily *family, const char *object, json_object *value,
                     json_object *fields);
        const MetricFamily *family; /* whose samples are being gathered */
        Manager *manager;
        const Caller *caller;       /* for whom: sessions that he may not see are left out */
        Counts sum;                 /* of all sessions, those that have ended as well */
};

struct MetricFamily {
        const char *name; /* without the interface */
        const char *type; /* "counter", "gauge" or "string" */
        const char *description;
        void (*gather)(MetricSink *sink);
};

extern const MetricFamily metric_families[];
extern const size_t n_metric_families;

/* Gives all samples of all families to the sink, in the order of the table. */
void metrics_gather(MetricSink *sink);
