/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Configuration files in systemd's style: [Section], Setting=value, comments after # or ; at the start of a
 * line. What a privileged daemon reads must be root's: a file that others can write is refused whole.
 */
#include <stdbool.h>
#include <stddef.h>

#define CONF_MAX_SIZE (1u << 20) /* bytes of one file */

/* Each returns 0, or a negative errno with a static text in *ret_error. The texts are borrowed. */
typedef struct ConfReader {
        int (*section)(void *userdata, const char *name, const char **ret_error);
        int (*setting)(void *userdata, const char *key, const char *value, const char **ret_error);
        void *userdata;
} ConfReader;

/* dir_fd: what `path` is relative to, or AT_FDCWD. -ENOENT: there is none; -EPERM: it is not owned by
 * root or by us, or others can write it, or it is no regular file; -EFBIG; -EINVAL: *ret_line (from 1) is
 * wrong, and *ret_error says how. Links are followed, since it is what they lead to that is checked; one
 * to /dev/null is an empty file. */
int conf_read(int dir_fd, const char *path, const ConfReader *reader, unsigned *ret_line,
              const char **ret_error);
/* The same of a text, which it writes into. */
int conf_parse(char *text, const ConfReader *reader, unsigned *ret_line, const char **ret_error);

/* -EINVAL: neither of yes, true, on, 1, no, false, off, 0. */
int conf_parse_bool(const char *value, bool *ret);
/* A decimal number of min ... max; else -EINVAL. */
int conf_parse_unsigned(const char *value, unsigned min, unsigned max, unsigned *ret);
