/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/watch.h"
#include "session/manager.h"

void manager_watch(Manager *m, Watcher *w) {
        w->next = m->watchers;
        m->watchers = w;
}

void manager_unwatch(Manager *m, Watcher *w) {
        for (Watcher **p = &m->watchers; *p; p = &(*p)->next) {
                if (*p == w) {
                        *p = w->next;
                        return;
                }
        }
}

void manager_tell_session(Manager *m, Session *s, Change change) {
        for (Watcher *w = m->watchers, *next; w; w = next) {
                next = w->next;
                if (w->session)
                        w->session(w->userdata, s, change);
        }
}

void manager_tell_job(Manager *m, Job *j, Change change) {
        for (Watcher *w = m->watchers, *next; w; w = next) {
                next = w->next;
                if (w->job)
                        w->job(w->userdata, j, change);
        }
}
