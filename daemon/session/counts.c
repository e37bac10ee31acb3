/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/counts.h"
#include <errno.h>
#include "base/cleanup.h"
#include "session/session.h"

static const char *const places[_COUNT_PLACE_MAX] = {
#define X(name, text) [COUNT_PLACE_##name] = text,
        COUNT_PLACES(X)
#undef X
};

static const char *const skips[_COUNT_SKIP_MAX] = {
#define X(name, text) [COUNT_SKIP_##name] = text,
        COUNT_SKIPS(X)
#undef X
};

const char *count_place_to_string(CountPlace p) {
        return places[p];
}

const char *count_skip_to_string(CountSkip s) {
        return skips[s];
}

/* What the stream counts as lost is what the kernel counted, as far as it has seen that, and what was
 * damaged. */
static void add_losses(Counts *sum, const struct stp_stat *stat, const StreamTotals *stream) {
        int64_t kernel = (int64_t) (stat->lost + stat->lost_nmi);
        sum->lost[COUNT_PLACE_KERNEL_BUFFER] += stat->lost;
        sum->lost[COUNT_PLACE_KERNEL_NMI] += stat->lost_nmi;
        sum->lost[COUNT_PLACE_TRANSPORT_RESYNC] += (uint64_t) MAX2(stream->lost - kernel, (int64_t) 0);
        sum->lost[COUNT_PLACE_READER_QUEUE] += (uint64_t) MAX2(stream->reader_lost, (int64_t) 0);
}

void counts_add(Counts *sum, const Session *s) {
        const struct stp_stat *t = &s->stat;
        sum->hits += t->hits;
        sum->records += t->records;
        sum->errors += t->errors;
        sum->bytes += (uint64_t) MAX2(s->totals.bytes, (int64_t) 0);
        sum->skipped[COUNT_SKIP_BUSY] += t->skipped_busy;
        sum->skipped[COUNT_SKIP_LOCK] += t->skipped_lock;
        sum->skipped[COUNT_SKIP_STACK] += t->skipped_stack;
        sum->skipped[COUNT_SKIP_RETURN] += t->skipped_return;
        add_losses(sum, t, &s->totals);
}

uint64_t counts_lost(const Counts *c) {
        uint64_t sum = 0;
        for (size_t i = 0; i < _COUNT_PLACE_MAX; i++)
                sum += c->lost[i];
        return sum;
}

uint64_t counts_skipped(const Counts *c) {
        return c->skipped[COUNT_SKIP_LOCK] + c->skipped[COUNT_SKIP_STACK] + c->skipped[COUNT_SKIP_RETURN];
}

int tally_init(Tally *t) {
        *t = (Tally) { .results = json_object_new_object(), .compiled = json_object_new_object(),
                       .pass_usec = json_object_new_object() };
        return t->results && t->compiled && t->pass_usec ? 0 : -ENOMEM;
}

void tally_done(Tally *t) {
        json_object_put(t->results);
        json_object_put(t->compiled);
        json_object_put(t->pass_usec);
        *t = (Tally) {};
}

void tally_add(json_object *o, const char *word, int64_t n) {
        json_object *v;
        if (json_object_object_get_ex(o, word, &v))
                json_object_int_inc(v, n);
        else
                json_object_object_add(o, word, json_object_new_int64(n));
}
