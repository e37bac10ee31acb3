/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ctl/whole-file.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "ctl/output.h"

static int complain(int error, const char *path) {
        fprintf(stderr, "stapctl: cannot write %s: %s\n", path, strerror(-error));
        return error;
}

/* Beside the file itself, not beside a link to it; with the mode that it has. */
static int open_beside(WholeFile *f, const char *path, mode_t mode) {
        f->path = realpath(path, NULL) ?: strdup(path);
        if (!f->path || asprintf(&f->temporary, "%s.XXXXXX", f->path) < 0)
                return -ENOMEM;
        f->fd = mkostemp(f->temporary, O_CLOEXEC);
        if (f->fd < 0) {
                int r = -errno;
                f->temporary = (free(f->temporary), NULL);
                return r;
        }
        return fchmod(f->fd, mode) < 0 ? -errno : 0;
}

int whole_file_open(WholeFile *f, const char *path) {
        struct stat st;
        bool there = path && strcmp(path, "-") != 0 && stat(path, &st) >= 0;
        if (!path || strcmp(path, "-") == 0 || (there && !S_ISREG(st.st_mode))) {
                f->fd = output_open(path);
                return f->fd < 0 ? f->fd : 0;
        }
        if (there && access(path, W_OK) < 0)
                return complain(-errno, path);
        int r = open_beside(f, path, there ? st.st_mode & 0777 : 0644);
        return r < 0 ? complain(r, path) : 0;
}

int whole_file_commit(WholeFile *f) {
        if (!f->temporary)
                return 0;
        if (rename(f->temporary, f->path) < 0)
                return complain(-errno, f->path);
        f->temporary = (free(f->temporary), NULL);
        return 0;
}

void whole_file_done(WholeFile *f) {
        if (f->temporary)
                (void) unlink(f->temporary);
        if (f->fd > STDERR_FILENO)
                close(f->fd);
        free(f->temporary);
        free(f->path);
        *f = WHOLE_FILE_INIT;
}
