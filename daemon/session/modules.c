/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Probes of modules that are not loaded are left out when a session is armed; its owner is told of each
 * module before. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "session/lifecycle.h"

#define POINT_START "module(\""
#define TOLD_MAX 16 /* modules: a script with module("*") is told of no more */

/* The name in `module("NAME")...`, cut to what a module's can be; 0: it is another kind of point. */
static size_t module_of(const char *point, char *ret, size_t size) {
        if (strncmp(point, POINT_START, strlen(POINT_START)) != 0)
                return 0;
        point += strlen(POINT_START);
        size_t n = strcspn(point, "\"/");
        return n > 0 && n < size ? (size_t) snprintf(ret, size, "%.*s", (int) n, point) : 0;
}

static bool is_loaded(const char *module) {
        char path[128];
        snprintf(path, sizeof(path), "/sys/module/%s", module);
        return access(path, F_OK) == 0;
}

static void tell_missing(Session *s, const char *module) {
        char text[160];
        snprintf(text, sizeof(text), "module %s is not loaded: its probes are left out", module);
        session_tell(s, "warning", text);
}

/* Points of one module stand together in the manifest. */
void session_tell_missing_modules(Session *s) {
        char module[64], last[64] = "";
        unsigned told = 0;
        for (unsigned i = 0; i < s->manifest->n_probes && told < TOLD_MAX; i++) {
                if (!module_of(s->manifest->probes[i].point, module, sizeof(module)) ||
                    strcmp(module, last) == 0)
                        continue;
                memcpy(last, module, sizeof(last));
                if (!is_loaded(module)) {
                        tell_missing(s, module);
                        told++;
                }
        }
}
