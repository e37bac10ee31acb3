/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stream/sandbox.h"
#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <stdbool.h>
#include <sys/capability.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include "base/cleanup.h"

#if defined(__SANITIZE_ADDRESS__)
#define HAVE_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAVE_SANITIZER 1
#endif
#endif
#ifndef HAVE_SANITIZER
#define HAVE_SANITIZER 0
#endif

static const int allowed[] = {
        SCMP_SYS(read),
        SCMP_SYS(write),
        SCMP_SYS(writev),
        SCMP_SYS(pread64),
        SCMP_SYS(pwrite64),
        SCMP_SYS(ftruncate),
        SCMP_SYS(fstatfs),
        SCMP_SYS(splice),
        SCMP_SYS(lseek),
        SCMP_SYS(recvmsg),
        SCMP_SYS(sendmsg),
        SCMP_SYS(sendto),
        SCMP_SYS(ioctl),
        SCMP_SYS(fcntl),
        SCMP_SYS(close),
        SCMP_SYS(fstat),
        SCMP_SYS(newfstatat),
        SCMP_SYS(poll),
        SCMP_SYS(ppoll),
        SCMP_SYS(epoll_create1),
        SCMP_SYS(epoll_ctl),
        SCMP_SYS(epoll_wait),
        SCMP_SYS(epoll_pwait),
        SCMP_SYS(epoll_pwait2),
        SCMP_SYS(timerfd_create),
        SCMP_SYS(timerfd_settime),
        SCMP_SYS(clock_gettime),
        SCMP_SYS(clock_nanosleep),
        SCMP_SYS(nanosleep),
        SCMP_SYS(munmap),
        SCMP_SYS(mremap),
        SCMP_SYS(brk),
        SCMP_SYS(madvise),
        SCMP_SYS(getpid),
        SCMP_SYS(gettid),
        SCMP_SYS(getuid),
        SCMP_SYS(geteuid),
        SCMP_SYS(getrandom),
        SCMP_SYS(futex),
        SCMP_SYS(rt_sigaction),
        SCMP_SYS(rt_sigprocmask),
        SCMP_SYS(rt_sigreturn),
        SCMP_SYS(restart_syscall),
        SCMP_SYS(tgkill),
        SCMP_SYS(exit),
        SCMP_SYS(exit_group),
        SCMP_SYS(sysinfo),
};

/* An open that only reads: the boot id, and time zone or locale files of the C library. */
static int allow_reading(scmp_filter_ctx c) {
        return seccomp_rule_add(c, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1,
                                SCMP_CMP(2, SCMP_CMP_MASKED_EQ, O_ACCMODE | O_CREAT | O_TRUNC, 0));
}

static int allow_all(scmp_filter_ctx c) {
        for (size_t i = 0; i < ELEMENTSOF(allowed); i++) {
                int r = seccomp_rule_add(c, SCMP_ACT_ALLOW, allowed[i], 0);
                if (r < 0)
                        return r;
        }
        int r = seccomp_rule_add(c, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
                                 SCMP_CMP(2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
        if (r == 0)
                r = seccomp_rule_add(c, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
                                     SCMP_CMP(2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
        return r < 0 ? r : allow_reading(c);
}

static int filter_calls(void) {
        if (HAVE_SANITIZER)
                return 0; /* they need more calls than they say */
        scmp_filter_ctx c = seccomp_init(SCMP_ACT_ERRNO(EPERM));
        if (!c)
                return -ENOMEM;
        int r = allow_all(c);
        if (r == 0)
                r = seccomp_load(c);
        seccomp_release(c);
        return r;
}

static int drop_capabilities(void) {
        cap_t none = cap_init();
        if (!none)
                return -errno;
        int r = cap_set_proc(none) < 0 ? -errno : 0;
        cap_free(none);
        return r;
}

static int set_limits(void) {
        static const struct {
                int resource;
                rlim_t max;
        } limits[] = { { RLIMIT_CORE, 0 }, { RLIMIT_NPROC, 0 }, { RLIMIT_NOFILE, 1024 }, { RLIMIT_MEMLOCK, 0 } };
        for (size_t i = 0; i < ELEMENTSOF(limits); i++) {
                struct rlimit now, l = { limits[i].max, limits[i].max };
                if (getrlimit(limits[i].resource, &now) < 0)
                        return -errno;
                l.rlim_max = l.rlim_cur = MIN2(limits[i].max, now.rlim_max);
                if (setrlimit(limits[i].resource, &l) < 0)
                        return -errno;
        }
        return 0;
}

int sandbox_enter(void) {
        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
                return -errno;
        int r = set_limits();
        if (r == 0)
                r = drop_capabilities();
        return r < 0 ? r : filter_calls();
}
