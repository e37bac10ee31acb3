/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "authz/rules.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

typedef struct Reading {
        Rules *rules;
        const char *folder, *name; /* of the file */
        const unsigned *line;
        Rule *open;       /* the section that is being read */
} Reading;

/* ------------------------------------------------------------------ one file */

static int close_rule(Reading *reading, const char **ret_error) {
        if (!reading->open)
                return 0;
        int r = rule_check(reading->open, ret_error);
        if (r < 0)
                return r;
        Rules *rules = reading->rules;
        *ret_error = "too many rules";
        if (rules->n == RULES_MAX)
                return -EINVAL;
        Rule **grown = realloc(rules->items, (rules->n + 1) * sizeof(*grown));
        if (!grown)
                return -ENOMEM;
        rules->items = grown;
        grown[rules->n++] = TAKE_PTR(reading->open);
        return 0;
}

static int on_section(void *userdata, const char *name, const char **ret_error) {
        Reading *reading = userdata;
        *ret_error = "expected the section [Rule]";
        if (strcmp(name, "Rule") != 0)
                return -EINVAL;
        int r = close_rule(reading, ret_error);
        if (r < 0)
                return r;
        char place[PATH_MAX + NAME_MAX];
        snprintf(place, sizeof(place), "%s%s%s:%u", reading->folder, *reading->folder ? "/" : "",
                 reading->name, *reading->line);
        reading->open = rule_new(place);
        return reading->open ? 0 : -ENOMEM;
}

static int on_setting(void *userdata, const char *key, const char *value, const char **ret_error) {
        Reading *reading = userdata;
        return rule_set(reading->open, key, value, ret_error);
}

static int fail(RulesError *e, int r, const char *folder, const char *name, unsigned line,
                const char *text) {
        *e = (RulesError) { .line = line, .text = strdup(text) };
        if (asprintf(&e->file, "%s%s%s", folder, *folder ? "/" : "", name) < 0)
                e->file = NULL;
        return r;
}

/* With dir_fd < 0 the file is `text`. */
static int read_file(Rules *rules, int dir_fd, const char *folder, const char *name, char *text,
                     RulesError *ret_error) {
        unsigned line = 0;
        Reading reading = { .rules = rules, .folder = folder, .name = name, .line = &line };
        ConfReader reader = { .section = on_section, .setting = on_setting, .userdata = &reading };
        const char *error = NULL;
        int r = text ? conf_parse(text, &reader, &line, &error)
                     : conf_read(dir_fd, name, &reader, &line, &error);
        if (r >= 0)
                r = close_rule(&reading, &error);
        rule_free(reading.open);
        if (r == -EPERM)
                return fail(ret_error, r, folder, name, 0,
                            "others than root can write it, or it is no regular file");
        if (r == -EINVAL)
                return fail(ret_error, r, folder, name, line, error);
        return r < 0 ? fail(ret_error, r, folder, name, 0, strerror(-r)) : 0;
}

/* ------------------------------------------------------------------ folders */

typedef struct File {
        char name[NAME_MAX + 1];
        unsigned folder;
} File;

static int compare_files(const void *a, const void *b) {
        const File *x = a, *y = b;
        int r = strcmp(x->name, y->name);
        return r != 0 ? r : (int) x->folder - (int) y->folder;
}

static bool is_rules_file(const char *name) {
        size_t len = strlen(name);
        return *name != '.' && len > strlen(".conf") && strcmp(name + len - strlen(".conf"), ".conf") == 0;
}

static int list_folder(int fd, unsigned folder, File **files, unsigned *n) {
        int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
        DIR *d = copy < 0 ? NULL : fdopendir(copy);
        if (!d) {
                close_fd(copy);
                return -errno;
        }
        int r = 0;
        for (const struct dirent *e; r == 0 && (e = readdir(d));) {
                if (!is_rules_file(e->d_name))
                        continue;
                File *grown = *n < RULES_FILES_MAX ? realloc(*files, (*n + 1) * sizeof(*grown)) : NULL;
                if (!grown) {
                        r = *n < RULES_FILES_MAX ? -ENOMEM : -E2BIG;
                        break;
                }
                *files = grown;
                grown[*n].folder = folder;
                strcpy(grown[(*n)++].name, e->d_name);
        }
        closedir(d);
        return r;
}

/* Returns an fd, -ENOENT, or -EPERM: whoever may add files there makes the policy. */
static int open_folder(const char *path) {
        _cleanup_(closep) int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        struct stat st;
        if (fd < 0 || fstat(fd, &st) < 0)
                return -errno;
        if ((st.st_uid != 0 && st.st_uid != geteuid()) || (st.st_mode & 022))
                return -EPERM;
        return TAKE_FD(fd);
}

#define FOLDERS_MAX 4

static int list_folders(const char *const *folders, int *fds, File **files, unsigned *n,
                        RulesError *ret_error) {
        for (unsigned i = 0; folders[i] && i < FOLDERS_MAX; i++) {
                int r = fds[i] = open_folder(folders[i]);
                if (r == -ENOENT)
                        continue;
                if (r >= 0)
                        r = list_folder(fds[i], i, files, n);
                if (r < 0)
                        return fail(ret_error, r, "", folders[i], 0,
                                    r == -EPERM ? "others than root can write this folder" : strerror(-r));
        }
        return 0;
}

int rules_load(const char *const *folders, Rules **ret, RulesError *ret_error) {
        _cleanup_(rules_freep) Rules *rules = calloc(1, sizeof(*rules));
        _cleanup_(freep) File *files = NULL;
        int fds[FOLDERS_MAX] = { -1, -1, -1, -1 };
        unsigned n = 0;
        if (!rules)
                return -ENOMEM;
        int r = list_folders(folders, fds, &files, &n, ret_error);
        if (n > 0)
                qsort(files, n, sizeof(*files), compare_files);
        for (unsigned i = 0; r >= 0 && i < n; i++) {
                if (i > 0 && strcmp(files[i].name, files[i - 1].name) == 0)
                        continue; /* an earlier folder has it */
                r = read_file(rules, fds[files[i].folder], folders[files[i].folder], files[i].name, NULL,
                              ret_error);
        }
        for (unsigned i = 0; i < FOLDERS_MAX; i++)
                close_fd(fds[i]);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(rules);
        return 0;
}

int rules_parse(const char *name, const char *text, Rules **ret, RulesError *ret_error) {
        _cleanup_(rules_freep) Rules *rules = calloc(1, sizeof(*rules));
        _cleanup_(freep) char *copy = strdup(text);
        if (!rules || !copy)
                return -ENOMEM;
        int r = read_file(rules, -1, "", name, copy, ret_error);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(rules);
        return 0;
}

Rules *rules_free(Rules *r) {
        if (!r)
                return NULL;
        for (unsigned i = 0; i < r->n; i++)
                rule_free(r->items[i]);
        free(r->items);
        free(r);
        return NULL;
}

void rules_error_done(RulesError *e) {
        free(e->file);
        free(e->text);
        *e = (RulesError) {};
}

/* ------------------------------------------------------------------ questions */

const Rule *rules_find(const Rules *r, const Question *q) {
        for (unsigned i = 0; r && i < r->n; i++)
                if (rule_matches(r->items[i], q))
                        return r->items[i];
        return NULL;
}

const Rule *rules_find_about(const Rules *r, const Caller *c, Verb verb) {
        for (unsigned i = 0; r && i < r->n; i++)
                if (r->items[i]->effect != RULE_DENY && rule_is_about(r->items[i], c, verb))
                        return r->items[i];
        return NULL;
}
