/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names for what a printf prints, out of what the script says: execname() is "execname", $count "count",
 * reads[pid()] "reads", n++ "n", $file->f_pos "f_pos", @count(x) "count". What has no name is "arg1" ...
 */
#include <ctype.h>
#include "translate/gen.h"

static bool is_word(char c) {
        return isalnum((unsigned char) c) || c == '_';
}

/* The last member of an access chain in the source, or the variable itself; NULL: it is something else. */
static const char *chain_name(Arena *a, const char *s, size_t len) {
        size_t start = 0, end = 0, depth = 0;
        while (len && (s[len - 1] == '$' || isspace((unsigned char) s[len - 1])))
                len--; /* $x$, $$parms$$ */
        for (size_t i = 0; i < len;) {
                if (!depth && is_word(s[i])) {
                        for (start = i; i < len && is_word(s[i]);)
                                i++;
                        end = i;
                        continue;
                }
                depth += s[i] == '(' || s[i] == '[';
                depth -= depth && (s[i] == ')' || s[i] == ']');
                if (!depth && !strchr("$@&->)]. \t", s[i]))
                        return NULL;
                i++;
        }
        return end > start && !isdigit((unsigned char) s[start]) ? arena_strndup(a, s + start, end - start)
                                                                 : NULL;
}

/* Pass 2 has put something else in the place of a target variable; its span still shows it. */
static const char *source_name(Arena *a, const Expr *e) {
        Span s = e->span;
        if (!s.file || !s.len || s.len > 256)
                return NULL;
        const char *from = s.file->text + s.offset;
        return *from == '$' || *from == '@' || *from == '&' ? chain_name(a, from, s.len) : NULL;
}

const char *field_name(Arena *a, Expr *e, unsigned nth) {
        const char *name = NULL;
        ExprStep *step = expr_as(Step, e);
        if (step)
                e = step->operand;
        ExprIndex *index = expr_as(Index, e);
        if (index)
                e = index->array;
        if (e->kind == EXPR_NAME)
                name = ((ExprName *) e)->name;
        else if (e->kind == EXPR_CALL)
                name = ((ExprCall *) e)->name;
        else if (e->kind == EXPR_STAT)
                name = stat_op_name(((ExprStat *) e)->op) + 1;
        else
                name = source_name(a, e);
        return name ?: arena_printf(a, "arg%u", nth);
}
