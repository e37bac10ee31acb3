/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include "translate/regex.h"

typedef struct {
        Arena *arena;
        const char *at;
        const char *error;
        unsigned depth, groups;
} Parser;

static RegexNode *node_new(Parser *p, RegexKind kind, RegexNode *a, RegexNode *b) {
        RegexNode *n = arena_new0(p->arena, RegexNode);
        *n = (RegexNode) {.kind = kind, .a = a, .b = b};
        return n;
}

static RegexNode *fail(Parser *p, const char *error) {
        if (!p->error)
                p->error = error;
        return node_new(p, RE_EMPTY, NULL, NULL);
}

static void set_add(RegexNode *n, unsigned c) {
        n->set[c / 64] |= 1ull << (c % 64);
}

static void set_invert(RegexNode *n) {
        for (unsigned i = 0; i < 4; i++)
                n->set[i] = ~n->set[i];
        n->set[0] &= ~1ull; /* NUL ends strings */
}

/* ------------------------------------------------------------------ [sets] */

static const struct {
        const char *name;
        int (*test)(int c);
} classes[] = {
        {"alnum", isalnum}, {"alpha", isalpha}, {"blank", isblank}, {"cntrl", iscntrl}, {"digit", isdigit},
        {"graph", isgraph}, {"lower", islower}, {"print", isprint}, {"punct", ispunct}, {"space", isspace},
        {"upper", isupper}, {"xdigit", isxdigit},
};

/* class = "[:" name ":]" */
static bool parse_class(Parser *p, RegexNode *n) {
        const char *end = strstr(p->at + 2, ":]");
        for (size_t i = 0; end && i < sizeof(classes) / sizeof(classes[0]); i++) {
                size_t len = strlen(classes[i].name);
                if ((size_t) (end - p->at - 2) != len || memcmp(p->at + 2, classes[i].name, len))
                        continue;
                for (unsigned c = 1; c < 128; c++)
                        if (classes[i].test((int) c))
                                set_add(n, c);
                p->at = end + 2;
                return true;
        }
        fail(p, "no such class of characters");
        return false;
}

/* set = "[" "^"? "]"? (class | byte ("-" byte)?)* "]" */
static RegexNode *parse_set(Parser *p) {
        RegexNode *n = node_new(p, RE_SET, NULL, NULL);
        bool invert = *p->at == '^';
        p->at += invert;
        for (bool first = true; *p->at && (*p->at != ']' || first); first = false) {
                if (p->at[0] == '[' && p->at[1] == ':') {
                        if (!parse_class(p, n))
                                return n;
                        continue;
                }
                unsigned from = (unsigned char) *p->at++, to = from;
                if (p->at[0] == '-' && p->at[1] && p->at[1] != ']') {
                        to = (unsigned char) p->at[1];
                        p->at += 2;
                }
                if (to < from)
                        return fail(p, "a range in [] runs backwards");
                for (unsigned c = from; c <= to; c++)
                        set_add(n, c);
        }
        if (*p->at != ']')
                return fail(p, "`[` without its `]`");
        p->at++;
        if (invert)
                set_invert(n);
        return n;
}

/* ------------------------------------------------------------------ the grammar */

static RegexNode *parse_or(Parser *p);

static RegexNode *parse_group(Parser *p) {
        if (++p->depth > REGEX_MAX_DEPTH)
                return fail(p, "parentheses are nested too deep");
        RegexNode *n = node_new(p, RE_GROUP, NULL, NULL);
        n->group = ++p->groups;
        n->a = parse_or(p);
        p->depth--;
        if (*p->at != ')')
                return fail(p, "`(` without its `)`");
        p->at++;
        return n;
}

static RegexNode *parse_byte(Parser *p, unsigned char c) {
        RegexNode *n = node_new(p, RE_SET, NULL, NULL);
        set_add(n, c);
        return n;
}

