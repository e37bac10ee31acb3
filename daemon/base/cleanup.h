/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Ownership by declaration: every owning local is marked _cleanup_(xp) from its first line and handed
 * over with TAKE_PTR/TAKE_FD, so that no early return can leak.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define _cleanup_(x) __attribute__((cleanup(x)))

#define TAKE_PTR(p) ({ __typeof__(p) *_pp = &(p), _v = *_pp; *_pp = NULL; _v; })
#define TAKE_FD(fd) ({ int *_pf = &(fd), _f = *_pf; *_pf = -1; _f; })

#define ELEMENTSOF(a) (sizeof(a) / sizeof((a)[0]))
#define MIN2(a, b) ({ __typeof__(a) _a = (a); __typeof__(b) _b = (b); _a < _b ? _a : _b; })
#define MAX2(a, b) ({ __typeof__(a) _a = (a); __typeof__(b) _b = (b); _a > _b ? _a : _b; })

/* Defines NAMEp(): the cleanup function for a pointer of TYPE that FREE destroys (FREE takes NULL). */
#define DEFINE_CLEANUP(type, name, destroy)             \
        static inline void name(type *p) {              \
                if (*p)                                 \
                        destroy(*p);                    \
        }

static inline void freep(void *p) {
        free(*(void **) p);
}

/* Closes a file descriptor and returns -1, so that `fd = close_fd(fd)` leaves no stale number. */
static inline int close_fd(int fd) {
        if (fd >= 0)
                close(fd);
        return -1;
}

static inline void closep(int *fd) {
        close_fd(*fd);
}

DEFINE_CLEANUP(FILE *, fclosep, fclose)
