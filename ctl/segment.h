/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* One file of a recording, read line by line, compressed or not, and held against its own end. */
#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>
#include "base/buf.h"

typedef struct Segment Segment;

/* "-": standard input. NULL: it cannot be opened, printed. */
Segment *segment_open(const char *path);
Segment *segment_free(Segment *s);
/* The next record: 1, and it is `line` (with its LF) and `record`, until the next call; 0: the end. */
int segment_next(Segment *s);
const Buf *segment_line(const Segment *s);
json_object *segment_record(const Segment *s);
int64_t segment_time(const Segment *s); /* usec */
/* Where the record belongs in time, usec: what the script did, when it did that; what the stream says of
 * itself (states, losses), behind what it stands behind. */
int64_t segment_place(const Segment *s);
/* At the end: whether the file is whole. Printed. */
bool segment_is_sound(const Segment *s);
