/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/preparation.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "base/cleanup.h"
#include "base/fds.h"
#include "base/log.h"
#include "base/tree.h"
#include "session/kit.h"
#include "session/lifecycle.h"
#include "session/message.h"

#define NOBODYS_TURN ((uid_t) -1) /* all wait for it */

typedef struct Waiter {
        struct Waiter *next;
        const PrepareObserver *observer;
        void *userdata;
} Waiter;

typedef struct Preparation {
        Manager *manager;
        CompileJob *job;
        char *staging, *kernel; /* kernel: NULL: ours */
        bool force, canceled;
        Job *watched;    /* for ListJobs */
        Waiter *waiters;
} Preparation;

void preparation_end(Manager *m, const char *kit, const char *error) {
        Preparation *p = TAKE_PTR(m->preparation);
        while (p->waiters) {
                Waiter *w = p->waiters;
                p->waiters = w->next;
                w->observer->done(w->userdata, kit, error);
                free(w);
        }
        compile_job_cancel(p->job);
        job_end(p->watched, kit ? JOB_DONE : p->canceled ? JOB_CANCELED : JOB_FAILED);
        if (p->staging)
                (void) tree_remove(p->staging);
        free(p->staging);
        free(p->kernel);
        free(p);
}

static void on_prepare_pass(void *userdata, const char *pass, int64_t usec, const char *detail) {
}

static void on_prepare_progress(void *userdata, const char *text) {
        Preparation *p = userdata;
        if (p->watched)
                job_set_progress(p->watched, p->watched->progress + (1 - p->watched->progress) / 4, text);
        for (Waiter *w = p->waiters; w; w = w->next)
                w->observer->progress(w->userdata, text);
        for (Session *s = p->manager->sessions; s; s = s->next)
                if (s->state == SESSION_QUEUED)
                        session_tell_progress(s, text);
}

static bool same_text(const char *a, const char *b) {
        return a == b || (a && b && strcmp(a, b) == 0);
}

/* Sessions wait for the kit of our kernel alone. */
static bool is_for_us(const Preparation *p) {
        return !p->kernel || same_text(p->kernel, compiler_info(p->manager->compiler).kernel);
}

static void preparation_failed(Preparation *p, const char *error) {
        Manager *m = p->manager;
        m->kit_failed |= is_for_us(p);
        preparation_end(m, NULL, error);
        manager_start_waiting(m);
}

static void on_prepared(void *userdata, CompileResult result, json_object *reply, int fd) {
        Preparation *p = userdata;
        Manager *m = p->manager;
        p->job = NULL;
        close_fd(fd);
        const char *kit = message_text(reply, "kit"), *error = message_text(reply, "error");
        if (result != COMPILE_RESULT_OK || !kit) {
                preparation_failed(p, error ?: "the kernel kit could not be built");
                return;
        }
        int r = kit_install(m->kit_dir, p->staging, kit, m->config->kits_max);
        if (r < 0) {
                log_errno(r, "Cannot install the kernel kit %s: %m", kit);
                preparation_failed(p, "the kernel kit could not be put in its place");
                return;
        }
        log_info("Built the kernel kit %s.", kit);
        m->kit_failed &= !is_for_us(p);
        preparation_end(m, kit, NULL);
        r = compiler_restart(m->compiler);
        if (r < 0)
                log_errno(r, "Cannot start the compiler: %m");
}

static const CompileHandler prepare_handler = {
        .pass = on_prepare_pass, .progress = on_prepare_progress, .done = on_prepared,
};

static int submit_preparation(Manager *m, Preparation *p) {
        int r = kit_staging_new(m->kit_dir, m->config->compile_user, &p->staging);
        if (r < 0)
                return r;
        json_object *request = json_object_new_object();
        json_object_object_add(request, "kernel", p->kernel ? json_object_new_string(p->kernel) : NULL);
        json_object_object_add(request, "output", json_object_new_string(p->staging));
        r = compiler_submit(m->compiler, "prepare", NOBODYS_TURN, request, -1, &prepare_handler, p, &p->job);
        json_object_put(request);
        return r;
}

int preparation_go(Manager *m) {
        Preparation *p = m->preparation;
        CompilerInfo info = compiler_info(m->compiler);
        if (!info.ready || p->job)
                return 0;
        if (!info.kernel) { /* there is no compiler, and `error` says why */
                preparation_end(m, NULL, info.error ?: "there is no compiler");
                return -ESRCH;
        }
        if (!p->force && info.kit && is_for_us(p)) {
                preparation_end(m, info.kit, NULL);
                return 0;
        }
        int r = submit_preparation(m, p);
        if (r < 0)
                preparation_end(m, NULL, strerror(-r));
        return r;
}

int preparation_new(Manager *m, uid_t owner, const char *kernel, bool force) {
        Preparation *p = calloc(1, sizeof(*p));
        if (!p)
                return -ENOMEM;
        *p = (Preparation) { .manager = m, .force = force, .kernel = kernel ? strdup(kernel) : NULL };
        if (kernel && !p->kernel) {
                free(p);
                return -ENOMEM;
        }
        m->preparation = p;
        p->watched = job_new_prepare(m, owner);
        return 0;
}

void preparation_cancel(Manager *m) {
        bool failed = m->kit_failed;
        m->preparation->canceled = true;
        preparation_failed(m->preparation, "the building of the kernel kit was canceled");
        m->kit_failed = failed;
}

int manager_prepare(Manager *m, uid_t owner, const char *kernel, bool force, const PrepareObserver *o,
                    void *userdata) {
        if (m->preparation && !same_text(m->preparation->kernel, kernel))
                return -EBUSY;
        Waiter *w = calloc(1, sizeof(*w));
        int r = !w ? -ENOMEM : m->preparation ? 0 : preparation_new(m, owner, kernel, force);
        if (r < 0) {
                free(w);
                return r;
        }
        *w = (Waiter) { m->preparation->waiters, o, userdata };
        m->preparation->waiters = w;
        (void) preparation_go(m); /* what is wrong, the waiter hears */
        return 0;
}

void manager_prepare_forget(Manager *m, void *userdata) {
        if (!m->preparation)
                return;
        for (Waiter **w = &m->preparation->waiters; *w; w = &(*w)->next) {
                if ((*w)->userdata != userdata)
                        continue;
                Waiter *gone = *w;
                *w = gone->next;
                free(gone);
                return;
        }
}
