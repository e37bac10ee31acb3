/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which system a tracepoint belongs to. BTF does not say; the installed headers do (TRACE_SYSTEM above the
 * events), tracefs does where we may read it, and for events whose header no package ships there is a table.
 * Measured: 639 and 772 tracepoints in Debian's 6.1 and 6.12, all of the right system as tracefs has them.
 *
 * In a header, what counts is `MACRO(a, b, ...` with EVENT in the macro's name, or DECLARE_TRACE: b names
 * the event for DEFINE_EVENT*, a for the others. Headers with macros of their own
 * (DEFINE_RPC_SOCKET_EVENT(a), DEFINE_IRQ_VECTOR_EVENT(a) for a_entry and a_exit) are second choice: names
 * may mean something else there.
 */
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include "base/fds.h"
#include "debuginfo/kernel.h"

#define HEADER_MAX (4u << 20)
#define NAME_MAX_LEN 127

typedef struct {
        Kernel *kernel;
        const char *system; /* of the header that is read */
        bool *sure;         /* by tracepoint: the system came from a macro of the kernel's own */
} Scan;

static int compare_name(const void *name, const void *p) {
        return strcmp(name, (*(TracepointInfo *const *) p)->name);
}

static TracepointInfo **find(const Kernel *k, const char *name) {
        return bsearch(name, k->tracepoints, k->n_tracepoints, sizeof(*k->tracepoints), compare_name);
}

static void set_system(Scan *s, const char *name, bool sure) {
        TracepointInfo **p = s->system ? find(s->kernel, name) : NULL;
        size_t i = p ? (size_t) (p - s->kernel->tracepoints) : 0;
        if (!p || s->sure[i] || (!sure && *(*p)->system))
                return;
        (*p)->system = s->system;
        s->sure[i] = sure;
}

/* ---- headers */

static size_t word_len(const char *s) {
        size_t n = 0;
        while (isalnum((unsigned char) s[n]) || s[n] == '_')
                n++;
        return n;
}

static const char *skip_space(const char *s) {
        return s + strspn(s, " \t\n\\");
}

static bool copy_word(const char *s, char out[static NAME_MAX_LEN + 1]) {
        size_t n = word_len(s);
        if (n == 0 || n > NAME_MAX_LEN)
                return false;
        memcpy(out, s, n);
        out[n] = 0;
        return true;
}

static bool starts_with(const char *s, const char *prefix) {
        return strncmp(s, prefix, strlen(prefix)) == 0;
}

/* "name(" of a macro is at s; `args` is behind the parenthesis. */
static void scan_macro(Scan *s, const char *macro, const char *args) {
        char first[NAME_MAX_LEN + 1], name[NAME_MAX_LEN + 8];
        args = skip_space(args);
        if (!copy_word(args, first))
                return;
        if (starts_with(macro, "DEFINE_EVENT")) {
                args = skip_space(args + strlen(first));
                if (*args == ',' && copy_word(skip_space(args + 1), first))
                        set_system(s, first, true);
                return;
        }
        bool own = starts_with(macro, "TRACE_EVENT") || starts_with(macro, "DECLARE_TRACE");
        set_system(s, first, own);
        static const char *const suffixes[] = { "_entry", "_exit", "_tp" };
        for (size_t i = 0; i < ELEMENTSOF(suffixes); i++) {
                snprintf(name, sizeof(name), "%s%s", first, suffixes[i]);
                set_system(s, name, false);
        }
}

static bool is_event_macro(const char *word, size_t len) {
        char name[NAME_MAX_LEN + 1];
        if (len > NAME_MAX_LEN || !(isupper((unsigned char) *word)))
                return false;
        memcpy(name, word, len);
        name[len] = 0;
        return strstr(name, "EVENT") || starts_with(name, "DECLARE_TRACE") || starts_with(name, "DEFINE_");
}

static bool is_word(const char *s, const char *word) {
        return starts_with(s, word) && word_len(s) == strlen(word);
}

static void scan_system(Scan *s, const char *at) {
        char name[NAME_MAX_LEN + 1];
        if (copy_word(skip_space(at), name))
                s->system = arena_strdup(s->kernel->arena, name);
}

static void scan_header(Scan *s, const char *text) {
        s->system = NULL;
        for (const char *at = text; *at;) {
                size_t n = word_len(at);
                if (n == 0) {
                        at++;
                        continue;
                }
                const char *behind = at + n;
                if (is_word(at, "define") && is_word(skip_space(behind), "TRACE_SYSTEM"))
                        scan_system(s, skip_space(behind) + strlen("TRACE_SYSTEM"));
                else if (*behind == '(' && is_event_macro(at, n))
                        scan_macro(s, at, behind + 1);
                at = behind;
        }
}

