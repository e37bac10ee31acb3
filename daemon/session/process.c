/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/process.h"
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "base/cleanup.h"
#include "base/fault.h"

#define CONTROL_FD 3

static int drop_privilege(uid_t uid, gid_t gid) {
        if (setgroups(0, NULL) < 0 || setresgid(gid, gid, gid) < 0 || setresuid(uid, uid, uid) < 0)
                return -errno;
        return 0;
}

/* 0 and 1 to /dev/null, the control socket to 3, everything above closed. */
static int arrange_fds(int control) {
        int null = open("/dev/null", O_RDWR | O_CLOEXEC);
        if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0)
                return -errno;
        if (control == CONTROL_FD) {
                if (fcntl(control, F_SETFD, 0) < 0)
                        return -errno;
        } else if (dup2(control, CONTROL_FD) < 0) {
                return -errno;
        }
        return syscall(SYS_close_range, CONTROL_FD + 1, ~0u, 0) < 0 ? -errno : 0;
}

static void reset_signals(void) {
        sigset_t none;
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
        for (int s = 1; s < NSIG; s++)
                (void) signal(s, SIG_DFL);
}

/* What the unit says of stapd would hold for its helpers, too, which take what somebody's script makes
 * them take. */
static void set_oom_score(int score) {
        char text[16];
        int n = snprintf(text, sizeof(text), "%d\n", score);
        _cleanup_(closep) int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
        (void) !(fd >= 0 && write(fd, text, (size_t) n) == n);
}

static void __attribute__((noreturn))
run_child(const ProcessOptions *o, pid_t parent, const struct passwd *pw) {
        reset_signals();
        int r = arrange_fds(o->control_fd);
        (void) setpriority(PRIO_PROCESS, 0, o->nice); /* and not ours */
        set_oom_score(o->oom_score);
        if (r >= 0 && pw)
                r = drop_privilege(pw->pw_uid, pw->pw_gid);
        /* after the change of user, which clears it */
        if (r >= 0 && !o->survives && prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
                r = -errno;
        if (r >= 0 && !o->survives && getppid() != parent)
                _exit(1); /* it died before the line above */
        if (r >= 0) {
                char *const environment[] = { (char *) "PATH=/usr/sbin:/usr/bin:/sbin:/bin", (char *) "LC_ALL=C",
                                              fault_environment(), NULL };
                execve(o->program, o->argv, environment);
                r = -errno;
        }
        fprintf(stderr, "stapd: cannot run %s: %s\n", o->program, strerror(-r));
        _exit(127);
}

pid_t process_spawn(const ProcessOptions *o) {
        const struct passwd *pw = NULL;
        if (o->user && geteuid() == 0) {
                pw = getpwnam(o->user);
                if (!pw)
                        return -ESRCH;
        }
        pid_t parent = getpid(), pid = fork();
        if (pid < 0)
                return -errno;
        if (pid == 0)
                run_child(o, parent, pw);
        return pid;
}

/* The directory was written by an unprivileged process, which is gone by now. */
static int take_one(const char *path, const struct stat *st, int type, struct FTW *ftw) {
        if (!S_ISDIR(st->st_mode) && (!S_ISREG(st->st_mode) || st->st_nlink != 1)) {
                errno = EPERM;
                return -1;
        }
        _cleanup_(closep) int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
        if (fd < 0)
                return -1;
        return fchown(fd, 0, 0) < 0 || fchmod(fd, S_ISDIR(st->st_mode) ? 0755 : 0644) < 0 ? -1 : 0;
}

int directory_take_over(const char *path) {
        if (geteuid() != 0)
                return 0;
        return nftw(path, take_one, 16, FTW_PHYS) < 0 ? -errno : 0;
}

int directory_give(const char *path, const char *user) {
        if (geteuid() != 0)
                return 0;
        const struct passwd *pw = getpwnam(user);
        if (!pw)
                return -ESRCH;
        return chown(path, pw->pw_uid, pw->pw_gid) < 0 ? -errno : 0;
}
