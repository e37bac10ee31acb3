/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/loader.h"
#include <errno.h>
#include <limits.h>
#include <linux/capability.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/cleanup.h"
#include "base/fault.h"
#include "base/fds.h"

static int keep_capability(unsigned capability) {
        struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
        struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {};
        if (syscall(SYS_capget, &header, data) < 0)
                return -errno;
        for (unsigned i = 0; i < ELEMENTSOF(data); i++) {
                unsigned mask = capability / 32 == i ? 1u << capability % 32 : 0;
                data[i].effective &= mask;
                data[i].permitted &= mask;
                data[i].inheritable = 0;
        }
        return syscall(SYS_capset, &header, data) < 0 ? -errno : 0;
}

static int close_others(int fd) {
        if (fd > 0 && syscall(SYS_close_range, 0u, (unsigned) fd - 1, 0u) < 0)
                return -errno;
        return syscall(SYS_close_range, (unsigned) fd + 1, UINT_MAX, 0u) < 0 ? -errno : 0;
}

/* An init that returns more than 0 has not done what it should. */
static int insert(int fd) {
        int r = (int) syscall(SYS_finit_module, fd, "", 0);
        return r < 0 ? -errno : r > 0 ? -EINVAL : 0;
}

/* Its exit status is the errno. */
_Noreturn static void load(int fd, pid_t parent) {
        int r = prctl(PR_SET_NAME, "stapd-load") < 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 ? -errno : 0;
        if (r >= 0 && getppid() != parent)
                r = -ESRCH;
        r = r < 0 ? r : close_others(fd);
        r = r < 0 ? r : keep_capability(CAP_SYS_MODULE);
        r = r < 0 ? r : fault("loader");
        r = r < 0 ? r : insert(fd);
        _exit(-r);
}

int loader_start(int fd, pid_t *ret) {
        pid_t parent = getpid(), pid = fork();
        if (pid < 0)
                return -errno;
        if (pid == 0)
                load(fd, parent);
        *ret = pid;
        return 0;
}

int loader_result(int code, int status) {
        return code == CLD_EXITED ? -status : -ECHILD;
}

/* 0 once it has ended. */
static int await(pid_t pid) {
        _cleanup_(closep) int fd = (int) syscall(SYS_pidfd_open, pid, 0);
        struct pollfd p = { .fd = fd, .events = POLLIN };
        if (fd < 0)
                return -errno;
        int r;
        do
                r = poll(&p, 1, LOADER_SECONDS * 1000);
        while (r < 0 && errno == EINTR);
        return r > 0 ? 0 : r == 0 ? -ETIMEDOUT : -errno;
}

void loader_abandon(pid_t pid) {
        (void) kill(pid, SIGKILL); /* of no use to one that the kernel holds */
        (void) waitpid(pid, NULL, WNOHANG);
}

int loader_wait(pid_t pid) {
        siginfo_t end = {};
        int r = await(pid);
        if (r < 0) {
                loader_abandon(pid);
                return r;
        }
        while (waitid(P_PID, (id_t) pid, &end, WEXITED) < 0)
                if (errno != EINTR)
                        return -errno;
        return loader_result(end.si_code, end.si_status);
}
