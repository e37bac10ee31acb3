/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The cache of compiled scripts: bounded, and never a damaged one. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/cleanup.h"
#include "base/fds.h"
#include "base/tree.h"
#include "session/cache.h"
#include "unit/test.h"

static unsigned count_files(const char *dir) {
        unsigned n = 0;
        DIR *d = opendir(dir);
        for (struct dirent *e; (e = readdir(d));)
                n += e->d_name[0] != '.';
        closedir(d);
        return n;
}

TEST(what_is_no_module_is_not_found_and_goes) {
        char dir[] = "/tmp/stapd-cache-XXXXXX";
        Cache *c;
        ASSERT_NOT_NULL(mkdtemp(dir));
        ASSERT_OK(cache_open(dir, 1 << 20, &c));
        ASSERT_ERROR(cache_get(c, "0123"), -ENOENT);
        int fd = fds_new_sealed("x", "cut module", 10);
        ASSERT_OK(cache_put(c, "0123", fd));
        close(fd);
        ASSERT_EQ(count_files(dir), 1);
        ASSERT_ERROR(cache_get(c, "0123"), -ENOENT);
        ASSERT_EQ(count_files(dir), 0);
        cache_close(c);
        ASSERT_OK(tree_remove(dir));
}

TEST(the_oldest_make_room) {
        char dir[] = "/tmp/stapd-cache-XXXXXX", key[16];
        Cache *c;
        ASSERT_NOT_NULL(mkdtemp(dir));
        ASSERT_OK(cache_open(dir, 100000, &c));
        char *big = calloc(1, 26000);
        int fd = fds_new_sealed("x", big, 20000);
        for (int i = 0; i < 20; i++) {
                snprintf(key, sizeof(key), "%04d", i);
                ASSERT_OK(cache_put(c, key, fd));
                ASSERT(count_files(dir) <= 5);
                usleep(2000); /* so that ages differ */
        }
        char path[64];
        snprintf(path, sizeof(path), "%s/0019.ko", dir);
        ASSERT_EQ(access(path, F_OK), 0);
        snprintf(path, sizeof(path), "%s/0000.ko", dir);
        ASSERT(access(path, F_OK) < 0);
        close(fd);
        fd = fds_new_sealed("x", big, 26000); /* more than a quarter of it all */
        free(big);
        ASSERT_OK(cache_put(c, "big", fd));
        snprintf(path, sizeof(path), "%s/big.ko", dir);
        ASSERT(access(path, F_OK) < 0);
        close(fd);
        cache_close(c);
        ASSERT_OK(tree_remove(dir));
}

TEST(left_overs_of_a_cut_write_go) {
        char dir[] = "/tmp/stapd-cache-XXXXXX", path[64];
        ASSERT_NOT_NULL(mkdtemp(dir));
        snprintf(path, sizeof(path), "%s/.#0123.ko.tmp", dir);
        FILE *f = fopen(path, "w");
        ASSERT_NOT_NULL(f);
        fclose(f);
        Cache *c;
        ASSERT_OK(cache_open(dir, 1 << 20, &c));
        ASSERT(access(path, F_OK) < 0);
        cache_close(c);
        ASSERT_OK(tree_remove(dir));
}
