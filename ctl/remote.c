/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ctl/remote.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include "base/buf.h"

/* The other side's shell takes the command apart: what is inside of single quotes it leaves alone. */
static char *quote(const char *word) {
        _cleanup_(buf_done) Buf b = BUF_INIT;
        buf_char(&b, '\'');
        for (; *word; word++) {
                if (*word == '\'')
                        buf_str(&b, "'\\''");
                else
                        buf_char(&b, *word);
        }
        buf_char(&b, '\'');
        return buf_take(&b);
}

static void __attribute__((noreturn)) run_ssh(int fd, const char *host, const char *socket) {
        sigset_t none;
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
        (void) signal(SIGPIPE, SIG_DFL);
        (void) signal(SIGINT, SIG_IGN); /* Ctrl-C is for us, who still have to hear how it ended */
        (void) prctl(PR_SET_PDEATHSIG, SIGTERM);
        char *path = quote(socket), *option;
        if (!path || asprintf(&option, "--socket=%s", path) < 0 || dup2(fd, STDIN_FILENO) < 0 ||
            dup2(fd, STDOUT_FILENO) < 0)
                _exit(127);
        /* Not answering for a minute is being gone: the session of a client that is gone must end. */
        execlp("ssh", "ssh", "-xT", "-o", "ServerAliveInterval=15", "--", host, "stapctl", option, "bridge",
               (char *) NULL);
        fprintf(stderr, "stapctl: cannot run ssh: %s\n", strerror(errno));
        _exit(127);
}

int remote_connect(const char *host, const char *socket) {
        int pair[2];
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
                return -errno;
        fflush(NULL);
        pid_t pid = fork();
        if (pid < 0) {
                int r = -errno;
                close(pair[0]);
                close(pair[1]);
                return r;
        }
        if (pid == 0)
                run_ssh(pair[1], host, socket);
        close(pair[1]);
        return pair[0];
}
