/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "api/check.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "api/verbs.h"
#include "base/cleanup.h"
#include "base/fds.h"
#include "session/message.h"

#define CHECKS_PER_UID 4 /* on their way, so that who may only ask keeps nobody from compiling */

typedef struct Check {
        struct Check *prev, *next;
        Call *call;
        Caller about;
        Request *request;
        CompileJob *job;
        CheckDone done;
} Check;

static Check *checks; /* one thread */

static unsigned count_checks(uid_t uid) {
        unsigned n = 0;
        for (const Check *k = checks; k; k = k->next)
                n += k->call->caller->uid == uid;
        return n;
}

static void check_link(Check *k) {
        k->next = checks;
        if (k->next)
                k->next->prev = k;
        checks = k;
}

static Check *check_free(Check *k) {
        if (k->prev)
                k->prev->next = k->next;
        else if (checks == k)
                checks = k->next;
        if (k->next)
                k->next->prev = k->prev;
        compile_job_cancel(k->job);
        caller_done(&k->about);
        request_free(k->request);
        free(k);
        return NULL;
}

static json_object *text(const char *s) {
        return s ? json_object_new_string(s) : NULL;
}

static void answer(Check *k, json_object *reply) {
        const char *json = message_text(reply, "manifest"), *why = NULL;
        _cleanup_(manifest_freep) Manifest *m = NULL;
        if (!json || manifest_parse(json, strlen(json), &m, &why) < 0)
                call_error_text(k->call,
                                "Internal",
                                "reason",
                                why ?: "the compiler did not describe the script");
        else
                k->done(k->call, &k->about, k->request, m, json);
}

static void answer_failed(Call *c, CompileResult result, json_object *reply) {
        const char *error = message_text(reply, "error");
        json_object *o, *list = NULL;
        switch (result) {
        case COMPILE_RESULT_SCRIPT:
                o = json_object_new_object();
                if (reply)
                        json_object_object_get_ex(reply, "diagnostics", &list);
                json_object_object_add(o, "text", text(error ?: message_text(reply, "text") ?: ""));
                json_object_object_add(o, "diagnostics",
                                       list ? json_object_get(list) : json_object_new_array());
                call_error(c, "CompileFailed", o);
                break;
        case COMPILE_RESULT_LIMIT:
                call_error_text(c, "CompileLimit", "reason",
                                error ?: "compiling it took more time or memory than one script may use");
                break;
        case COMPILE_RESULT_KERNEL:
                call_error_text(c, "KernelMissing", "reason", error ?: "this kernel cannot be compiled for");
                break;
        default:
                call_error_text(c, "Internal", "reason", error ?: "the compiler failed");
        }
}

static void on_done(void *userdata, CompileResult result, json_object *reply, int fd) {
        Check *k = userdata;
        close_fd(fd);
        k->job = NULL;
        if (result == COMPILE_RESULT_OK)
                answer(k, reply);
        else
                answer_failed(k->call, result, reply);
        check_free(k);
}

static void on_pass(void *userdata, const char *pass, int64_t usec, const char *detail) {
}

static void on_progress(void *userdata, const char *progress) {
}

static const CompileHandler handler = { .pass = on_pass, .progress = on_progress, .done = on_done };

static void on_gone(Call *c, void *userdata) {
        check_free(userdata);
}

static int submit(Check *k) {
        json_object *job = request_to_describe_job(k->request);
        if (!job)
                return -ENOMEM;
        _cleanup_(closep) int script = fds_new_sealed("stapd-script", k->request->script,
                                                      k->request->script_len);
        int r = script < 0 ? script :
                             compiler_submit(k->call->manager->compiler,
                                             "script",
                                             k->call->caller->uid,
                                             job,
                                             script,
                                             &handler,
                                             k,
                                             &k->job);
        json_object_put(job);
        return r;
}

bool check_may(Call *c) {
        CompilerInfo info = compiler_info(c->manager->compiler);
        if (info.ready && !info.kernel) {
                call_error_text(c, "KernelMissing", "reason", info.error ?: "there is no compiler");
                return false;
        }
        if (count_checks(c->caller->uid) < CHECKS_PER_UID)
                return true;
        char reason[96];
        snprintf(reason, sizeof(reason), "a user may have %d checks of the policy at a time", CHECKS_PER_UID);
        call_error_quota(c, "checks of the policy at a time", CHECKS_PER_UID, reason);
        return false;
}

void check_run(Call *c, Request *r, Caller *about, CheckDone done) {
        Check *k = calloc(1, sizeof(*k));
        if (!k) {
                request_free(r);
                caller_done(about);
                call_error_text(c, "Internal", "reason", strerror(ENOMEM));
                return;
        }
        *k = (Check) { .call = c, .request = r, .about = *about, .done = done };
        *about = (Caller) {};
        check_link(k);
        int error = submit(k);
        if (error < 0) {
                call_error_text(c, "Internal", "reason", strerror(-error));
                check_free(k);
                return;
        }
        call_wait(c, on_gone, k);
}
