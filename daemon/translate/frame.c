/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How much frame memory a context needs: STP_FRAME_SIZE, a constant that the C compiler works out, since
 * only it knows the sizes. Without recursion it is the dearest chain of calls. Functions that recurse can be
 * MAXNESTING deep all together: the largest of their frames counts that often, on top.
 */
#include "translate/gen.h"

static const char *frame_size(Gen *g, const void *key) {
        const char *name = ptrmap_get(&g->frames, key);
        return name ? text(g, "sizeof(struct %s_frame)", name) : "0";
}

static const char *need_name(Gen *g, const FunctionUse *f) {
        return text(g, "need_%s", function_name(g, f->function));
}

/* The larger of two constants gets a name, so that the text does not double with each. */
static const char *write_max(Gen *g, const char *base, unsigned n, const char *a, const char *b) {
        const char *name = text(g, "most_of_%s_%u", base, n); /* f_2 may be another function */
        buf_printf(g->out, "\t%s = %s > %s ? %s : %s,\n", name, a, b, a, b);
        return name;
}

/* Functions that need nothing, themselves or below, are not worth a constant. */
static bool needs_frame(Gen *g, FunctionUse *f, PtrMap *known) {
        uintptr_t answer = (uintptr_t) ptrmap_get(known, f);
        if (answer)
                return answer == 1;
        bool needs = ptrmap_get(&g->frames, f->function) != NULL;
        ptrmap_put(g->arena, known, f, (void *) 2); /* for recursions */
        vec_foreach(callee, &f->calls)
                needs |= needs_frame(g, *callee, known);
        ptrmap_put(g->arena, known, f, (void *) (uintptr_t) (needs ? 1 : 2));
        return needs;
}

static void write_need(Gen *g, FunctionUse *f, PtrMap *known);

static const char *write_calls(Gen *g, const FunctionUse *f, const char *name, PtrMap *known) {
        const char *most = "0";
        unsigned n = 0;
        vec_foreach(callee, &f->calls) {
                if (!needs_frame(g, *callee, known))
                        continue;
                write_need(g, *callee, known);
                const char *need = need_name(g, *callee);
                most = strcmp(most, "0") ? write_max(g, name, ++n, most, need) : need;
        }
        return most;
}

/* Frames of all that does not recurse below f: on one way down each of them is met once at most. */
static const char *sum_below(Gen *g, const FunctionUse *f, PtrMap *seen, const char *sum) {
        vec_foreach(callee, &f->calls) {
                if (ptrmap_get(seen, *callee))
                        continue;
                ptrmap_put(g->arena, seen, *callee, *callee);
                if (!(*callee)->recursive && ptrmap_get(&g->frames, (*callee)->function))
                        sum = text(g, "%s + (int)%s", sum, frame_size(g, (*callee)->function));
                sum = sum_below(g, *callee, seen, sum);
        }
        return sum;
}

/* Writes the constant of a function, those of its callees before. */
static void write_need(Gen *g, FunctionUse *f, PtrMap *known) {
        if (f->mark == g->usage->mark)
                return;
        f->mark = g->usage->mark;
        const char *name = need_name(g, f);
        if (f->recursive)
                buf_printf(g->out, "\t%s = %s,\n", name, sum_below(g, f, &(PtrMap) {}, "0"));
        else
                buf_printf(g->out, "\t%s = (int)%s + %s,\n", name, frame_size(g, f->function),
                           write_calls(g, f, name, known));
}

static const char *write_handler_need(Gen *g, const HandlerUse *h, const char *most, unsigned *n,
                                      PtrMap *known) {
        const char *name = text(g, "need_%s", handler_name(g, h)), *below;
        below = write_calls(g, &h->own, name, known);
        if (!strcmp(below, "0") && !ptrmap_get(&g->frames, h))
                return most;
        buf_printf(g->out, "\t%s = (int)%s + %s,\n", name, frame_size(g, h), below);
        return write_max(g, "need", ++*n, most, name);
}

void gen_frame_needs(Gen *g) {
        const char *most = "0", *recursive = "0";
        unsigned n = 0;
        PtrMap known = {};
        g->usage->mark++;
        buf_str(g->out, "enum {\n");
        vec_foreach(h, &g->usage->handlers)
                most = write_handler_need(g, *h, most, &n, &known);
        vec_foreach(c, &g->usage->conditions) /* they run when the handler's own frame is free again */
                most = write_handler_need(g, &(*c)->use, most, &n, &known);
        vec_foreach(f, &g->program->functions) {
                FunctionUse *use = usage_function(g->usage, *f);
                if (use->recursive && ptrmap_get(&g->frames, *f))
                        recursive = write_max(g, "recursive", ++n, recursive,
                                              text(g, "(int)%s", frame_size(g, *f)));
        }
        buf_printf(g->out, "\tSTP_FRAME_SIZE = %s + MAXNESTING * %s,\n};\n\n", most, recursive);
}
