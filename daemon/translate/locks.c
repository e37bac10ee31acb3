/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What each handler locks before it runs; and, for people, what it does to each global: why a lock is taken,
 * or is not needed (usage.h). --dump=translate shows it.
 */
#include "translate/gen.h"

static bool use_reads(const GlobalUse *u) {
        return u->reads > 0;
}

static bool use_writes(const GlobalUse *u) {
        return u->writes > 0;
}

static bool use_counts(const GlobalUse *u) {
        return u->adds > 0;
}

static bool use_feeds(const GlobalUse *u) {
        return u->feeds > 0;
}

static const struct {
        const char *what;
        bool (*does)(const GlobalUse *u);
} verbs[] = {
        { "reads", use_reads }, { "writes", use_writes }, { "counts", use_counts }, { "feeds", use_feeds },
};

/* "reads a b; writes c": empty when it touches none. */
static const char *describe(Gen *g, const HandlerUse *h) {
        const char *all = "";
        for (size_t k = 0; k < ELEMENTSOF(verbs); k++) {
                const char *names = "";
                for (size_t i = 0; i < g->program->globals.n; i++)
                        if (verbs[k].does(&h->globals[i]))
                                names = text(g, "%s %s", names, g->program->globals.items[i]->name);
                if (*names)
                        all = text(g, "%s%s%s%s", all, *all ? "; " : "", verbs[k].what, names);
        }
        return all;
}

/* Sorted by global, so that no two handlers can wait for each other. Returns whether there are any. */
static bool write_locks(Gen *g, const HandlerUse *h) {
        const char *list = "", *locked = "", *name = handler_name(g, h), *use = describe(g, h);
        unsigned n = 0;
        for (size_t i = 0; i < g->program->globals.n; i++) {
                const GlobalUse *u = &h->globals[i];
                bool writes = u->writes || u->adds;
                if (!g->usage->shared[i] || !(writes || u->reads))
                        continue;
                list = text(g, "%s%s{ %zu, %d }", list, n++ ? ", " : "", i, writes);
                locked = text(g, "%s %s%s", locked, g->program->globals.items[i]->name,
                              writes ? "" : " (shared)");
        }
        if (*use)
                buf_printf(g->out, "/* %s %s; locks%s */\n", name, use, n ? locked : " nothing");
        if (!n)
                return false;
        buf_printf(g->out, "static const struct stp_lock %s_lock[] = { %s };\n", name, list);
        buf_printf(g->out, "static const struct stp_locks %s_locks = { %u, %s_lock };\n", name, n, name);
        return true;
}

PtrMap gen_locks(Gen *g) {
        PtrMap names = {};
        vec_foreach(h, &g->usage->handlers)
                if (handler_name(g, *h) && write_locks(g, *h))
                        ptrmap_put(g->arena, &names, *h, (void *) text(g, "&%s_locks", handler_name(g, *h)));
        vec_foreach(c, &g->usage->conditions)
                if (write_locks(g, &(*c)->use))
                        ptrmap_put(g->arena, &names, *c,
                                   (void *) text(g, "&%s_locks", handler_name(g, &(*c)->use)));
        return names;
}