/* atom = "(" or ")" | set | "." | "^" | "$" | "\" byte | byte */
static RegexNode *parse_atom(Parser *p) {
        RegexNode *n;
        char c = *p->at++;
        switch (c) {
        case '(':
                return parse_group(p);
        case '[':
                return parse_set(p);
        case '.':
                n = node_new(p, RE_SET, NULL, NULL);
                set_invert(n);
                return n;
        case '^':
                return node_new(p, RE_START, NULL, NULL);
        case '$':
                return node_new(p, RE_END, NULL, NULL);
        case '*':
        case '+':
        case '?':
                return fail(p, "nothing stands before a repetition");
        case '\\':
                if (!*p->at)
                        return fail(p, "a backslash at the end");
                if (isdigit((unsigned char) *p->at))
                        return fail(p, "back references are not supported");
                c = *p->at++;
                return parse_byte(p, (unsigned char) (c == 'n' ? '\n' : c == 't' ? '\t' : c));
        default:
                return parse_byte(p, (unsigned char) c);
        }
}

static int parse_number(Parser *p) {
        int n = 0;
        while (isdigit((unsigned char) *p->at) && n <= REGEX_MAX_REPEAT)
                n = n * 10 + (*p->at++ - '0');
        return n;
}

/* bounds = "{" number ("," number?)? "}" */
static RegexNode *parse_bounds(Parser *p, RegexNode *of) {
        RegexNode *n = node_new(p, RE_REPEAT, of, NULL);
        p->at++;
        n->min = n->max = parse_number(p);
        if (*p->at == ',') {
                p->at++;
                n->max = isdigit((unsigned char) *p->at) ? parse_number(p) : -1;
        }
        if (*p->at != '}')
                return fail(p, "`{` without its `}`");
        p->at++;
        if (n->min > REGEX_MAX_REPEAT || n->max > REGEX_MAX_REPEAT || (n->max >= 0 && n->max < n->min))
                return fail(p, "the numbers in {} make no sense");
        return n;
}

/* repeat = atom ("*" | "+" | "?" | bounds)* */
static RegexNode *parse_repeat(Parser *p) {
        RegexNode *n = parse_atom(p);
        unsigned depth = 0;
        while (!p->error && *p->at &&
               (strchr("*+?", *p->at) || (*p->at == '{' && isdigit((unsigned char) p->at[1])))) {
                if (++depth > REGEX_MAX_DEPTH)
                        return fail(p, "too many repetitions of repetitions");
                if (*p->at == '{') {
                        n = parse_bounds(p, n);
                        continue;
                }
                n = node_new(p, RE_REPEAT, n, NULL);
                n->min = *p->at == '+';
                n->max = *p->at == '?' ? 1 : -1;
                p->at++;
        }
        return n;
}

/* concat = repeat* ; put together from the right, so that the depth is that of the parentheses */
static RegexNode *parse_concat(Parser *p) {
        VEC(RegexNode *) parts = {};
        while (!p->error && *p->at && *p->at != '|' && *p->at != ')')
                vec_push(p->arena, &parts, parse_repeat(p));
        RegexNode *list = node_new(p, RE_EMPTY, NULL, NULL);
        while (parts.n)
                list = node_new(p, RE_CONCAT, parts.items[--parts.n], list);
        return list;
}

/* or = concat ("|" concat)* */
static RegexNode *parse_or(Parser *p) {
        RegexNode *n = parse_concat(p);
        while (!p->error && *p->at == '|') {
                p->at++;
                n = node_new(p, RE_OR, n, parse_concat(p));
        }
        return n;
}

RegexNode *regex_parse(Arena *a, const char *pattern, unsigned *ret_groups, const char **ret_error) {
        Parser p = {.arena = a, .at = pattern};
        RegexNode *n = parse_or(&p);
        if (!p.error && *p.at == ')')
                fail(&p, "`)` without its `(`");
        *ret_groups = p.groups;
        *ret_error = p.error;
        return p.error ? NULL : n;
}
