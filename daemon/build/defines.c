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

/* 1: take it, 0: leave it out, -1: a diagnostic was added. */
static int check_define(const Kit *k, const char *define, bool guru, Diags *d) {
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
                Diag *diag = diag_add(d, DIAG_E0614, SPAN_NONE, "-D %.80s: the value is not a number", define);
                diag_hint(d, diag, "give a number, or use guru mode (-g)");
                return -1;
        }
        if (known || guru)
                return 1;
        diag_add(d, DIAG_W0614, SPAN_NONE, "-D %.*s has no effect: there is no such setting", (int) len, define);
        return 0;
}

bool build_check_defines(Arena *a, const Kit *k, const char *const *defines, size_t n, bool guru, Diags *d,
                         const char *const **ret, size_t *ret_n) {
        VEC(const char *) taken = {};
        bool ok = n <= MAX_DEFINES;
        if (!ok)
                diag_add(d, DIAG_E0614, SPAN_NONE, "more than %d macro settings (-D)", MAX_DEFINES);
        for (size_t i = 0; ok && i < n; i++) {
                int r = check_define(k, defines[i], guru, d);
                if (r > 0)
                        vec_push(a, &taken, defines[i]);
                ok = r >= 0;
        }
        *ret = taken.items;
        *ret_n = taken.n;
        return ok;
}
