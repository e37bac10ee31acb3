/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "catalog/script.h"
#include <ctype.h>
#include <errno.h>
#include <openssl/evp.h>
#include <string.h>
#include <strings.h>
#include "manifest/bytes.h"

#define BLANKS " \t"

bool catalog_is_name(const char *s) {
        size_t n = strlen(s);
        if (n == 0 || n > CATALOG_NAME_MAX || !isalnum((unsigned char) *s))
                return false;
        for (const char *p = s; *p; p++)
                if (!isalnum((unsigned char) *p) && !strchr("._-", *p))
                        return false;
        return n <= strlen(".stp") || strcmp(s + n - strlen(".stp"), ".stp") != 0;
}

/* ------------------------------------------------------------------ settings */

static int replace(char **field, const char *value) {
        free(*field);
        *field = strdup(value);
        return *field ? 0 : -ENOMEM;
}

static int set_title(CatalogScript *s, char *value, const char **ret_error) {
        return replace(&s->title, value);
}

static int set_description(CatalogScript *s, char *value, const char **ret_error) {
        char *longer;
        if (asprintf(&longer, "%s%s%s", s->description ?: "", s->description ? "\n" : "", value) < 0)
                return -ENOMEM;
        free(s->description);
        s->description = longer;
        return 0;
}

static int set_digest(CatalogScript *s, char *value, const char **ret_error) {
        *ret_error = "expected the 64 hex digits that sha256sum prints";
        if (strlen(value) != CATALOG_DIGEST_LENGTH ||
            strspn(value, "0123456789abcdefABCDEF") != CATALOG_DIGEST_LENGTH)
                return -EINVAL;
        return replace(&s->expected_digest, value);
}

static int set_users(CatalogScript *s, char *value, const char **ret_error) {
        *ret_error = "there is no such user";
        if (strcmp(value, "*") == 0) {
                s->everybody = true;
                return 0;
        }
        return rule_read_ids(value, /* group= */ false, &s->users, &s->n_users);
}

static int set_groups(CatalogScript *s, char *value, const char **ret_error) {
        *ret_error = "there is no such group";
        return rule_read_ids(value, /* group= */ true, &s->groups, &s->n_groups);
}

static int set_action(CatalogScript *s, char *value, const char **ret_error) {
        static const char *const known[] = { "org.stapd1.run-approved", "org.stapd1.run-own-processes",
                                             "org.stapd1.run-script", "org.stapd1.run-guru" };
        *ret_error = "expected org.stapd1.run-approved, -own-processes, -script or -guru";
        for (size_t i = 0; i < ELEMENTSOF(known); i++)
                if (strcmp(known[i], value) == 0) {
                        s->action = known[i];
                        return 0;
                }
        return -EINVAL;
}

static int set_guru(CatalogScript *s, char *value, const char **ret_error) {
        *ret_error = "expected yes or no";
        return conf_parse_bool(value, &s->guru);
}

static int set_mask(CatalogScript *s, char *value, const char **ret_error) {
        *ret_error = "expected up to 32 names of fields";
        for (char *word; (word = strsep(&value, BLANKS));) {
                if (!*word)
                        continue;
                if (s->n_mask == CATALOG_MASK_MAX || strlen(word) > 256 ||
                    !bytes_are_utf8(word, strlen(word)))
                        return -EINVAL;
                if (!(s->mask[s->n_mask] = strdup(word)))
                        return -ENOMEM;
                s->n_mask++;
        }
        return 0;
}

static const struct {
        const char *key;
        int (*set)(CatalogScript *s, char *value, const char **ret_error);
} settings[] = {
        { "Title", set_title },   { "Description", set_description }, { "Digest", set_digest },
        { "Users", set_users },   { "Groups", set_groups },           { "Action", set_action },
        { "Guru", set_guru },     { "Mask", set_mask },
};

static int set_script(CatalogScript *s, const char *key, const char *value, const char **ret_error) {
        int limit = rule_limits_set(&s->limits, key, value, ret_error);
        if (limit != 0)
                return MIN2(limit, 0);
        for (size_t i = 0; i < ELEMENTSOF(settings); i++) {
                if (strcmp(settings[i].key, key) != 0)
                        continue;
                _cleanup_(freep) char *copy = strdup(value);
                return copy ? settings[i].set(s, copy, ret_error) : -ENOMEM;
        }
        *ret_error = "a script has no such setting";
        return -EINVAL;
}

/* ------------------------------------------------------------------ the text with them */

typedef struct Reading {
        CatalogScript *script;
        Argument *open; /* the section that is being read, or NULL: that of the script */
} Reading;

