/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A list of what is allowed, made from what gcc, binutils, objtool, make, sh and the kernel's scripts use,
 * and what other versions of libc use in its place. Not on it: sockets other than what we were given,
 * mounts, namespaces, modules, BPF, tracing, keys, clocks, io_uring. An unknown call gives ENOSYS, so that
 * libc falls back to the older one that it knows.
 */
#include "compile/seccomp.h"
#include <errno.h>
#include <seccomp.h>
#include <stddef.h>
#include "base/cleanup.h"

static const char *const allowed[] = {
        /* files */
        "access", "chdir", "chmod", "close", "close_range", "copy_file_range", "creat", "dup", "dup2",
        "dup3", "faccessat", "faccessat2", "fadvise64", "fallocate", "fchdir", "fchmod", "fchmodat",
        "fchown", "fchownat", "fcntl", "fdatasync", "flock", "fstat", "fstatfs", "fsync", "ftruncate",
        "getcwd", "getdents", "getdents64", "getxattr", "lgetxattr", "fgetxattr", "link", "linkat", "lseek",
        "lstat", "memfd_create", "mkdir", "mkdirat", "newfstatat", "open", "openat", "openat2", "pipe",
        "pipe2", "pread64", "preadv", "pwrite64", "pwritev", "read", "readahead", "readlink", "readlinkat",
        "readv", "rename", "renameat", "renameat2", "rmdir", "sendfile", "splice", "stat", "statfs",
        "statx", "symlink", "symlinkat", "sync_file_range", "truncate", "umask", "unlink", "unlinkat",
        "utime", "utimensat", "utimes", "futimesat", "write", "writev",
        /* memory */
        "brk", "madvise", "mincore", "mlock", "mmap", "mprotect", "mremap", "msync", "munlock", "munmap",
        "membarrier", "get_mempolicy", "set_mempolicy",
        /* processes */
        "arch_prctl", "execve", "execveat", "exit", "exit_group", "fork", "vfork", "futex", "futex_waitv",
        "get_robust_list", "getegid", "geteuid", "getgid", "getgroups", "getpgid", "getpgrp", "getpid",
        "getppid", "getpriority", "getrandom", "getresgid", "getresuid", "getrlimit", "getrusage", "getsid",
        "gettid", "getuid", "kill", "pidfd_open", "prctl", "prlimit64", "rseq", "sched_getaffinity",
        "sched_getparam", "sched_getscheduler", "sched_setaffinity", "sched_yield", "set_robust_list",
        "set_tid_address", "setgid", "setpgid", "setpriority", "setregid", "setresgid", "setresuid",
        "setreuid", "setrlimit", "setsid", "setuid", "sysinfo", "tgkill", "times", "tkill", "uname",
        "wait4", "waitid",
        /* signals and time */
        "alarm", "clock_getres", "clock_gettime", "clock_nanosleep", "getitimer", "gettimeofday",
        "nanosleep", "pause", "restart_syscall", "rt_sigaction", "rt_sigpending", "rt_sigprocmask",
        "rt_sigreturn", "rt_sigsuspend", "rt_sigtimedwait", "setitimer", "sigaltstack", "time",
        "timer_create", "timer_delete", "timer_settime", "signalfd4",
        /* waiting, and the sockets that stapd gave us */
        "epoll_create1", "epoll_ctl", "epoll_pwait", "epoll_wait", "eventfd2", "getpeername", "getsockname",
        "getsockopt", "poll", "ppoll", "pselect6", "recvfrom", "recvmsg", "select", "sendmsg", "sendto",
        "shutdown", "socketpair",
};

/* clone() of a thread or a process, never of a namespace. The flags of clone3() stand in memory, where no
 * filter can look: it is not allowed, and libc goes back to clone(). */
#define CLONE_NAMESPACES 0x7e020000ul
/* TIOCSTI puts input into the terminal of whoever started us. */
#define TERMINAL_INPUT 0x5412

static int add_special(scmp_filter_ctx filter) {
        int r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, seccomp_syscall_resolve_name("clone"), 1,
                                 SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_NAMESPACES, 0));
        if (r == 0)
                r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, seccomp_syscall_resolve_name("ioctl"), 1,
                                     SCMP_A1(SCMP_CMP_NE, TERMINAL_INPUT));
        return r;
}

int seccomp_install(void) {
        scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
        if (!filter)
                return -ENOMEM;
        int r = add_special(filter);
        for (size_t i = 0; r == 0 && i < ELEMENTSOF(allowed); i++) {
                int number = seccomp_syscall_resolve_name(allowed[i]);
                if (number == __NR_SCMP_ERROR || number < 0)
                        continue; /* this machine or library has no such call */
                r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, number, 0);
        }
        if (r == 0)
                r = seccomp_load(filter);
        seccomp_release(filter);
        return r;
}
