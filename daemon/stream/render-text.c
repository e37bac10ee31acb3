/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include "stream/decimal.h"
#include "stream/render-private.h"

const char decimal_pairs[201] =
        "0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849"
        "5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899";

static unsigned count_pieces(const char *format) {
        struct stp_spec spec;
        unsigned n = 0;
        for (format = stp_spec_next(format, &spec); spec.conv != STP_CONV_END;
             format = stp_spec_next(format, &spec))
                n++;
        return n;
}

static PieceKind kind_of(const Piece *p, const ManifestFormat *f, const CompiledFormat *c) {
        const struct stp_spec *s = &p->spec;
        if (s->conv == STP_CONV_LITERAL)
                return PIECE_LITERAL;
        if (p->value >= 0 && p->value < (int) f->n_fields && c->masked[p->value])
                return PIECE_MASKED;
        if (p->value >= 0 && (unsigned) p->value < f->n_fields && f->fields[p->value].type == FIELD_HIST)
                return PIECE_HIST;
        if (p->width >= 0 || p->precision >= 0)
                return PIECE_STARS;
        if (s->flags || s->width >= 0 || s->precision >= 0)
                return PIECE_PLAIN;
        return s->conv == STP_CONV_SIGNED ? PIECE_DECIMAL : s->conv == STP_CONV_STRING ? PIECE_STRING : PIECE_PLAIN;
}

static void add_field(CompiledFormat *c, const ManifestFormat *f, unsigned value, enum stp_conv conv) {
        c->fields[c->n_fields++] = (JsonField) { .value = value, .type = f->fields[value].type, .conv = conv,
                                                .masked = c->masked[value] };
}

/* The keys of a histogram's statistic: not in the text, but in the event. Returns where the arguments
 * begin. */
static unsigned add_silent_keys(CompiledFormat *c, const ManifestFormat *f) {
        unsigned n = f->agg && f->agg->kind == AGG_HIST ? f->agg->n_keys : 0;
        for (unsigned i = 0; i < n && i < f->n_fields; i++)
                add_field(c, f, i, f->fields[i].type == FIELD_LONG ? STP_CONV_SIGNED : STP_CONV_STRING);
        return n;
}

/* By name, wherever the script prints it. */
static int find_masked(const ManifestFormat *f, const RenderSession *s, CompiledFormat *c) {
        c->masked = calloc(MAX2(f->n_fields, 1u), sizeof(*c->masked));
        if (!c->masked)
                return -ENOMEM;
        for (unsigned i = 0; i < f->n_fields; i++)
                for (unsigned k = 0; k < s->n_mask; k++)
                        c->masked[i] |= strcmp(f->fields[i].name, s->mask[k]) == 0;
        return 0;
}

static int compile_pieces(const ManifestFormat *f, CompiledFormat *c) {
        c->pieces = calloc(count_pieces(f->format) + 1, sizeof(*c->pieces));
        c->fields = calloc(MAX2(f->n_fields, 1u), sizeof(*c->fields));
        if (!c->pieces || !c->fields)
                return -ENOMEM;
        c->agg = f->agg;
        unsigned arg = add_silent_keys(c, f);
        Piece *p = c->pieces;
        for (const char *at = stp_spec_next(f->format, &p->spec); p->spec.conv != STP_CONV_END;
             at = stp_spec_next(at, &p->spec)) {
                if (p->spec.conv == STP_CONV_BAD)
                        return -EBADMSG;
                p->width = p->spec.width_arg ? (int) arg++ : -1;
                p->precision = p->spec.precision_arg ? (int) arg++ : -1;
                p->value = stp_spec_has_value(&p->spec) ? (int) arg++ : -1;
                p->kind = kind_of(p, f, c);
                if (arg > f->n_fields)
                        return -EBADMSG;
                if (p->value >= 0)
                        add_field(c, f, (unsigned) p->value, p->spec.conv);
                p++;
                c->n_pieces++;
        }
        return arg == f->n_fields ? 0 : -EBADMSG;
}

static void mask_origin(Render *r, const RenderSession *s) {
        static const char *const names[_ORIGIN_MAX] = {
                [ORIGIN_CPU] = "cpu", [ORIGIN_PID] = "pid", [ORIGIN_TID] = "tid", [ORIGIN_UID] = "uid",
        };
        for (unsigned i = 0; i < _ORIGIN_MAX; i++)
                for (unsigned k = 0; k < s->n_mask; k++)
                        r->masked[i] |= strcmp(names[i], s->mask[k]) == 0;
}

static int compile(Render *r, const RenderSession *s) {
        r->formats = calloc(MAX2(r->manifest->n_formats, 1u), sizeof(*r->formats));
        if (!r->formats)
                return -ENOMEM;
        for (unsigned i = 0; i < r->manifest->n_formats; i++) {
                int k = find_masked(&r->manifest->formats[i], s, &r->formats[i]);
                if (k == 0)
                        k = compile_pieces(&r->manifest->formats[i], &r->formats[i]);
                if (k < 0)
                        return k;
        }
        mask_origin(r, s);
        int k = render_json_prepare(r, s);
        return k < 0 ? k : render_journal_prepare(r, s);
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
        free(c->masked);
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
        free(r->journal);
        free(r);
        return NULL;
}

/* A width or precision from the record: a negative one is as if it were not there. */
static int star(long long n) {
        return n < 0 ? -1 : (int) MIN2(n, (long long) RENDER_MAX);
}

static size_t put_bytes(char *to, size_t room, const char *s, size_t len) {
        len = MIN2(len, room);
        if (len <= 8) /* most are: cheaper than a call */
                for (size_t i = 0; i < len; i++)
                        to[i] = s[i];
        else
                memcpy(to, s, len);
        return len;
}

static size_t put_stars(char *to, size_t room, const Piece *p, const struct stp_value *values) {
        struct stp_spec spec = p->spec;
        if (p->width >= 0)
                spec.width = star(values[p->width].n);
        if (p->precision >= 0)
                spec.precision = star(values[p->precision].n);
        return stp_spec_render(&spec, &values[p->value], to, room);
}

static size_t put_piece(char *to, size_t room, const CompiledFormat *c, const Piece *p,
                        const struct stp_value *values) {
        switch (p->kind) {
        case PIECE_LITERAL:
                return put_bytes(to, room, p->spec.text, p->spec.text_len);
        case PIECE_STRING:
                return put_bytes(to, room, values[p->value].s, values[p->value].len);
        case PIECE_DECIMAL:
                if (room >= DECIMAL_MAX)
                        return decimal_signed(to, values[p->value].n);
                /* fall through */
        case PIECE_PLAIN:
                return stp_spec_render(&p->spec, &values[p->value], to, room);
        case PIECE_STARS:
                return put_stars(to, room, p, values);
        case PIECE_MASKED:
                return put_bytes(to, room, MASKED_TEXT, strlen(MASKED_TEXT));
        case PIECE_HIST:
                return histogram_draw(&c->agg->histogram, values[p->value].s, values[p->width].n, to, room);
        }
        return 0;
}

void render_text(const Render *r, unsigned format, const struct stp_value *values, Buf *out) {
        const CompiledFormat *c = &r->formats[format];
        char *to = buf_reserve(out, RENDER_MAX);
        if (!to)
                return;
        size_t len = 0;
        for (const Piece *p = c->pieces; p < c->pieces + c->n_pieces; p++)
                len += put_piece(to + len, RENDER_MAX - len, c, p, values);
        out->len += len;
        out->data[out->len] = 0;
}
