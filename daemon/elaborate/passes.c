/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pass 2 on one page. Everything up to `check` may find mistakes, and goes on after them; what follows works
 * on a script without any, and only leaves things out.
 */
#include "elaborate/elab.h"

static const struct {
        const char *name;
        void (*run)(Elab *e);
} passes[] = {
        { "declare", pass_declare },     /* index the script's files; names that clash */
        { "expand", pass_expand },       /* probe points through aliases and wildcards to places; handlers
                                          * are lowered there: names, calls, target variables, @defined */
        { "link", pass_link },           /* what no probe uses is checked as well */
        { "autocast", pass_autocast },   /* value->member, by C types that flow along */
        { "recursion", pass_recursion }, /* which functions come back to themselves */
        { "types", pass_types },         /* long, string, statistic: inferred, contradictions */
        { "globals", pass_globals },     /* initial values, sizes, -G */
        { "pragmas", pass_pragmas },     /* what embedded C says it uses */
        { "effects", pass_effects },     /* which functions do more than give a value */
        { "check", pass_check },         /* bounds, and statements that do nothing */
        { NULL, NULL },                  /* a script with mistakes ends here */
        { "warn", pass_warn },           /* never assigned, never read, never called */
        { "formats", pass_formats },     /* one format for everything printed */
        { "fold", pass_fold },           /* constants, branches never taken */
        { "prune", pass_prune },         /* what has no effect */
        { "stable", pass_stable },       /* what gives the same value all the time is called once */
        { "sees", pass_sees },           /* what each probe looks at, for people and the policy */
        { "merge", pass_merge },         /* handlers and functions that came out the same */
        { "reach", pass_reach },         /* functions, locals and slots that are left */
        { "finish", pass_finish },       /* the program */
        { "privilege", pass_privilege }, /* whom it lets look at what */
};

void elab_init(Elab *e, ProbeWorld *w, const Library *l, File *const *files, size_t n_files,
               const ElaborateOptions *o) {
        *e = (Elab) {
                .world = w,
                .arena = w->arena,
                .diags = w->diags,
                .library = l,
                .options = o,
                .files = files,
                .n_files = n_files,
                .program = arena_new0(w->arena, Program),
        };
        e->program->arena = w->arena;
}

void elab_want(Elab *e, const File *f) {
        if (!f->is_tapset)
                return;
        vec_foreach(it, &e->wanted)
                if (*it == f)
                        return;
        vec_push(e->arena, &e->wanted, f);
}

Program *elaborate(ProbeWorld *w, Library *l, File *const *files, size_t n_files,
                   const ElaborateOptions *o) {
        Elab e;
        elab_init(&e, w, l, files, n_files, o);
        for (size_t i = 0; i < ELEMENTSOF(passes); i++)
                if (passes[i].run)
                        passes[i].run(&e);
                else if (diags_failed(e.diags))
                        return NULL;
        return diags_failed(e.diags) ? NULL : e.program;
}
