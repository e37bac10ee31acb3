/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Script arguments. `$1` pastes characters, which are then read as script: the argument becomes the input
 * until it ends. Name characters that follow it directly (`$1_ms`) belong to its last token, so they are
 * taken into the pasted text. Strings, comments and embedded C keep their `$1`.
 */
#include "parse/lexer.h"

#define MAX_ARGUMENT 100000u /* no script has as many: where counting stops */

typedef struct {
        bool as_string; /* @ */
        bool is_count;  /* # */
        unsigned index; /* from 1 */
        Span span;
} Reference;

/* Reads $N @N $# @#; false, and nothing taken, when something else stands here. */
static bool read_reference(Lexer *l, Reference *ret_ref) {
        Input *in = &l->input;
        uint32_t start = in->pos;
        char sigil = input_peek(in, 0), c = input_peek(in, 1);
        if ((sigil != '$' && sigil != '@') || (!is_digit(c) && c != '#'))
                return false;
        Reference ref = { .as_string = sigil == '@', .is_count = c == '#' };
        in->pos += ref.is_count ? 2 : 1;
        for (; !ref.is_count && is_digit(input_peek(in, 0)); in->pos++)
                ref.index = MIN2(ref.index * 10 + (unsigned) (input_peek(in, 0) - '0'), MAX_ARGUMENT);
        ref.span = lexer_span(l, start);
        *ret_ref = ref;
        return true;
}

static const Expansion *expansion_new(Lexer *l, const Reference *ref) {
        Expansion *e = arena_new0(l->arena, Expansion);
        e->what = arena_printf(l->arena, "script argument $%u", ref->index);
        e->from = ref->span;
        return e;
}

/* The argument as a source: the shared one, or one of its own when `suffix` belongs to it. */
static SourceFile *argument_source(Lexer *l, unsigned index, const char *suffix, size_t suffix_len) {
        SourceFile **shared = &l->arguments[index - 1];
        const char *arg = l->options->args[index - 1];
        if (*shared && suffix_len == 0)
                return *shared;
        const char *name = arena_printf(l->arena, "<argument %u>", index);
        const char *text = arena_printf(l->arena, "%s%.*s", arg, (int) suffix_len, suffix);
        SourceFile *source = source_new(l->arena, name, text, strlen(text));
        if (suffix_len == 0)
                *shared = source;
        return source;
}

static void paste(Lexer *l, const Reference *ref) {
        Input *in = &l->input;
        const char *arg = l->options->args[ref->index - 1], *suffix = in->text + in->pos;
        size_t len = strlen(arg), suffix_len = 0;
        /* In `probe a.$1{` nothing follows; `$1_ms` and `read$1` on the other side are one name each. */
        if (len > 0 && is_name_char(arg[len - 1]))
                while (is_name_char(input_peek(in, 0))) {
                        in->pos++;
                        suffix_len++;
                }
        SourceFile *source = argument_source(l, ref->index, suffix, suffix_len);
        l->outer = *in;
        l->in_argument = true;
        *in = (Input) { source, source->text, 0, source->len, expansion_new(l, ref) };
}

static void no_such_argument(Lexer *l, Token *t, const Reference *ref) {
        t->kind = TOKEN_BAD;
        if (ref->index == 0)
                lexer_fault(l, t, DIAG_E0112, ref->span, NULL, "script arguments are counted from 1");
        else if (l->options->n_args == 0)
                lexer_fault(l, t, DIAG_E0112, ref->span, "put the arguments behind the name of the script",
                            "the script needs argument %u, and was given none", ref->index);
        else
                lexer_fault(l, t, DIAG_E0112, ref->span, "put the arguments behind the name of the script",
                            "the script needs argument %u, and was given %u", ref->index,
                            l->options->n_args);
}

static void make_count(Lexer *l, Token *t, const Reference *ref) {
        t->kind = ref->as_string ? TOKEN_STRING : TOKEN_NUMBER;
        if (ref->as_string)
                t->text = arena_printf(l->arena, "%u", l->options->n_args);
        else
                t->number = l->options->n_args;
}

/* What pasting costs: a long argument in many places must not make a small script a big one. */
static bool take_budget(Lexer *l, Token *t, const Reference *ref) {
        size_t cost = strlen(l->options->args[ref->index - 1]) / 4 + 1;
        if (cost <= *l->budget) {
                *l->budget -= (unsigned) cost;
                return true;
        }
        t->kind = TOKEN_BAD;
        lexer_fault(l, t, DIAG_E0111, ref->span, NULL, "macros and arguments bring in more than %u tokens",
                    PARSE_MAX_EXPANSION);
        return false;
}

/* Who asks how many there are knows what to do with them. */
static void note_use(Lexer *l, const Reference *ref) {
        for (unsigned i = 0; i < l->options->n_args; i++)
                l->args_used[i] = l->args_used[i] || ref->is_count || ref->index == i + 1;
}

bool lexer_argument(Lexer *l, Token *ret_token, bool *ret_pasted) {
        Reference ref;
        if (!read_reference(l, &ref))
                return false;
        ret_token->span = ref.span;
        note_use(l, &ref);
        if (l->in_argument) {
                ret_token->kind = TOKEN_BAD;
                lexer_fault(l, ret_token, DIAG_E0113, ref.span, NULL,
                            "an argument of the script cannot refer to another one");
        } else if (ref.is_count) {
                make_count(l, ret_token, &ref);
        } else if (ref.index == 0 || ref.index > l->options->n_args) {
                no_such_argument(l, ret_token, &ref);
        } else if (take_budget(l, ret_token, &ref) && ref.as_string) {
                ret_token->kind = TOKEN_STRING;
                ret_token->text = arena_strdup(l->arena, l->options->args[ref.index - 1]);
        } else if (ret_token->kind != TOKEN_BAD) {
                paste(l, &ref);
                *ret_pasted = true;
        }
        return true;
}
