/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "build/facts.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include "build/digest.h"
#include "build/process.h"

/* Goes into the kit's id: raised when what a kit holds changes. */
#define KIT_FORMAT "2"

static const struct {
        const char *option, *why;
} needed[] = {
        { "MODULES", "no module can be loaded" },
        { "MODULE_UNLOAD", "a script could not be removed again" },
        { "KPROBES", "functions cannot be probed" },
        { "RELAY", "there are no buffers for output" },
        { "FUNCTION_TRACER", "function entries are probed through ftrace" },
        { "DYNAMIC_FTRACE", "function entries are probed through ftrace" },
        { "KALLSYMS", "functions cannot be found by name" },
};

static const char *get_config(const KitTarget *t, const char *name) {
        return t->config ? t->config(t->userdata, name) : NULL;
}

static bool config_is_set(const KitTarget *t, const char *name) {
        const char *value = get_config(t, name);
        return value && (strcmp(value, "y") == 0 || strcmp(value, "m") == 0);
}

static bool check_headers(const KitTarget *t, Diags *d) {
        const char *dir = t->headers_dir, *why = NULL;
        if (!dir)
                why = "there are none";
        else if (access(dir, X_OK) < 0)
                why = "their directory cannot be opened";
        else {
                static const char *const files[] = { "Makefile", ".config", "Module.symvers", "scripts" };
                for (size_t i = 0; i < ELEMENTSOF(files) && !why; i++) {
                        const char *path = arena_printf(d->arena, "%s/%s", dir, files[i]);
                        if (access(path, R_OK) < 0)
                                why = arena_printf(d->arena, "they are incomplete: %s is not there", path);
                }
        }
        if (!why)
                return true;
        Diag *diag = diag_add(d, DIAG_E0601, SPAN_NONE, "no usable headers of kernel %s: %s", t->release,
                              why);
        diag_hint(d, diag,
                  access("/etc/debian_version", F_OK) == 0 ? "apt install linux-headers-%s"
                                                           : "install the package kernel-devel-%s",
                  t->release);
        return false;
}

static bool check_config(const KitTarget *t, Diags *d) {
        bool ok = true;
        /* A configuration that is not there at all says nothing about single options. */
        if (!get_config(t, "MODULES") && !get_config(t, "PRINTK") && !get_config(t, "64BIT"))
                return true;
        for (size_t i = 0; i < ELEMENTSOF(needed); i++)
                if (!config_is_set(t, needed[i].option)) {
                        Diag *diag = diag_add(d, DIAG_E0603, SPAN_NONE,
                                              "kernel %s was built without CONFIG_%s: %s", t->release,
                                              needed[i].option, needed[i].why);
                        diag_hint(d, diag, "boot a kernel with CONFIG_%s=y", needed[i].option);
                        ok = false;
                }
        return ok;
}

static bool check_tool(Arena *a, const char *program, const char *package, Diags *d) {
        if (process_find(a, program))
                return true;
        Diag *diag = diag_add(d, DIAG_E0602, SPAN_NONE, "the program `%s` is not installed", program);
        diag_hint(d, diag, "apt install %s", package);
        return false;
}

/* The kernel's CONFIG_CC_VERSION_TEXT is "gcc-12 (Debian 12.2.0-14) 12.2.0": its first word is the
 * command that built it, and Debian's headers insist on it. Other distributions say just "gcc". */
static bool find_compiler(Arena *a, const KitTarget *t, Diags *d, Compiler *ret) {
        const char *text = get_config(t, "CC_VERSION_TEXT");
        const char *version = get_config(t, "GCC_VERSION");
        text = text ? text : "";
        text += *text == '"';
        ret->wanted = arena_strndup(a, text, strcspn(text, "\""));
        ret->is_clang = config_is_set(t, "CC_IS_CLANG");
        const char *first = arena_strndup(a, ret->wanted, strcspn(ret->wanted, " "));
        int number = version ? atoi(version) / 10000 : 0; /* 120200: 12.2.0 */
        const char *major = number > 0 ? arena_printf(a, "gcc-%d", number) : NULL;
        const char *candidates[] = { first, ret->is_clang ? "clang" : major, ret->is_clang ? NULL : "gcc" };

        const char *path = NULL, *found = NULL;
        for (size_t i = 0; i < ELEMENTSOF(candidates) && !path; i++)
                if (candidates[i] && *candidates[i]) {
                        found = candidates[i];
                        path = process_find(a, found);
                }
        if (!path) {
                const char *name = ret->is_clang ? "clang" : major ? major : "gcc";
                Diag *diag = diag_add(d, DIAG_E0602, SPAN_NONE,
                                      "the compiler of kernel %s is not installed (%s)", t->release,
                                      *ret->wanted ? ret->wanted : name);
                diag_hint(d, diag, "apt install %s", name);
                return false;
        }
        char resolved[PATH_MAX];
        ret->path = realpath(path, resolved) ? arena_strdup(a, resolved) : path;
        ret->command = found == candidates[0] ? NULL : found;
        return true;
}

