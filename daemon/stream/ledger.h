/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * The state that a killed stapd-stream leaves to the next one. It is worked on in private memory and
 * committed to the shared one as a whole: readers' queues only show what is committed.
 */
#include "manifest/ledger-layout.h"

typedef struct LedgerMap {
        Ledger *shared;
        LedgerState *now; /* what will be committed */
        unsigned n_cpus;
        int fd;
} LedgerMap;

/* Maps it and takes over what it holds; a new one is empty. Keeps the descriptor, also on failure. Waits
 * a few seconds for another process that still has it, then -EBUSY. -EBADMSG: it is none. */
int ledger_open(LedgerMap *l, int fd);
void ledger_close(LedgerMap *l);
void ledger_commit(LedgerMap *l);
/* The entry of a reader: found, or made (*ret_new) when there is room. NULL: there are too many. */
LedgerReader *ledger_reader(LedgerMap *l, uint32_t id, bool *ret_new);
