/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ctl/definition.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/cleanup.h"
#include "base/conf.h"

typedef enum { KEY_FLAG, KEY_VALUE, KEY_ARGUMENT } KeyKind;

/* What each setting is as an option of `stapctl run`. */
static const struct {
        const char *key, *option;
        KeyKind kind;
} keys[] = {
        { "Argument", NULL, KEY_ARGUMENT },
        { "Define", "-D", KEY_VALUE },
        { "Global", "-G", KEY_VALUE },
        { "Guru", "-g", KEY_FLAG },
        { "BufferMegabytes", "-s", KEY_VALUE },
        { "Keep", "--keep", KEY_VALUE },
        { "Flight", "--flight", KEY_FLAG },
        { "Journal", "--journal", KEY_FLAG },
        { "Output", "-o", KEY_VALUE },
        { "Json", "--json", KEY_FLAG },
        { "RotateSize", "-S", KEY_VALUE },
        { "RotateEvery", "--rotate-every", KEY_VALUE },
        { "Compress", "--compress", KEY_FLAG },
        { "MinFree", "--min-free", KEY_VALUE },
        { "TimeLimit", "-T", KEY_VALUE },
        { "Compatible", "--compatible", KEY_VALUE },
        { "TraceSelf", "--trace-self", KEY_FLAG },
        { "SkipBadVariables", "--skip-badvars", KEY_FLAG },
        { "SuppressHandlerErrors", "--suppress-handler-errors", KEY_FLAG },
        { "HideGlobals", "--no-global-var-display", KEY_FLAG },
        { "FailOnLoss", "--fail-on-loss", KEY_FLAG },
};

const char *definition_key(const char *option) {
        for (size_t i = 0; i < ELEMENTSOF(keys); i++)
                if (keys[i].option && strcmp(keys[i].option, option) == 0)
                        return keys[i].key;
        return NULL;
}

/* ------------------------------------------------------------------ words */

static int append(char ***list, int *n, const char *word) {
        char **longer = realloc(*list, sizeof(*longer) * (size_t) (*n + 2));
        char *copy = longer ? strdup(word) : NULL;
        if (longer)
                *list = longer;
        if (!copy)
                return -ENOMEM;
        longer[(*n)++] = copy;
        longer[*n] = NULL;
        return 0;
}

static int add(Definition *d, const char *word) {
        return append(&d->argv, &d->argc, word);
}

static int add_option(Definition *d, const char *option, const char *value) {
        int r = add(d, option);
        return r < 0 ? r : add(d, value);
}

static void free_words(char **words, int n) {
        for (int i = 0; i < n; i++)
                free(words[i]);
        free(words);
}

void definition_done(Definition *d) {
        free(d->script);
        free_words(d->argv, d->argc);
        free_words(d->arguments, d->n_arguments);
        *d = DEFINITION_INIT;
}

/* ------------------------------------------------------------------ NAME.conf */

static int on_section(void *userdata, const char *name, const char **ret_error) {
        *ret_error = "expected the section [Session]";
        return strcmp(name, "Session") == 0 ? 0 : -EINVAL;
}

static int on_setting(void *userdata, const char *key, const char *value, const char **ret_error) {
        Definition *d = userdata;
        *ret_error = "no such setting";
        for (size_t i = 0; i < ELEMENTSOF(keys); i++) {
                bool yes = false;
                if (strcmp(keys[i].key, key) != 0)
                        continue;
                switch (keys[i].kind) {
                case KEY_ARGUMENT:
                        return append(&d->arguments, &d->n_arguments, value);
                case KEY_VALUE:
                        *ret_error = "expected a value";
                        return *value ? add_option(d, keys[i].option, value) : -EINVAL;
                case KEY_FLAG:
                        *ret_error = "expected yes or no";
                        return conf_parse_bool(value, &yes) < 0 ? -EINVAL : yes ? add(d, keys[i].option) : 0;
                }
        }
        return -EINVAL;
}

static int read_settings(Definition *d, const char *path) {
        ConfReader reader = { .section = on_section, .setting = on_setting, .userdata = d };
        unsigned line = 0;
        const char *error = "";
        int r = conf_read(AT_FDCWD, path, &reader, &line, &error);
        if (r == -ENOENT)
                return 0;
        if (r == -EPERM)
                fprintf(stderr, "stapctl: %s: only root may own it, and nobody else may write it\n", path);
        else if (r == -EINVAL)
                fprintf(stderr, "stapctl: %s:%u: %s\n", path, line, error);
        else if (r < 0)
                fprintf(stderr, "stapctl: cannot read %s: %s\n", path, strerror(-r));
        return r;
}

/* ------------------------------------------------------------------ NAME.stp */

static int check_script(const char *path, const char *name) {
        struct stat st;
        if (stat(path, &st) < 0) {
                int r = -errno;
                if (r == -ENOENT)
                        fprintf(stderr, "stapctl: no session %s is defined: there is no %s\n", name, path);
                else
                        fprintf(stderr, "stapctl: cannot read %s: %s\n", path, strerror(-r));
                return r;
        }
        if (S_ISREG(st.st_mode) && (st.st_uid == 0 || st.st_uid == geteuid()) && !(st.st_mode & 022))
                return 0;
        fprintf(stderr, "stapctl: %s: only root may own it, and nobody else may write it\n", path);
        return -EPERM;
}

/* The unit's instance: it becomes part of a path, and the session's name. */
int definition_check_name(const char *name) {
        if (*name && *name != '.' && !strchr(name, '/') && strlen(name) <= 64)
                return 0;
        fprintf(stderr, "stapctl: '%s' is no name of a session: letters, digits and ._@- are, up to 64\n",
                name);
        return -EINVAL;
}

static int read_both(const char *directory, const char *name, Definition *d) {
        _cleanup_(freep) char *conf = NULL;
        if (asprintf(&d->script, "%s/%s.stp", directory, name) < 0) {
                d->script = NULL;
                return -ENOMEM;
        }
        if (asprintf(&conf, "%s/%s.conf", directory, name) < 0)
                return -ENOMEM;
        int r = check_script(d->script, name);
        if (r >= 0)
                r = add(d, "run");
        if (r >= 0)
                r = add_option(d, "--name", name);
        if (r >= 0)
                r = read_settings(d, conf);
        if (r >= 0)
                r = add_option(d, "--", d->script);
        for (int i = 0; r >= 0 && i < d->n_arguments; i++)
                r = add(d, d->arguments[i]);
        return r;
}

int definition_read(const char *directory, const char *name, Definition *ret) {
        Definition d = DEFINITION_INIT;
        int r = definition_check_name(name);
        if (r >= 0)
                r = read_both(directory, name, &d);
        if (r < 0)
                definition_done(&d);
        else
                *ret = d;
        return r;
}
