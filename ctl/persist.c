/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ctl/persist.h"
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/buf.h"
#include "base/fds.h"
#include "config.h"
#include "ctl/definition.h"
#include "ctl/main.h"

#define DIRECTORY STAPD_SYSCONF_DIR "/sessions.d"

/* A line of the file is stripped when it is read. */
static int add_setting(Buf *out, const char *key, const char *value) {
        size_t n = strlen(value);
        if (n == 0 || strchr(value, '\n') || isspace((unsigned char) value[0]) ||
            isspace((unsigned char) value[n - 1])) {
                fprintf(stderr,
                        "stapctl: --persist: %s cannot be '%s': it has to be a line, and not begin or end with a blank\n",
                        key, value);
                return -EINVAL;
        }
        buf_printf(out, "%s=%s\n", key, value);
        return 0;
}

static int make_settings(const RunOptions *o, Buf *out) {
        int r = 0;
        buf_str(out, "[Session]\n");
        for (size_t i = 0; r >= 0 && i + 1 < json_object_array_length(o->said); i += 2) {
                const char *option = json_object_get_string(json_object_array_get_idx(o->said, i));
                const char *value = json_object_get_string(json_object_array_get_idx(o->said, i + 1));
                const char *key = definition_key(option);
                if (!key) {
                        fprintf(stderr,
                                "stapctl: %s does not go with --persist: a session that is defined has no such setting\n",
                                option);
                        return -EINVAL;
                }
                r = add_setting(out, key, value ?: "yes");
        }
        for (size_t i = 0; r >= 0 && i < json_object_array_length(o->args); i++)
                r = add_setting(out, "Argument",
                                json_object_get_string(json_object_array_get_idx(o->args, i)));
        return r < 0 ? r : out->failed ? -ENOMEM : 0;
}

static int write_file(const char *directory, const char *name, const char *end, const char *text,
                      size_t len) {
        _cleanup_(freep) char *path = NULL;
        struct stat st;
        if (asprintf(&path, "%s/%s.%s", directory, name, end) < 0)
                return -ENOMEM;
        int r = stat(path, &st) == 0 ? -EEXIST : fds_write_file_atomic(path, text, len, 0644);
        if (r == -EEXIST)
                fprintf(stderr,
                        "stapctl: %s is there already: edit it, or disable stapd-session@%s and remove it\n",
                        path, name);
        else if (r < 0)
                fprintf(stderr, "stapctl: cannot write %s: %s\n", path, strerror(-r));
        return r;
}

static int define(const RunOptions *o, const char *directory) {
        _cleanup_(buf_done) Buf settings = BUF_INIT;
        _cleanup_(freep) char *script = NULL;
        size_t len;
        int r = make_settings(o, &settings);
        if (r >= 0)
                r = run_options_script(o, &script, &len);
        if (r >= 0)
                r = write_file(directory, o->session_name, "conf", settings.data, settings.len);
        return r < 0 ? r : write_file(directory, o->session_name, "stp", script, len);
}

int persist(const RunOptions *o) {
        char unit[128];
        if (!o->session_name || definition_check_name(o->session_name) < 0) {
                if (!o->session_name)
                        fputs("stapctl: --persist needs a name for the session: --name NAME\n", stderr);
                return EXIT_USAGE;
        }
        if (define(o, *o->persist ? o->persist : DIRECTORY) < 0)
                return EXIT_USAGE;
        if (*o->persist)
                return EXIT_OK;
        snprintf(unit, sizeof(unit), "stapd-session@%s.service", o->session_name);
        fprintf(stderr, "Defined in " DIRECTORY ". Running: systemctl enable --now %s\n", unit);
        execlp("systemctl", "systemctl", "enable", "--now", unit, (char *) NULL);
        fprintf(stderr, "stapctl: cannot run systemctl: %s\n", strerror(errno));
        return EXIT_USAGE;
}
