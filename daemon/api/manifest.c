/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "api/manifest.h"
#include <string.h>

#define GROUPS_COMPARED 8 /* a wildcard's places stand side by side, and there may be thousands of others */

static json_object *text(const char *s) {
        return json_object_new_string(s);
}

static bool sees_the_same(const ManifestProbe *a, const ManifestProbe *b) {
        return a->n_sees == b->n_sees && memcmp(a->sees, b->sees, a->n_sees * sizeof(*a->sees)) == 0;
}

typedef struct Group {
        const ManifestProbe *first;
        json_object *probes;
} Group;

static json_object *add_group(json_object *list, const Manifest *m, const ManifestProbe *p) {
        json_object *o = json_object_new_object();
        json_object *values = json_object_new_array(), *probes = json_object_new_array();
        for (unsigned i = 0; i < p->n_sees; i++)
                json_object_array_add(values, text(m->sights[p->sees[i]]));
        json_object_object_add(o, "values", values);
        json_object_object_add(o, "probes", probes);
        json_object_array_add(list, o);
        return probes;
}

/* Probes that look at the same are told together. */
static json_object *describe_sights(const Manifest *m) {
        Group groups[GROUPS_COMPARED] = {};
        unsigned n = 0;
        json_object *list = json_object_new_array();
        for (unsigned i = 0; i < m->n_probes; i++) {
                const ManifestProbe *p = &m->probes[i];
                unsigned k = 0;
                if (p->n_sees == 0)
                        continue;
                while (k < MIN2(n, (unsigned) GROUPS_COMPARED) && !sees_the_same(groups[k].first, p))
                        k++;
                if (k == MIN2(n, (unsigned) GROUPS_COMPARED)) {
                        k = n++ % GROUPS_COMPARED;
                        groups[k] = (Group) { p, add_group(list, m, p) };
                }
                json_object_array_add(groups[k].probes, text(p->point));
        }
        return list;
}

static json_object *describe_fields(const Manifest *m) {
        json_object *fields = json_object_new_array();
        for (unsigned i = 0; i < m->n_formats; i++)
                for (unsigned k = 0; k < m->formats[i].n_fields; k++)
                        if (!m->formats[i].fields[k].hidden)
                                json_object_array_add(fields, text(m->formats[i].fields[k].name));
        return fields;
}

void describe_manifest(json_object *o, const Manifest *m) {
        static const Manifest none;
        json_object *probes = json_object_new_array(), *functions = json_object_new_array();
        m = m ?: &none;
        for (unsigned i = 0; i < m->n_probes; i++)
                json_object_array_add(probes, text(m->probes[i].point));
        for (unsigned i = 0; i < m->n_functions; i++)
                json_object_array_add(functions, text(m->functions[i]));
        json_object_object_add(o, "probes", probes);
        json_object_object_add(o, "functions", functions);
        json_object_object_add(o, "sees", describe_sights(m));
        json_object_object_add(o, "fields", describe_fields(m));
}
