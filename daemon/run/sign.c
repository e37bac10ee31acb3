/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/sign.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/cleanup.h"
#include "base/fds.h"

/* Every kernel that checks signatures knows this one. */
#define SIGN_HASH "sha256"

/* The program leaves its input alone when it is told where the output goes; both are memory files of
 * ours. */
static void __attribute__((noreturn))
run_sign_file(const char *program, const SigningKey *k, int from, int to) {
        char in[64], out[64];
        snprintf(in, sizeof(in), "/proc/self/fd/%d", from);
        snprintf(out, sizeof(out), "/proc/self/fd/%d", to);
        if (fcntl(from, F_SETFD, 0) < 0 || fcntl(to, F_SETFD, 0) < 0)
                _exit(126);
        char *const argv[] = { (char *) "sign-file", (char *) SIGN_HASH, (char *) k->key, (char *) k->certificate,
                               in, out, NULL };
        char *const environment[] = { (char *) "PATH=/usr/bin:/bin", NULL };
        execve(program, argv, environment);
        _exit(127);
}

static int wait_for(pid_t pid) {
        int status;
        while (waitpid(pid, &status, 0) < 0)
                if (errno != EINTR)
                        return -errno;
        return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EBADMSG;
}

int module_sign(int fd, const SigningKey *k) {
        if (!k->key || !*k->key || !k->certificate || !*k->certificate)
                return -ENOKEY;
        _cleanup_(freep) char *program = NULL;
        if (asprintf(&program, "/lib/modules/%s/build/scripts/sign-file", k->release) < 0)
                return -ENOMEM;
        if (access(program, X_OK) < 0)
                return -ENOENT;
        _cleanup_(closep) int to = memfd_create("stapd-signed", MFD_CLOEXEC | MFD_ALLOW_SEALING);
        if (to < 0)
                return -errno;
        pid_t pid = fork();
        if (pid < 0)
                return -errno;
        if (pid == 0)
                run_sign_file(program, k, fd, to);
        int r = wait_for(pid);
        if (r >= 0)
                r = fds_seal(to);
        return r < 0 ? r : TAKE_FD(to);
}