static bool check_objtool(Arena *a, const KitTarget *t, Diags *d) {
        if (!config_is_set(t, "OBJTOOL") && !config_is_set(t, "STACK_VALIDATION"))
                return true;
        const char *path = arena_printf(a, "%s/tools/objtool/objtool", t->headers_dir);
        if (access(path, X_OK) == 0)
                return true;
        Diag *diag = diag_add(d, DIAG_E0602, SPAN_NONE, "%s is not there", path);
        diag_hint(d, diag, "apt install --reinstall linux-headers-%s", t->release);
        return false;
}

bool facts_check(Arena *a, const KitTarget *t, Diags *d, Compiler *ret) {
        *ret = (Compiler) {};
        bool ok = check_config(t, d);
        ok = check_headers(t, d) && ok;
        if (t->btf_error) {
                diag_add(d, DIAG_E0605, SPAN_NONE, "kernel %s: %s", t->release, t->btf_error);
                ok = false;
        }
        ok = find_compiler(a, t, d, ret) && ok;
        ok = check_tool(a, "make", "make", d) && ok;
        ok = check_tool(a, ret->is_clang ? "ld.lld" : "ld", ret->is_clang ? "lld" : "binutils", d) && ok;
        return ok && check_objtool(a, t, d);
}

/* ------------------------------------------------------------------ our sources */

static const char *const runtime_dirs[] = { "", "compat", "core", "script" };

static bool is_runtime_file(const char *name) {
        if (strcmp(name, "Kbuild") == 0)
                return true;
        size_t n = strlen(name);
        if (n < 3 || name[0] == '.' || name[n - 2] != '.')
                return false;
        return name[n - 1] == 'h' || name[n - 1] == 'c' || name[n - 1] == 'S';
}

static int compare_paths(const void *x, const void *y) {
        return strcmp(*(const char *const *) x, *(const char *const *) y);
}

static int add_directory(Arena *a, const char *runtime_dir, const char *sub, PathVec *ret) {
        const char *path = arena_printf(a, "%s/%s", runtime_dir, sub);
        DIR *dir = opendir(path);
        if (!dir)
                return errno == ENOENT && *sub ? 0 : -errno;
        for (struct dirent *e; (e = readdir(dir));)
                if (is_runtime_file(e->d_name) && !strstr(e->d_name, ".mod.c"))
                        vec_push(a, ret, arena_printf(a, "%s%s%s", sub, *sub ? "/" : "", e->d_name));
        closedir(dir);
        return 0;
}

int facts_runtime_files(Arena *a, const char *runtime_dir, PathVec *ret) {
        *ret = (PathVec) {};
        for (size_t i = 0; i < ELEMENTSOF(runtime_dirs); i++) {
                int r = add_directory(a, runtime_dir, runtime_dirs[i], ret);
                if (r < 0)
                        return r;
        }
        if (ret->n > 0)
                qsort(ret->items, ret->n, sizeof(*ret->items), compare_paths);
        return 0;
}

static bool is_interface(const char *path) {
        return strcmp(path, "abi.h") == 0 || strncmp(path, "script/", 7) == 0;
}

/* Digest over names and contents of the runtime's files; only the interface to scripts, or all. */
static int runtime_digest(Arena *a, const char *runtime_dir, bool interface_only,
                          char ret[static DIGEST_HEX]) {
        PathVec files;
        _cleanup_(digest_freep) Digest *all = digest_new();
        int r = all ? facts_runtime_files(a, runtime_dir, &files) : -ENOMEM;
        for (size_t i = 0; r == 0 && i < files.n; i++) {
                char one[DIGEST_HEX];
                if (interface_only && !is_interface(files.items[i]))
                        continue;
                r = digest_file(AT_FDCWD, arena_printf(a, "%s/%s", runtime_dir, files.items[i]), one, NULL);
                digest_add_string(all, files.items[i]);
                digest_add_string(all, one);
        }
        return r < 0 ? r : digest_hex(all, ret);
}

int kit_abi_hash(const char *runtime_dir, uint64_t *ret) {
        char hex[DIGEST_HEX];
        _cleanup_(arena_freep) Arena *a = arena_new(1 << 20);
        int r = a ? runtime_digest(a, runtime_dir, /* interface_only= */ true, hex) : -ENOMEM;
        if (r < 0)
                return r;
        hex[16] = 0;
        *ret = strtoull(hex, NULL, 16);
        return 0;
}

int facts_kit_id(Arena *a, const KitTarget *t, const Compiler *c, const char **ret) {
        struct stat st;
        char source[DIGEST_HEX], compiler[DIGEST_HEX], kernel[DIGEST_HEX];
        if (stat(c->path, &st) < 0)
                return -errno;
        const char *text = arena_printf(a, "%s %lld %lld.%09ld %s", c->path, (long long) st.st_size,
                                        (long long) st.st_mtim.tv_sec, st.st_mtim.tv_nsec, c->wanted);
        int r = runtime_digest(a, t->runtime_dir, /* interface_only= */ false, source);
        if (r < 0 || (r = digest_memory(text, strlen(text), compiler)) < 0)
                return r;
        if (!*t->build_id && (r = digest_memory(t->release, strlen(t->release), kernel)) < 0)
                return r;
        *ret = arena_printf(a, "%.12s-%.8s-%.8s." KIT_FORMAT, *t->build_id ? t->build_id : kernel, compiler,
                            source);
        return 0;
}
