/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ctl/agent.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <systemd/sd-login.h>
#include <unistd.h>
#include "base/cleanup.h"
#include "ctl/main.h"

#define AGENT "/usr/bin/pkttyagent"

static pid_t agent;

static void stop_agent(void) {
        if (agent <= 0)
                return;
        (void) kill(agent, SIGTERM);
        (void) kill(agent, SIGCONT); /* it may have been stopped at the terminal */
        (void) waitpid(agent, NULL, 0);
        agent = 0;
}

/* Its parent is whom it answers for. What we are asked and told goes by the terminal, never by our own
 * output. */
static void __attribute__((noreturn)) run_agent(int ready, bool fallback) {
        char fd[16];
        sigset_t none;
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
        (void) prctl(PR_SET_PDEATHSIG, SIGTERM);
        (void) fcntl(ready, F_SETFD, 0);
        snprintf(fd, sizeof(fd), "%d", ready);
        int null = open("/dev/null", O_RDWR | O_CLOEXEC);
        if (null >= 0)
                (void) dup2(null, STDOUT_FILENO);
        execl(AGENT, AGENT, "--notify-fd", fd, fallback ? "--fallback" : (char *) NULL, (char *) NULL);
        _exit(127);
}

/* A desktop's agent comes before ours. Polkit looks for either in a login session, and without one for
 * ours alone, if it is no second choice. */
static bool in_login_session(void) {
        _cleanup_(freep) char *session = NULL;
        return sd_pid_get_session(0, &session) >= 0;
}

/* It closes its end when it is there, or ends. */
static void await(int fd) {
        char byte;
        while (read(fd, &byte, 1) < 0 && errno == EINTR)
                ;
}

void agent_start(void) {
        static bool tried;
        int ready[2];
        if (tried || !arg_ask_password || geteuid() == 0 || !isatty(STDIN_FILENO) || access(AGENT, X_OK) < 0)
                return;
        tried = true;
        if (pipe2(ready, O_CLOEXEC) < 0)
                return;
        agent = fork();
        if (agent == 0) {
                close(ready[0]);
                run_agent(ready[1], in_login_session());
        }
        close(ready[1]);
        if (agent > 0) {
                await(ready[0]);
                (void) atexit(stop_agent);
        }
        close(ready[0]);
}
