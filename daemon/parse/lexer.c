/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "parse/lexer.h"
#include "lang/text.h"

typedef struct {
        const char *text;
        TokenKind kind;
} Spelling;

static const Spelling punctuation[] = {
#define X(kind, text) { text, TOKEN_##kind },
        PUNCTUATION(X)
#undef X
};

static const Spelling keywords[] = {
#define X(kind, text) { text, TOKEN_##kind },
        KEYWORDS(X)
#undef X
};

/* `first` of a character that no operator begins with. */
#define NO_OPERATOR 0xff

void lexer_init(Lexer *l, Arena *a, SourceFile *source, const ParseOptions *o, unsigned *budget) {
        *l = (Lexer) {
                .arena = a,
                .options = o,
                .input = { .file = source, .text = source->text, .end = source->len },
                .starts_line = true,
                .arguments = arena_array(a, SourceFile *, o->n_args),
                .args_used = arena_array(a, bool, o->n_args),
                .budget = budget,
        };
        memset(l->first, NO_OPERATOR, sizeof(l->first));
        for (size_t i = ELEMENTSOF(punctuation); i-- > 0;)
                l->first[(unsigned char) punctuation[i].text[0]] = (uint8_t) i;
        if (source->len >= 3 && memcmp(source->text, "\xef\xbb\xbf", 3) == 0)
                l->input.pos = 3; /* a byte order mark, which some editors leave */
}

Span lexer_span(const Lexer *l, uint32_t start) {
        return (Span) { l->input.file, start, l->input.pos - start, l->input.expansion };
}

void lexer_fault(Lexer *l, Token *t, DiagCode code, Span span, const char *hint, const char *fmt, ...) {
        va_list ap;
        va_start(ap, fmt);
        Fault *fault = arena_new0(l->arena, Fault);
        *fault = (Fault) { code, span, arena_vprintf(l->arena, fmt, ap), hint };
        va_end(ap);
        t->fault = fault;
}

static void skip_line(Input *in) {
        const char *end = memchr(in->text + in->pos, '\n', in->end - in->pos);
        in->pos = end ? (uint32_t) (end - in->text) : in->end;
}

/* Skips to behind `mark`; false when it is not there. */
static bool skip_past(Input *in, const char *mark) {
        size_t len = strlen(mark);
        const char *end = memmem(in->text + in->pos, in->end - in->pos, mark, len);
        in->pos = end ? (uint32_t) (end - in->text + len) : in->end;
        return end;
}

/* `# ...`, `// ...` and the C form. False: that one has no end, and the token is the end of the input. */
static bool skip_comment(Lexer *l, Token *t) {
        Input *in = &l->input;
        uint32_t start = in->pos;
        if (input_peek(in, 0) == '#' || input_peek(in, 1) == '/') {
                skip_line(in);
                return true;
        }
        in->pos += 2;
        if (skip_past(in, "*/"))
                return true;
        Span span = { in->file, start, 2, in->expansion };
        lexer_fault(l, t, DIAG_E0104, span, "close it with `*/`", "this comment has no end");
        return false;
}

/* The end of an argument's text is not the end of the input. */
static bool leave_argument(Lexer *l) {
        if (!l->in_argument)
                return false;
        l->input = l->outer;
        l->in_argument = false;
        return true;
}

/* To the next token; false: there is none. */
static bool skip_blanks(Lexer *l, Token *t) {
        for (Input *in = &l->input;;) {
                char c = input_peek(in, 0);
                if (in->pos == in->end) {
                        if (!leave_argument(l))
                                return false;
                } else if (c == '\n') {
                        l->starts_line = true;
                        in->pos++;
                } else if (c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v') {
                        in->pos++;
                } else if (c == '#' ||
                           (c == '/' && (input_peek(in, 1) == '/' || input_peek(in, 1) == '*'))) {
                        if (!skip_comment(l, t))
                                return false;
                } else {
                        return true;
                }
        }
}

static TokenKind find_keyword(const char *s, uint32_t len) {
        for (size_t i = 0; i < ELEMENTSOF(keywords); i++)
                if (keywords[i].text[0] == s[0] && strlen(keywords[i].text) == len &&
                    memcmp(keywords[i].text, s, len) == 0)
                        return keywords[i].kind;
        return TOKEN_NAME;
}

