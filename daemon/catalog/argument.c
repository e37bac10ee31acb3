/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "catalog/argument.h"
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "base/cleanup.h"
#include "base/conf.h"
#include "manifest/bytes.h"

static const char *const types[_ARGUMENT_TYPE_MAX] = {
        [ARGUMENT_INTEGER] = "integer", [ARGUMENT_ENUM] = "enum", [ARGUMENT_PID] = "pid",
        [ARGUMENT_PATH] = "path",       [ARGUMENT_STRING] = "string",
};

const char *argument_type_to_string(ArgumentType t) {
        return t >= 0 && t < _ARGUMENT_TYPE_MAX ? types[t] : NULL;
}

void argument_init(Argument *a) {
        *a = (Argument) { .type = _ARGUMENT_TYPE_INVALID, .minimum = INT64_MIN, .maximum = INT64_MAX,
                          .max_length = ARGUMENT_MAX_LENGTH };
}

void argument_done(Argument *a) {
        for (unsigned i = 0; i < a->n_words; i++)
                free(a->words[i]);
        free(a->words);
        free(a->name);
        free(a->description);
        free(a->fallback);
        free(a->pattern);
        if (a->has_regex)
                regfree(&a->regex);
        *a = (Argument) {};
}

/* ------------------------------------------------------------------ settings */

static int replace(char **field, const char *value) {
        free(*field);
        *field = strdup(value);
        return *field ? 0 : -ENOMEM;
}

/* Decimal, with a sign or without, and nothing else: what a number of the language can be. */
static int read_number(const char *text, int64_t *ret) {
        const char *digits = text + (*text == '-');
        char *end;
        if (!isdigit((unsigned char) *digits) || (digits[0] == '0' && digits[1]))
                return -EINVAL;
        errno = 0;
        long long n = strtoll(text, &end, 10);
        if (errno || *end)
                return -EINVAL;
        *ret = n;
        return 0;
}

/* That of a global. */
static int set_name(Argument *a, const char *value, const char **ret_error) {
        *ret_error = "expected the name of a global of the script: letters, digits and _";
        if (!isalpha((unsigned char) *value) && *value != '_')
                return -EINVAL;
        for (const char *p = value; *p; p++)
                if (!isalnum((unsigned char) *p) && *p != '_')
                        return -EINVAL;
        return strlen(value) > 64 ? -EINVAL : replace(&a->name, value);
}

static int set_type(Argument *a, const char *value, const char **ret_error) {
        *ret_error = "expected integer, enum, pid, path or string";
        for (int i = 0; i < _ARGUMENT_TYPE_MAX; i++) {
                if (strcmp(types[i], value) == 0) {
                        a->type = (ArgumentType) i;
                        return 0;
                }
        }
        return -EINVAL;
}

static int set_description(Argument *a, const char *value, const char **ret_error) {
        return replace(&a->description, value);
}

static int set_default(Argument *a, const char *value, const char **ret_error) {
        *ret_error = "a default has 127 bytes at most";
        return strlen(value) > ARGUMENT_MAX_LENGTH ? -EINVAL : replace(&a->fallback, value);
}

static int set_required(Argument *a, const char *value, const char **ret_error) {
        *ret_error = "expected yes or no";
        return conf_parse_bool(value, &a->required);
}

static int set_minimum(Argument *a, const char *value, const char **ret_error) {
        *ret_error = "expected a number";
        return read_number(value, &a->minimum);
}

static int set_maximum(Argument *a, const char *value, const char **ret_error) {
        *ret_error = "expected a number";
        return read_number(value, &a->maximum);
}

static int add_word(Argument *a, const char *word) {
        char **grown = a->n_words < ARGUMENT_MAX_WORDS ?
                                       realloc(a->words, (a->n_words + 1) * sizeof(*grown)) :
                                       NULL;
        if (!grown)
                return a->n_words < ARGUMENT_MAX_WORDS ? -ENOMEM : -EINVAL;
        a->words = grown;
        grown[a->n_words] = strdup(word);
        return grown[a->n_words] ? (int) a->n_words++ : -ENOMEM;
}