static int close_argument(Reading *reading, const char **ret_error) {
        if (!reading->open)
                return 0;
        int r = argument_check(reading->open, ret_error);
        if (r < 0)
                return r;
        *ret_error = "two arguments have this name";
        for (unsigned i = 0; i + 1 < reading->script->n_arguments; i++)
                if (strcmp(reading->script->arguments[i].name, reading->open->name) == 0)
                        return -EINVAL;
        reading->open = NULL;
        return 0;
}

static int on_section(void *userdata, const char *name, const char **ret_error) {
        Reading *reading = userdata;
        CatalogScript *s = reading->script;
        int r = close_argument(reading, ret_error);
        if (r < 0 || strcmp(name, "Script") == 0)
                return r;
        *ret_error = "expected the section [Script] or [Argument]";
        if (strcmp(name, "Argument") != 0)
                return -EINVAL;
        *ret_error = "a script has 16 arguments at most";
        if (s->n_arguments == CATALOG_ARGUMENTS_MAX)
                return -EINVAL;
        reading->open = &s->arguments[s->n_arguments++];
        argument_init(reading->open);
        return 0;
}

static int on_setting(void *userdata, const char *key, const char *value, const char **ret_error) {
        Reading *reading = userdata;
        *ret_error = "there is something in it that is no text";
        if (!bytes_are_utf8(value, strlen(value)))
                return -EINVAL;
        return reading->open ? argument_set(reading->open, key, value, ret_error)
                             : set_script(reading->script, key, value, ret_error);
}

int catalog_script_parse(CatalogScript *s, char *conf, unsigned *ret_line, const char **ret_error) {
        Reading reading = { .script = s };
        ConfReader reader = { .section = on_section, .setting = on_setting, .userdata = &reading };
        int r = conf_parse(conf, &reader, ret_line, ret_error);
        return r < 0 ? r : close_argument(&reading, ret_error);
}

/* ------------------------------------------------------------------ its bytes */

void catalog_digest(const void *data, size_t len, char ret[static CATALOG_DIGEST_LENGTH + 1]) {
        unsigned char digest[EVP_MAX_MD_SIZE] = {};
        unsigned n = 0;
        EVP_Digest(data, len, digest, &n, EVP_sha256(), NULL);
        for (unsigned i = 0; i < CATALOG_DIGEST_LENGTH / 2; i++)
                sprintf(ret + 2 * i, "%02x", digest[i]);
}

int catalog_script_set_text(CatalogScript *s, char *text, size_t len) {
        free(s->text);
        s->text = text;
        s->text_len = len;
        catalog_digest(text, len, s->digest);
        if (s->expected_digest && strcasecmp(s->expected_digest, s->digest) != 0 && !s->problem &&
            asprintf(&s->problem, "its bytes have the sha256 %s, which is not its Digest=", s->digest) < 0)
                return -ENOMEM;
        return 0;
}

/* ------------------------------------------------------------------ questions */

bool catalog_script_names(const CatalogScript *s, const Caller *c) {
        for (unsigned i = 0; i < s->n_users; i++)
                if (s->users[i] == c->uid)
                        return true;
        for (unsigned i = 0; i < s->n_groups; i++)
                if (caller_in_group(c, s->groups[i]))
                        return true;
        return s->everybody;
}

const Argument *catalog_script_argument(const CatalogScript *s, const char *name, size_t len) {
        for (unsigned i = 0; i < s->n_arguments; i++)
                if (strlen(s->arguments[i].name) == len && memcmp(s->arguments[i].name, name, len) == 0)
                        return &s->arguments[i];
        return NULL;
}

/* ------------------------------------------------------------------ itself */

CatalogScript *catalog_script_new(const char *name, const char *place) {
        _cleanup_(catalog_script_freep) CatalogScript *s = calloc(1, sizeof(*s));
        if (!s || !(s->name = strdup(name)) || !(s->place = strdup(place)))
                return NULL;
        return TAKE_PTR(s);
}

CatalogScript *catalog_script_free(CatalogScript *s) {
        if (!s)
                return NULL;
        for (unsigned i = 0; i < s->n_arguments; i++)
                argument_done(&s->arguments[i]);
        for (unsigned i = 0; i < s->n_mask; i++)
                free(s->mask[i]);
        free(s->name);
        free(s->title);
        free(s->description);
        free(s->place);
        free(s->text);
        free(s->expected_digest);
        free(s->users);
        free(s->groups);
        free(s->problem);
        free(s);
        return NULL;
}
