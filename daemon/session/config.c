/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/config.h"
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include "base/conf.h"
#include "base/paths.h"
#include "manifest/compile-protocol.h"

typedef enum { SETTING_STRING, SETTING_BOOL, SETTING_UNSIGNED } SettingType;

static const struct {
        const char *key;
        SettingType type;
        size_t offset;
} settings[] = {
        { "Group", SETTING_STRING, offsetof(Config, group) },
        { "AllowGuru", SETTING_BOOL, offsetof(Config, allow_guru) },
        { "AllowSelfApproval", SETTING_BOOL, offsetof(Config, allow_self_approval) },
        { "RevokeOnReload", SETTING_BOOL, offsetof(Config, revoke_on_reload) },
        { "CompileUser", SETTING_STRING, offsetof(Config, compile_user) },
        { "StreamUser", SETTING_STRING, offsetof(Config, stream_user) },
        { "SessionsMax", SETTING_UNSIGNED, offsetof(Config, sessions_max) },
        { "SessionsPerUser", SETTING_UNSIGNED, offsetof(Config, sessions_per_user) },
        { "CompileSlots", SETTING_UNSIGNED, offsetof(Config, compile_slots) },
        { "CacheMaxMegabytes", SETTING_UNSIGNED, offsetof(Config, cache_max_megabytes) },
        { "KeepMaxMegabytes", SETTING_UNSIGNED, offsetof(Config, keep_max_megabytes) },
        { "AskSeconds", SETTING_UNSIGNED, offsetof(Config, ask_seconds) },
        { "CompileSlotsPerUser", SETTING_UNSIGNED, offsetof(Config, compile_slots_per_user) },
        { "CompileSeconds", SETTING_UNSIGNED, offsetof(Config, compile_seconds) },
        { "HelperSeconds", SETTING_UNSIGNED, offsetof(Config, helper_seconds) },
        { "KitsMax", SETTING_UNSIGNED, offsetof(Config, kits_max) },
        { "QueueMaxMegabytes", SETTING_UNSIGNED, offsetof(Config, queue_max_megabytes) },
        { "RecordMaxMegabytes", SETTING_UNSIGNED, offsetof(Config, record_max_megabytes) },
        { "SigningKey", SETTING_STRING, offsetof(Config, signing_key) },
        { "SigningCertificate", SETTING_STRING, offsetof(Config, signing_certificate) },
        { "TrustedCertificate", SETTING_STRING, offsetof(Config, trusted_certificate) },
};

int config_init(Config *c) {
        *c = (Config) {
                .group = strdup(""),
                .compile_user = strdup("nobody"),
                .stream_user = strdup("nobody"),
                .signing_key = strdup(""),
                .signing_certificate = strdup(""),
                .trusted_certificate = strdup(""),
                .sessions_max = 64,
                .sessions_per_user = 16,
                .compile_slots = 2,
                .compile_slots_per_user = 1,
                .compile_seconds = COMPILE_SECONDS,
                .helper_seconds = 15,
                .cache_max_megabytes = 256,
                .keep_max_megabytes = 256,
                .record_max_megabytes = 16384,
                .queue_max_megabytes = 128,
                .ask_seconds = 120,
                .kits_max = STAPD_KITS_MAX,
                .cache_dir = strdup(STAPD_CACHE_DIR),
                .state_dir = strdup(STAPD_STATE_DIR),
        };
        return c->group && c->compile_user && c->stream_user && c->signing_key && c->signing_certificate &&
                               c->trusted_certificate &&
                               c->cache_dir && c->state_dir
                       ? 0
                       : -ENOMEM;
}

void config_done(Config *c) {
        free(c->group);
        free(c->compile_user);
        free(c->stream_user);
        free(c->signing_key);
        free(c->signing_certificate);
        free(c->trusted_certificate);
        free(c->cache_dir);
        free(c->state_dir);
        free(c->kernel);
        free(c->policy_dir);
        free(c->scripts_dir);
        *c = (Config) {};
}

static int set_string(char **field, const char *value) {
        char *copy = strdup(value);
        if (!copy)
                return -ENOMEM;
        free(*field);
        *field = copy;
        return 0;
}

static int apply(void *userdata, const char *key, const char *value, const char **ret_error) {
        Config *c = userdata;
        for (size_t i = 0; i < ELEMENTSOF(settings); i++) {
                if (strcmp(settings[i].key, key) != 0)
                        continue;
                void *field = (char *) c + settings[i].offset;
                switch (settings[i].type) {
                case SETTING_STRING:
                        return set_string(field, value);
                case SETTING_BOOL:
                        *ret_error = "expected yes or no";
                        return conf_parse_bool(value, field);
                case SETTING_UNSIGNED:
                        *ret_error = "expected a number from 1 to 1000000";
                        return conf_parse_unsigned(value, 1, 1000000, field);
                }
        }
        *ret_error = "no such setting";
        return -EINVAL;
}

static int on_section(void *userdata, const char *name, const char **ret_error) {
        *ret_error = "expected the section [Daemon]";
        return strcmp(name, "Daemon") == 0 ? 0 : -EINVAL;
}

int config_read(Config *c, const char *path, unsigned *ret_line, const char **ret_error) {
        ConfReader reader = { .section = on_section, .setting = apply, .userdata = c };
        return conf_read(AT_FDCWD, path, &reader, ret_line, ret_error);
}