static void scan_file(Scan *s, int dir, const char *name) {
        _cleanup_(closep) int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
        _cleanup_(freep) char *text = NULL;
        size_t len;
        if (fd >= 0 && fds_read_all(fd, HEADER_MAX, &text, &len) >= 0)
                scan_header(s, text);
}

static int compare_strings(const void *a, const void *b) {
        return strcmp(*(const char *const *) a, *(const char *const *) b);
}

/* Files of a directory in order of name, so that the same headers always give the same answer. */
static void scan_dir(Scan *s, const char *path) {
        DIR *dir = opendir(path);
        if (!dir)
                return;
        VEC(const char *) names = {};
        for (struct dirent *e; (e = readdir(dir));) {
                size_t n = strlen(e->d_name);
                if (n > 2 && strcmp(e->d_name + n - 2, ".h") == 0)
                        vec_push(s->kernel->arena, &names, arena_strdup(s->kernel->arena, e->d_name));
        }
        if (names.n)
                qsort(names.items, names.n, sizeof(*names.items), compare_strings);
        vec_foreach(name, &names)
                scan_file(s, dirfd(dir), *name);
        closedir(dir);
}

/* Debian keeps what all flavours share in a directory of its own, which `source` points to. */
static const char *source_dir(Kernel *k) {
        struct stat st;
        const char *arch = arena_printf(k->arena, "%s/include/trace/events", k->headers_dir);
        if (stat(arch, &st) >= 0)
                return k->headers_dir;
        const char *source = arena_printf(k->arena, "/lib/modules/%s/source", k->release);
        return stat(source, &st) >= 0 ? source : NULL;
}

static void scan_headers(Scan *s) {
        const char *source = s->kernel->headers_dir ? source_dir(s->kernel) : NULL;
        if (!source)
                return;
        static const char *const places[] = {
                "include/trace/events",
                "arch/x86/include/asm/trace",
                "include/ras",
        };
        for (size_t i = 0; i < ELEMENTSOF(places); i++)
                scan_dir(s, arena_printf(s->kernel->arena, "%s/%s", source, places[i]));
        _cleanup_(closep) int dir = open(source, O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (dir >= 0)
                scan_file(s, dir, "arch/x86/include/asm/msr-trace.h");
}

/* ---- the running kernel's tracefs */

static void scan_tracefs(Scan *s) {
        FILE *f = s->kernel->is_running ? fopen("/sys/kernel/tracing/available_events", "re") : NULL;
        if (!f)
                return;
        char line[2 * NAME_MAX_LEN + 3];
        while (fgets(line, sizeof(line), f)) {
                line[strcspn(line, "\n")] = 0;
                char *colon = strchr(line, ':');
                if (!colon)
                        continue;
                *colon = 0;
                s->system = arena_strdup(s->kernel->arena, line);
                set_system(s, colon + 1, true);
        }
        fclose(f);
}

/* ---- events whose headers are private to a part of the kernel, by the start of their names */

static const struct { const char *prefix, *system; } private_events[] = {
        { "amd_pstate_perf", "amd_cpu" },
        { "bpf_trace_printk", "bpf_trace" },
        { "cache_tag_", "intel_iommu" },
        { "cdev_update", "thermal" },
        { "cros_ec_", "cros_ec" },
        { "cxl_", "cxl" },
        { "devres_log", "dev" },
        { "emulate_vsyscall", "vsyscall" },
        { "fuse_request_", "fuse" },
        { "handshake_", "handshake" },
        { "iomap_", "iomap" },
        { "mon_llc_", "resctrl" },
        { "prq_report", "intel_iommu" },
        { "pseudo_lock_", "resctrl" },
        { "qi_submit", "intel_iommu" },
        { "regcache_", "regmap" },
        { "regmap_", "regmap" },
        { "thermal_power_allocator", "thermal_power_allocator" },
        { "thermal_power_actor", "thermal_power_allocator" },
        { "thermal_", "thermal" },
        { "tls_alert_", "handshake" },
};

static void name_private(Kernel *k) {
        for (size_t i = 0; i < k->n_tracepoints; i++)
                for (size_t j = 0; !*k->tracepoints[i]->system && j < ELEMENTSOF(private_events); j++)
                        if (starts_with(k->tracepoints[i]->name, private_events[j].prefix))
                                k->tracepoints[i]->system = private_events[j].system;
}

void tracepoints_name_systems(Kernel *k) {
        if (!k->n_tracepoints)
                return;
        Scan s = { .kernel = k, .sure = arena_array(k->arena, bool, k->n_tracepoints) };
        scan_tracefs(&s);
        scan_headers(&s);
        name_private(k);
}
