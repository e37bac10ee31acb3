/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stream/decode.h"
#include <errno.h>
#include <string.h>

int decode_subbuf(const uint8_t *data, size_t bytes, unsigned cpu, struct stp_subbuf_header *ret) {
        struct stp_subbuf_header h;
        if (bytes < sizeof(h))
                return -EBADMSG;
        memcpy(&h, data, sizeof(h));
        if (h.magic != STP_SUBBUF_MAGIC || h.version != STP_ABI_VERSION || h.cpu != cpu)
                return -EBADMSG;
        *ret = h;
        return 0;
}

int decode_record(const uint8_t *data, size_t bytes, size_t *offset, Record *ret) {
        struct stp_record r = {};
        do {
                if (*offset >= bytes)
                        return 0;
                size_t left = bytes - *offset;
                if (left < sizeof(r.len))
                        return -EBADMSG;
                const uint8_t *at = data + *offset;
                memcpy(&r, at, MIN2(sizeof(r), left));
                /* Padding may be as short as its length and kind. */
                size_t min = left >= 8 && r.kind == STP_RECORD_PAD ? 8 : sizeof(r);
                if (r.len < min || r.len > left || r.len % 8 != 0 ||
                    (r.len > STP_RECORD_MAX && r.kind != STP_RECORD_PAD) || r.kind >= STP_RECORD_KIND_MAX)
                        return -EBADMSG;
                *offset += r.len;
                ret->payload = at + sizeof(r);
                ret->payload_len = r.len - (uint32_t) MIN2(sizeof(r), (size_t) r.len);
        } while (r.kind == STP_RECORD_PAD);
        ret->time = r.time;
        ret->id = r.id;
        ret->pid = r.pid;
        ret->tid = r.tid;
        ret->uid = r.uid;
        ret->kind = r.kind;
        ret->probe = r.probe;
        return 1;
}

static int take_long(const uint8_t **p, const uint8_t *end, struct stp_value *ret) {
        int64_t n;
        if (end - *p < (ptrdiff_t) sizeof(n))
                return -EBADMSG;
        memcpy(&n, *p, sizeof(n));
        *p += sizeof(n);
        *ret = (struct stp_value) { .n = n };
        return 0;
}

static int take_bytes(const uint8_t **p, const uint8_t *end, struct stp_value *ret) {
        uint32_t len;
        if (end - *p < (ptrdiff_t) sizeof(len))
                return -EBADMSG;
        memcpy(&len, *p, sizeof(len));
        uint64_t room = ((uint64_t) sizeof(len) + len + 7) & ~(uint64_t) 7;
        if (room > (uint64_t) (end - *p))
                return -EBADMSG;
        *ret = (struct stp_value) { .s = (const char *) *p + sizeof(len), .len = len };
        *p += room;
        return 0;
}

static int take_buckets(const uint8_t **p, const uint8_t *end, const Histogram *h, struct stp_value *ret) {
        int k = take_bytes(p, end, ret);
        return k < 0 ? k : ret->len == histogram_buckets(h) * sizeof(uint64_t) ? 0 : -EBADMSG;
}

int decode_values(const Record *r, const ManifestFormat *f, struct stp_value values[MANIFEST_MAX_FIELDS]) {
        const uint8_t *p = r->payload, *end = p + r->payload_len;
        for (unsigned i = 0; i < f->n_fields; i++) {
                FieldType type = f->fields[i].type;
                int k = type == FIELD_LONG ? take_long(&p, end, &values[i]) :
                        type == FIELD_HIST ? take_buckets(&p, end, &f->agg->histogram, &values[i]) :
                                             take_bytes(&p, end, &values[i]);
                if (k < 0)
                        return k;
        }
        return p == end ? 0 : -EBADMSG;
}

int decode_message(const Record *r, struct stp_value *ret) {
        const uint8_t *p = r->payload, *end = p + r->payload_len;
        int k = take_bytes(&p, end, ret);
        return k < 0 ? k : p == end ? 0 : -EBADMSG;
}
