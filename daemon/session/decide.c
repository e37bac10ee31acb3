/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * May what was compiled run? The policy says yes or no, or that polkit is to be asked. An answer is good for
 * what was asked about and nothing else: the policy decides anew when it comes, on the same manifest, and
 * the yes counts only if the question would still be the same.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "base/cleanup.h"
#include "base/log.h"
#include "manifest/bytes.h"
#include "session/audit.h"
#include "session/lifecycle.h"
#include "session/manager.h"
#include "session/policy.h"
#include "session/scripts.h"

#define USEC_PER_SEC 1000000ll
#define DETAIL_MAX 256

/* ------------------------------------------------------------------ limits */

static unsigned count_loaded(const Session *s) {
        unsigned n = 0;
        for (const Session *o = s->manager->sessions; o; o = o->next)
                n += o != s && o->owner.uid == s->owner.uid && o->state >= SESSION_LOADING;
        return n;
}

#define DEFAULT_BUFFER_MB 8 /* at most, of a session that does not say (runtime/abi.h) */

/* It ends earlier than it would, which its client should know. */
static void limit_time(Session *s, unsigned seconds) {
        int64_t longest = seconds * USEC_PER_SEC;
        char text[128];
        if (longest == 0 || (s->request->timeout_usec > 0 && s->request->timeout_usec <= longest))
                return;
        s->request->timeout_usec = longest;
        snprintf(text, sizeof(text), "the policy ends this session after %u second(s)", seconds);
        session_tell(s, "warning", text);
}

/* What the script does not see until it takes too much of it: the smaller of both. */
static void lower(int64_t *asked, unsigned limit) {
        if (limit > 0 && (*asked == 0 || *asked > limit))
                *asked = limit;
}

/* Less than was asked for is given where that is all the same to the script; more than may be is refused. */
static bool apply_limits(Session *s, const RuleLimits *limits, const char **ret_reason) {
        static char text[128];
        limit_time(s, limits->seconds);
        lower(&s->request->cpu_percent, limits->cpu_percent);
        lower(&s->request->memory_megabytes, limits->memory_megabytes);
        lower(&s->request->bytes_per_second, limits->bytes_per_second);
        if (limits->buffer_megabytes > 0 && s->request->buffer_megabytes == 0)
                s->request->buffer_megabytes = limits->buffer_megabytes < DEFAULT_BUFFER_MB
                                                       ? limits->buffer_megabytes
                                                       : 0;
        if (limits->buffer_megabytes > 0 && s->request->buffer_megabytes > limits->buffer_megabytes) {
                snprintf(text, sizeof(text), "the policy allows buffers of %u MB", limits->buffer_megabytes);
                *ret_reason = text;
                return false;
        }
        if (limits->sessions > 0 && count_loaded(s) >= limits->sessions) {
                snprintf(text, sizeof(text), "the policy allows %u session(s) at a time", limits->sessions);
                *ret_reason = text;
                return false;
        }
        return true;
}

/* ------------------------------------------------------------------ the end of it */

static void refuse(Session *s, const char *rule, const char *reason) {
        audit_decision(&(AuditEntry) { .verb = "run", .rule = rule, .reason = reason, .caller = &s->owner, .session = s });
        session_fail(s, FAILURE_POLICY, "policy", reason);
}

static void admit(Session *s, const Decision *d, const char *rule, const char *reason) {
        const CatalogScript *script = s->request->catalog ? scripts_find(s->manager, s->request->catalog) : NULL;
        const RuleLimits *limits = script && s->owner.uid != 0 ? &script->limits : NULL;
        if ((d->limits && !apply_limits(s, d->limits, &reason)) ||
            (limits && limits != d->limits && !apply_limits(s, limits, &reason))) {
                refuse(s, rule, reason);
                return;
        }
        audit_decision(&(AuditEntry) { .verb = "run", .allowed = true, .rule = rule, .reason = reason,
                                       .caller = &s->owner, .session = s });
        session_insert(s);
}

/* ------------------------------------------------------------------ polkit */

static Decision decide(const Session *s) {
        return policy_decide_on(s->manager, &s->owner, s->manifest, s->request);
}

