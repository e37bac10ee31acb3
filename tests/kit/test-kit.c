/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test-kit KERNEL FIXTURE SCRIPT.c DIRECTORY: makes a kit of that kernel from the fixture's core in
 * DIRECTORY, and modules with it; harms the kit in every way that a disk and an upgrade can, and sees that
 * it is noticed.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include "base/fds.h"
#include "build/build.h"
#include "build/kit-file.h"
#include "base/tree.h"
#include "run/verify.h"

static Arena *arena;
static Diags diags;
static char *config_text;
static KitTarget target;
static const char *kit_dir;
static unsigned n_tests, n_failed;

static void check(bool ok, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void check(bool ok, const char *fmt, ...) {
        va_list ap;
        va_start(ap, fmt);
        printf("%sok %u - ", ok ? "" : "not ", ++n_tests);
        vprintf(fmt, ap);
        printf("\n");
        va_end(ap);
        n_failed += !ok;
        if (!ok && diags.list.n) {
                _cleanup_(buf_done) Buf text = BUF_INIT;
                diags_render_text(&diags, false, &text);
                printf("# %s\n", text.data ? text.data : "");
        }
        fflush(stdout);
}

static const char *get_config(void *userdata, const char *name) {
        const char *line = strstr(config_text, arena_printf(arena, "\nCONFIG_%s=", name));
        if (!line)
                return NULL;
        line = strchr(line, '=') + 1;
        return arena_strndup(arena, line, strcspn(line, "\n"));
}

static const char *get_config_without_relay(void *userdata, const char *name) {
        return strcmp(name, "RELAY") == 0 ? NULL : get_config(userdata, name);
}

static int open_kit(Kit **ret, const char **ret_reason) {
        *ret_reason = "";
        diags_init(&diags, arena);
        return kit_open(arena, &target, &kit_dir, 1, &diags, ret, ret_reason);
}

static double seconds(void) {
        struct timespec t;
        clock_gettime(CLOCK_MONOTONIC, &t);
        return (double) t.tv_sec + (double) t.tv_nsec / 1e9;
}

static const char *make_directory(const char *name) {
        const char *path = arena_printf(arena, "%s/%s", kit_dir, name);
        tree_remove(path);
        tree_make(path, 0700);
        return path;
}

static int build(const Kit *k, const char *source, BuildInput extra, BuildOutput *ret) {
        extra.name = "stap_0123456789abcdef01234567";
        extra.source = source;
        extra.source_len = strlen(source);
        extra.manifest = "{\"version\":1}";
        extra.manifest_len = strlen(extra.manifest);
        extra.directory = make_directory(".module");
        diags_init(&diags, arena);
        return build_module(arena, k, &extra, &diags, ret);
}

/* ------------------------------------------------------------------ */

static void test_checks(void) {
        Kit *k;
        const char *reason = "";
        KitTarget saved = target;
        target.headers_dir = NULL;
        check(open_kit(&k, &reason) == KIT_FAILED && diags.list.items[0]->code == DIAG_E0601 &&
              strstr(diags.list.items[0]->hint, "linux-headers-"), "without headers: says what to install");
        target = saved;
        target.headers_dir = "/usr";
        check(open_kit(&k, &reason) == KIT_FAILED && diags.list.items[0]->code == DIAG_E0601,
              "headers without a Makefile are refused");
        target = saved;
        target.config = get_config_without_relay;
        check(open_kit(&k, &reason) == KIT_FAILED && diags.list.items[0]->code == DIAG_E0603 &&
              strstr(diags.list.items[0]->message, "CONFIG_RELAY"), "without CONFIG_RELAY: says so");
        target = saved;
        target.btf_error = "no BTF";
        check(open_kit(&k, &reason) == KIT_FAILED && diags.list.items[0]->code == DIAG_E0605,
              "without BTF: says so");
        target = saved;
        check(open_kit(&k, &reason) == KIT_MISSING, "no kit yet");
}

static void build_kit_in_child(int times) {
        for (int i = 0; i < times; i++)
                if (fork() == 0) {
                        const char *id;
                        diags_init(&diags, arena);
                        int r = kit_build(arena, &target, kit_dir, NULL, NULL, &diags, &id);
                        if (r == KIT_FAILED) {
                                _cleanup_(buf_done) Buf text = BUF_INIT;
                                diags_render_text(&diags, false, &text);
                                fputs(text.data, stderr);
                        }
                        _exit(r == KIT_OK ? 0 : 1);
                }
        for (int i = 0; i < times; i++) {
                int status;
                wait(&status);
                check(status == 0, "build %d of %d at once", i + 1, times);
        }
}

static void test_build_kit(Kit **ret) {
        const char *reason;
        double start = seconds();
        build_kit_in_child(2);
        double took = seconds() - start;
        printf("# two builds at once took %.1f s\n", took);
        int r = open_kit(ret, &reason);
        check(r == KIT_OK, "opens: %s", reason);
        start = seconds();
        Kit *again;
        r = open_kit(&again, &reason);
        check(r == KIT_OK, "opening again took %.1f ms", (seconds() - start) * 1e3);
        Symbol s;
        check(symbols_find(&again->symbols, "stp_script_register", &s) &&
                      strcmp(s.module, "stapd_core") == 0,
              "the core's symbols are in the index");
        check(symbols_find(&again->symbols, "module_layout", &s) && strcmp(s.module, "vmlinux") == 0 &&
                      s.crc,
              "the kernel's symbols are in the index, %zu in all", symbols_count(&again->symbols));
}

static bool module_has(int fd, const char *bytes, size_t len) {
        _cleanup_(freep) char *data = NULL;
        size_t size;
        return fds_read_all(fd, 64 << 20, &data, &size) == 0 && memmem(data, size, bytes, len);
}
#define HAS(fd, literal) module_has(fd, literal, sizeof(literal))

/* What stapd looks at before it loads one: neither way to make a module may bring what it refuses. */
static void test_loadable(int fd, const char *way) {
        char text[VERIFY_TEXT_MAX] = "";
        check(module_verify(fd, PRIVILEGE_OWN, text) == 0, "%s makes what a script of class own may have %s", way, text);
}

static void test_modules(const Kit *k, const char *source) {
        BuildOutput fast = { -1 }, slow = { -1 };
        int r = build(k, source, (BuildInput) {}, &fast);
        check(r == BUILD_OK, "fast path: %s", fast.detail);
        if (fast.fd < 0)
                return;
        check(!strstr(fast.detail, "kbuild"), "and it was the fast path");
        check(HAS(fast.fd, "name=stap_0123456789abcdef01234567") && HAS(fast.fd, "depends=stapd_core") &&
                      HAS(fast.fd, "license=GPL") && module_has(fast.fd, "vermagic=", 9),
              "it says its name, dependencies, vermagic");
        check(module_has(fast.fd, "{\"version\":1}", 13) && fds_is_sealed(fast.fd),
              "it holds its manifest and is sealed");
        fds_write_file_atomic(arena_printf(arena, "%s/fast.ko", kit_dir), "", 0, 0644);
        _cleanup_(freep) char *data = NULL;
        size_t len;
        if (fds_read_all(fast.fd, 64 << 20, &data, &len) == 0)
                fds_write_file_atomic(arena_printf(arena, "%s/fast.ko", kit_dir), data, len, 0644);
        r = build(k, source, (BuildInput) { .force_fallback = "the test wants it" }, &slow);
        check(r == BUILD_OK && strstr(slow.detail, "because the test wants it"), "kbuild: %s",
              r == BUILD_OK ? slow.detail : "failed");
        if (slow.fd < 0)
                return;
        check(HAS(slow.fd, "name=stap_0123456789abcdef01234567") && HAS(slow.fd, "depends=stapd_core") &&
                      module_has(slow.fd, "{\"version\":1}", 13),
              "which gives the same name, dependencies, manifest");
        test_loadable(fast.fd, "the fast path");
        test_loadable(slow.fd, "kbuild");
        _cleanup_(freep) char *slow_data = NULL;
        if (fds_read_all(slow.fd, 64 << 20, &slow_data, &len) == 0)
                fds_write_file_atomic(arena_printf(arena, "%s/slow.ko", kit_dir), slow_data, len, 0644);
        close(fast.fd);
        close(slow.fd);
}

static void test_bad_source(const Kit *k, const char *source) {
        BuildOutput out;
        check(build(k, "int x = ;\n", (BuildInput){}, &out) == BUILD_FAILED &&
                      diags.list.items[0]->code == DIAG_E0610,
              "generated C that does not compile is our mistake");
        const char *bad = arena_printf(arena, "%sint no_such_function(void); int f(void);\n"
                                       "int f(void) { return no_such_function(); }\n", source);
        check(build(k, bad, (BuildInput){}, &out) == BUILD_FAILED &&
                      diags.list.items[0]->code == DIAG_E0610 &&
                      strstr(diags.list.items[0]->message, "no_such_function"),
              "so is a symbol that nobody exports");
        check(build(k, bad, (BuildInput) { .embedded = true }, &out) == BUILD_FAILED &&
              diags.list.items[0]->code == DIAG_E0612, "in embedded C it is the user's");

        SourceFile *file = source_new(arena, "user.stp", "line one\n%{ oops %}\n", 20);
        const char *embedded = "#include <linux/module.h>\n#line 2 \"user.stp\"\n int oops;;; x y;\n";
        check(build(k, embedded, (BuildInput) { .embedded = true, .kernel_headers = true, .files = &file, .n_files = 1 },
                    &out) == BUILD_FAILED && diags.list.items[0]->code == DIAG_E0611 &&
              diags.list.items[0]->span.file == file && diags.list.items[0]->span.offset >= 9,
              "an error in embedded C points at its line in the script");
        check(k->precompiled, "there is a precompiled header");
        const char *kernel = "#include \"stp-kernel.h\"\n"
                             "static int __init i(void) { return stp_script_register(STP_ABI_HASH, KBUILD_MODNAME, 1); }\n"
                             "static void __exit e(void) { stp_script_unregister(); }\n"
                             "module_init(i); module_exit(e); MODULE_LICENSE(\"GPL\");\n";
        int r = build(k, kernel, (BuildInput) { .embedded = true, .kernel_headers = true }, &out);
        check(r == BUILD_OK && !strstr(out.detail, "kbuild"), "C with kernel headers: %s",
              r == BUILD_OK ? out.detail : "");
        close(out.fd);
}

static void test_defines(const Kit *k, const char *source) {
        const char *const *taken;
        size_t n;
        BuildOutput out;
        const char *const good[] = { "MAXACTION=5", "NOSUCH=1" };
        diags_init(&diags, arena);
        check(build_check_defines(arena, k, good, 2, false, &diags, &taken, &n) && n == 1 &&
                      diags.n_warnings == 1,
              "-D of a setting is taken, an unknown one is left out with a warning");
        check(build(k, source, (BuildInput) { .defines = taken, .n_defines = n }, &out) == BUILD_OK, "and it compiles");
        close(out.fd);
        static const char *const bad[] = { "MAXACTION=(evil())", "MAXACTION=5;", "if=while", "STP_ABI_HASH=1", "=1", "",
                                           "A B=1", "MAXACTION=1\n#include \"/etc/passwd\"", "MAXACTION=1 2" };
        for (size_t i = 0; i < ELEMENTSOF(bad); i++) {
                diags_init(&diags, arena);
                bool ok = build_check_defines(arena, k, &bad[i], 1, false, &diags, &taken, &n);
                check(!ok || n == 0, "-D %s is not taken", i == 7 ? "with a newline" : bad[i]);
        }
}

/* ------------------------------------------------------------------ damage */

static void damage_and_check(const char *id, const char *name, const char *how) {
        const char *path = arena_printf(arena, "%s/%s/%s", kit_dir, id, name), *reason;
        struct stat st;
        Kit *k;
        _cleanup_(freep) char *data = NULL;
        size_t len;
        if (stat(path, &st) < 0 || fds_read_file(path, 256 << 20, &data, &len) < 0) {
                check(false, "%s is not in the kit", name);
                return;
        }
        if (strcmp(how, "cut") == 0) {
                check(truncate(path, st.st_size / 2) == 0, "cut %s", name);
        } else if (strcmp(how, "emptied") == 0) {
                check(truncate(path, 0) == 0, "emptied %s", name);
        } else if (strcmp(how, "removed") == 0) {
                check(unlink(path) == 0, "removed %s", name);
        } else {
                data[len / 2] ^= 1;
                check(tree_write_file(path, data, len) == 0, "flipped a bit of %s", name);
                data[len / 2] ^= 1;
        }
        int r = open_kit(&k, &reason);
        check(r == KIT_DAMAGED || (r == KIT_MISSING && strcmp(name, KIT_FILE) == 0), "is noticed: %s",
              reason);
        tree_write_file(path, data, len);
        r = open_kit(&k, &reason);
        check(r == KIT_OK, "and is good again when it is back: %s", reason);
}

static void test_damage(const char *id) {
        static const char *const names[] = { KIT_FILE, KIT_CORE, KIT_TEMPLATE, KIT_SYMBOLS, KIT_INCLUDE "/script/stp.h",
                                             KIT_PRECOMPILED };
        static const char *const hows[] = { "cut", "emptied", "removed", "flipped" };
        for (size_t i = 0; i < ELEMENTSOF(names); i++)
                for (size_t h = 0; h < ELEMENTSOF(hows); h++)
                        /* A flipped bit of the JSON may be in a text that nothing depends on; gcc itself
                         * checks the precompiled header. */
                        if ((i > 0 && i + 1 < ELEMENTSOF(names)) || h < 3)
                                damage_and_check(id, names[i], hows[h]);
        Kit *k;
        const char *reason;
        check(truncate(arena_printf(arena, "%s/%s/" KIT_CORE, kit_dir, id), 100) == 0, "cut the core");
        build_kit_in_child(1);
        int r = open_kit(&k, &reason);
        check(r == KIT_OK, "a damaged kit is replaced by building: %s", reason);
}

static void test_broken_core(const char *fixture) {
        const char *copy = make_directory(".runtime"), *id;
        static const char *const files[] = { "abi.h", "script/stp.h", "Kbuild", "core/main.c", "script/stp-kernel.h" };
        tree_make(arena_printf(arena, "%s/script", copy), 0755);
        tree_make(arena_printf(arena, "%s/core", copy), 0755);
        for (size_t i = 0; i < ELEMENTSOF(files); i++)
                tree_copy_file(arena_printf(arena, "%s/%s", fixture, files[i]),
                               arena_printf(arena, "%s/%s", copy, files[i]));
        KitTarget saved = target;
        target.runtime_dir = copy;
        uint64_t before, after;
        Kit *k;
        const char *reason;
        check(kit_abi_hash(copy, &before) == 0 && open_kit(&k, &reason) == KIT_OK,
              "the same sources have the same kit");
        tree_write_file(arena_printf(arena, "%s/script/stp.h", copy), "#error broken\n", 14);
        check(kit_abi_hash(copy, &after) == 0 && after != before,
              "another script header, another interface");
        diags_init(&diags, arena);
        check(kit_build(arena, &target, kit_dir, NULL, NULL, &diags, &id) == KIT_FAILED &&
              diags.list.items[0]->code == DIAG_E0604, "a core that does not compile is reported");
        target = saved;
}

int main(int argc, char **argv) {
        if (argc != 5)
                return 2;
        arena = arena_new((size_t) 1 << 30);
        kit_dir = argv[4];
        const char *headers = arena_printf(arena, "/lib/modules/%s/build", argv[1]);
        config_text = tree_read_file(arena, arena_printf(arena, "%s/.config", headers), NULL);
        char *source = tree_read_file(arena, argv[3], NULL);
        if (!config_text || !source) {
                printf("1..0 # SKIP no headers of %s\n", argv[1]);
                return 77;
        }
        target = (KitTarget) { .release = argv[1], .build_id = "", .headers_dir = headers, .config = get_config,
                               .runtime_dir = argv[2] };
        Kit *k = NULL;
        test_checks();
        test_build_kit(&k);
        if (k) {
                test_modules(k, source);
                test_bad_source(k, source);
                test_defines(k, source);
                test_damage(k->id);
                test_broken_core(argv[2]);
        }
        printf("1..%u\n", n_tests);
        arena_free(arena);
        return n_failed > 0;
}
