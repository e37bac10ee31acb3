/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "manifest/manifest.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *const privileges[_PRIVILEGE_CLASS_MAX] = {
        [PRIVILEGE_OWN] = "own",
        [PRIVILEGE_SYSTEM] = "system",
        [PRIVILEGE_GURU] = "guru",
        [PRIVILEGE_APPROVED] = "approved",
};

const char *privilege_class_to_string(PrivilegeClass c) {
        return c >= 0 && c < _PRIVILEGE_CLASS_MAX ? privileges[c] : NULL;
}

PrivilegeClass privilege_class_from_string(const char *s) {
        for (PrivilegeClass c = 0; s && c < _PRIVILEGE_CLASS_MAX; c++)
                if (strcmp(privileges[c], s) == 0)
                        return c;
        return _PRIVILEGE_CLASS_INVALID;
}

static const char *const agg_kinds[_AGG_KIND_MAX] = {
        [AGG_SCALAR] = "scalar",
        [AGG_STATS] = "stats",
        [AGG_MAP] = "map",
        [AGG_HIST] = "hist",
};

const char *agg_kind_to_string(AggKind k) {
        return k >= 0 && k < _AGG_KIND_MAX ? agg_kinds[k] : NULL;
}

AggKind agg_kind_from_string(const char *s) {
        for (AggKind k = 0; s && k < _AGG_KIND_MAX; k++)
                if (strcmp(agg_kinds[k], s) == 0)
                        return k;
        return _AGG_KIND_INVALID;
}

Manifest *manifest_new(void) {
        return calloc(1, sizeof(Manifest));
}

static ManifestAgg *agg_free(ManifestAgg *agg) {
        if (agg)
                free(agg->name);
        free(agg);
        return NULL;
}

static void format_done(ManifestFormat *f) {
        agg_free(f->agg);
        for (unsigned i = 0; i < f->n_fields; i++)
                free(f->fields[i].name);
        free(f->fields);
        free(f->format);
        free(f->place);
}

Manifest *manifest_free(Manifest *m) {
        if (!m)
                return NULL;
        for (unsigned i = 0; i < m->n_functions; i++)
                free(m->functions[i]);
        for (unsigned i = 0; i < m->n_probes; i++) {
                free(m->probes[i].point);
                free(m->probes[i].written);
                free(m->probes[i].sees);
        }
        for (unsigned i = 0; i < m->n_sights; i++)
                free(m->sights[i]);
        for (unsigned i = 0; i < m->n_formats; i++)
                format_done(&m->formats[i]);
        free(m->functions);
        free(m->sights);
        free(m->probes);
        free(m->formats);
        free(m->module);
        free(m->script);
        free(m->digest);
        free(m->kernel);
        free(m->kernel_build_id);
        free(m->version);
        free(m);
        return NULL;
}

/* Room for one more zeroed item at the end; arrays grow at powers of two. */
static void *grow(void **items, unsigned n, size_t size) {
        if ((n & (n - 1)) == 0) {
                void *more = reallocarray(*items, n ? (size_t) n * 2 : 1, size);
                if (!more)
                        return NULL;
                *items = more;
        }
        return memset((char *) *items + n * size, 0, size);
}

int manifest_add_probe(Manifest *m, const char *point, const char *written) {
        ManifestProbe *p = grow((void **) &m->probes, m->n_probes, sizeof(*p));
        if (!p)
                return -ENOMEM;
        p->point = strdup(point);
        p->written = strdup(written);
        if (!p->point || !p->written) {
                free(p->point);
                free(p->written);
                return -ENOMEM;
        }
        return (int) m->n_probes++;
}

int manifest_add_format(Manifest *m, const char *format, const char *place) {
        ManifestFormat *f = grow((void **) &m->formats, m->n_formats, sizeof(*f));
        if (!f)
                return -ENOMEM;
        f->format = strdup(format);
        f->place = strdup(place);
        if (!f->format || !f->place) {
                format_done(f);
                return -ENOMEM;
        }
        return (int) m->n_formats++;
}

int manifest_add_field(Manifest *m, unsigned format, const char *name, FieldType type, bool hidden) {
        ManifestFormat *f = &m->formats[format];
        ManifestField *field = grow((void **) &f->fields, f->n_fields, sizeof(*field));
        if (!field)
                return -ENOMEM;
        *field = (ManifestField) { .name = strdup(name), .type = type, .hidden = hidden };
        return field->name ? (int) f->n_fields++ : -ENOMEM;
}

int manifest_set_agg(Manifest *m, unsigned format, const ManifestAgg *agg) {
        ManifestAgg *copy = calloc(1, sizeof(*copy));
        if (!copy)
                return -ENOMEM;
        *copy = *agg;
        copy->name = strdup(agg->name);
        if (!copy->name) {
                agg_free(copy);
                return -ENOMEM;
        }
        agg_free(m->formats[format].agg);
        m->formats[format].agg = copy;
        return 0;
}

static int add_text(char ***texts, unsigned *n, const char *text) {
        char **t = grow((void **) texts, *n, sizeof(*t));
        if (!t)
                return -ENOMEM;
        *t = strdup(text);
        return *t ? (int) (*n)++ : -ENOMEM;
}

int manifest_add_function(Manifest *m, const char *name) {
        return add_text(&m->functions, &m->n_functions, name);
}

int manifest_add_sight(Manifest *m, const char *what) {
        return add_text(&m->sights, &m->n_sights, what);
}

int manifest_add_seen(Manifest *m, unsigned probe, unsigned sight) {
        ManifestProbe *p = &m->probes[probe];
        unsigned *index = grow((void **) &p->sees, p->n_sees, sizeof(*index));
        if (!index)
                return -ENOMEM;
        *index = sight;
        p->n_sees++;
        return 0;
}
