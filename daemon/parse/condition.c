/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The conditions of the preprocessor:
 *
 *     condition  = conjunction { `||` conjunction }
 *     conjunction = comparison { `&&` comparison }
 *     comparison = (fact | string | number) operator (string | number)
 *
 * A fact is one of the table below or CONFIG_name. Versions compare by their parts; == and != take
 * wildcards where the right side has any.
 */
#include <ctype.h>
#include <fnmatch.h>
#include <inttypes.h>
#include "parse/stream.h"

typedef enum { FACT_TEXT, FACT_VERSION, FACT_NUMBER, FACT_CONFIG } FactKind;

/* One side of a comparison: text, or a number. */
typedef struct {
        FactKind kind;
        const char *text;
        int64_t number;
        const char *name; /* for messages */
        bool is_fact;
} Operand;

static const char *fact_kernel_v(const ParseTarget *t) {
        return t->kernel_v;
}

static const char *fact_kernel_vr(const ParseTarget *t) {
        return t->kernel_vr;
}

static const char *fact_systemtap_v(const ParseTarget *t) {
        return t->systemtap_v;
}

static const char *fact_arch(const ParseTarget *t) {
        return t->arch;
}

static const char *fact_runtime(const ParseTarget *t) {
        return "kernel";
}

static const char *fact_privilege(const ParseTarget *t) {
        return t->privilege;
}

static const char *fact_guru(const ParseTarget *t) {
        return t->guru ? "1" : "0";
}

static const struct {
        const char *name;
        FactKind kind;
        const char *(*get)(const ParseTarget *t);
} facts[] = {
        { "kernel_v", FACT_VERSION, fact_kernel_v },
        { "kernel_vr", FACT_VERSION, fact_kernel_vr },
        { "systemtap_v", FACT_VERSION, fact_systemtap_v },
        { "arch", FACT_TEXT, fact_arch },
        { "runtime", FACT_TEXT, fact_runtime },
        { "systemtap_privilege", FACT_TEXT, fact_privilege },
        { "guru_mode", FACT_NUMBER, fact_guru },
};

/* The next run of digits or letters of a version; *s moves behind it. */
static size_t version_part(const char **s, const char **ret_part) {
        while (**s && !isalnum((unsigned char) **s))
                (*s)++;
        *ret_part = *s;
        bool digits = isdigit((unsigned char) **s);
        while (isalnum((unsigned char) **s) && !isdigit((unsigned char) **s) == !digits)
                (*s)++;
        return (size_t) (*s - *ret_part);
}

static int part_compare(const char *a, size_t a_len, const char *b, size_t b_len) {
        if (isdigit((unsigned char) *a) && isdigit((unsigned char) *b)) {
                for (; a_len > 1 && *a == '0'; a_len--)
                        a++;
                for (; b_len > 1 && *b == '0'; b_len--)
                        b++;
                if (a_len != b_len)
                        return a_len < b_len ? -1 : 1;
        }
        int c = memcmp(a, b, MIN2(a_len, b_len));
        return c ? c : (a_len > b_len) - (a_len < b_len);
}

/* Numbers as numbers, letters as text, separators not at all; more parts are the later version. */
static int version_compare(const char *a, const char *b) {
        for (;;) {
                const char *part_a, *part_b;
                size_t a_len = version_part(&a, &part_a), b_len = version_part(&b, &part_b);
                if (a_len == 0 || b_len == 0)
                        return (a_len > 0) - (b_len > 0);
                int c = part_compare(part_a, a_len, part_b, b_len);
                if (c)
                        return c;
        }
}

static bool compare(TokenKind op, int c) {
        switch (op) {
        case TOKEN_EQ:
                return c == 0;
        case TOKEN_NE:
                return c != 0;
        case TOKEN_LT:
                return c < 0;
        case TOKEN_LE:
                return c <= 0;
        case TOKEN_GT:
                return c > 0;
        default:
                return c >= 0;
        }
}

/* The value of CONFIG_NAME. Texts stand in quotes in a kernel's .config, in a script they need not. */
static const char *config_value(Stream *s, const char *name) {
        const ParseTarget *t = s->options->target;
        const char *value = t && t->config ? t->config(t->userdata, name) : NULL;
        size_t len = value ? strlen(value) : 0;
        if (len >= 2 && value[0] == '"' && value[len - 1] == '"')
                return arena_strndup(s->arena, value + 1, len - 2);
        return value ?: "";
}

static void unknown_fact(Stream *s, Token *t) {
        const char *names[ELEMENTSOF(facts)];
        for (size_t i = 0; i < ELEMENTSOF(facts); i++)
                names[i] = facts[i].name;
        const char *name = t->text, *near = diag_suggest(name, names, ELEMENTSOF(facts));
        Fault *fault = stream_fault(s, t, DIAG_E0114, t->span, "a condition cannot ask for `%s`", name);
        fault->hint = near ? arena_printf(s->arena, "did you mean `%s`?", near) :
                             "it can ask for kernel_v, kernel_vr, systemtap_v, arch, runtime, guru_mode, "
                             "systemtap_privilege and CONFIG_...";
}

