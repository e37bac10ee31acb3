/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Status and Prepare: the service itself. */
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include "api/verbs.h"
#include "config.h"
#include "session/audit-kernel.h"

static json_object *text(const char *s) {
        return s ? json_object_new_string(s) : NULL;
}

json_object *status_describe(Manager *m) {
        CompilerInfo info = compiler_info(m->compiler);
        const char *advice;
        char policy[256];
        bool group = m->policy.group != (gid_t) -1 && !m->policy.broken;
        unsigned n_rules = m->policy.rules ? m->policy.rules->n : 0;
        int n = snprintf(policy, sizeof(policy), "root%s%s", group ? " and group " : "", group ? m->policy.group_name : "");
        if (n_rules > 0)
                n += snprintf(policy + n, sizeof(policy) - (size_t) n, ", and who %u rule%s let%s", n_rules,
                              n_rules > 1 ? "s" : "", n_rules > 1 ? "" : "s");
        if (m->policy.broken)
                snprintf(policy + n, sizeof(policy) - (size_t) n,
                         ": the rules have an error, which is in the log");
        json_object *o = json_object_new_object();
        json_object_object_add(o, "version", text(STAPD_VERSION));
        json_object_object_add(o, "pid", json_object_new_int64(getpid()));
        json_object_object_add(o, "kernel", text(info.kernel ?: ""));
        json_object_object_add(o, "buildId", text(info.build_id ?: ""));
        json_object_object_add(o, "sessions", json_object_new_int64(m->n_sessions));
        json_object_object_add(o, "moduleLoading",
                               text(!manager_can_load(m, &advice)   ? advice
                                    : m->loading == LOADING_ALLOWED ? "allowed"
                                                                    : "allowed when signed"));
        json_object_object_add(o, "compiler", text(!info.ready ? "starting" : info.error ?: "ready"));
        json_object_object_add(o, "kit", text(info.kit));
        json_object_object_add(o, "policy", text(policy));
        json_object_object_add(o, "polkit", text(polkit_state(m->polkit)));
        json_object_object_add(o, "audit", text(audit_kernel_state()));
        return o;
}

void verb_status(Call *c) {
        if (verb_allowed(c, VERB_STATUS, c->caller->uid))
                call_reply(c, status_describe(c->manager));
}

/* ------------------------------------------------------------------ Prepare */

static void on_progress(void *userdata, const char *progress) {
        json_object *o = json_object_new_object();
        json_object_object_add(o, "progress", text(progress));
        call_reply_more(userdata, o);
}

static void on_done(void *userdata, const char *kit, const char *error) {
        Call *c = userdata;
        if (!kit) {
                call_error_text(c, "KernelMissing", "reason", error);
                return;
        }
        json_object *o = json_object_new_object();
        json_object_object_add(o, "kit", text(kit));
        call_reply(c, o);
}

static const PrepareObserver observer = { .progress = on_progress, .done = on_done };

static void on_gone(Call *c, void *userdata) {
        manager_prepare_forget(c->manager, c);
}

/* A release names a directory: it must not lead anywhere else. */
static bool is_release(const char *s) {
        return *s && *s != '.' && strlen(s) < 128 && !strchr(s, '/');
}

void verb_prepare(Call *c) {
        const char *kernel = NULL;
        bool force = false;
        if (!param_text(c, "kernel", false, &kernel) || !param_flag(c, "force", &force))
                return;
        if (kernel && !is_release(kernel)) {
                param_invalid(c, "kernel");
                return;
        }
        if (!verb_allowed(c, VERB_PREPARE, c->caller->uid))
                return;
        call_wait(c, on_gone, NULL);
        int r = manager_prepare(c->manager, c->caller->uid, kernel, force, &observer, c);
        if (r == -EBUSY)
                call_error_text(c, "InvalidState", "state", "the kit of another kernel is being built");
        else if (r < 0)
                call_error_text(c, "Internal", "reason", strerror(-r));
}
