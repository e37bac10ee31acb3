/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configuration that a kernel was built with: CONFIG_X=value lines of the headers or of /boot. */
#include "base/fds.h"
#include "debuginfo/kernel.h"

#define CONFIG_MAX (8u << 20)

static bool read_file(Kernel *k, const char *path) {
        _cleanup_(freep) char *text = NULL;
        size_t len;
        if (fds_read_file(path, CONFIG_MAX, &text, &len) < 0)
                return false;
        for (char *line = text, *next; line && *line; line = next) {
                next = strchr(line, '\n');
                if (next)
                        *next++ = 0;
                char *value = strchr(line, '=');
                if (!value || strncmp(line, "CONFIG_", strlen("CONFIG_")) != 0)
                        continue;
                *value++ = 0;
                line = arena_strdup(k->arena, line);
                strmap_put(k->arena, &k->config, line, arena_strdup(k->arena, value));
        }
        return true;
}

void config_read(Kernel *k) {
        const char *of_headers = arena_printf(k->arena, "%s/include/config/auto.conf", k->headers_dir ?: "");
        if (k->headers_dir && read_file(k, of_headers))
                return;
        read_file(k, arena_printf(k->arena, "/boot/config-%s", k->release));
}

const char *kernel_config(const Kernel *k, const char *name) {
        return strmap_get(&k->config, name);
}
