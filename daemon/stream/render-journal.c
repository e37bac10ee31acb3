/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records as entries of the systemd journal, in its native protocol (systemd.io/JOURNAL_NATIVE_PROTOCOL): a
 * field is NAME=VALUE and LF, or, when the value has a LF in it, NAME, LF, its length in 64 bits, the value,
 * LF. It is not sd_journal_sendv() that sends them: that opens its socket itself, which this process may
 * not.
 */
#include <ctype.h>
#include <endian.h>
#include <errno.h>
#include <string.h>
#include "stream/decimal.h"
#include "stream/render-private.h"

#define FIELD_NAME_MAX 64 /* journald's own bound */
#define MESSAGE_MAX ((size_t) RENDER_MAX / 2)
#define PREFIX "STAPD_DATA_"

static void add_field(Buf *out, const char *name, const char *value, size_t len) {
        buf_str(out, name);
        if (memchr(value, '\n', len)) {
                uint64_t size = htole64(len);
                buf_char(out, '\n');
                buf_add(out, &size, sizeof(size));
        } else {
                buf_char(out, '=');
        }
        buf_add(out, value, len);
        buf_char(out, '\n');
}

static void add_number(Buf *out, const char *name, uint64_t n) {
        char digits[DECIMAL_MAX];
        add_field(out, name, digits, decimal_unsigned(digits, n));
}

/* Capital letters, digits and underscores are all that a name may have. */
static void add_value(Buf *out, const ManifestField *f, const struct stp_value *v) {
        char name[FIELD_NAME_MAX + 1] = PREFIX, digits[DECIMAL_MAX];
        size_t n = sizeof(PREFIX) - 1;
        for (const char *p = f->name; *p && n < FIELD_NAME_MAX; p++)
                name[n++] = isalnum((unsigned char) *p) ? (char) toupper((unsigned char) *p) : '_';
        name[n] = 0;
        if (f->type == FIELD_LONG)
                add_field(out, name, digits, decimal_signed(digits, v->n));
        else if (f->type == FIELD_STRING)
                add_field(out, name, v->s, v->len);
}

static void add_message(Buf *out, const char *text, size_t len) {
        while (len > 0 && text[len - 1] == '\n')
                len--;
        add_field(out, "MESSAGE", text, MIN2(len, MESSAGE_MAX));
}

static void add_start(Buf *out, const Render *r, const Stamp *s, const char *kind, const char *priority) {
        buf_str(out, r->journal);
        add_number(out, "STAPD_SEQ", s->seq);
        add_field(out, "STAPD_KIND", kind, strlen(kind));
        add_field(out, "PRIORITY", priority, 1);
}

static void add_origin(Buf *out, const Render *r, const Origin *o) {
        const char *point = r->manifest->probes[o->probe].point;
        add_field(out, "STAPD_PROBE", point, strlen(point));
        const struct {
                const char *name;
                uint64_t value;
        } rows[_ORIGIN_MAX] = {
                [ORIGIN_CPU] = { "STAPD_CPU", o->cpu }, [ORIGIN_PID] = { "STAPD_PID", o->pid },
                [ORIGIN_TID] = { "STAPD_TID", o->tid }, [ORIGIN_UID] = { "STAPD_UID", o->uid },
        };
        for (unsigned i = 0; i < _ORIGIN_MAX; i++)
                if (!r->masked[i])
                        add_number(out, rows[i].name, rows[i].value);
}

void render_journal_event(const Render *r, const Stamp *s, const Origin *o, unsigned format,
                          const struct stp_value *values, const Buf *text, Buf *out) {
        const ManifestFormat *f = &r->manifest->formats[format];
        add_start(out, r, s, "event", "6");
        add_origin(out, r, o);
        for (unsigned i = 0; i < f->n_fields; i++) {
                size_t before = out->len;
                if (!f->fields[i].hidden && !r->formats[format].masked[i])
                        add_value(out, &f->fields[i], &values[i]);
                if (out->len > MESSAGE_MAX) {
                        out->len = before; /* the text has it, too */
                        break;
                }
        }
        add_message(out, text->data ? text->data : "", text->len);
}

void render_journal_message(const Render *r, const Stamp *s, const Origin *o, const char *severity,
                            const struct stp_value *message, Buf *out) {
        add_start(out, r, s, severity, strcmp(severity, "error") == 0 ? "3" : "4");
        add_origin(out, r, o);
        add_message(out, message->s, message->len);
}

void render_journal_line(const Render *r, const Stamp *s, const char *line, size_t len, Buf *out) {
        bool lost = memmem(line, MIN2(len, (size_t) 40), "\"kind\":\"lost\"", 13);
        add_start(out, r, s, lost ? "lost" : "state", lost ? "4" : "6");
        add_message(out, line, len);
}

int render_journal_prepare(Render *r, const RenderSession *s) {
        Buf b = BUF_INIT;
        add_field(&b, "SYSLOG_IDENTIFIER", "stapd", 5);
        add_field(&b, "STAPD_SESSION", s->id, strlen(s->id));
        add_field(&b, "STAPD_SCRIPT", s->name ? s->name : "", s->name ? strlen(s->name) : 0);
        add_field(&b, "STAPD_DIGEST", r->manifest->digest ? r->manifest->digest : "",
                  r->manifest->digest ? strlen(r->manifest->digest) : 0);
        r->journal = buf_take(&b);
        return r->journal ? 0 : -ENOMEM;
}
