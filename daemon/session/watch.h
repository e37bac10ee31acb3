/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Who hears of every session and job: the APIs, which tell their subscribers. What a watcher is told about
 * stays until it returns. A watcher may unwatch itself, and no other, while it is told.
 */

typedef struct Manager Manager;
typedef struct Session Session;
typedef struct Job Job;

typedef enum Change { CHANGE_NEW, CHANGE_CHANGED, CHANGE_REMOVED } Change;

typedef struct Watcher {
        struct Watcher *next;
        void (*session)(void *userdata, Session *s, Change change);
        void (*job)(void *userdata, Job *j, Change change);
        void *userdata;
} Watcher;

/* The watcher stays the caller's, until manager_unwatch(). */
void manager_watch(Manager *m, Watcher *w);
void manager_unwatch(Manager *m, Watcher *w);

void manager_tell_session(Manager *m, Session *s, Change change);
void manager_tell_job(Manager *m, Job *j, Change change);
