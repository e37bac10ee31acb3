/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/config.h"
#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include "base/cleanup.h"
#include "base/paths.h"

typedef enum { SETTING_STRING, SETTING_BOOL, SETTING_UNSIGNED } SettingType;

static const struct {
        const char *key;
        SettingType type;
        size_t offset;
} settings[] = {
        { "Group", SETTING_STRING, offsetof(Config, group) },
        { "AllowGuru", SETTING_BOOL, offsetof(Config, allow_guru) },
        { "CompileUser", SETTING_STRING, offsetof(Config, compile_user) },
        { "StreamUser", SETTING_STRING, offsetof(Config, stream_user) },
        { "SessionsMax", SETTING_UNSIGNED, offsetof(Config, sessions_max) },
        { "SessionsPerUser", SETTING_UNSIGNED, offsetof(Config, sessions_per_user) },
        { "CompileSlots", SETTING_UNSIGNED, offsetof(Config, compile_slots) },
        { "CacheMaxMegabytes", SETTING_UNSIGNED, offsetof(Config, cache_max_megabytes) },
        { "SigningKey", SETTING_STRING, offsetof(Config, signing_key) },
        { "SigningCertificate", SETTING_STRING, offsetof(Config, signing_certificate) },
};

int config_init(Config *c) {
        *c = (Config) {
                .group = strdup(""),
                .compile_user = strdup("nobody"),
                .stream_user = strdup("nobody"),
                .signing_key = strdup(""),
                .signing_certificate = strdup(""),
                .sessions_max = 64,
                .sessions_per_user = 16,
                .compile_slots = 2,
                .cache_max_megabytes = 256,
                .cache_dir = strdup(STAPD_CACHE_DIR),
                .state_dir = strdup(STAPD_STATE_DIR),
        };
        return c->group && c->compile_user && c->stream_user && c->signing_key && c->signing_certificate && c->cache_dir &&
                        c->state_dir
                ? 0
                : -ENOMEM;
}

void config_done(Config *c) {
        free(c->group);
        free(c->compile_user);
        free(c->stream_user);
        free(c->signing_key);
        free(c->signing_certificate);
        free(c->cache_dir);
        free(c->state_dir);
        free(c->kernel);
        *c = (Config) {};
}

static int parse_bool(const char *value, bool *ret) {
        static const char *const yes[] = { "yes", "true", "on", "1" }, *const no[] = { "no", "false", "off", "0" };
        for (size_t i = 0; i < ELEMENTSOF(yes); i++) {
                if (strcasecmp(value, yes[i]) == 0 || strcasecmp(value, no[i]) == 0) {
                        *ret = strcasecmp(value, yes[i]) == 0;
                        return 0;
                }
        }
        return -EINVAL;
}

static int parse_unsigned(const char *value, unsigned *ret) {
        char *end;
        errno = 0;
        unsigned long n = strtoul(value, &end, 10);
        if (errno || end == value || *end || n == 0 || n > 1000000 || !isdigit((unsigned char) *value))
                return -EINVAL;
        *ret = (unsigned) n;
        return 0;
}

static int set_string(char **field, const char *value) {
        char *copy = strdup(value);
        if (!copy)
                return -ENOMEM;
        free(*field);
        *field = copy;
        return 0;
}

static int apply(Config *c, const char *key, const char *value, const char **ret_error) {
        for (size_t i = 0; i < ELEMENTSOF(settings); i++) {
                if (strcmp(settings[i].key, key) != 0)
                        continue;
                void *field = (char *) c + settings[i].offset;
                switch (settings[i].type) {
                case SETTING_STRING:
                        return set_string(field, value);
                case SETTING_BOOL:
                        *ret_error = "expected yes or no";
                        return parse_bool(value, field);
                case SETTING_UNSIGNED:
                        *ret_error = "expected a number from 1 to 1000000";
                        return parse_unsigned(value, field);
                }
        }
        *ret_error = "no such setting";
        return -EINVAL;
}

static char *strip(char *s) {
        while (isspace((unsigned char) *s))
                s++;
        char *end = s + strlen(s);
        while (end > s && isspace((unsigned char) end[-1]))
                *--end = 0;
        return s;
}

static int read_line(Config *c, char *line, bool *in_section, const char **ret_error) {
        line = strip(line);
        if (!*line || *line == '#' || *line == ';')
                return 0;
        if (*line == '[') {
                *in_section = strcmp(line, "[Daemon]") == 0;
                *ret_error = "expected the section [Daemon]";
                return *in_section ? 0 : -EINVAL;
        }
        char *equals = strchr(line, '=');
        if (!equals || !*in_section) {
                *ret_error = equals ? "expected [Daemon] first" : "expected Setting=value";
                return -EINVAL;
        }
        *equals = 0;
        return apply(c, strip(line), strip(equals + 1), ret_error);
}

int config_read(Config *c, const char *path, unsigned *ret_line, const char **ret_error) {
        _cleanup_(fclosep) FILE *f = fopen(path, "re");
        if (!f)
                return -errno;
        struct stat st;
        if (fstat(fileno(f), &st) < 0)
                return -errno;
        if ((st.st_uid != 0 && st.st_uid != geteuid()) || (st.st_mode & 022))
                return -EPERM;

        _cleanup_(freep) char *line = NULL;
        size_t size = 0;
        bool in_section = false;
        for (unsigned n = 1; getline(&line, &size, f) >= 0; n++) {
                int r = read_line(c, line, &in_section, ret_error);
                if (r < 0) {
                        *ret_line = n;
                        return r;
                }
        }
        return ferror(f) ? -EIO : 0;
}
