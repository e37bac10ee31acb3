/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/orphans.h"
#include <errno.h>
#include <string.h>
#include "run/module.h"
#include "session/manager.h"

typedef struct Search {
        const Manager *manager;
        bool reap;
        OrphanFound found;
        void *userdata;
        unsigned n_removed;
} Search;

static bool is_ours(const Manager *m, const char *module) {
        for (const Session *s = m->sessions; s; s = s->next)
                if (strcmp(s->module, module) == 0)
                        return true;
        return false;
}

static int on_module(const char *name, void *userdata) {
        Search *s = userdata;
        int users = module_refcount(name);
        if (is_ours(s->manager, name) || users < 0) /* gone while we look */
                return 0;
        Orphan o = { .module = name, .users = users };
        if (s->reap && users == 0) {
                int r = module_unload(name);
                if (r == -ENOENT)
                        return 0;
                o.removed = r >= 0;
                o.error = r < 0 ? r : 0;
                s->n_removed += o.removed;
        }
        if (s->found)
                s->found(s->userdata, &o);
        return 0;
}

unsigned orphans_foreach(const Manager *m, bool reap, OrphanFound found, void *userdata) {
        Search s = { .manager = m, .reap = reap, .found = found, .userdata = userdata };
        (void) module_foreach(on_module, &s);
        return s.n_removed;
}
