/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The process that carries the records of one session to its readers. Started by stapd, never by hand. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include "base/log.h"
#include "config.h"
#include "manifest/stream-protocol.h"
#include "stream/sandbox.h"
#include "stream/stream.h"

#define NICE (-10)

static int is_control(int fd) {
        int type = 0;
        socklen_t len = sizeof(type);
        return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0 && type == SOCK_SEQPACKET;
}

/* Records that are not taken in time are lost. What this costs others is what the tracer causes anyway,
 * only sooner. */
static void ask_for_time(void) {
        if (setpriority(PRIO_PROCESS, 0, NICE) < 0)
                log_debug_errno(errno, "Not allowed a higher priority: %m");
}

int main(int argc, char **argv) {
        log_setup("stapd-stream", LOG_INFO);
        if (argc == 2 && strcmp(argv[1], "--version") == 0) {
                printf("stapd-stream %s\n", STAPD_VERSION);
                return EXIT_SUCCESS;
        }
        if (argc != 1 || !is_control(STREAM_CONTROL_FD)) {
                log_error("This program is started by stapd, with a socket as descriptor %d.",
                          STREAM_CONTROL_FD);
                return EXIT_FAILURE;
        }
        signal(SIGPIPE, SIG_IGN);
        signal(SIGINT, SIG_IGN); /* a Ctrl-C at stapd's terminal is stapd's to handle */
        ask_for_time();
        int r = sandbox_enter();
        if (r < 0)
                return log_errno(r, "Cannot give up privileges: %m") < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
        r = stream_run(STREAM_CONTROL_FD, NULL, NULL);
        if (r < 0)
                log_errno(r, "Streaming failed: %m");
        return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
