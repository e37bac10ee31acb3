/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * One session's stream: from the kernel's buffers to its readers, as stapd says on the control socket. Runs
 * until everything is delivered.
 */
#include "stream/reader.h"

/* `ops` and `userdata` replace the reader's descriptor of "setup", for tests; NULL: the kernel's. The socket
 * stays the caller's. 0 when all was delivered; negative errno. */
int stream_run(int control, const ReaderOps *ops, void *userdata);
