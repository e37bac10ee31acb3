/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/families.h"

const ProbeFamily *const probe_families[] = {
        &probe_family_begin,
        &probe_family_never,
        &probe_family_timer,
        &probe_family_function,
        &probe_family_module,
        &probe_family_kprobe,
        &probe_family_trace,
        &probe_family_syscall,
        &probe_family_absent,
        NULL,
};

bool probe_is_glob(const char *pattern) {
        return strpbrk(pattern, "*?[") != NULL;
}

/* "[a-z]", "[!a-z]" or "[^a-z]" at *at against c; *at moves behind it. An open bracket is itself. */
static bool match_set(const char **at, char c) {
        const char *p = *at + 1;
        bool negated = *p == '!' || *p == '^', found = false;
        p += negated;
        const char *start = p;
        for (; *p && (*p != ']' || p == start); p++) {
                if (p[1] == '-' && p[2] && p[2] != ']') {
                        found = found || (c >= *p && c <= p[2]);
                        p += 2;
                } else
                        found = found || c == *p;
        }
        if (!*p) {
                (*at)++;
                return c == '[';
        }
        *at = p + 1;
        return c && found != negated;
}

static bool match_one(const char **pattern, char c) {
        if (**pattern == '[')
                return match_set(pattern, c);
        return c && (**pattern == '?' || **pattern == c) && (*pattern)++;
}

/* Goes back only to the last `*`, which is enough: at most pattern x text steps. */
bool probe_glob(const char *pattern, const char *text) {
        const char *star = NULL, *resume = NULL;
        for (;;) {
                if (*pattern == '*') {
                        star = ++pattern;
                        resume = text;
                        continue;
                }
                if (!*pattern && !*text)
                        return true;
                if (*text && *pattern && match_one(&pattern, *text)) {
                        text++;
                        continue;
                }
                if (!star || !*resume)
                        return false;
                pattern = star;
                text = ++resume;
        }
}
