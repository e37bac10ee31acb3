/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * What a stream process has counted so far, out of the memory that it leaves to its successor
 * (manifest/ledger-layout.h): nobody has to be asked, and a process that is busy or stopped answers as well.
 * It writes there what it likes: these are figures for people, and nothing is decided on them.
 */
#include "session/streamer.h"

/* gone_lost: by readers that it has no account of any more. Leaves *ret as it was when there is nothing
 * to read. */
void stream_counts_read(int ledger_fd, int64_t gone_lost, StreamTotals *ret);
void stream_counts_read_keep(int ledger_fd, int keep_fd, StreamMemory *ret);
/* Where the reader of this id, whose queue this is, stands. False: it has not begun, or there is nothing to
 * read. */
bool stream_counts_read_reader(int ledger_fd, unsigned id, int queue_fd, StreamerProgress *ret);
