/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ctl/child.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <wordexp.h>
#include "base/cleanup.h"

/* What only a shell understands; quotes and globs are wordexp's. */
#define SHELL_CHARACTERS "|&;<>()$`\n{}"

static void __attribute__((noreturn)) exec_command(const char *command) {
        wordexp_t words;
        if (!strpbrk(command, SHELL_CHARACTERS) && wordexp(command, &words, WRDE_NOCMD) == 0 &&
            words.we_wordc > 0) {
                execvp(words.we_wordv[0], words.we_wordv);
                fprintf(stderr, "stapctl: cannot run %s: %s\n", words.we_wordv[0], strerror(errno));
                _exit(127);
        }
        execl("/bin/sh", "sh", "-c", command, (char *) NULL);
        fprintf(stderr, "stapctl: cannot run /bin/sh: %s\n", strerror(errno));
        _exit(127);
}

static void __attribute__((noreturn)) run_child(int gate, const char *command) {
        char go;
        sigset_t none;
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
        (void) signal(SIGPIPE, SIG_DFL);
        ssize_t n;
        do
                n = read(gate, &go, 1);
        while (n < 0 && errno == EINTR);
        if (n != 1)
                _exit(0); /* nothing was started */
        close(gate);
        exec_command(command);
}

int child_start(Child *c, const char *command) {
        int gate[2];
        if (pipe2(gate, O_CLOEXEC) < 0)
                return -errno;
        fflush(NULL);
        pid_t pid = fork();
        if (pid < 0) {
                int r = -errno;
                close(gate[0]);
                close(gate[1]);
                return r;
        }
        if (pid == 0) {
                close(gate[1]);
                run_child(gate[0], command);
        }
        close(gate[0]);
        *c = (Child) { .pid = pid, .gate = gate[1] };
        return 0;
}

void child_release(Child *c) {
        if (c->gate < 0)
                return;
        if (write(c->gate, "g", 1) != 1)
                fprintf(stderr, "stapctl: the command is gone\n");
        c->gate = close_fd(c->gate);
}

void child_done(Child *c) {
        if (c->gate < 0)
                return;
        c->gate = close_fd(c->gate);
        (void) waitpid(c->pid, NULL, 0);
        c->pid = 0;
}
