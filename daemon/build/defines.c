/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "build/build.h"
#include "build/object.h"

#define MAX_DEFINES 64
#define MAX_NAME 64
#define MAX_VALUE 64

bool build_name_is_valid(const char *name) {
        size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz_0123456789");
        return n > 0 && n <= (OBJECT_NAME_ROOM - 1) && name[n] == 0 && !(name[0] >= '0' && name[0] <= '9');
}

static bool is_name(const char *s, size_t len) {
        static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";
        return len > 0 && len <= MAX_NAME && strspn(s, letters) >= len && !(*s >= '0' && *s <= '9');
}

/* A C integer, as a limit is given. */
static bool is_number(const char *s) {
        char *end;
        if (*s == '-')
                s++;
        if (!(*s >= '0' && *s <= '9') || strlen(s) > MAX_VALUE)
                return false;
        strtoull(s, &end, 0);
        return end[strspn(end, "uUlL")] == 0 && strspn(end, "uUlL") <= 3;
}

static bool is_tunable(const Kit *k, const char *name, size_t len) {
        for (const char *const *t = k->tunables; *t; t++)
                if (strlen(*t) == len && memcmp(*t, name, len) == 0)
                        return true;
        return false;
}

/* ------------------------------------------------------------------ what SystemTap knows */

typedef enum {
        SWITCH,      /* it is enough that it is defined */
        GURU_SWITCH,
        QUIET,       /* tunes something that stapd does in another way: scripts lose nothing */
        MISSED,      /* the user would miss it: a warning says why there is none */
} MacroKind;

static const struct {
        const char *name; /* `*` at the end: any that begins like it */
        MacroKind kind;
        const char *why;  /* MISSED */
} macros[] = {
        { "STP_TIMING", SWITCH },
        { "STP_TIMING_NSECS", SWITCH },
        { "STP_NO_OVERLOAD", SWITCH },
        { "STAP_SUPPRESS_HANDLER_ERRORS", SWITCH },
        { "STAP_SUPPRESS_TIME_LIMITS", GURU_SWITCH },
        { "MAPHASHBIAS", QUIET },
        { "MAXUPROBES", QUIET },
        { "STP_BUFFER_SIZE", QUIET },
        { "STP_CTL_BUFFER_SIZE", QUIET },
        { "STP_MAXBINARYARGS", QUIET },
        { "STP_LEGACY_PRINT", QUIET },
        { "STP_FORCE_STDOUT_TTY", QUIET },
        { "STP_NO_VERREL_CHECK", QUIET },
        { "STAP_CALLEE_MATCHALL", QUIET },
        { "STAP_SPIN_TRYLOCK_MAX_COUNT", QUIET },
        { "TASK_FINDER_MAP_ENTRY_ITEMS", QUIET },
        { "DEBUG_*", QUIET },
        { "STP_ALIBI", MISSED, "handlers always run" },
        { "STP_EXECTRACE", MISSED, "-t tells what ran how often" },
        { "STP_MAXMEMORY", MISSED, "memory is limited by the daemon" },
        { "HIST_LOG_BUCKETS", MISSED, "histograms have 128 buckets" },
        { "STP_MAX_BUCKETS", MISSED, "histograms have at most 128 buckets" },
        { "STP_PROCFS_BUFSIZE", MISSED, "there are no procfs probes" },
};

static bool macro_is(size_t i, const char *name, size_t len) {
        size_t n = strcspn(macros[i].name, "*");
        return memcmp(macros[i].name, name, n < len ? n : len) == 0 && (macros[i].name[n] ? len > n : len == n);
}

static int macro_find(const char *name, size_t len) {
        for (size_t i = 0; i < ELEMENTSOF(macros); i++)
                if (macro_is(i, name, len))
                        return (int) i;
        return -1;
}

/* The setting that was meant, or NULL. */
static const char *suggest(Arena *a, const Kit *k, const char *name) {
        VEC(const char *) names = {};
        for (const char *const *t = k->tunables; *t; t++)
                vec_push(a, &names, *t);
        for (size_t i = 0; i < ELEMENTSOF(macros); i++)
                vec_push(a, &names, macros[i].name);
        return strlen(name) > 4 ? diag_suggest(name, names.items, names.n) : NULL;
}

/* In guru mode embedded C may know it, so that only what looks like a slip is worth a word. */
static void warn_unknown(Arena *a, const Kit *k, const char *name, bool guru, Diags *d) {
        const char *near = suggest(a, k, name);
        if (guru && !near)
                return;
        Diag *diag = diag_add(d, DIAG_W0614, SPAN_NONE,
                              guru ? "-D %s is no setting: only embedded C sees it"
                                   : "-D %s has no effect: there is no such setting", name);
        if (near)
                diag_hint(d, diag, "did you mean `%s`?", near);
}

/* As check_define(), for macros that are none of the script's limits. */
static int check_other(Arena *a, const Kit *k, const char *name, bool guru, Diags *d) {
        int i = macro_find(name, strlen(name));
        if (i < 0) {
                warn_unknown(a, k, name, guru, d);
                return guru;
        }
        if (macros[i].kind == MISSED)
                diag_add(d, DIAG_W0614, SPAN_NONE, "-D %s has no effect: %s", name, macros[i].why);
        if (macros[i].kind == GURU_SWITCH && !guru) {
                Diag *diag = diag_add(d, DIAG_E0614, SPAN_NONE,
                                      "-D %s takes the limits away that protect the kernel", name);
                diag_hint(d, diag, "use guru mode (-g)");
                return -1;
        }
        return guru || macros[i].kind == SWITCH;
}

/* ------------------------------------------------------------------ each */

/* 1: take it, 0: leave it out, -1: a diagnostic was added. */
static int check_define(Arena *a, const Kit *k, const char *define, bool guru, Diags *d) {
        size_t len = strcspn(define, "=");
        const char *value = define[len] ? define + len + 1 : NULL;
        if (!is_name(define, len) || strpbrk(define, "\n\r")) {
                diag_add(d, DIAG_E0614, SPAN_NONE, "-D %.80s: not a macro name", define);
                return -1;
        }
        bool known = is_tunable(k, define, len);
        if (strncmp(define, "STP_ABI", 7) == 0 || (!known && strncmp(define, "KBUILD", 6) == 0)) {
                diag_add(d, DIAG_E0614, SPAN_NONE, "-D %.*s cannot be set", (int) len, define);
                return -1;
        }
        if (value && !is_number(value) && !guru) {
                Diag *diag = diag_add(d, DIAG_E0614, SPAN_NONE, "-D %.80s: the value is not a number",
                                      define);
                diag_hint(d, diag, "give a number, or use guru mode (-g)");
                return -1;
        }
        return known ? 1 : check_other(a, k, arena_strndup(a, define, len), guru, d);
}

bool build_check_defines(Arena *a, const Kit *k, const char *const *defines, size_t n, bool guru, Diags *d,
                         const char *const **ret, size_t *ret_n) {
        VEC(const char *) taken = {};
        bool ok = n <= MAX_DEFINES;
        if (!ok)
                diag_add(d, DIAG_E0614, SPAN_NONE, "more than %d macro settings (-D)", MAX_DEFINES);
        for (size_t i = 0; ok && i < n; i++) {
                int r = check_define(a, k, defines[i], guru, d);
                if (r > 0)
                        vec_push(a, &taken, defines[i]);
                ok = r >= 0;
        }
        *ret = taken.items;
        *ret_n = taken.n;
        return ok;
}
