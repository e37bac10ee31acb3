/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include "stream/render-private.h"

static unsigned count_pieces(const char *format) {
        struct stp_spec spec;
        unsigned n = 0;
        for (format = stp_spec_next(format, &spec); spec.conv != STP_CONV_END; format = stp_spec_next(format, &spec))
                n++;
        return n;
}

static int compile_pieces(const ManifestFormat *f, CompiledFormat *c) {
        c->pieces = calloc(count_pieces(f->format) + 1, sizeof(*c->pieces));
        c->fields = calloc(MAX2(f->n_fields, 1u), sizeof(*c->fields));
        if (!c->pieces || !c->fields)
                return -ENOMEM;
        unsigned arg = 0;
        Piece *p = c->pieces;
        for (const char *at = stp_spec_next(f->format, &p->spec); p->spec.conv != STP_CONV_END;
             at = stp_spec_next(at, &p->spec)) {
                if (p->spec.conv == STP_CONV_BAD)
                        return -EBADMSG;
                p->width = p->spec.width_arg ? (int) arg++ : -1;
                p->precision = p->spec.precision_arg ? (int) arg++ : -1;
                p->value = stp_spec_has_value(&p->spec) ? (int) arg++ : -1;
                if (arg > f->n_fields)
                        return -EBADMSG;
                if (p->value >= 0)
                        c->fields[c->n_fields++] = (JsonField) { .value = (unsigned) p->value, .conv = p->spec.conv };
                p++;
                c->n_pieces++;
        }
        return arg == f->n_fields ? 0 : -EBADMSG;
}

static int compile(Render *r, const RenderSession *s) {
        r->formats = calloc(MAX2(r->manifest->n_formats, 1u), sizeof(*r->formats));
        if (!r->formats)
                return -ENOMEM;
        for (unsigned i = 0; i < r->manifest->n_formats; i++) {
                int k = compile_pieces(&r->manifest->formats[i], &r->formats[i]);
                if (k < 0)
                        return k;
        }
        return render_json_prepare(r, s);
}

int render_new(const Manifest *m, const RenderSession *s, Render **ret) {
        _cleanup_(render_freep) Render *r = calloc(1, sizeof(*r));
        if (!r)
                return -ENOMEM;
        r->manifest = m;
        int k = compile(r, s);
        if (k < 0)
                return k;
        *ret = TAKE_PTR(r);
        return 0;
}

static void format_done(CompiledFormat *c) {
        for (unsigned i = 0; i < c->n_fields; i++)
                free(c->fields[i].key);
        free(c->fields);
        free(c->pieces);
        free(c->plain);
}

Render *render_free(Render *r) {
        if (!r)
                return NULL;
        for (unsigned i = 0; r->formats && i < r->manifest->n_formats; i++)
                format_done(&r->formats[i]);
        for (unsigned i = 0; r->probes && i < r->manifest->n_probes; i++)
                free(r->probes[i]);
        free(r->formats);
        free(r->probes);
        free(r->session);
        free(r->header);
        free(r);
        return NULL;
}

/* A width or precision from the record: a negative one is as if it were not there. */
static int star(long long n) {
        return n < 0 ? -1 : (int) MIN2(n, (long long) RENDER_MAX);
}

void render_text(const Render *r, unsigned format, const struct stp_value *values, Buf *out) {
        static const struct stp_value none = { .s = "" };
        const CompiledFormat *c = &r->formats[format];
        char *to = buf_reserve(out, RENDER_MAX);
        if (!to)
                return;
        size_t len = 0;
        for (const Piece *p = c->pieces; p < c->pieces + c->n_pieces; p++) {
                if (p->width < 0 && p->precision < 0) {
                        len += stp_spec_render(&p->spec, p->value < 0 ? &none : &values[p->value], to + len,
                                               RENDER_MAX - len);
                        continue;
                }
                struct stp_spec spec = p->spec;
                if (p->width >= 0)
                        spec.width = star(values[p->width].n);
                if (p->precision >= 0)
                        spec.precision = star(values[p->precision].n);
                len += stp_spec_render(&spec, &values[p->value], to + len, RENDER_MAX - len);
        }
        out->len += len;
        out->data[out->len] = 0;
}
