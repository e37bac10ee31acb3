/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Starting our helper programs without privilege, and whose directories are. Negative errno.
 */
#include <stdbool.h>
#include <sys/types.h>

typedef struct ProcessOptions {
        const char *program;     /* full path */
        char *const *argv;       /* NULL-ended, argv[0] included */
        const char *user;        /* to run as, when we are root; NULL: as we are */
        int control_fd;          /* becomes descriptor 3 */
        int nice;                /* priority, as of nice(1), when we may give it */
        int oom_score;           /* as of choom(1): what protects us when memory runs out is not inherited */
        bool survives;           /* it ends by itself when its socket does; otherwise it is killed when we die */
} ProcessOptions;

/* Forks and runs it with nothing but 0-2 (null, null, our standard error) and 3. Returns the pid. */
pid_t process_spawn(const ProcessOptions *o);

/* Gives everything below a directory to root, readable by all, writable by root alone; refuses links,
 * devices and files that have other names. */
int directory_take_over(const char *path);
/* Gives a directory to a user. */
int directory_give(const char *path, const char *user);
