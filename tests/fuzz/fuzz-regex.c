/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A pattern, and behind its NUL a subject: both automata are made or neither, every number in their tables
 * is in its bounds, and they agree on whether the subject matches.
 */
#include <stdlib.h>
#include "translate/regex.h"

#define MEMORY_LIMIT ((size_t) 512 << 20)

static void must(bool condition) {
        if (!condition)
                abort();
}

static void check_tables(const Regex *r, const RegexTags *t) {
        for (size_t i = 0; i < 256; i++)
                must(r->classes[i] < r->n_classes && t->classes[i] < t->n_classes);
        must(r->start < r->n_states && t->start < t->n_states && t->start_move + 1 < t->move_at.n);
        for (size_t i = 0; i < (size_t) r->n_states * r->n_classes; i++)
                must(r->next[i] < r->n_states);
        for (size_t i = 0; i < (size_t) t->n_states * t->n_classes; i++)
                must(t->next[i] < t->n_states && t->move[i] + 1u < t->move_at.n);
        for (size_t i = 0; i < t->n_states; i++)
                must(t->accept[i] <= t->n_threads);
        for (size_t i = 0; i + 1 < t->move_at.n; i++)
                must(t->move_at.items[i] <= t->move_at.items[i + 1] &&
                     t->move_at.items[i + 1] <= t->moves.n);
        for (size_t i = 0; i < t->moves.n; i++)
                must(t->moves.items[i] >> 32 == REGEX_NO_PARENT || t->moves.items[i] >> 32 < t->n_threads);
}

/* As runtime/core/regex.c walks them. */
static bool plain_matches(const Regex *r, const char *s) {
        unsigned state = r->start;
        for (; state > 1; s++) {
                state = r->next[state * r->n_classes + r->classes[(uint8_t) *s]];
                if (!*s)
                        break;
        }
        return state == 1;
}

static bool tagged_matches(const RegexTags *t, const char *s) {
        for (unsigned state = t->start; state; s++) {
                size_t at = state * t->n_classes + t->classes[(uint8_t) *s];
                if (t->accept[state] || (!*s && t->move[at]))
                        return true;
                if (!*s)
                        break;
                state = t->next[at];
        }
        return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        Arena *a = arena_new(MEMORY_LIMIT);
        const char *text = arena_strndup(a, (const char *) data, size);
        size_t len = strlen(text);
        const char *subject = len < size ? text + len + 1 : "";
        Regex r;
        RegexTags t;
        const char *error = regex_compile(a, text, &r), *tagged_error = regex_compile_tags(a, text, &t);
        /* The one with tags may be too large where the other is not. */
        must(!error || tagged_error);
        if (!tagged_error) {
                check_tables(&r, &t);
                must(plain_matches(&r, subject) == tagged_matches(&t, subject));
        }
        arena_free(a);
        return 0;
}
