/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Thompson's construction, then the subset construction. The machine of the expression has nodes that take a
 * byte, forks, and nodes for the two ends of the string; a state of the table is a set of them. The start is
 * part of every set, so that a match may begin anywhere.
 */
#include "translate/regex.h"

#define MATCH 0

static unsigned step_add(RegexMachine *m, RegexStep s) {
        if (m->steps.n >= REGEX_MAX_NODES) {
                m->too_big = true;
                return MATCH;
        }
        vec_push(m->arena, &m->steps, s);
        return (unsigned) m->steps.n - 1;
}

static unsigned build(RegexMachine *m, const RegexNode *n, unsigned next);

static unsigned build_repeat(RegexMachine *m, const RegexNode *n, unsigned next) {
        unsigned start = next;
        if (n->max < 0) {
                start = step_add(m, (RegexStep) {.kind = RE_OR, .other = next});
                unsigned again = build(m, n->a, start);
                if (!m->too_big)
                        m->steps.items[start].next = again;
        }
        for (int i = n->min; i < n->max && !m->too_big; i++)
                start = step_add(m, (RegexStep) {.kind = RE_OR, .next = build(m, n->a, start), .other = next});
        for (int i = 0; i < n->min && !m->too_big; i++)
                start = build(m, n->a, start);
        return start;
}

static unsigned build_group(RegexMachine *m, const RegexNode *n, unsigned next) {
        next = step_add(m, (RegexStep) {.kind = RE_TAG, .tag = 2 * n->group + 1, .next = next});
        return step_add(m, (RegexStep) {.kind = RE_TAG, .tag = 2 * n->group, .next = build(m, n->a, next)});
}

/* Steps for n that go on at `next`; where they start. Lists of a concatenation are walked, not recursed
 * into. */
static unsigned build(RegexMachine *m, const RegexNode *n, unsigned next) {
        switch (n->kind) {
        case RE_EMPTY:
                return next;
        case RE_CONCAT: {
                VEC(const RegexNode *) parts = {};
                for (; n->kind == RE_CONCAT; n = n->b)
                        vec_push(m->arena, &parts, n->a);
                while (parts.n && !m->too_big)
                        next = build(m, parts.items[--parts.n], next);
                return next;
        }
        case RE_OR: {
                unsigned a = build(m, n->a, next), b = build(m, n->b, next);
                return step_add(m, (RegexStep) {.kind = RE_OR, .next = a, .other = b});
        }
        case RE_REPEAT:
                return build_repeat(m, n, next);
        case RE_GROUP:
                return m->tagged ? build_group(m, n, next) : build(m, n->a, next);
        default:
                return step_add(m, (RegexStep) {.kind = n->kind, .set = n->set, .next = next});
        }
}

const char *regex_machine(Arena *a, const char *pattern, bool tagged, RegexMachine *ret) {
        const char *error;
        unsigned groups;
        RegexNode *tree = regex_parse(a, pattern, &groups, &error);
        if (!tree)
                return error;
        if (tagged && groups >= REGEX_MAX_GROUPS)
                return "the expression has more than 15 groups, which matched() cannot tell apart";
        *ret = (RegexMachine) {.arena = a, .tagged = tagged, .n_tags = 2 * groups + 2};
        vec_push(a, &ret->steps, ((RegexStep) {.kind = RE_EMPTY}));
        ret->first = build(ret, &(RegexNode) {.kind = RE_GROUP, .a = tree}, MATCH);
        return ret->too_big ? "the expression is too large" : NULL;
}

/* ------------------------------------------------------------------ classes of bytes */

bool regex_set_has(const uint64_t *set, unsigned c) {
        return set[c / 64] >> (c % 64) & 1;
}

unsigned regex_classes(const RegexMachine *m, uint8_t classes[256]) {
        unsigned n_classes = 2;
        memset(classes, 1, 256);
        vec_foreach(s, &m->steps) {
                uint8_t split[256] = {};
                if (s->kind != RE_SET)
                        continue;
                for (unsigned k = 1, n = n_classes; k < n && n_classes < 256; k++) {
                        bool inside = false, outside = false;
                        for (unsigned c = 1; c < 256; c++)
                                if (classes[c] == k)
                                        *(regex_set_has(s->set, c) ? &inside : &outside) = true;
                        if (inside && outside)
                                split[k] = (uint8_t) n_classes++;
                }
                for (unsigned c = 1; c < 256; c++)
                        if (split[classes[c]] && regex_set_has(s->set, c))
                                classes[c] = split[classes[c]];
        }
        classes[0] = 0;
        return n_classes;
}

/* ------------------------------------------------------------------ sets of steps */

typedef struct {
        uint64_t *bits;
        bool matches;
} StepSet;

