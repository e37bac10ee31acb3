/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "diag/diag.h"
#include <strings.h>

static const struct {
        const char *name, *title, *explanation;
} codes[_DIAG_CODE_MAX] = {
#define DIAG(code, title, explanation) [DIAG_##code] = { #code, title, explanation },
#include "diag/codes/all.def"
#undef DIAG
};

static const struct {
        const char *wrong, *right, *why_not;
} examples[_DIAG_CODE_MAX] = {
#define EXAMPLE(code, wrong, right) [DIAG_##code] = { wrong, right, NULL },
#define NO_EXAMPLE(code, why) [DIAG_##code] = { NULL, NULL, why },
#include "diag/codes/examples.def"
#undef EXAMPLE
#undef NO_EXAMPLE
};

void diags_init(Diags *d, Arena *a) {
        *d = (Diags) { .arena = a };
}

static bool same_place(Span a, Span b) {
        return a.file == b.file && a.offset == b.offset && a.len == b.len;
}

static bool is_known(const Diags *d, DiagCode code, Span span, const char *message) {
        vec_foreach(it, &d->list) if ((*it)->code == code && same_place((*it)->span, span) &&
                                      strcmp((*it)->message, message) == 0) return true;
        return false;
}

Diag *diag_add(Diags *d, DiagCode code, Span span, const char *fmt, ...) {
        va_list ap;
        va_start(ap, fmt);
        Diag *diag = arena_new0(d->arena, Diag);
        diag->code = code;
        diag->span = span;
        diag->severity = codes[code].name[0] == 'W' ? DIAG_WARNING : DIAG_ERROR;
        diag->message = arena_vprintf(d->arena, fmt, ap);
        va_end(ap);

        if (diag->severity == DIAG_WARNING && d->no_warnings)
                return diag;
        d->n_raised += diag->severity == DIAG_ERROR;
        if (is_known(d, code, span, diag->message))
                return diag;
        if (diag->severity == DIAG_WARNING && d->warnings_fatal)
                diag->severity = DIAG_ERROR;

        unsigned *count = diag->severity == DIAG_ERROR ? &d->n_errors : &d->n_warnings;
        if ((*count)++ < DIAG_MAX_ERRORS)
                vec_push(d->arena, &d->list, diag);
        return diag;
}

void diag_note(Diags *d, Diag *diag, Span span, const char *fmt, ...) {
        va_list ap;
        va_start(ap, fmt);
        vec_push(d->arena, &diag->notes, ((DiagNote) { arena_vprintf(d->arena, fmt, ap), span }));
        va_end(ap);
}

void diag_hint(Diags *d, Diag *diag, const char *fmt, ...) {
        va_list ap;
        va_start(ap, fmt);
        diag->hint = arena_vprintf(d->arena, fmt, ap);
        va_end(ap);
}

const char *diag_code_name(DiagCode code) {
        return codes[code].name;
}

const char *diag_code_title(DiagCode code) {
        return codes[code].title;
}

const char *diag_code_explanation(DiagCode code) {
        return codes[code].explanation;
}

const char *diag_code_example(DiagCode code, const char **ret_right) {
        *ret_right = examples[code].right;
        return examples[code].wrong;
}

const char *diag_code_no_example(DiagCode code) {
        return examples[code].why_not;
}

DiagCode diag_code_find(const char *name) {
        for (DiagCode c = DIAG_NONE + 1; c < _DIAG_CODE_MAX; c++)
                if (strcasecmp(codes[c].name, name) == 0)
                        return c;
        return DIAG_NONE;
}

/* Optimal string alignment: insertions, deletions, changes, and two neighbours that changed places, the
 * commonest slip of all. Three rows are enough; names longer than the rows are never near. */
#define SUGGEST_MAX_NAME 63
static unsigned edit_distance(const char *a, const char *b) {
        size_t n = strlen(a), m = strlen(b);
        if (n > SUGGEST_MAX_NAME || m > SUGGEST_MAX_NAME)
                return UINT32_MAX;
        unsigned rows[3][SUGGEST_MAX_NAME + 1];
        for (size_t j = 0; j <= m; j++)
                rows[0][j] = (unsigned) j;
        for (size_t i = 1; i <= n; i++) {
                unsigned *before = rows[(i + 1) % 3], *last = rows[(i + 2) % 3], *row = rows[i % 3];
                row[0] = (unsigned) i;
                for (size_t j = 1; j <= m; j++) {
                        unsigned change = last[j - 1] + (a[i - 1] != b[j - 1]);
                        row[j] = MIN2(change, MIN2(last[j], row[j - 1]) + 1);
                        if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                                row[j] = MIN2(row[j], before[j - 2] + 1);
                }
        }
        return rows[n % 3][m];
}

const char *diag_suggest(const char *name, const char *const *candidates, size_t n) {
        size_t len = strlen(name);
        unsigned best = (unsigned) len / 3 + 1; /* a word of three letters that differs in two is another word */
        const char *found = NULL;
        for (size_t i = 0; i < n; i++) {
                size_t other = strlen(candidates[i]);
                if ((len > other ? len - other : other - len) >= best)
                        continue;
                unsigned distance = edit_distance(name, candidates[i]);
                if (distance < best) {
                        best = distance;
                        found = candidates[i];
                }
        }
        return found;
}
