/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compile/sandbox.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include "base/cleanup.h"
#include "base/fds.h"
#include "base/log.h"
#include "base/tree.h"
#include "compile/seccomp.h"

/* The address space of a program with AddressSanitizer is terabytes of shadow. */
#if defined(__SANITIZE_ADDRESS__)
#define LIMIT_ADDRESS_SPACE 0
#elif defined(__has_feature)
#define LIMIT_ADDRESS_SPACE (!__has_feature(address_sanitizer))
#else
#define LIMIT_ADDRESS_SPACE 1
#endif

#define MAX_KEEP 16
#define TMP_OPTIONS "mode=0700,size=1g,nr_inodes=100k"

static int write_proc(const char *path, const char *fmt, unsigned id) {
        char text[64];
        _cleanup_(closep) int fd = open(path, O_WRONLY | O_CLOEXEC);
        int n = snprintf(text, sizeof(text), fmt, id, id);
        return fd < 0 ? -errno : fds_write_all(fd, text, (size_t) n);
}

/* ------------------------------------------------------------------ namespaces */

/* Without privilege a user namespace of our own gives the right to the others, where the kernel lets us. */
static int unshare_namespaces(void) {
        const int flags = CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC;
        uid_t uid = geteuid();
        gid_t gid = getegid();
        if (unshare(flags) == 0)
                return 0;
        if (errno != EPERM)
                return -errno;
        if (unshare(flags | CLONE_NEWUSER) < 0)
                return -errno;
        int r = write_proc("/proc/self/setgroups", "deny", 0);
        r = r < 0 ? r : write_proc("/proc/self/uid_map", "%u %u 1", uid);
        return r < 0 ? r : write_proc("/proc/self/gid_map", "%u %u 1", gid);
}

typedef struct {
        const char *path;
        int fd;
} Kept;

/* The deepest directory on the way to `path` that is there and is not /tmp itself. Returns its fd. */
static int open_kept(const char *path, char *buffer, size_t size) {
        if (snprintf(buffer, size, "%s", path) >= (int) size)
                return -ENAMETOOLONG;
        for (;;) {
                int fd = open(buffer, O_PATH | O_DIRECTORY | O_CLOEXEC);
                if (fd >= 0)
                        return fd;
                char *slash = strrchr(buffer, '/');
                if (errno != ENOENT || !slash || slash - buffer <= (long) strlen("/tmp"))
                        return -ENOENT;
                *slash = 0;
        }
}

static int bind_kept(const char *path, int fd) {
        char self[64];
        snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
        int r = tree_make(path, 0755);
        if (r < 0)
                return r;
        return mount(self, path, NULL, MS_BIND | MS_REC, NULL) < 0 ? -errno : 0;
}