static int set_values(Argument *a, const char *value, const char **ret_error) {
        _cleanup_(freep) char *copy = strdup(value);
        *ret_error = "expected up to 64 words";
        if (!copy)
                return -ENOMEM;
        for (char *rest = copy, *word; (word = strsep(&rest, " \t"));) {
                int r = *word ? add_word(a, word) : 0;
                if (r < 0)
                        return r;
        }
        return a->n_words > 0 ? 0 : -EINVAL;
}

static bool is_clean_path(const char *s);

static int set_prefix(Argument *a, const char *value, const char **ret_error) {
        int r = set_values(a, value, ret_error);
        if (r < 0)
                return r;
        *ret_error = "expected absolute paths without `.`, `..` and empty parts";
        for (unsigned i = 0; i < a->n_words; i++)
                if (strcmp(a->words[i], "/") != 0 && !is_clean_path(a->words[i]))
                        return -EINVAL;
        return 0;
}

/* The whole of the value has to match. */
static int set_pattern(Argument *a, const char *value, const char **ret_error) {
        char whole[512];
        *ret_error = "expected an extended regular expression, of 500 bytes at most";
        if (a->has_regex || snprintf(whole, sizeof(whole), "^(%s)$", value) >= (int) sizeof(whole))
                return -EINVAL;
        if (regcomp(&a->regex, whole, REG_EXTENDED | REG_NOSUB) != 0)
                return -EINVAL;
        a->has_regex = true;
        return replace(&a->pattern, value);
}

static int set_max_length(Argument *a, const char *value, const char **ret_error) {
        *ret_error = "expected a number from 1 to 127";
        return conf_parse_unsigned(value, 1, ARGUMENT_MAX_LENGTH, &a->max_length);
}

#define OF(type) (1u << ARGUMENT_##type)
#define OF_ANY (~0u)

/* types: which it belongs to. */
static const struct {
        const char *key;
        int (*set)(Argument *a, const char *value, const char **ret_error);
        unsigned types;
} settings[] = {
        { "Type", set_type, OF_ANY },          { "Name", set_name, OF_ANY },
        { "Description", set_description, OF_ANY }, { "Default", set_default, OF_ANY },
        { "Required", set_required, OF_ANY },  { "Minimum", set_minimum, OF(INTEGER) },
        { "Maximum", set_maximum, OF(INTEGER) }, { "Values", set_values, OF(ENUM) },
        { "Prefix", set_prefix, OF(PATH) },    { "Pattern", set_pattern, OF(STRING) },
        { "MaxLength", set_max_length, OF(STRING) | OF(PATH) },
};

int argument_set(Argument *a, const char *key, const char *value, const char **ret_error) {
        for (size_t i = 0; i < ELEMENTSOF(settings); i++) {
                if (strcmp(settings[i].key, key) != 0)
                        continue;
                *ret_error = a->type < 0 ? "Type= stands before this setting" :
                                           "an argument of this type has no such setting";
                if (settings[i].types != OF_ANY && (a->type < 0 || !(settings[i].types & 1u << a->type)))
                        return -EINVAL;
                return settings[i].set(a, value, ret_error);
        }
        *ret_error = "an argument has no such setting";
        return -EINVAL;
}

int argument_check(const Argument *a, const char **ret_error) {
        bool needs_words = a->type == ARGUMENT_ENUM || a->type == ARGUMENT_PATH;
        int64_t n;
        *ret_error = !a->name                                    ? "the argument has no Name="
                     : a->type < 0                               ? "the argument has no Type="
                     : needs_words && a->n_words == 0            ? "an enum needs Values=, a path Prefix="
                     : a->type == ARGUMENT_STRING && !a->has_regex ? "a string needs a Pattern="
                     : a->minimum > a->maximum                   ? "Minimum= is above Maximum="
                     : a->required && a->fallback                ? "what is required has no default"
                     : a->type <= ARGUMENT_PID && a->type != ARGUMENT_ENUM && a->fallback &&
                                     read_number(a->fallback, &n) < 0
                             ? "the default of a number is a number"
                             : NULL;
        return *ret_error ? -EINVAL : 0;
}

/* ------------------------------------------------------------------ values */

static bool is_printable(const char *s) {
        for (const char *p = s; *p; p++)
                if ((unsigned char) *p < ' ' || *p == 0x7f)
                        return false;
        return bytes_are_utf8(s, strlen(s));
}

