/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A k-way merge with a binary heap of CPUs. A CPU writes its records in order of time, so only the next one
 * of each has to be compared. The kernel tells up to which time all is there (FLUSH): what is later waits,
 * because another CPU may still have something before it.
 *
 * Each sub-buffer says how many records of its CPU were written and lost before it. Compared with what was
 * taken, that finds every gap, whatever made it: no room, the flight recorder's overwriting, or damage. A
 * damaged sub-buffer is left at the first byte that makes no sense; the next one's header says how many
 * records that cost.
 */
#include "stream/order.h"
#include <errno.h>
#include <stdlib.h>
#include "base/cleanup.h"

/* ------------------------------------------------------------------ the heap */

static bool before(const Order *o, unsigned a, unsigned b) {
        const OrderCpu *x = &o->cpus[a], *y = &o->cpus[b];
        return x->time < y->time || (x->time == y->time && a < b);
}

static void sift_down(Order *o) {
        for (unsigned i = 0;;) {
                unsigned least = i;
                for (unsigned child = 2 * i + 1; child <= 2 * i + 2 && child < o->n_heap; child++)
                        if (before(o, o->heap[child], o->heap[least]))
                                least = child;
                if (least == i)
                        return;
                unsigned swap = o->heap[i];
                o->heap[i] = o->heap[least];
                o->heap[least] = swap;
                i = least;
        }
}

static void heap_push(Order *o, unsigned cpu) {
        unsigned i = o->n_heap++;
        for (; i > 0 && before(o, cpu, o->heap[(i - 1) / 2]); i = (i - 1) / 2)
                o->heap[i] = o->heap[(i - 1) / 2];
        o->heap[i] = cpu;
}

static void heap_pop(Order *o) {
        o->heap[0] = o->heap[--o->n_heap];
        sift_down(o);
}

/* ------------------------------------------------------------------ one CPU */

static bool has_gap(const OrderCpu *c) {
        return c->header.lost > c->at.lost || c->header.records > c->at.records || c->at.damaged > 0;
}

static void read_next(OrderCpu *c) {
        c->next = decode_record(c->data, c->bytes, &c->offset, &c->record);
        if (c->next == 1)
                c->time = MAX2(c->time, c->record.time);
}

/* Adds what is left of the sub-buffer to the damage. */
static void note_damage(OrderCpu *c, size_t bytes) {
        uint32_t sum;
        c->at.damaged = __builtin_add_overflow(c->at.damaged, (uint32_t) MAX2(bytes, (size_t) 1), &sum) ?
                                UINT32_MAX : sum;
}

/* True when the sub-buffer was consumed by a process that died before it could give it back. */
static bool was_consumed(OrderCpu *c) {
        bool consumed = c->resumed && c->header.seq + 1 == c->at.seq;
        if (c->resumed && c->header.seq != c->at.seq) {
                c->at.records += c->at.done; /* of one that is gone: a flight recorder's */
                c->at.done = 0;
        }
        c->resumed = false;
        return consumed;
}

/* Starts on a sub-buffer. True when there is something to give. */
static bool open_subbuf(OrderCpu *c, unsigned cpu) {
        c->open = true;
        c->offset = sizeof(c->header);
        c->next = 0;
        if (decode_subbuf(c->data, c->bytes, cpu, &c->header) < 0) {
                /* Nothing in it can be believed, not even its number: as if nobody had seen it. */
                c->header = (struct stp_subbuf_header) {
                        .seq = c->at.seq - 1, .lost = c->at.lost, .records = c->at.records
                };
                note_damage(c, c->bytes);
                return false;
        }
        if (was_consumed(c)) {
                c->header.records = c->at.records;
                return false;
        }
        uint32_t skip = c->at.done;
        if (c->header.records < c->at.records)
                c->at.records = c->header.records;
        c->record.cpu = cpu;
        read_next(c);
        for (uint32_t i = 0; i < skip && c->next == 1; i++)
                read_next(c);
        return c->next == 1 || has_gap(c);
}

/* Gives the sub-buffer back, which must be in the ledger before. */
static int close_subbuf(Order *o, unsigned cpu) {
        OrderCpu *c = &o->cpus[cpu];
        if (c->next < 0)
                note_damage(c, c->bytes - c->offset);
        c->at.seq = c->header.seq + 1;
        c->at.records += c->at.done;
        c->at.done = 0;
        c->open = false;
        o->subbufs++;
        int k = o->before_put(o->userdata);
        return k < 0 ? k : reader_put(o->reader, cpu);
}

