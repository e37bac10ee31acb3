/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * The records of all CPUs in order of time, and in their places what was lost. One sub-buffer of each CPU is
 * in hand; it goes back to the kernel when its last record was taken, after `before_put` has noted so in
 * the ledger.
 */
#include <stdbool.h>
#include "manifest/ledger-layout.h"
#include "stream/decode.h"
#include "stream/reader.h"

#define LOST_UNKNOWN UINT64_MAX

typedef struct Lost {
        bool damaged;   /* the bytes made no sense; otherwise there was no room for them */
        bool overwritten; /* by a flight recorder, before anybody wanted them */
        unsigned cpu;
        uint64_t count; /* records; LOST_UNKNOWN */
        uint64_t bytes; /* of damaged sub-buffers */
        uint64_t since, until; /* ns: the records around it; 0: unknown */
} Lost;

typedef struct Item {
        bool is_lost;
        uint64_t time; /* ns */
        Record record;
        Lost lost;
} Item;

typedef struct OrderCpu {
        LedgerCpu at;      /* how far it was consumed */
        bool resumed;      /* `at` was found in the ledger, and no sub-buffer was seen since */
        bool open;         /* a sub-buffer is in hand */
        const uint8_t *data;
        size_t bytes, offset;
        struct stp_subbuf_header header;
        int next;          /* of decode_record(): 1: `record` is the next one */
        Record record;
        uint64_t time;     /* key: never goes back */
        uint64_t last;     /* time of the last record taken */
} OrderCpu;

typedef struct Order {
        Reader *reader;
        OrderCpu *cpus;
        unsigned *heap, n_heap; /* CPUs with something to give, the earliest first */
        unsigned long subbufs;  /* that were given back */
        int (*before_put)(void *userdata);
        void *userdata;
} Order;

/* Goes on where `from` says. */
int order_init(Order *o, Reader *r, const LedgerState *from, int (*before_put)(void *), void *userdata);
void order_done(Order *o);
/* Looks for sub-buffers of the CPUs that have none in hand. */
int order_refill(Order *o);
/* The earliest thing before `until`: 1, or 0 when there is none. It stays until order_advance(). */
int order_peek(Order *o, uint64_t until, Item *ret);
int order_advance(Order *o);
/* Writes down how far each CPU was consumed. */
void order_note(const Order *o, LedgerState *ret);
