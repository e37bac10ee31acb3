/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Handlers that do the same with other names and texts become one C function. `probe syscall.*.return {
 * println(name, retstr) }` has 346 handlers that differ in the name alone; compiling each takes gcc many
 * seconds. So each handler's C is reduced to a skeleton: without comments, its locals numbered, its string
 * literals taken out. Those of the same skeleton share one function, which gets the literals as an argument.
 *
 * This works on text because generated C is plain: the only quotes in it are those of strings, a local's
 * name begins with l_, the handler's own name is known. Where that may not hold (embedded C), handlers stay
 * as they are.
 */
#include <ctype.h>
#include "base/cleanup.h"
#include "translate/gen.h"

#define SELF '@' /* stands for the handler's name: no token of C */

typedef struct Skeleton {
        const char *text;
        unsigned n;           /* handlers that have it */
        const char *name;     /* of the shared function, once it is written */
} Skeleton;

struct SharedHandler {
        const HandlerUse *use;
        const char *comment, *text; /* as it would stand alone */
        VEC(const char *) literals;
        Skeleton *skeleton;   /* NULL: cannot be shared */
};

typedef struct Reduce {
        Gen *g;
        SharedHandler *h;
        const char *name;
        Buf out;
        StrMap locals;
        unsigned n_locals;
        bool after_literal;
} Reduce;

/* ------------------------------------------------------------------ one handler */

/* The end of the literal that begins at p, or NULL. */
static const char *literal_end(const char *p) {
        for (p++; *p && *p != '"'; p++)
                if (*p == '\\' && p[1])
                        p++;
        return *p ? p + 1 : NULL;
}

static const char *reduce_literal(Reduce *r, const char *p) {
        const char *end = literal_end(p);
        if (!end || r->after_literal)
                return NULL;
        buf_printf(&r->out, "L[%zu]", r->h->literals.n);
        vec_push(r->g->arena, &r->h->literals, arena_strndup(r->g->arena, p, (size_t) (end - p)));
        r->after_literal = true;
        return end;
}

static void reduce_local(Reduce *r, const char *name) {
        const char *number = strmap_get(&r->locals, name);
        if (!number) {
                number = text(r->g, "l_%u", r->n_locals++);
                strmap_put(r->g->arena, &r->locals, name, (void *) number);
        }
        buf_str(&r->out, number);
}

static const char *reduce_word(Reduce *r, const char *p) {
        size_t own = strlen(r->name), n = 0;
        while (isalnum((unsigned char) p[n]) || p[n] == '_')
                n++;
        const char *word = arena_strndup(r->g->arena, p, n);
        if (strncmp(word, "l_", 2) == 0)
                reduce_local(r, word);
        else if (strncmp(word, r->name, own) == 0 && (!word[own] || strcmp(word + own, "_frame") == 0))
                buf_printf(&r->out, "%c%s", SELF, word + own);
        else
                buf_str(&r->out, word);
        return p + n;
}

static const char *reduce_comment(const char *p) {
        const char *end = strstr(p + 2, "*/");
        return end ? end + 2 : NULL;
}

/* NULL: this is no plain text. */
static const char *reduce_token(Reduce *r, const char *p) {
        if (*p == '"')
                return reduce_literal(r, p);
        if (*p == '/' && p[1] == '*')
                return reduce_comment(p);
        if (*p == '\'' || *p == '#' || *p == SELF)
                return NULL;
        if (!isspace((unsigned char) *p))
                r->after_literal = false;
        if (isalpha((unsigned char) *p) || *p == '_')
                return reduce_word(r, p);
        buf_char(&r->out, *p);
        return p + 1;
}

static const char *reduce(Gen *g, SharedHandler *h) {
        Reduce r = {.g = g, .h = h, .name = handler_name(g, h->use), .out = {.limit = g->out->limit}};
        const char *p = h->text;
        while (p && *p)
                p = reduce_token(&r, p);
        const char *skeleton = p && !r.out.failed ? arena_strndup(g->arena, r.out.data ?: "", r.out.len) : NULL;
        buf_done(&r.out);
        return skeleton;
}

void shared_add(Gen *g, const HandlerUse *use, const char *comment, const char *code) {
        SharedHandler *h = arena_new0(g->arena, SharedHandler);
        *h = (SharedHandler) {.use = use, .comment = comment, .text = code};
        const char *skeleton = reduce(g, h);
        if (skeleton) {
                h->skeleton = strmap_get(&g->skeletons, skeleton);
                if (!h->skeleton) {
                        h->skeleton = arena_new0(g->arena, Skeleton);
                        h->skeleton->text = skeleton;
                        strmap_put(g->arena, &g->skeletons, skeleton, h->skeleton);
                }
                h->skeleton->n++;
        }
        vec_push(g->arena, &g->shared, h);
}

/* ------------------------------------------------------------------ all of them */

/* The skeleton with a name, and with its literals as an argument. */
static void write_shared(Gen *g, Skeleton *s) {
        static const char head[] = "(struct stp_ctx *c)";
        s->name = text(g, "shared_%u", g->n_shared++);
        const char *self = strstr(s->text, text(g, HANDLER_HEAD "%c%s", SELF, head));
        for (const char *p = s->text; *p; p++) {
                if (*p != SELF)
                        buf_char(g->out, *p);
                else if (self && p == self + strlen(HANDLER_HEAD)) {
                        buf_printf(g->out, "%s(struct stp_ctx *c, const char *const *L)", s->name);
                        p += sizeof(head) - 1;
                } else
                        buf_str(g->out, s->name);
        }
}

static void write_wrapper(Gen *g, const SharedHandler *h) {
        buf_printf(g->out, "%s" HANDLER_HEAD "%s(struct stp_ctx *c)\n{\n\tstatic const char *const L[] = {", h->comment,
                   handler_name(g, h->use));
        vec_foreach(literal, &h->literals)
                buf_printf(g->out, " %s,", *literal);
        buf_printf(g->out, "%s };\n\n\t%s(c, L);\n}\n\n", h->literals.n ? "" : " NULL", h->skeleton->name);
}

void shared_write(Gen *g) {
        vec_foreach(it, &g->shared) {
                const SharedHandler *h = *it;
                Skeleton *s = h->skeleton;
                if (!s || s->n < 2) {
                        buf_printf(g->out, "%s%s", h->comment, h->text);
                        continue;
                }
                if (!s->name)
                        write_shared(g, s);
                write_wrapper(g, h);
                if (ptrmap_get(&g->frames, h->use))
                        ptrmap_put(g->arena, &g->frames, h->use, (void *) s->name);
        }
}
