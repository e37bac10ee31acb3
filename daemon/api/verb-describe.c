/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Describe: what can be probed and called. The compiler knows, and answers as one of its jobs. */
#include <errno.h>
#include <string.h>
#include "api/verbs.h"
#include "base/cleanup.h"
#include "base/fds.h"

#define DEFAULT_LIMIT 1000
#define MAX_LIMIT 10000

static void on_pass(void *userdata, const char *pass, int64_t usec, const char *detail) {
}

static void on_progress(void *userdata, const char *text) {
}

static json_object *member(json_object *reply, const char *key) {
        json_object *v = NULL;
        return reply && json_object_object_get_ex(reply, key, &v) ? json_object_get(v) : NULL;
}

static void answer_lines(Call *c, json_object *reply) {
        json_object *o = json_object_new_object();
        json_object_object_add(o, "lines", member(reply, "lines"));
        json_object_object_add(o, "total", member(reply, "total"));
        call_reply(c, o);
}

static void answer_nothing(Call *c, json_object *reply) {
        json_object *o = json_object_new_object();
        json_object_object_add(o, "text", member(reply, "text"));
        json_object_object_add(o, "diagnostics", member(reply, "diagnostics"));
        json_object_object_add(o, "source", NULL);
        call_error(c, "CompileFailed", o);
}

static void on_done(void *userdata, CompileResult result, json_object *reply, int fd) {
        Call *c = userdata;
        json_object *error = NULL;
        close_fd(fd);
        if (reply)
                json_object_object_get_ex(reply, "error", &error);
        if (result == COMPILE_RESULT_OK)
                answer_lines(c, reply);
        else if (error && json_object_is_type(error, json_type_string))
                call_error_text(c, "Internal", "reason", json_object_get_string(error));
        else if (result == COMPILE_RESULT_SCRIPT)
                answer_nothing(c, reply);
        else if (result == COMPILE_RESULT_LIMIT)
                call_error_text(c, "CompileLimit", "reason", "the list is longer than may be made");
        else
                call_error_text(c, "Internal", "reason", "the compiler failed");
}

static const CompileHandler handler = { .pass = on_pass, .progress = on_progress, .done = on_done };

static void on_gone(Call *c, void *userdata) {
        compile_job_cancel(userdata);
}

static json_object *make_request(const char *what, const char *pattern, int64_t limit) {
        json_object *o = json_object_new_object();
        json_object_object_add(o, "what", json_object_new_string(what));
        json_object_object_add(o, "pattern", pattern ? json_object_new_string(pattern) : NULL);
        json_object_object_add(o, "limit", json_object_new_int64(limit));
        return o;
}

void verb_describe(Call *c) {
        static const char *const words[] = { "probes", "variables", "functions", "aliases", "forms", NULL };
        const char *what = NULL, *pattern = NULL;
        int64_t limit = DEFAULT_LIMIT;
        if (!param_word(c, "what", true, words, &what) || !param_text(c, "pattern", false, &pattern) ||
            !param_number(c, "limit", 1, MAX_LIMIT, &limit) || !verb_allowed(c, VERB_STATUS, c->caller->uid))
                return;
        CompilerInfo info = compiler_info(c->manager->compiler);
        if (info.ready && !info.kernel) {
                call_error_text(c, "KernelMissing", "reason", info.error ?: "there is no compiler");
                return;
        }
        CompileJob *job = NULL;
        json_object *request = make_request(what, pattern, limit);
        int r = compiler_submit(c->manager->compiler, "list", c->caller->uid, request, -1, &handler, c, &job);
        json_object_put(request);
        if (r < 0)
                call_error_text(c, "Internal", "reason", strerror(-r));
        else
                call_wait(c, on_gone, job);
}