static void on_answer(void *userdata, PolkitAnswer answer) {
        Session *s = userdata;
        const char *action = s->asked;
        char reason[640];
        s->question = NULL;
        s->asked = NULL;
        Decision d = decide(s);
        bool same = d.action && strcmp(d.action, action) == 0;
        snprintf(reason, sizeof(reason), "%s%s%s (%s)", answer == POLKIT_YES ? "" : policy_explain(&d),
                 answer == POLKIT_YES ? "" : "; ", polkit_answer_text(answer), action);
        if (d.allowed || (same && answer == POLKIT_YES))
                admit(s, &d, same ? action : d.rule, same ? reason : policy_explain(&d));
        else
                refuse(s, same ? action : d.rule, same ? reason : policy_explain(&d));
}

/* Cut where a character ends, with a mark where something is left out. */
static void add(char *text, const char *what) {
        size_t n = strlen(text), len = strlen(what), room = n < DETAIL_MAX - 8 ? DETAIL_MAX - 8 - n : 0;
        if (room == 0)
                return; /* the mark stands there already */
        if (len > room) {
                for (len = room; len > 0 && ((unsigned char) what[len] & 0xc0) == 0x80;)
                        len--;
                memcpy(text + n, what, len);
                strcpy(text + n + len, "...");
                return;
        }
        memcpy(text + n, what, len + 1);
}

#define PROBES_SHOWN 4

/* The first few, and how many more. */
static void summarise_probes(const Manifest *m, char *text) {
        *text = 0;
        for (unsigned i = 0; i < MIN2(m->n_probes, (unsigned) PROBES_SHOWN) && strlen(text) < DETAIL_MAX / 2;
             i++) {
                if (i > 0)
                        add(text, ", ");
                add(text, m->probes[i].point);
        }
        if (m->n_probes > PROBES_SHOWN) {
                char more[48];
                snprintf(more, sizeof(more), " and %u more", m->n_probes - PROBES_SHOWN);
                add(text, more);
        }
}

/* What its probes look at, the same way: whoever is asked reads the rest with `stapctl check --policy`. */
static void summarise_sights(const Manifest *m, char *text) {
        *text = 0;
        for (unsigned i = 0; i < m->n_sights && strlen(text) < DETAIL_MAX / 2; i++) {
                if (i > 0)
                        add(text, ", ");
                add(text, m->sights[i]);
                if (strlen(text) >= DETAIL_MAX / 2 && i + 1 < m->n_sights)
                        add(text, " and more");
        }
}

static void join_arguments(json_object *args, char *text) {
        size_t n = args ? json_object_array_length(args) : 0;
        *text = 0;
        for (size_t i = 0; i < n && strlen(text) < DETAIL_MAX / 2; i++) {
                if (i > 0)
                        add(text, " ");
                const char *word = json_object_get_string(json_object_array_get_idx(args, i));
                add(text, bytes_are_utf8(word, strlen(word)) ? word : "?");
        }
}

static int ask(Session *s, const char *action) {
        char script[DETAIL_MAX] = "", probes[DETAIL_MAX], sees[DETAIL_MAX], arguments[DETAIL_MAX];
        add(script, s->request->name);
        summarise_probes(s->manifest, probes);
        summarise_sights(s->manifest, sees);
        join_arguments(s->request->catalog ? s->request->values : s->request->args, arguments);
        const char *const details[] = {
                "script", script, "digest", s->manifest->digest, "probes", probes, "sees", sees, "arguments", arguments,
                "class", privilege_class_to_string(s->request->catalog ? PRIVILEGE_APPROVED : s->manifest->privilege),
                "session", s->id,
                "polkit.message", "Authentication is required to run the tracing script \"$(script)\" (sha256 $(digest)), "
                                  "which probes $(probes)",
                "polkit.gettext_domain", "stapd", NULL,
        };
        PolkitQuestion q = { .caller = &s->owner, .action = action, .details = details, .interactive = s->interactive };
        s->asked = action;
        return polkit_ask(s->manager->polkit, &q, on_answer, s, &s->question);
}

void session_decide(Session *s) {
        Decision d = decide(s);
        if (d.allowed) {
                admit(s, &d, d.rule, policy_explain(&d));
                return;
        }
        if (!d.action) {
                refuse(s, d.rule, policy_explain(&d));
                return;
        }
        int r = ask(s, d.action);
        if (r < 0) {
                refuse(s, d.action,
                       r == -EBUSY   ? "you have as many questions to polkit open as one may have"
                       : r == -ESRCH ? polkit_answer_text(POLKIT_GONE)
                                     : polkit_answer_text(POLKIT_BROKEN));
                return;
        }
        session_set_state(s, SESSION_ASKING);
        session_tell_progress(s, "Asking polkit whether this may run");
}
