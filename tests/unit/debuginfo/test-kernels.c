/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernels that are installed here, as far as there are any. */
#include <dirent.h>
#include <sys/stat.h>
#include "fixture.h"

#define MAX_KERNELS 8

static char releases[MAX_KERNELS][128];

static int is_kernel(const struct dirent *e) {
        return strncmp(e->d_name, "vmlinuz-", strlen("vmlinuz-")) == 0;
}

static int installed_kernels(void) {
        struct dirent **names;
        int n = scandir("/boot", &names, is_kernel, alphasort), kept = 0;
        for (int i = 0; i < n; i++) {
                if (kept < MAX_KERNELS)
                        snprintf(releases[kept++], sizeof(*releases), "%.120s",
                                 names[i]->d_name + strlen("vmlinuz-"));
                free(names[i]);
        }
        if (n >= 0)
                free(names);
        return kept;
}

static char cache[] = "/tmp/stapd-cache-XXXXXX";

static const char *cache_dir(void) {
        static const char *made;
        return made ?: (made = mkdtemp(cache));
}

__attribute__((destructor)) static void remove_cache(void) {
        struct dirent **names;
        int n = scandir(cache, &names, NULL, NULL);
        for (int i = 0; i < n; i++) {
                char path[512];
                snprintf(path, sizeof(path), "%s/%.200s", cache, names[i]->d_name);
                unlink(path);
                free(names[i]);
        }
        if (n >= 0)
                free(names);
        rmdir(cache);
}

static Kernel *open_release(const char *release) {
        Kernel *k = NULL;
        const char *error = NULL;
        int r = kernel_open(&(KernelOptions) { .release = release, .cache_dir = cache_dir() }, &k, &error);
        if (r < 0)
                test_fail(__FILE__, __LINE__, "%s: %s", release, error ?: strerror(-r));
        return k;
}

/* Of the cache's files: which they are, and when they were written. */
static uint64_t cache_state(void) {
        struct dirent **names;
        uint64_t sum = 0;
        int n = scandir(cache_dir(), &names, NULL, alphasort);
        for (int i = 0; i < n; i++) {
                char path[512];
                struct stat st;
                snprintf(path, sizeof(path), "%s/%.200s", cache, names[i]->d_name);
                if (*names[i]->d_name != '.' && stat(path, &st) == 0)
                        sum = sum * 31 + st.st_ino + (uint64_t) st.st_mtim.tv_sec * 1000000007 +
                              (uint64_t) st.st_mtim.tv_nsec;
                free(names[i]);
        }
        if (n >= 0)
                free(names);
        return sum;
}

static bool has_tracepoint(Kernel *k, const char *system, const char *name) {
        size_t n;
        const TracepointInfo *const *all = kernel_tracepoints(k, &n);
        for (size_t i = 0; i < n; i++)
                if (strcmp(all[i]->name, name) == 0)
                        return strcmp(all[i]->system, system) == 0;
        return false;
}

TEST(each_kernel_tells_what_scripts_need) {
        int n = installed_kernels();
        if (n == 0)
                SKIP("no kernel in /boot");
        for (int i = 0; i < n; i++) {
                TEST_CASE("%s", releases[i]);
                _cleanup_(kernel_closep) Kernel *k = open_release(releases[i]);
                const FunctionInfo *read = kernel_find_function(k, "vfs_read");
                ASSERT_NOT_NULL(read);
                ASSERT_EQ(read->n_params, 4);
                ASSERT_STREQ(read->params[0].name, "file");
                Member m;
                ASSERT(type_find_member(kernel_find_type(k, "struct task_struct"), "tgid", &m));
                ASSERT_EQ(type_size(m.type), 4);
                ASSERT(has_tracepoint(k, "sched", "sched_switch"));
                ASSERT(has_tracepoint(k, "raw_syscalls", "sys_enter"));
                ASSERT(has_tracepoint(k, "irq_vectors", "local_timer_entry"));
                ASSERT(has_tracepoint(k, "iommu", "map"));
                ASSERT_STREQ(kernel_config(k, "CONFIG_MODULES"), "y");
                ASSERT_NULL(kernel_config(k, "CONFIG_NO_SUCH_THING"));
                ASSERT(strlen(kernel_build_id(k)) == 40);
        }
}

TEST(opening_again_takes_what_was_kept) {
        int n = installed_kernels();
        if (n == 0)
                SKIP("no kernel in /boot");
        for (int i = 0; i < n; i++) {
                TEST_CASE("%s", releases[i]);
                kernel_close(open_release(releases[i]));
                uint64_t kept = cache_state();
                ASSERT(kept != 0);
                kernel_close(open_release(releases[i]));
                ASSERT_EQ(cache_state(), kept);
        }
}

static bool ends_with_readdir(const char *name, const void *data) {
        return strcmp(name, "ext4_readdir") == 0;
}

/* What is in the module, and what it has of the kernel. */
static void check_ext4(Kernel *k, Kernel *ext4) {
        Member m;
        size_t n;
        ASSERT_STREQ(kernel_module_name(ext4), "ext4");
        ASSERT_NULL(kernel_module_name(k));
        const FunctionInfo *readdir = kernel_find_function(ext4, "ext4_readdir");
        ASSERT_NOT_NULL(readdir);
        ASSERT_STREQ(readdir->module, "ext4");
        ASSERT_EQ(readdir->n_params, 2);
        ASSERT(readdir->params[0].type == kernel_pointer_to(k, kernel_find_type(k, "struct file")));
        ASSERT_NULL(kernel_find_function(ext4, "vfs_read"));
        ASSERT_NULL(kernel_find_function(k, "ext4_readdir"));
        ASSERT_NULL(kernel_find_type(k, "struct ext4_inode_info"));
        const TypeRef *info = kernel_find_type(ext4, "struct ext4_inode_info");
        ASSERT_NOT_NULL(info);
        ASSERT(type_find_member(info, "vfs_inode", &m));
        ASSERT(m.type == kernel_find_type(k, "struct inode"));
        ASSERT(type_target(kernel_pointer_to(k, info)) == info);
        ASSERT(kernel_find_type(ext4, "struct file") == kernel_find_type(k, "struct file"));
        const TracepointInfo *const *all = kernel_tracepoints(ext4, &n);
        ASSERT(n > 10);
        ASSERT_STREQ(all[0]->system, "ext4");
}

TEST(modules_add_to_their_kernel) {
        int n = installed_kernels();
        unsigned found = 0;
        for (int i = 0; i < n; i++) {
                TEST_CASE("%s", releases[i]);
                _cleanup_(kernel_closep) Kernel *k = open_release(releases[i]);
                Kernel *ext4 = kernel_module(k, "ext4");
                ASSERT_NULL(kernel_module(k, "no_such_module"));
                ASSERT_NULL(kernel_module(k, ""));
                ASSERT_NULL(kernel_module(k, "../ext4"));
                if (!ext4)
                        continue;
                found++;
                ASSERT(kernel_module(k, "ext4") == ext4);
                ASSERT_NULL(kernel_module_with(k, "crc16", ends_with_readdir, NULL));
                check_ext4(k, ext4);
        }
        if (!found)
                SKIP("no kernel with an ext4 module");
}