/* name, $name, @name, and the dollars that stand alone. */
static void lex_name(Lexer *l, Token *t) {
        Input *in = &l->input;
        uint32_t start = in->pos;
        char first = input_peek(in, 0);
        do
                in->pos++;
        while (is_name_char(input_peek(in, 0)));

        const char *s = in->text + start;
        uint32_t len = in->pos - start;
        t->kind = first == '$' ? TOKEN_TARGET : first == '@' ? TOKEN_AT : find_keyword(s, len);
        if (first == '$' && strspn(s, "$") >= len)
                t->kind = TOKEN_DOLLARS;
        t->text = arena_intern_n(l->arena, s, len);
        if (first == '@' && len == 1) {
                t->kind = TOKEN_BAD;
                lexer_fault(l, t, DIAG_E0102, lexer_span(l, start), NULL,
                            "`@` without the name of an operator or a macro");
        }
}

/* %{ C %}: everything in between, as it stands. */
static void lex_embedded(Lexer *l, Token *t) {
        Input *in = &l->input;
        uint32_t start = in->pos;
        in->pos += 2;
        if (!skip_past(in, "%}")) {
                Span span = { in->file, start, 2, in->expansion };
                t->kind = TOKEN_END;
                lexer_fault(l, t, DIAG_E0105, span, "close it with `%}`", "this embedded C has no end");
                return;
        }
        t->kind = TOKEN_EMBEDDED;
        t->text = arena_strndup(l->arena, in->text + start + 2, in->pos - start - 4);
}

static bool lex_punctuation(Lexer *l, Token *t) {
        Input *in = &l->input;
        unsigned char c = (unsigned char) input_peek(in, 0);
        if (c >= sizeof(l->first) || l->first[c] == NO_OPERATOR)
                return false;
        for (const Spelling *p = &punctuation[l->first[c]]; p < punctuation + ELEMENTSOF(punctuation); p++) {
                size_t len = strlen(p->text);
                if (in->end - in->pos >= len && memcmp(in->text + in->pos, p->text, len) == 0) {
                        in->pos += (uint32_t) len;
                        t->kind = p->kind;
                        return true;
                }
        }
        return false;
}

/* What begins no token: shown as the character that it is. */
static void lex_unknown(Lexer *l, Token *t) {
        Input *in = &l->input;
        uint32_t start = in->pos;
        const char *s = in->text + start;
        unsigned len = utf8_char_len(s, in->end - start);
        unsigned char c = (unsigned char) *s;
        in->pos += MAX2(len, 1u);
        t->kind = TOKEN_BAD;
        Span span = lexer_span(l, start);
        if (len == 0)
                lexer_fault(l, t, DIAG_E0107, span, "save the script as UTF-8",
                            "the byte 0x%02x is not UTF-8", c);
        else if (c < 0x20 || c == 0x7f)
                lexer_fault(l, t, DIAG_E0102, span, NULL, "control character 0x%02x in the script", c);
        else
                lexer_fault(l, t, DIAG_E0102, span, c == '\'' ? "strings stand in double quotes" : NULL,
                            "the character %.*s means nothing here", (int) len, s);
}

static void lex_token(Lexer *l, Token *t) {
        Input *in = &l->input;
        char c = input_peek(in, 0);
        if (is_name_start(c) || c == '$' || c == '@')
                lex_name(l, t);
        else if (is_digit(c))
                lexer_number(l, t);
        else if (c == '"')
                lexer_string(l, t);
        else if (c == '%' && input_peek(in, 1) == '{')
                lex_embedded(l, t);
        else if (!lex_punctuation(l, t))
                lex_unknown(l, t);
}

static void check_length(Lexer *l, Token *t) {
        if (t->span.len <= PARSE_MAX_TOKEN || t->kind == TOKEN_EMBEDDED || t->kind == TOKEN_END)
                return;
        Span start = t->span;
        start.len = 1;
        lexer_fault(l, t, DIAG_E0109, start, NULL, "this token is %u bytes long; the limit is %u",
                    t->span.len, PARSE_MAX_TOKEN);
}

void lexer_next(Lexer *l, Token *ret_token) {
        Token t = {};
        for (bool pasted = true; pasted;) {
                pasted = false;
                if (!skip_blanks(l, &t)) {
                        t.span = lexer_span(l, l->input.pos);
                        break;
                }
                uint32_t start = l->input.pos;
                t.starts_line = l->starts_line;
                if (lexer_argument(l, &t, &pasted))
                        continue;
                lex_token(l, &t);
                t.span = lexer_span(l, start);
                check_length(l, &t);
        }
        l->starts_line = false;
        *ret_token = t;
}
