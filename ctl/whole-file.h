/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * A file that is there when all of it is, and not before: what is written goes beside it, and takes its name
 * at the end. What is no regular file (standard output, a pipe, a terminal) is written to as it is.
 */
#include "base/cleanup.h"

typedef struct WholeFile {
        int fd;
        char *path, *temporary; /* NULL: there is nothing to be renamed */
} WholeFile;

#define WHOLE_FILE_INIT ((WholeFile) { .fd = -1 })

/* path: NULL or "-" is standard output. Negative errno, printed. */
int whole_file_open(WholeFile *f, const char *path);
/* Gives it its name. Negative errno, printed. */
int whole_file_commit(WholeFile *f);
/* Without a commit nothing of it is left. */
void whole_file_done(WholeFile *f);
