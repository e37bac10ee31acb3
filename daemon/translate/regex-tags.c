/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The automaton for matched(): threads, as a backtracking matcher would follow them one after the other,
 * follow the string together, in the order in which that matcher would try them; a set of threads that were
 * in step before is a state. Each thread has registers for the tags, and all that happens to them is known
 * per transition.
 *
 * Which match wins: threads that began further left stand before those that began later ("born"), and once a
 * thread has matched, all that were born later are gone, but those of its own age and the older ones go on:
 * a longer match replaces a shorter one. Of two threads at the same step the one before stays: so within the
 * longest match, groups are those of the greedy, leftmost-first matcher.
 */
#include <limits.h>
#include <stdio.h>
#include "translate/regex.h"

typedef struct {
        unsigned step, born;
        unsigned parent;     /* in the state before */
        uint32_t tags;       /* set on the way from there */
} Thread;

typedef struct {
        VEC(Thread) threads;
        bool closed;         /* something has matched: no thread is born any more */
} State;

typedef struct {
        const RegexMachine *machine;
        RegexTags *out;
        Arena *arena;
        VEC(State) states;
        StrMap known, known_moves;
        unsigned *seen, mark; /* by step */
        struct {
                unsigned step;
                uint32_t tags;
        } *stack;
        VEC(uint16_t) next, move;
        VEC(uint8_t) accept;
} Builder;

/* ------------------------------------------------------------------ threads */

/* Adds the threads that come from `step` without a byte, those to be preferred first. */
static void follow(Builder *b, State *s, Thread from, bool at_start, bool at_end) {
        unsigned n = 0;
        b->stack[n].step = from.step;
        b->stack[n++].tags = from.tags;
        while (n) {
                unsigned i = b->stack[--n].step;
                uint32_t tags = b->stack[n].tags;
                const RegexStep *x = &b->machine->steps.items[i];
                if (b->seen[i] == b->mark)
                        continue;
                b->seen[i] = b->mark;
                if (x->kind == RE_SET || x->kind == RE_EMPTY || (x->kind == RE_END && !at_end))
                        vec_push(b->arena, &s->threads, ((Thread) {i, from.born, from.parent, tags}));
                if (x->kind == RE_OR) {
                        b->stack[n].step = x->other;
                        b->stack[n++].tags = tags;
                }
                if (x->kind == RE_OR || x->kind == RE_TAG || (x->kind == RE_START && at_start)
                    || (x->kind == RE_END && at_end)) {
                        b->stack[n].step = x->next;
                        b->stack[n++].tags = x->kind == RE_TAG ? tags | 1u << x->tag : tags;
                }
        }
}

/* The thread that has matched, or NULL. Those born later than it are dropped. */
static const Thread *settle(State *s) {
        vec_foreach(it, &s->threads) {
                if (it->step != 0)
                        continue;
                size_t kept = 0;
                for (size_t i = 0; i < s->threads.n; i++)
                        if (s->threads.items[i].born <= it->born)
                                s->threads.items[kept++] = s->threads.items[i];
                s->threads.n = kept;
                s->closed = true;
                return it;
        }
        return NULL;
}

/* Ages count from 0 without gaps, so that equal states look equal. */
static void number_ages(State *s) {
        unsigned age = 0, last = 0;
        for (size_t i = 0; i < s->threads.n; i++) {
                unsigned born = s->threads.items[i].born;
                age += i > 0 && born != last;
                last = born;
                s->threads.items[i].born = age;
        }
}

static State step_over(Builder *b, const State *from, unsigned byte) {
        State to = {.closed = from->closed};
        unsigned newest = 0;
        b->mark++;
        for (size_t i = 0; i < from->threads.n; i++) {
                const Thread *t = &from->threads.items[i];
                const RegexStep *x = &b->machine->steps.items[t->step];
                newest = t->born + 1;
                if (x->kind == RE_SET && regex_set_has(x->set, byte))
                        follow(b, &to, (Thread) {x->next, t->born, (unsigned) i, 0}, false, false);
        }
        if (!to.closed)
                follow(b, &to, (Thread) {b->machine->first, newest, REGEX_NO_PARENT, 0}, false, false);
        return to;
}

/* What the end of the string gives a state: the match that it completes, if that is not worse than one it
 * has. */
static bool step_to_end(Builder *b, const State *from, Thread *ret) {
        for (size_t i = 0; i < from->threads.n; i++) {
                const Thread *t = &from->threads.items[i];
                const RegexStep *x = &b->machine->steps.items[t->step];
                State end = {};
                if (x->kind == RE_EMPTY)
                        return false;
                if (x->kind != RE_END)
                        continue;
                b->mark++;
                follow(b, &end, (Thread) {x->next, t->born, (unsigned) i, 0}, false, true);
                vec_foreach(it, &end.threads)
                        if (it->step == 0) {
                                *ret = *it;
                                return true;
                        }
        }
        return false;
}