static bool resolve_fact(Stream *s, Token *t, Operand *ret) {
        static const ParseTarget nothing;
        for (size_t i = 0; i < ELEMENTSOF(facts); i++)
                if (strcmp(facts[i].name, t->text) == 0) {
                        const char *value = facts[i].get(s->options->target ?: &nothing) ?: "";
                        *ret = (Operand) { facts[i].kind, value, strtoll(value, NULL, 0), t->text, true };
                        return true;
                }
        if (strncmp(t->text, "CONFIG_", 7) != 0) {
                unknown_fact(s, t);
                return false;
        }
        const char *value = config_value(s, t->text);
        *ret = (Operand) { FACT_CONFIG, value, strtoll(value, NULL, 0), t->text, true };
        return true;
}

/* fact | string | [`-`] number */
static bool read_operand(Stream *s, Token *t, bool left, Operand *ret) {
        macro_next(s, t);
        bool negative = t->kind == TOKEN_SUB;
        if (negative)
                macro_next(s, t);
        if (t->kind == TOKEN_NUMBER && !t->fault) {
                *ret = (Operand) { FACT_NUMBER, NULL, t->number, "a number", false };
                ret->number = negative ? (int64_t) -(uint64_t) t->number : t->number;
                return true;
        }
        if (t->kind == TOKEN_STRING && !negative) {
                *ret = (Operand) { FACT_TEXT, t->text, 0, "a string", false };
                return true;
        }
        if (t->kind == TOKEN_NAME && left && !negative)
                return resolve_fact(s, t, ret);
        if (!t->fault)
                stream_fault(s, t, DIAG_E0114, t->span, "expected %s in the condition, found %s",
                             left ? "a fact, a string or a number" : "a string or a number",
                             token_describe(s->arena, t));
        return false;
}

static bool has_wildcard(const char *s) {
        return strpbrk(s, "*?[");
}

static bool compare_text(TokenKind op, const Operand *left, const Operand *right) {
        bool equality = op == TOKEN_EQ || op == TOKEN_NE;
        if (equality && left->is_fact && has_wildcard(right->text))
                return compare(op, fnmatch(right->text, left->text, /* flags= */ 0));
        if (left->kind == FACT_VERSION && !equality)
                return compare(op, version_compare(left->text, right->text));
        return compare(op, strcmp(left->text, right->text));
}

static bool read_operator(Stream *s, Token *t) {
        macro_next(s, t);
        switch (t->kind) {
        case TOKEN_EQ:
        case TOKEN_NE:
        case TOKEN_LT:
        case TOKEN_LE:
        case TOKEN_GT:
        case TOKEN_GE:
                return true;
        default:
                if (!t->fault)
                        stream_fault(s, t, DIAG_E0114, t->span,
                                     "expected a comparison in the condition, found %s",
                                     token_describe(s->arena, t));
                return false;
        }
}

static bool read_comparison(Stream *s, Token *t, bool *ret_value) {
        Operand left, right;
        if (!read_operand(s, t, /* left= */ true, &left) || !read_operator(s, t))
                return false;
        TokenKind op = t->kind;
        if (!read_operand(s, t, /* left= */ false, &right))
                return false;
        bool numbers = right.kind == FACT_NUMBER;
        if (numbers ? left.kind != FACT_NUMBER && left.kind != FACT_CONFIG : left.kind == FACT_NUMBER) {
                Fault *fault = stream_fault(s, t, DIAG_E0114, t->span, "%s is not compared with %s",
                                            left.name, right.name);
                if (left.is_fact && left.kind != FACT_NUMBER)
                        fault->hint = arena_printf(s->arena, "write it as a string: \"%" PRId64 "\"",
                                                   right.number);
                return false;
        }
        if (numbers)
                *ret_value = compare(op, (left.number > right.number) - (left.number < right.number));
        else
                *ret_value = compare_text(op, &left, &right);
        return true;
}

bool condition_read(Stream *s, Token *t, bool *ret_value) {
        bool any = false, all = true;
        for (;;) {
                bool value;
                if (!read_comparison(s, t, &value))
                        return false;
                all = all && value;
                macro_next(s, t);
                if (t->kind == TOKEN_LAND)
                        continue;
                any = any || all;
                all = true;
                if (t->kind == TOKEN_PP_THEN)
                        break;
                if (t->kind == TOKEN_LOR)
                        continue;
                if (!t->fault)
                        stream_fault(s, t, DIAG_E0114, t->span,
                                     "expected `%%?`, `&&` or `||` after the condition, found %s",
                                     token_describe(s->arena, t));
                return false;
        }
        *ret_value = any;
        return true;
}
