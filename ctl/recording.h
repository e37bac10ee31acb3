/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * A recording from the client's side: the stream writes, and asks over the socket for one file after the
 * other; who opens them, with his own rights, are we.
 */
#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>
#include <json-c/json.h>
#include "base/buf.h"

typedef struct Recording {
        const char *path;
        int64_t segment_bytes, count; /* -S; 0: not said */
        int64_t segment_usec, min_free;
        bool compress, is_text;
        int fd;                       /* of file `number`; -1: none yet */
        uint32_t number;
        bool failed;
        Buf in;
} Recording;

#define RECORDING_INIT ((Recording) { .fd = -1 })
#define RECORDING_SHORT "S:"
enum { OPT_ROTATE_EVERY = 1024, OPT_COMPRESS, OPT_MIN_FREE };
#define RECORDING_OPTIONS                                       \
        { "rotate-every", required_argument, NULL, OPT_ROTATE_EVERY }, \
        { "compress", no_argument, NULL, OPT_COMPRESS },        \
        { "min-free", required_argument, NULL, OPT_MIN_FREE }
#define RECORDING_USAGE                                                                       \
        "  -S SIZE[,COUNT]   Files of at most SIZE (MB, or with K, M, G); COUNT of them are left\n" \
        "  --rotate-every=T  Another file each 30s, 10min, 1h, 1d ...\n"                      \
        "  --compress        With gzip\n"                                                     \
        "  --min-free=SIZE   Leave so much of the file system free\n"

/* 1: it was one of ours; 0: it was not; negative: wrong, printed. */
int recording_read_option(Recording *r, int c, const char *text);
/* 4096, 512K, 16M, 1G, within these bounds; complains. `unit`: of a bare number. */
int read_size(const char *what, const char *text, int64_t unit, int64_t min, int64_t max, int64_t *ret);
/* Something was said that only a recording can do. */
bool recording_is_wanted(const Recording *r);
void recording_done(Recording *r);

/* For Attach. */
void recording_add_parameters(const Recording *r, json_object *parameters);
/* The socket is readable: 1: go on; 0: the end; negative: it failed, printed. */
int recording_serve(Recording *r, int socket);
/* What came with the reply of Attach. */
int recording_take(Recording *r, int socket, const char *data, size_t len);
