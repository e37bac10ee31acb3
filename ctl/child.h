/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * The command of -c: a child of ours, run as the user, that waits before its exec until the probes are
 * armed.
 */
#include <sys/types.h>

typedef struct Child {
        pid_t pid;   /* 0: none */
        int gate;    /* closing it without a word ends the child; -1: it was let go */
} Child;

#define CHILD_INIT ((Child) { .gate = -1 })

/* A command without shell characters is executed directly, so that its pid is what target() sees; anything
 * else by sh -c. Negative errno. */
int child_start(Child *c, const char *command);
/* Lets it go on to its exec. */
void child_release(Child *c);
/* Ends one that was not let go yet. */
void child_done(Child *c);
