/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * A JSON object in a memory file, for one who goes on after us: written again and again, and whole whenever
 * we are killed. There are two places in the file; the next one is written into the older, and what is not
 * whole does not count.
 */
#include <json-c/json.h>
#include <stdint.h>

typedef struct Memo {
        int fd; /* -1: none */
        uint64_t number;
} Memo;

#define MEMO_INIT ((Memo) { .fd = -1 })

int memo_new(Memo *ret);
void memo_done(Memo *m);
int memo_write(Memo *m, json_object *o); /* borrows it */
/* Takes the descriptor. -EBADMSG: there is nothing whole in it. */
int memo_open(int fd, Memo *ret, json_object **ret_object);