/* ------------------------------------------------------------------ states and moves, each once */

static unsigned move_find(Builder *b, const Thread *threads, size_t n) {
        char *key = arena_alloc(b->arena, n * 10 + 1), *at = key;
        for (size_t i = 0; i < n; i++)
                at += sprintf(at, "%02x%08x", threads[i].parent, threads[i].tags);
        *at = 0;
        uintptr_t known = (uintptr_t) strmap_get(&b->known_moves, key);
        if (known)
                return (unsigned) known - 1;
        for (size_t i = 0; i < n; i++)
                vec_push(b->arena, &b->out->moves, (uint64_t) threads[i].parent << 32 | threads[i].tags);
        vec_push(b->arena, &b->out->move_at, (uint32_t) b->out->moves.n);
        strmap_put(b->arena, &b->known_moves, key, (void *) (b->out->move_at.n - 1));
        return (unsigned) b->out->move_at.n - 2;
}

/* UINT_MAX: too many. */
static unsigned state_find(Builder *b, State *s) {
        const Thread *match = settle(s);
        number_ages(s);
        if (s->threads.n == 0 && s->closed)
                return 0;
        if (s->threads.n >= REGEX_NO_PARENT || s->threads.n * b->machine->n_tags > REGEX_MAX_REGISTERS)
                return UINT_MAX;
        char *key = arena_alloc(b->arena, s->threads.n * 20 + 2), *at = key;
        *at++ = s->closed ? 'c' : 'o';
        vec_foreach(it, &s->threads)
                at += sprintf(at, "%x,%x ", it->step, it->born);
        *at = 0;
        uintptr_t known = (uintptr_t) strmap_get(&b->known, key);
        if (known)
                return (unsigned) known;
        if (b->states.n >= REGEX_MAX_STATES)
                return UINT_MAX;
        vec_push(b->arena, &b->states, *s);
        vec_push(b->arena, &b->accept, (uint8_t) (match ? match - s->threads.items + 1 : 0));
        strmap_put(b->arena, &b->known, key, (void *) (b->states.n - 1));
        b->out->n_threads = MAX2(b->out->n_threads, (unsigned) s->threads.n);
        return (unsigned) b->states.n - 1;
}

static bool add_transition(Builder *b, unsigned state, unsigned class, unsigned byte) {
        State from = b->states.items[state], to;
        Thread match;
        unsigned next = 0, move = 0;
        if (class == 0)
                move = step_to_end(b, &from, &match) ? move_find(b, &match, 1) : 0;
        else {
                to = step_over(b, &from, byte);
                next = state_find(b, &to);
                move = next == UINT_MAX ? 0 : move_find(b, to.threads.items, to.threads.n);
        }
        if (next == UINT_MAX || move >= UINT16_MAX)
                return false;
        vec_push(b->arena, &b->next, (uint16_t) next);
        vec_push(b->arena, &b->move, (uint16_t) move);
        return true;
}

static bool build_table(Builder *b) {
        RegexTags *r = b->out;
        unsigned byte_of[256] = {};
        for (unsigned c = 1; c < 256; c++)
                byte_of[r->classes[c]] = c;
        for (unsigned s = 0; s < b->states.n; s++)
                for (unsigned k = 0; k < r->n_classes; k++)
                        if (!add_transition(b, s, k, byte_of[k]))
                                return false;
        r->next = b->next.items;
        r->move = b->move.items;
        r->accept = b->accept.items;
        r->n_states = (unsigned) b->states.n;
        return true;
}

const char *regex_compile_tags(Arena *a, const char *pattern, RegexTags *ret) {
        RegexMachine m;
        const char *error = regex_machine(a, pattern, /* tagged= */ true, &m);
        if (error)
                return error;
        *ret = (RegexTags) {.n_tags = m.n_tags};
        ret->n_classes = regex_classes(&m, ret->classes);
        Builder b = {.machine = &m, .out = ret, .arena = a};
        b.seen = arena_array(a, unsigned, m.steps.n);
        b.stack = arena_alloc(a, sizeof(*b.stack) * (m.steps.n * 2 + 2));
        vec_push(a, &ret->move_at, 0);
        move_find(&b, NULL, 0); /* 0: nothing */
        vec_push(a, &b.states, ((State) {.closed = true}));
        vec_push(a, &b.accept, 0);
        State start = {};
        b.mark = 1;
        follow(&b, &start, (Thread) {m.first, 0, REGEX_NO_PARENT, 0}, /* at_start= */ true, /* at_end= */ false);
        ret->start = state_find(&b, &start);
        bool ok = ret->start != UINT_MAX;
        if (ok)
                ret->start_move = move_find(&b, start.threads.items, start.threads.n);
        return ok && build_table(&b) ? NULL : "the expression needs too many states for matched()";
}
