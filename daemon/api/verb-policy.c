/* SPDX-License-Identifier: GPL-2.0-or-later */
/* CheckPolicy and ShowPolicy: what the policy would say, without anything being run or anybody asked. */
#include <errno.h>
#include <string.h>
#include "api/verbs.h"
#include "base/cleanup.h"
#include "base/fds.h"
#include "session/message.h"
#include "session/policy.h"

#define CHECKS_PER_UID 4 /* on their way, so that who may only ask keeps nobody from compiling */

typedef struct Check {
        struct Check *prev, *next;
        Call *call;
        Caller about;
        Request *request;
        CompileJob *job;
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

/* ------------------------------------------------------------------ the answer */

json_object *verb_describe_limits(const RuleLimits *l) {
        json_object *o = json_object_new_object();
        for (unsigned i = 0; i < RULE_LIMITS; i++)
                json_object_object_add(o, rule_limits[i].member, json_object_new_int64(rule_limit_get(l, i)));
        return o;
}

static json_object *describe_decision(const Decision *d, const Manifest *m, bool approved) {
        json_object *o = json_object_new_object(), *probes = json_object_new_array();
        for (unsigned i = 0; i < m->n_probes; i++)
                json_object_array_add(probes, text(m->probes[i].point));
        json_object_object_add(o, "decision", text(d->allowed ? "allowed" : d->action ? "ask" : "refused"));
        json_object_object_add(o, "rule", text(d->rule));
        json_object_object_add(o, "reason", text(d->reason));
        json_object_object_add(o, "action", text(d->action));
        json_object_object_add(o, "class", text(privilege_class_to_string(approved ? PRIVILEGE_APPROVED : m->privilege)));
        json_object_object_add(o, "digest", text(m->digest));
        json_object_object_add(o, "probes", probes);
        if (d->limits)
                json_object_object_add(o, "limits", verb_describe_limits(d->limits));
        return o;
}

static void answer(Check *k, json_object *reply) {
        const char *json = message_text(reply, "manifest"), *why = NULL;
        _cleanup_(manifest_freep) Manifest *m = NULL;
        if (!json || manifest_parse(json, strlen(json), &m, &why) < 0) {
                call_error_text(k->call, "Internal", "reason",
                                why ?: "the compiler did not describe the script");
                return;
        }
        Decision d = policy_decide_on(k->call->manager, &k->about, m, k->request);
        call_reply(k->call, describe_decision(&d, m, k->request->catalog));
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

/* ------------------------------------------------------------------ the question */

/* Oneself, or, for root, the user who is given. False: answered. */
static bool find_about(Call *c, Caller *ret) {
        int64_t user = -1;
        if (!param_number(c, "user", 0, UINT32_MAX - 1, &user))
                return false;
        if (user >= 0 && (uid_t) user != c->caller->uid && c->caller->uid != 0) {
                call_error_text(c, "PolicyDenied", "reason", "only root may ask what another user may");
                return false;
        }
        int r = user < 0 || (uid_t) user == c->caller->uid ? caller_copy(c->caller, ret)
                                                           : caller_look_up((uid_t) user, ret);
        if (r == -ESRCH)
                param_invalid(c, "user");
        else if (r < 0)
                call_error_text(c, "Internal", "reason", strerror(-r));
        return r >= 0;
}

static int submit(Check *k) {
        json_object *job = request_to_describe_job(k->request);
        if (!job)
                return -ENOMEM;
        _cleanup_(closep) int script = fds_new_sealed("stapd-script", k->request->script,
                                                      k->request->script_len);
        int r = script < 0 ? script
                           : compiler_submit(k->call->manager->compiler, "script",
                                             k->call->caller->uid, job, script, &handler, k,
                                             &k->job);
        json_object_put(job);
        return r;
}

static Check *check_new(Call *c) {
        json_object *context = NULL;
        const char *field = NULL;
        Check *k = calloc(1, sizeof(*k));
        if (!k) {
                call_error_text(c, "Internal", "reason", strerror(ENOMEM));
                return NULL;
        }
        k->call = c;
        json_object_object_get_ex(c->parameters, "context", &context);
        int r = request_from_json(context, &k->request, &field);
        if (r >= 0 && k->request->compiled) {
                field = "compiled"; /* what it is, its signature says to Start */
                r = -EINVAL;
        }
        if (r == -EINVAL)
                param_invalid(c, field);
        else if (r < 0)
                call_error_text(c, "Internal", "reason", strerror(-r));
        return r < 0 || !find_about(c, &k->about) || !verb_prepare_request(c, &k->about, k->request) ? check_free(k)
                                                                                                     : k;
}

void verb_check_policy(Call *c) {
        CompilerInfo info = compiler_info(c->manager->compiler);
        if (!verb_allowed(c, VERB_STATUS, c->caller->uid))
                return;
        if (info.ready && !info.kernel) {
                call_error_text(c, "KernelMissing", "reason", info.error ?: "there is no compiler");
                return;
        }
        if (count_checks(c->caller->uid) >= CHECKS_PER_UID) {
                json_object *o = json_object_new_object();
                json_object_object_add(o, "resource", text("checks of the policy at a time"));
                json_object_object_add(o, "limit", json_object_new_int64(CHECKS_PER_UID));
                call_error(c, "QuotaExceeded", o);
                return;
        }
        Check *k = check_new(c);
        if (!k)
                return;
        check_link(k);
        int r = submit(k);
        if (r < 0) {
                call_error_text(c, "Internal", "reason", strerror(-r));
                check_free(k);
                return;
        }
        call_wait(c, on_gone, k);
}

/* ------------------------------------------------------------------ ShowPolicy */

static bool is_about(const Rule *r, const Caller *c) {
        for (Verb v = 0; v < _VERB_MAX; v++)
                if (rule_is_about(r, c, v))
                        return true;
        return false;
}

void verb_show_policy(Call *c) {
        const Policy *p = &c->manager->policy;
        if (!verb_allowed(c, VERB_STATUS, c->caller->uid))
                return;
        json_object *o = json_object_new_object(), *rules = json_object_new_array();
        for (unsigned i = 0; p->rules && i < p->rules->n; i++) {
                const Rule *r = p->rules->items[i];
                if (c->caller->uid != 0 && !is_about(r, c->caller))
                        continue;
                json_object *rule = json_object_new_object();
                json_object_object_add(rule, "place", text(r->place));
                json_object_object_add(rule, "text", text(r->text ?: ""));
                json_object_array_add(rules, rule);
        }
        json_object_object_add(o, "group", p->group != (gid_t) -1 ? text(p->group_name) : NULL);
        json_object_object_add(o, "allowGuru", json_object_new_boolean(p->allow_guru));
        json_object_object_add(o, "polkit", text(polkit_state(c->manager->polkit)));
        json_object_object_add(o, "broken", json_object_new_boolean(p->broken));
        json_object_object_add(o, "rules", rules);
        call_reply(c, o);
}