typedef struct {
        const RegexMachine *machine;
        Regex *regex;
        unsigned first, words;
        VEC(StepSet) states;
        StrMap known;   /* bits as hex -> state */
        unsigned *stack;
} Builder;

static bool set_put(StepSet *s, unsigned i) {
        bool is_new = !(s->bits[i / 64] >> (i % 64) & 1);
        s->bits[i / 64] |= 1ull << (i % 64);
        return is_new;
}

/* Adds a step with all that is reached from it without a byte. */
static void set_close(Builder *b, StepSet *s, unsigned step, bool at_start, bool at_end) {
        unsigned n = 0;
        b->stack[n++] = step;
        while (n) {
                unsigned i = b->stack[--n];
                const RegexStep *x = &b->machine->steps.items[i];
                if (!set_put(s, i))
                        continue;
                s->matches |= x->kind == RE_EMPTY;
                if (x->kind == RE_OR)
                        b->stack[n++] = x->other;
                if (x->kind == RE_OR || (x->kind == RE_START && at_start) || (x->kind == RE_END && at_end))
                        b->stack[n++] = x->next;
        }
}

static StepSet set_new(Builder *b) {
        return (StepSet) {.bits = arena_array(b->machine->arena, uint64_t, b->words)};
}

/* The state of a set, a new one when there is none yet; 0xffff: too many. */
static unsigned state_find(Builder *b, const StepSet *s) {
        Arena *a = b->machine->arena;
        bool empty = true;
        char *key = arena_alloc(a, b->words * 16 + 1);
        for (unsigned i = 0; i < b->words; i++) {
                empty &= !s->bits[i];
                for (unsigned d = 0; d < 16; d++)
                        key[i * 16 + d] = "0123456789abcdef"[s->bits[i] >> (d * 4) & 15];
        }
        if (s->matches)
                return 1;
        if (empty)
                return 0;
        uintptr_t known = (uintptr_t) strmap_get(&b->known, key);
        if (known)
                return (unsigned) known;
        if (b->states.n >= REGEX_MAX_STATES)
                return 0xffff;
        vec_push(a, &b->states, *s);
        strmap_put(a, &b->known, key, (void *) (b->states.n - 1));
        return (unsigned) b->states.n - 1;
}

/* Where a state goes with a byte of a class. */
static unsigned state_after(Builder *b, const StepSet *from, unsigned class, unsigned byte) {
        const RegexMachine *m = b->machine;
        StepSet to = set_new(b);
        for (unsigned i = 0; i < m->steps.n; i++) {
                const RegexStep *x = &m->steps.items[i];
                if (!(from->bits[i / 64] >> (i % 64) & 1))
                        continue;
                if (class == 0 ? x->kind == RE_END : x->kind == RE_SET && regex_set_has(x->set, byte))
                        set_close(b, &to, x->next, /* at_start= */ false, /* at_end= */ class == 0);
        }
        if (class == 0)
                return to.matches;
        set_close(b, &to, b->first, /* at_start= */ false, /* at_end= */ false);
        return state_find(b, &to);
}

static bool build_table(Builder *b) {
        Regex *r = b->regex;
        unsigned byte_of[256] = {};
        VEC(uint16_t) next = {};
        for (unsigned c = 1; c < 256; c++)
                byte_of[r->classes[c]] = c;
        for (unsigned s = 0; s < b->states.n; s++)
                for (unsigned k = 0; k < r->n_classes; k++) {
                        unsigned to = s < 2 ? s
                                            : state_after(b, &(StepSet){ b->states.items[s].bits }, k,
                                                          byte_of[k]);
                        if (to == 0xffff)
                                return false;
                        vec_push(b->machine->arena, &next, (uint16_t) to);
                }
        r->next = next.items;
        r->n_states = (unsigned) b->states.n;
        return true;
}

const char *regex_compile(Arena *a, const char *pattern, Regex *ret) {
        RegexMachine m;
        const char *error = regex_machine(a, pattern, /* tagged= */ false, &m);
        if (error)
                return error;
        *ret = (Regex) {};
        ret->n_classes = regex_classes(&m, ret->classes);
        Builder b = {.machine = &m, .regex = ret, .first = m.first, .words = (unsigned) (m.steps.n + 63) / 64};
        b.stack = arena_array(a, unsigned, m.steps.n * 2 + 2);
        vec_push(a, &b.states, set_new(&b));
        vec_push(a, &b.states, set_new(&b));
        StepSet start = set_new(&b);
        set_close(&b, &start, m.first, /* at_start= */ true, /* at_end= */ false);
        ret->start = state_find(&b, &start);
        return build_table(&b) ? NULL : "the expression needs too many states";
}
