/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Probe points from text, held against the small kernel of the debuginfo tests. Points are read by the real
 * grammar: "probe POINT {}".
 */
#include "parse/parse.h"
#include "probe/probe.h"
#include "../debuginfo/fixture.h"

typedef struct {
        Arena *arena;
        Diags diags;
        ProbeWorld world;
} World;

static inline void world_init(World *w, Kernel *k) {
        w->arena = arena_new(64 << 20);
        diags_init(&w->diags, w->arena);
        w->world = (ProbeWorld) { .arena = w->arena, .diags = &w->diags, .kernel = k, .kernel_error = "install it" };
}

static inline void world_done(World *w) {
        kernel_close(w->world.kernel);
        arena_free(w->arena);
}

static inline const ProbePoint *world_point(World *w, const char *text) {
        static const ParseTarget target = { .kernel_v = "6.1.0", .kernel_vr = "6.1.0-1", .arch = "x86_64",
                                            .systemtap_v = "5.6", .privilege = "stapdev" };
        const char *script = arena_printf(w->arena, "probe %s {}", text);
        SourceFile *source = source_new(w->arena, "t.stp", script, strlen(script));
        File *f = parse_file(w->arena, &w->diags, source, &(ParseOptions) { .target = &target });
        ASSERT(!diags_failed(&w->diags));
        ASSERT_EQ(f->probes.n, 1);
        return f->probes.items[0]->points.items[0];
}

/* The families in their order, the first that knows it. */
static inline int world_resolve(World *w, const char *text, ProbePlaceVec *ret) {
        const ProbePoint *p = world_point(w, text);
        *ret = (ProbePlaceVec) {};
        for (const ProbeFamily *const *f = probe_families; *f; f++) {
                int r = (*f)->resolve(&w->world, p, ret);
                if (r != PROBE_FOREIGN)
                        return r;
        }
        return PROBE_FOREIGN;
}

static inline ProbePlace *world_place(World *w, const char *text) {
        ProbePlaceVec places;
        ASSERT_EQ(world_resolve(w, text, &places), PROBE_DONE);
        ASSERT_EQ(places.n, 1);
        return places.items[0];
}

static inline ExprContext *world_target(World *w, const ProbePlace *place, const char *name) {
        return expr_as(Context, place->family->target(&w->world, place, name, SPAN_NONE));
}

/* "$a $b $return" */
static inline const char *world_targets(World *w, const ProbePlace *place) {
        TargetInfoVec all = {};
        const char *text = "";
        place->family->targets(&w->world, place, &all);
        vec_foreach(it, &all)
                text = arena_printf(w->arena, "%s%s%s", text, *text ? " " : "", it->name);
        return text;
}
