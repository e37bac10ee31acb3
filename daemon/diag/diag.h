/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * What is wrong with a script. A pass adds diagnostics and goes on; the driver stops between passes when
 * there are errors. Codes are stable: each stands once in codes/PASS.def with its one-line title and the
 * explanation that `stapctl explain` prints. The same diagnostic at the same place is kept once, and at
 * most DIAG_MAX_ERRORS errors are kept.
 */
#include <stdbool.h>
#include "base/buf.h"
#include "diag/source.h"

#define DIAG_MAX_ERRORS 20

typedef enum DiagCode {
        DIAG_NONE,
#define DIAG(code, title, explanation) DIAG_##code,
#include "diag/codes/all.def"
#undef DIAG
        _DIAG_CODE_MAX,
} DiagCode;

typedef enum DiagSeverity {
        DIAG_ERROR,
        DIAG_WARNING,
} DiagSeverity;

typedef struct DiagNote {
        const char *text;
        Span span; /* SPAN_NONE: no place of its own */
} DiagNote;

typedef struct Diag {
        DiagCode code;
        DiagSeverity severity;
        Span span;
        const char *message;
        VEC(DiagNote) notes;
        const char *hint; /* at most one, and it can be acted upon; or NULL */
} Diag;

typedef struct Diags {
        Arena *arena;
        VEC(Diag *) list;
        unsigned n_errors, n_warnings; /* also those that were too many to keep */
        unsigned n_raised;             /* errors, also those that were said before */
        bool no_warnings;              /* -w */
        bool warnings_fatal;           /* -W */
} Diags;

void diags_init(Diags *d, Arena *a);

/*
 * Adds an error or a warning; whether it is one stands in its code (E.... or W....). Returns the
 * diagnostic for notes and a hint: never NULL, also when it was not kept.
 */
Diag *diag_add(Diags *d, DiagCode code, Span span, const char *fmt, ...)
        __attribute__((format(printf, 4, 5)));
void diag_note(Diags *d, Diag *diag, Span span, const char *fmt, ...) __attribute__((format(printf, 4, 5)));
void diag_hint(Diags *d, Diag *diag, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
static inline bool diags_failed(const Diags *d) {
        return d->n_errors > 0;
}

/* The last error was not kept, as there are too many: a hint that takes a search is not worth it. */
static inline bool diags_full(const Diags *d) {
        return d->n_errors > DIAG_MAX_ERRORS;
}

/* "E0231"; the title; the explanation. */
const char *diag_code_name(DiagCode code);
const char *diag_code_title(DiagCode code);
const char *diag_code_explanation(DiagCode code);
/* A script with this mistake, and the same without it; NULL each: there is none that could be shown. */
const char *diag_code_example(DiagCode code, const char **ret_right);
/* Why there is no example, or NULL. */
const char *diag_code_no_example(DiagCode code);
/* DIAG_NONE: no such code. The name may be in lower case. */
DiagCode diag_code_find(const char *name);

/* All diagnostics as text with carets, in the house form (doc/HACKING), with ANSI colours when asked. */
void diags_render_text(const Diags *d, bool color, Buf *out);
/* As a JSON array: [{"severity","code","message","file","line","column","length","notes":[],"hint",...}]. */
void diags_render_json(const Diags *d, Buf *out);

/* The candidate nearest to `name` by edit distance, for "did you mean"; NULL: none is near enough. */
const char *diag_suggest(const char *name, const char *const *candidates, size_t n);
