/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a script to a module: out of the cache, or by a job of the compiler.
 */
#include <errno.h>
#include <string.h>
#include "base/cleanup.h"
#include "base/fds.h"
#include "base/log.h"
#include "session/lifecycle.h"
#include "session/manager.h"

static const struct {
        SessionFailure failure;
        const char *result, *error;
} compile_failures[_COMPILE_RESULT_MAX] = {
        [COMPILE_RESULT_SCRIPT] = { FAILURE_SCRIPT, "compile-failed", "the script has errors" },
        [COMPILE_RESULT_LIMIT] = { FAILURE_LIMIT, "compile-limit",
                "compiling it took more time or memory than one script may use" },
        [COMPILE_RESULT_KERNEL] = { FAILURE_KERNEL, "kernel-missing", "this kernel cannot be compiled for" },
        [COMPILE_RESULT_INTERNAL] = { FAILURE_INTERNAL, "internal-error", "the compiler failed" },
};

static void on_pass(void *userdata, const char *pass, int64_t usec, const char *detail) {
        Session *s = userdata;
        tally_add(s->manager->tally.pass_usec, pass, usec);
        if (s->start_job)
                job_set_progress(s->start_job, MIN2(s->start_job->progress + 0.2, 0.85), pass);
        if (s->observer)
                s->observer->pass(s->observer_data, s, pass, usec, detail);
}

void session_tell_progress(Session *s, const char *text) {
        if (s->start_job)
                job_set_progress(s->start_job, s->start_job->progress, text);
        if (s->observer)
                s->observer->progress(s->observer_data, s, text);
}

static void on_progress(void *userdata, const char *text) {
        session_tell_progress(userdata, text);
}

/* What was warned of once is warned of each time, so a script with warnings is not taken from the cache. */
static void keep(Session *s, json_object *reply, int fd) {
        json_object *text;
        bool warned = json_object_object_get_ex(reply, "text", &text) &&
                      json_object_get_string_len(text) > 0;
        if (!s->request->cache || s->request->keep_source || warned)
                return;
        int r = cache_put(s->manager->cache, s->key, fd);
        if (r < 0)
                log_warning_errno(r, "Cannot keep a compiled script: %m");
}

static void on_compiled(void *userdata, CompileResult result, json_object *reply, int fd) {
        Session *s = userdata;
        s->job = NULL;
        s->compiled = json_object_get(reply);
        if (result == COMPILE_RESULT_OK && fd < 0)
                result = COMPILE_RESULT_INTERNAL;
        tally_add(s->manager->tally.compiled, compile_result_to_string(result), 1);
        if (s->observer)
                s->observer->compiled(s->observer_data, s);
        if (result != COMPILE_RESULT_OK) {
                json_object *error = NULL;
                if (reply)
                        json_object_object_get_ex(reply, "error", &error);
                close_fd(fd);
                session_fail(s, compile_failures[result].failure, compile_failures[result].result,
                             error ? json_object_get_string(error) : compile_failures[result].error);
                return;
        }
        keep(s, reply, fd);
        session_load(s, fd);
}

static const CompileHandler compile_handler = { .pass = on_pass, .progress = on_progress, .done = on_compiled };

static int submit(Session *s) {
        char module[STP_NAME_MAX];
        snprintf(module, sizeof(module), STP_MODULE_PREFIX "%.24s", s->key);
        json_object *job = request_to_compile_job(s->request, s->request->module ?: module);
        if (!job)
                return -ENOMEM;
        _cleanup_(closep) int script = fds_new_sealed("stapd-script", s->request->script,
                                                      s->request->script_len);
        int r = script < 0 ? script : compiler_submit(s->manager->compiler, "script",
                                                      s->owner.uid, job, script,
                                                      &compile_handler, s, &s->job);
        json_object_put(job);
        return r;
}

void session_compile(Session *s) {
        if (s->request->compiled) {
                session_take_module(s);
                return;
        }
        request_key(s->request, compiler_info(s->manager->compiler).world ?: "", s->key);
        if (s->request->cache && !s->request->keep_source) {
                int fd = cache_get(s->manager->cache, s->key);
                if (fd >= 0) {
                        s->cached = true;
                        s->manager->tally.cache_hits++;
                        if (s->observer)
                                s->observer->compiled(s->observer_data, s);
                        session_load(s, fd);
                        return;
                }
                s->manager->tally.cache_misses++;
        }
        session_set_state(s, SESSION_COMPILING);
        int r = submit(s);
        if (r < 0)
                session_fail(s, FAILURE_INTERNAL, "internal-error", strerror(-r));
}