/* Goes on to the next sub-buffer that has something to give: 1, or 0 when there is none. */
static int next_subbuf(Order *o, unsigned cpu) {
        OrderCpu *c = &o->cpus[cpu];
        for (unsigned i = 0; i < o->reader->n_subbufs; i++) {
                int k = reader_get(o->reader, cpu, &c->data, &c->bytes);
                if (k <= 0)
                        return k;
                if (open_subbuf(c, cpu))
                        return 1;
                k = close_subbuf(o, cpu);
                if (k < 0)
                        return k;
        }
        return 0;
}

/* ------------------------------------------------------------------ all of them */

int order_init(Order *o, Reader *r, const LedgerState *from, int (*before_put)(void *), void *userdata) {
        *o = (Order) { .reader = r, .before_put = before_put, .userdata = userdata };
        o->cpus = calloc(r->n_cpus, sizeof(*o->cpus));
        o->heap = calloc(r->n_cpus, sizeof(*o->heap));
        if (!o->cpus || !o->heap) {
                order_done(o);
                return -ENOMEM;
        }
        for (unsigned i = 0; i < r->n_cpus; i++) {
                o->cpus[i].at = from->cpus[i];
                o->cpus[i].resumed = true;
        }
        return 0;
}

void order_done(Order *o) {
        free(o->cpus);
        free(o->heap);
        o->cpus = NULL;
        o->heap = NULL;
}

int order_refill(Order *o) {
        for (unsigned cpu = 0; cpu < o->reader->n_cpus; cpu++) {
                if (o->cpus[cpu].open)
                        continue;
                int k = next_subbuf(o, cpu);
                if (k < 0)
                        return k;
                if (k > 0)
                        heap_push(o, cpu);
        }
        return 0;
}

/* More records than the missing sub-buffers can have held are a count that is damaged itself. */
static bool count_is_possible(const Order *o, const OrderCpu *c, uint64_t count) {
        uint64_t gap = c->header.seq - c->at.seq + 2;
        return gap > UINT32_MAX || count / (o->reader->subbuf_size / sizeof(struct stp_record)) <= gap;
}

static Lost gap_of(const Order *o, unsigned cpu) {
        const OrderCpu *c = &o->cpus[cpu];
        Lost lost = { .cpu = cpu, .since = c->last, .until = c->next == 1 ? c->time : 0 };
        if (c->header.lost > c->at.lost) {
                lost.count = c->header.lost - c->at.lost;
                return lost;
        }
        lost.count = c->header.records - c->at.records;
        lost.damaged = c->at.damaged > 0 || c->header.seq == c->at.seq;
        lost.overwritten = o->reader->overwrites && !lost.damaged;
        lost.bytes = c->at.damaged;
        if (lost.count == 0 || !count_is_possible(o, c, lost.count))
                lost.count = LOST_UNKNOWN;
        return lost;
}

int order_peek(Order *o, uint64_t until, Item *ret) {
        if (o->n_heap == 0)
                return 0;
        const OrderCpu *c = &o->cpus[o->heap[0]];
        if (c->time >= until)
                return 0;
        ret->time = c->time;
        ret->is_lost = has_gap(c);
        if (ret->is_lost)
                ret->lost = gap_of(o, o->heap[0]);
        else
                ret->record = c->record;
        return 1;
}

/* Notes that the gap in front of the sub-buffer was told. */
static void pass_gap(OrderCpu *c) {
        if (c->header.lost > c->at.lost) {
                c->at.lost = c->header.lost;
                return;
        }
        c->at.records = c->header.records;
        c->at.seq = c->header.seq;
        c->at.damaged = 0;
}

int order_advance(Order *o) {
        unsigned cpu = o->heap[0];
        OrderCpu *c = &o->cpus[cpu];
        if (has_gap(c)) {
                pass_gap(c);
        } else {
                c->at.seq = c->header.seq;
                c->at.done++;
                c->last = c->time;
                read_next(c);
        }
        int k = 1;
        if (c->next != 1 && !has_gap(c)) {
                k = close_subbuf(o, cpu);
                if (k < 0)
                        return k;
                k = next_subbuf(o, cpu);
        }
        if (k < 0)
                return k;
        if (k == 0)
                heap_pop(o);
        else
                sift_down(o);
        return 0;
}

void order_note(const Order *o, LedgerState *ret) {
        for (unsigned i = 0; i < o->reader->n_cpus; i++)
                ret->cpus[i] = o->cpus[i].at;
}
