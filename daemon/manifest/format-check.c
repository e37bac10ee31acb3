/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "manifest/format-check.h"
#include <string.h>
#include "runtime/format.h"

static bool field_is(const ManifestFormat *f, unsigned i, bool hidden, FieldType type) {
        return i < f->n_fields && f->fields[i].hidden == hidden && f->fields[i].type == type;
}

static bool value_agrees(const ManifestFormat *f, unsigned i, const struct stp_spec *spec) {
        if (f->agg && f->agg->kind == AGG_HIST)
                return spec->conv == STP_CONV_MEMORY && spec->width_arg && !spec->precision_arg &&
                       i == f->agg->n_keys + 1 && field_is(f, i, false, FIELD_HIST);
        return field_is(f, i, false, stp_spec_is_long(spec) ? FIELD_LONG :
                                     spec->conv == STP_CONV_STRING ? FIELD_STRING : FIELD_MEMORY);
}

/* Keys are numbers and texts, and there is something besides them. */
static bool agg_agrees(const ManifestFormat *f) {
        const ManifestAgg *agg = f->agg;
        if (!agg)
                return true;
        for (unsigned i = 0; i < agg->n_keys; i++)
                if (!field_is(f, i, false, FIELD_LONG) && !field_is(f, i, false, FIELD_STRING))
                        return false;
        return f->n_fields > agg->n_keys && histogram_is_valid(&agg->histogram) &&
               (agg->kind != AGG_HIST || f->n_fields == agg->n_keys + 2);
}

bool manifest_format_agrees(const ManifestFormat *f) {
        struct stp_spec spec;
        unsigned i = f->agg && f->agg->kind == AGG_HIST ? f->agg->n_keys : 0;
        if (!agg_agrees(f))
                return false;
        for (const char *p = stp_spec_next(f->format, &spec); spec.conv != STP_CONV_END;
             p = stp_spec_next(p, &spec)) {
                if (spec.conv == STP_CONV_BAD)
                        return false;
                if (!stp_spec_has_value(&spec))
                        continue;
                if ((spec.width_arg && !field_is(f, i++, true, FIELD_LONG)) ||
                    (spec.precision_arg && !field_is(f, i++, true, FIELD_LONG)))
                        return false;
                if (!value_agrees(f, i++, &spec))
                        return false;
        }
        return i == f->n_fields;
}

bool manifest_names_are_unique(const ManifestFormat *f) {
        for (unsigned i = 0; i < f->n_fields; i++)
                for (unsigned k = 0; k < i; k++)
                        if (!f->fields[i].hidden && !f->fields[k].hidden &&
                            strcmp(f->fields[i].name, f->fields[k].name) == 0)
                                return false;
        return true;
}