/* Absolute, and what it looks like: no part is empty, `.` or `..`. */
static bool is_clean_path(const char *s) {
        if (*s != '/' || !is_printable(s))
                return false;
        while (*s == '/') {
                size_t n = strcspn(++s, "/");
                if (n == 0 || (n == 1 && s[0] == '.') || (n == 2 && s[0] == '.' && s[1] == '.'))
                        return false;
                s += n;
        }
        return true;
}

static bool is_below(const char *path, const char *prefix) {
        size_t n = strlen(prefix);
        if (strcmp(prefix, "/") == 0)
                return true;
        return strncmp(path, prefix, n) == 0 && (path[n] == '/' || path[n] == 0);
}

/* Whose a process is: all three of its uids, so that a setuid program is nobody's. */
static bool is_own_process(int64_t pid, uid_t uid) {
        char path[64], line[256];
        unsigned ids[4];
        snprintf(path, sizeof(path), "/proc/%lld/status", (long long) pid);
        _cleanup_(fclosep) FILE *f = fopen(path, "re");
        while (f && fgets(line, sizeof(line), f))
                if (sscanf(line, "Uid: %u %u %u %u", &ids[0], &ids[1], &ids[2], &ids[3]) == 4)
                        return ids[0] == uid && ids[1] == uid && ids[2] == uid;
        return false;
}

static bool accepts_integer(const Argument *a, const Caller *c, const char *value) {
        int64_t n;
        return read_number(value, &n) >= 0 && n >= a->minimum && n <= a->maximum;
}

static bool accepts_enum(const Argument *a, const Caller *c, const char *value) {
        for (unsigned i = 0; i < a->n_words; i++)
                if (strcmp(a->words[i], value) == 0)
                        return true;
        return false;
}

static bool accepts_pid(const Argument *a, const Caller *c, const char *value) {
        int64_t n;
        return read_number(value, &n) >= 0 && n > 0 && n <= INT32_MAX &&
               (c->uid == 0 || is_own_process(n, c->uid));
}

static bool accepts_path(const Argument *a, const Caller *c, const char *value) {
        if (strlen(value) > a->max_length || !is_clean_path(value))
                return false;
        for (unsigned i = 0; i < a->n_words; i++)
                if (is_below(value, a->words[i]))
                        return true;
        return false;
}

static bool accepts_string(const Argument *a, const Caller *c, const char *value) {
        return strlen(value) <= a->max_length && is_printable(value) &&
                regexec(&a->regex, value, 0, NULL, 0) == 0;
}

bool argument_accepts(const Argument *a, const Caller *c, const char *value) {
        static bool (*const accepts[_ARGUMENT_TYPE_MAX])(
                        const Argument *a, const Caller *c, const char *value) = {
                [ARGUMENT_INTEGER] = accepts_integer, [ARGUMENT_ENUM] = accepts_enum,
                [ARGUMENT_PID] = accepts_pid,         [ARGUMENT_PATH] = accepts_path,
                [ARGUMENT_STRING] = accepts_string,
        };
        return accepts[a->type](a, c, value);
}

static void describe_words(const char *what, const Argument *a, char *ret, size_t size) {
        size_t n = (size_t) snprintf(ret, size, "%s", what);
        for (unsigned i = 0; i < a->n_words && n < size; i++)
                n += (size_t) snprintf(ret + n, size - n, " %s", a->words[i]);
}

static void describe_integer(const Argument *a, char *ret, size_t size) {
        char low[32] = "", high[32] = "";
        if (a->minimum != INT64_MIN)
                snprintf(low, sizeof(low), " from %lld", (long long) a->minimum);
        if (a->maximum != INT64_MAX)
                snprintf(high, sizeof(high), " to %lld", (long long) a->maximum);
        snprintf(ret, size, "a number%s%s", low, high);
}

void argument_describe(const Argument *a, char *ret, size_t size) {
        switch (a->type) {
        case ARGUMENT_INTEGER: describe_integer(a, ret, size); break;
        case ARGUMENT_ENUM: describe_words("one of:", a, ret, size); break;
        case ARGUMENT_PID: snprintf(ret, size, "the pid of a process of one's own"); break;
        case ARGUMENT_PATH:
                describe_words("an absolute path without `..` at or below:", a, ret, size);
                break;
        case ARGUMENT_STRING:
                snprintf(ret, size, "text of up to %u bytes that matches %s", a->max_length, a->pattern);
                break;
        default: snprintf(ret, size, "?");
        }
}
