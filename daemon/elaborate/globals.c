/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What globals start with and how big arrays are: initialisers, sizes, and -G settings. */
#include <errno.h>
#include "elaborate/elab.h"
#include "elaborate/fold.h"

#define ARRAY_MAX_SIZE (1 << 24) /* elements: memory is the core's to refuse */

static void check_size(Elab *e, Var *v) {
        int64_t size;
        if (!v->size_expr)
                return;
        if (!expr_constant(v->size_expr, &size) || size < 1 || size > ARRAY_MAX_SIZE) {
                diag_add(e->diags, DIAG_E0206, v->size_expr->span,
                         "the size of an array is a number from 1 to %d", ARRAY_MAX_SIZE);
                return;
        }
        v->size = size;
}

static void check_init(Elab *e, Var *v) {
        int64_t value;
        if (!v->init)
                return;
        if (v->is_array) {
                diag_add(e->diags, DIAG_E0207, v->init->span, "an array cannot be initialised");
                return;
        }
        if (v->init->kind == EXPR_STRING)
                v->init->type = TYPE_STRING;
        else if (expr_constant(v->init, &value))
                v->init = make_number(e, v->init->span, value);
        else
                diag_add(e->diags, DIAG_E0207, v->init->span,
                         "a global starts with a number or a string, nothing to be worked out");
}

/* ------------------------------------------------------------------ -G */

static bool read_number(const char *text, int64_t *ret) {
        char *end;
        errno = 0;
        long long signed_value = strtoll(text, &end, 0);
        unsigned long long value = errno == ERANGE && text[0] != '-' ? (errno = 0, strtoull(text, &end, 0))
                                                                     : (unsigned long long) signed_value;
        if (errno || end == text || *end)
                return false;
        *ret = (int64_t) value;
        return true;
}

static void apply_setting(Elab *e, Var *v, const GlobalSetting *s) {
        int64_t number;
        if (v->is_array || v->type == TYPE_STATS)
                diag_add(e->diags, DIAG_E0205, v->span, "-G %s: only scalars can be set", s->name);
        else if (v->type == TYPE_STRING)
                v->init = make_string(e, v->span, s->value);
        else if (read_number(s->value, &number))
                v->init = make_number(e, v->span, number);
        else
                diag_add(e->diags, DIAG_E0205, v->span, "-G %s: `%s` is no number, and `%s` is a long",
                         s->name, s->value, s->name);
}

static void check_setting(Elab *e, const GlobalSetting *s) {
        const GlobalDeclVec *found = index_globals(&e->index, s->name);
        if (found)
                return;
        NameVec names = {};
        strmap_foreach(it, &e->index.globals)
                vec_push(e->arena, &names, it->key);
        Diag *d = diag_add(e->diags, DIAG_E0204, SPAN_NONE, "-G %s: the script has no such global", s->name);
        hint_similar(e, d, s->name, names.items, names.n, "");
}

void pass_globals(Elab *e) {
        for (unsigned i = 0; i < e->options->n_settings; i++)
                check_setting(e, &e->options->settings[i]);
        vec_foreach(it, &e->globals) {
                check_size(e, *it);
                check_init(e, *it);
                if (var_info(*it)->setting)
                        apply_setting(e, *it, var_info(*it)->setting);
        }
}