static int private_tmp(const char *const *keep, size_t n_keep) {
        char paths[MAX_KEEP][PATH_MAX];
        int fds[MAX_KEEP], r = 0;
        size_t n = 0;
        for (size_t i = 0; r == 0 && i < n_keep && n < MAX_KEEP; i++) {
                char resolved[PATH_MAX];
                const char *path = realpath(keep[i], resolved) ? resolved : keep[i];
                if (strncmp(path, "/tmp/", 5) != 0)
                        continue;
                fds[n] = open_kept(path, paths[n], PATH_MAX);
                r = fds[n] < 0 ? fds[n] : 0;
                n += fds[n] >= 0;
        }
        if (r == 0 && mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
                r = -errno;
        if (r == 0 && mount("tmpfs", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, TMP_OPTIONS) < 0)
                r = -errno;
        for (size_t i = 0; i < n; i++) {
                r = r < 0 ? r : bind_kept(paths[i], fds[i]);
                close(fds[i]);
        }
        return r;
}

/* The private /tmp belongs to whoever mounted it; the user that we become must own it. */
static void give_tmp(uid_t uid, gid_t gid) {
        if (chown("/tmp", uid, gid) < 0)
                log_debug_errno(errno, "Cannot give the private /tmp to the compiler's user: %m");
}

/* ------------------------------------------------------------------ identity */

static int become(const struct passwd *pw) {
        if (setgroups(0, NULL) < 0 || setresgid(pw->pw_gid, pw->pw_gid, pw->pw_gid) < 0 ||
            setresuid(pw->pw_uid, pw->pw_uid, pw->pw_uid) < 0)
                return -errno;
        return 0;
}

/* While we are still root: it takes CAP_SETPCAP. */
static void drop_bounding_set(void) {
        for (int c = 0; prctl(PR_CAPBSET_READ, c, 0, 0, 0) >= 0; c++)
                (void) prctl(PR_CAPBSET_DROP, c, 0, 0, 0);
}

static int drop_capabilities(void) {
        cap_t none = cap_init();
        if (!none)
                return -ENOMEM;
        int r = cap_set_proc(none) < 0 ? -errno : 0;
        cap_free(none);
        (void) cap_reset_ambient();
        return r;
}

/* Processes of our user: the limit counts all of them, also those that are not ours. */
static unsigned count_processes(void) {
        unsigned n = 0;
        DIR *dir = opendir("/proc");
        if (!dir)
                return 0;
        for (struct dirent *e; (e = readdir(dir));) {
                struct stat st;
                if (e->d_name[0] >= '1' && e->d_name[0] <= '9' &&
                    fstatat(dirfd(dir), e->d_name, &st, 0) == 0)
                        n += st.st_uid == geteuid();
        }
        closedir(dir);
        return n;
}

static int limit(int resource, uint64_t soft, uint64_t hard) {
        struct rlimit old;
        if (getrlimit(resource, &old) < 0)
                return -errno;
        struct rlimit new = { MIN2((rlim_t) soft, old.rlim_max), MIN2((rlim_t) hard, old.rlim_max) };
        return setrlimit(resource, &new) < 0 ? -errno : 0;
}

int sandbox_enter(const char *user, const char *const *keep, size_t n_keep) {
        const struct passwd *pw = geteuid() == 0 ? getpwnam(user ?: "nobody") : NULL;
        if (geteuid() == 0 && !pw)
                return -ESRCH;
        int r = unshare_namespaces();
        if (r < 0)
                log_debug_errno(r, "No namespaces of its own for the compiler: %m");
        else if ((r = private_tmp(keep, n_keep)) < 0)
                log_debug_errno(r, "No private /tmp for the compiler: %m");
        else if (pw)
                give_tmp(pw->pw_uid, pw->pw_gid);

        drop_bounding_set();
        if (pw && (r = become(pw)) < 0)
                return r;
        r = drop_capabilities();
        if (r < 0)
                log_debug_errno(r, "Cannot drop the compiler's capabilities: %m");
        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
                return -errno;
        (void) limit(RLIMIT_NPROC, count_processes() + SANDBOX_JOB_PROCESSES,
                     count_processes() + SANDBOX_JOB_PROCESSES);
        (void) limit(RLIMIT_CORE, 0, 0);
        r = seccomp_install();
        if (r < 0)
                log_debug_errno(r, "No system call filter for the compiler: %m");
        /* Changing identity clears it. */
        return prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0 ? -errno : 0;
}

/* The address sanitizer maps terabytes that it never touches. */
#if defined(__SANITIZE_ADDRESS__)
#define JOB_MEMORY RLIM_INFINITY
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define JOB_MEMORY RLIM_INFINITY
#endif
#endif
#ifndef JOB_MEMORY
#define JOB_MEMORY SANDBOX_JOB_MEMORY
#endif

int sandbox_job(unsigned wall_seconds) {
        if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0 || setpgid(0, 0) < 0)
                return -errno;
        static const struct {
                int resource;
                uint64_t soft, hard;
        } limits[] = {
                { RLIMIT_AS, JOB_MEMORY, JOB_MEMORY },
                { RLIMIT_CPU, SANDBOX_JOB_CPU, SANDBOX_JOB_CPU + 5 },
                { RLIMIT_FSIZE, SANDBOX_JOB_FILE, SANDBOX_JOB_FILE },
                { RLIMIT_CORE, 0, 0 },
        };
        for (size_t i = 0; i < ELEMENTSOF(limits); i++) {
                if (limits[i].resource == RLIMIT_AS && !LIMIT_ADDRESS_SPACE)
                        continue;
                int r = limit(limits[i].resource, limits[i].soft, limits[i].hard);
                if (r < 0)
                        log_debug_errno(r, "Cannot limit a compilation: %m");
        }
        alarm(wall_seconds);
        return 0;
}
