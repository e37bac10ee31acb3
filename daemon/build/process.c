/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "build/process.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include "base/buf.h"

const char *process_find(Arena *a, const char *name) {
        if (strchr(name, '/'))
                return access(name, X_OK) == 0 ? arena_strdup(a, name) : NULL;
        for (const char *p = PROCESS_PATH; *p;) {
                size_t len = strcspn(p, ":");
                char *path = arena_printf(a, "%.*s/%s", (int) len, p, name);
                if (access(path, X_OK) == 0)
                        return path;
                p += len + (p[len] == ':');
        }
        return NULL;
}

/* Everything is read, so that the tool never waits for us; the surplus is dropped. */
static int read_output(Arena *a, int fd, ProcessResult *r) {
        _cleanup_(buf_done) Buf out = BUF_INIT;
        char block[16384];
        for (;;) {
                ssize_t n = read(fd, block, sizeof(block));
                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return -errno;
                if (n == 0)
                        break;
                if (out.len < PROCESS_MAX_OUTPUT)
                        buf_add(&out, block, MIN2((size_t) n, PROCESS_MAX_OUTPUT - out.len));
        }
        if (out.failed)
                return -ENOMEM;
        r->output = arena_strndup(a, out.data ? out.data : "", out.len);
        r->len = out.len;
        return 0;
}

static int wait_for(pid_t pid, ProcessResult *r) {
        int status;
        while (waitpid(pid, &status, 0) < 0)
                if (errno != EINTR)
                        return -errno;
        r->status = WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
        return 0;
}

static char **make_environment(Arena *a, const ProcessSpec *spec) {
        VEC(char *) env = {};
        vec_push(a, &env, arena_strdup(a, "PATH=" PROCESS_PATH));
        /* Messages are parsed, so they are in English; and nothing may come out different for a locale. */
        vec_push(a, &env, arena_strdup(a, "LC_ALL=C"));
        vec_push(a, &env, arena_strdup(a, "SOURCE_DATE_EPOCH=0"));
        vec_push(a, &env, arena_strdup(a, "HOME=/"));
        if (spec->temporary)
                vec_push(a, &env, arena_printf(a, "TMPDIR=%s", spec->temporary));
        for (const char *const *e = spec->extra_environment; e && *e; e++)
                vec_push(a, &env, arena_strdup(a, *e));
        vec_push(a, &env, NULL);
        return env.items;
}

static int spawn(Arena *a, const char *program, const ProcessSpec *spec, int output, pid_t *ret) {
        posix_spawn_file_actions_t actions;
        posix_spawnattr_t attr;
        sigset_t none, handled;
        if (posix_spawn_file_actions_init(&actions) != 0)
                return -ENOMEM;
        if (posix_spawnattr_init(&attr) != 0) {
                posix_spawn_file_actions_destroy(&actions);
                return -ENOMEM;
        }
        sigemptyset(&none);
        sigemptyset(&handled);
        sigaddset(&handled, SIGPIPE);
        sigaddset(&handled, SIGCHLD);
        posix_spawnattr_setsigmask(&attr, &none);
        posix_spawnattr_setsigdefault(&attr, &handled);
        posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
        int r = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
        r = r ? r : posix_spawn_file_actions_adddup2(&actions, output, 1);
        r = r ? r : posix_spawn_file_actions_adddup2(&actions, output, 2);
        if (spec->directory)
                r = r ? r : posix_spawn_file_actions_addchdir_np(&actions, spec->directory);
        r = r ? r
              : posix_spawn(ret, program, &actions, &attr, (char **) spec->argv, make_environment(a, spec));
        posix_spawn_file_actions_destroy(&actions);
        posix_spawnattr_destroy(&attr);
        return -r;
}

/* A relative program ("./tools/objtool/objtool") is meant in its working directory. */
static const char *find_program(Arena *a, const ProcessSpec *spec) {
        const char *name = spec->argv[0];
        if (strchr(name, '/') && name[0] != '/' && spec->directory)
                return arena_printf(a, "%s/%s", spec->directory, name);
        return process_find(a, name);
}

int process_run(Arena *a, const ProcessSpec *spec, ProcessResult *ret) {
        ProcessResult result = {};
        int fds[2];
        const char *program = find_program(a, spec);
        if (!program) {
                *ret = (ProcessResult) { 127, arena_printf(a, "%s: not found", spec->argv[0]), 0 };
                ret->len = strlen(ret->output);
                return 0;
        }
        if (pipe2(fds, O_CLOEXEC) < 0)
                return -errno;
        _cleanup_(closep) int in = fds[0], out = fds[1];

        pid_t pid;
        int r = spawn(a, program, spec, out, &pid);
        if (r == -EAGAIN || r == -ENOMEM)
                return r;
        if (r < 0) {
                *ret = (ProcessResult) { 127, arena_printf(a, "%s: %s", program, strerror(-r)), 0 };
                ret->len = strlen(ret->output);
                return 0;
        }
        out = close_fd(out);
        r = read_output(a, in, &result);
        int w = wait_for(pid, &result);
        if (r < 0 || w < 0)
                return r < 0 ? r : w;
        *ret = result;
        return 0;
}

bool process_hit_limit(const ProcessResult *r) {
        if (r->status == -SIGXCPU || r->status == -SIGKILL || r->status == -SIGXFSZ || r->status == -SIGALRM)
                return true;
        static const char *const words[] = { "virtual memory exhausted", "Cannot allocate memory", "out of memory",
                                             "memory exhausted", "CPU time limit exceeded",
                                             "File size limit exceeded", "Killed signal terminated program",
                                             "Resource temporarily unavailable" };
        for (size_t i = 0; r->status != 0 && i < ELEMENTSOF(words); i++)
                if (strstr(r->output, words[i]))
                        return true;
        return false;
}
