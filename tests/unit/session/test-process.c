/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/cleanup.h"
#include "base/tree.h"
#include "session/kit.h"
#include "session/process.h"
#include "unit/test.h"

TEST(a_helper_gets_its_socket_and_nothing_else) {
        int pair[2], leaked = dup(0); /* not close-on-exec */
        ASSERT_OK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair));
        char *argv[] = {
                (char *) "sh", (char *) "-c",
                (char *) "ls /proc/self/fd | tr '\\n' ' ' >&3; pwd >/dev/null; env | sort | tr '\\n' ' ' >&3",
                NULL
        };
        ProcessOptions o = { .program = "/bin/sh", .argv = argv, .control_fd = pair[1] };
        pid_t pid = process_spawn(&o);
        ASSERT_OK(pid);
        close(pair[1]);
        char text[1024] = "";
        size_t len = 0;
        for (ssize_t n; (n = read(pair[0], text + len, sizeof(text) - 1 - len)) > 0;)
                len += (size_t) n;
        int status;
        ASSERT_EQ(waitpid(pid, &status, 0), pid);
        ASSERT_EQ(status, 0);
        /* 4 is the directory that ls reads */
        ASSERT_EQ(strncmp(text, "0 1 2 3 4 ", 10), 0);
        ASSERT(!strstr(text, " 5 "));
        ASSERT(!strstr(text, "HOME="));
        close(pair[0]);
        close(leaked);
}

TEST(a_program_that_is_not_there) {
        char *argv[] = { (char *) "x", NULL };
        ProcessOptions o = { .program = "/no/such/program", .argv = argv, .control_fd = 0 };
        freopen("/dev/null", "w", stderr);
        pid_t pid = process_spawn(&o);
        ASSERT_OK(pid);
        int status;
        ASSERT_EQ(waitpid(pid, &status, 0), pid);
        ASSERT_EQ(WEXITSTATUS(status), 127);
}

static void make_file(const char *dir, const char *name) {
        char path[1024];
        snprintf(path, sizeof(path), "%s/%s", dir, name);
        FILE *f = fopen(path, "w");
        ASSERT_NOT_NULL(f);
        fclose(f);
}

TEST(a_kit_is_taken_over_without_links) {
        if (geteuid() != 0)
                SKIP("needs root");
        char dir[] = "/tmp/stapd-kit-XXXXXX", *staging, path[512], to[512];
        ASSERT_NOT_NULL(mkdtemp(dir));
        ASSERT_OK(kit_staging_new(dir, "nobody", &staging));
        snprintf(path, sizeof(path), "%s/id-1", staging);
        ASSERT_OK(mkdir(path, 0777));
        make_file(path, "core");
        ASSERT_OK(kit_install(dir, staging, "id-1", 2));
        snprintf(to, sizeof(to), "%s/id-1/core", dir);
        struct stat st;
        ASSERT_OK(stat(to, &st));
        ASSERT_EQ(st.st_uid, 0);
        ASSERT_EQ(st.st_mode & 022, 0);
        ASSERT(access(staging, F_OK) < 0);
        free(staging);

        ASSERT_OK(kit_staging_new(dir, "nobody", &staging));
        snprintf(path, sizeof(path), "%s/id-2", staging);
        ASSERT_OK(mkdir(path, 0777));
        snprintf(path, sizeof(path), "%s/id-2/link", staging);
        ASSERT_OK(symlink("/etc/shadow", path));
        ASSERT_ERROR(kit_install(dir, staging, "id-2", 2), -EPERM);
        snprintf(to, sizeof(to), "%s/id-2", dir);
        ASSERT(access(to, F_OK) < 0);
        free(staging);
        ASSERT_OK(tree_remove(dir));
        ASSERT_OK(tree_remove(dir)); /* not there is fine */
}

static void stage_kit(const char *dir, const char *id, unsigned keep) {
        char *staging, path[512];
        ASSERT_OK(kit_staging_new(dir, "nobody", &staging));
        snprintf(path, sizeof(path), "%s/%s", staging, id);
        ASSERT_OK(mkdir(path, 0755));
        make_file(path, "core");
        ASSERT_OK(kit_install(dir, staging, id, keep));
        free(staging);
}

static bool has_kit(const char *dir, const char *id) {
        char path[512];
        snprintf(path, sizeof(path), "%s/%s/core", dir, id);
        return access(path, F_OK) == 0;
}

static void used_at(const char *dir, const char *id, time_t when) {
        char path[512];
        struct timespec times[2] = { { .tv_sec = when }, { .tv_sec = when } };
        snprintf(path, sizeof(path), "%s/%s", dir, id);
        ASSERT_OK(utimensat(AT_FDCWD, path, times, 0));
}

TEST(kits_that_were_not_used_for_longest_go) {
        char dir[] = "/tmp/stapd-kit-XXXXXX";
        ASSERT_NOT_NULL(mkdtemp(dir));
        stage_kit(dir, "id-1", 3);
        stage_kit(dir, "id-2", 3);
        stage_kit(dir, "id-3", 3);
        ASSERT(has_kit(dir, "id-1") && has_kit(dir, "id-2") && has_kit(dir, "id-3"));
        used_at(dir, "id-1", 3000);
        used_at(dir, "id-2", 1000);
        used_at(dir, "id-3", 2000);
        stage_kit(dir, "id-4", 3);
        ASSERT(has_kit(dir, "id-1") && !has_kit(dir, "id-2") && has_kit(dir, "id-3") &&
               has_kit(dir, "id-4"));
        stage_kit(dir, "id-5", 1);
        ASSERT(!has_kit(dir, "id-1") && !has_kit(dir, "id-3") && !has_kit(dir, "id-4") &&
               has_kit(dir, "id-5"));
        ASSERT_OK(tree_remove(dir));
}

TEST(kit_names_lead_nowhere_else) {
        ASSERT(kit_id_is_valid("0123456789ab-6.1.0_x"));
        ASSERT(!kit_id_is_valid(""));
        ASSERT(!kit_id_is_valid(".."));
        ASSERT(!kit_id_is_valid(".staging-x"));
        ASSERT(!kit_id_is_valid("a/b"));
}
