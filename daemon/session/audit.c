/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/audit.h"
#include <stdio.h>
#include "base/cleanup.h"
#include "base/log.h"
#include "session/audit-kernel.h"

#define FIELDS_MAX 12
#define FIELD_SIZE 512

typedef struct Fields {
        char texts[FIELDS_MAX][FIELD_SIZE];
        const char *list[FIELDS_MAX + 1];
        unsigned n;
} Fields;

static void add_text(Fields *f, const char *name, const char *value) {
        if (!value || f->n == FIELDS_MAX)
                return;
        snprintf(f->texts[f->n], FIELD_SIZE, "%s=%s", name, value);
        f->list[f->n] = f->texts[f->n];
        f->list[++f->n] = NULL;
}

static void add_number(Fields *f, const char *name, int64_t value) {
        char text[24];
        snprintf(text, sizeof(text), "%lld", (long long) value);
        add_text(f, name, text);
}

static void add_session(Fields *f, const Session *s) {
        if (!s)
                return;
        add_text(f, "STAPD_SESSION", s->id);
        add_number(f, "STAPD_OWNER", s->owner.uid);
        add_text(f, "STAPD_SCRIPT", s->request->name);
        add_text(f, "STAPD_DIGEST", s->digest);
        add_text(f, "STAPD_CLASS", s->request->catalog ? privilege_class_to_string(PRIVILEGE_APPROVED)
                                   : s->manifest       ? privilege_class_to_string(s->manifest->privilege)
                                                       : NULL);
}

static void add_approval(Fields *f, const Approval *a) {
        if (!a)
                return;
        add_text(f, "STAPD_REQUEST", a->id);
        if (a->requester != (uid_t) -1)
                add_number(f, "STAPD_OWNER", a->requester);
        add_text(f, "STAPD_SCRIPT", a->name);
        add_text(f, "STAPD_DIGEST", a->digest);
}

/* A module's digest is that of the script it was made of, and nobody has looked into it yet. */
static void add_request(Fields *f, const Request *r, const char *digest) {
        if (!r)
                return;
        add_text(f, "STAPD_SCRIPT", r->name);
        add_text(f, "STAPD_DIGEST", *digest ? digest : NULL);
}

void audit_decision(const AuditEntry *e) {
        char asked[KEY_LENGTH + 1] = "";
        if (e->request && !e->request->compiled)
                request_digest(e->request, asked);
        static Fields f; /* one thread */
        f.n = 0;
        add_text(&f, "STAPD_VERB", e->verb);
        add_text(&f, "STAPD_DECISION", e->allowed ? "allowed" : "refused");
        add_text(&f, "STAPD_RULE", e->rule);
        add_number(&f, "STAPD_UID", e->caller->uid);
        add_number(&f, "STAPD_PID", e->caller->pid);
        add_session(&f, e->session);
        add_approval(&f, e->approval);
        add_request(&f, e->request, asked);
        const char *name = e->session ? e->session->request->name : e->approval ? e->approval->name
                         : e->request ? e->request->name : NULL;
        const char *digest = e->session ? e->session->digest : e->approval ? e->approval->digest : asked;
        log_event(LOG_NOTICE, AUDIT_DECISION_ID, f.list, "uid %u (pid %d) is %s to %s%s%s%s%.12s%s: %s",
                  e->caller->uid, (int) e->caller->pid, e->allowed ? "allowed" : "not allowed", e->verb,
                  name ? " " : "", name ?: "", *digest ? " (sha256 " : "", digest, *digest ? ")" : "", e->reason);
        audit_kernel_send(f.list, e->allowed);
}

void audit_reload(unsigned n_rules, const char *error) {
        static Fields f;
        f.n = 0;
        add_text(&f, "STAPD_VERB", "reload");
        add_text(&f, "STAPD_DECISION", error ? "refused" : "allowed");
        add_text(&f, "STAPD_ERROR", error);
        audit_kernel_send(f.list, !error);
        if (error)
                log_event(LOG_ERR, AUDIT_RELOAD_ID, f.list, "%s. The policy stays as it was.", error);
        else
                log_event(LOG_INFO, AUDIT_RELOAD_ID, f.list, "The policy has %u rule(s).", n_rules);
}

void audit_approval(const char *verb, const Caller *caller, const char *rule, const Approval *a) {
        static Fields f;
        f.n = 0;
        add_text(&f, "STAPD_VERB", verb);
        add_text(&f, "STAPD_DECISION", "allowed");
        add_text(&f, "STAPD_RULE", rule);
        add_number(&f, "STAPD_UID", caller->uid);
        add_number(&f, "STAPD_PID", caller->pid);
        add_approval(&f, a);
        add_text(&f, "STAPD_REASON", a->answer ?: a->reason);
        log_event(LOG_NOTICE, AUDIT_APPROVAL_ID, f.list, "uid %u (pid %d): %s %s (sha256 %.12s): %s", caller->uid,
                  (int) caller->pid, verb, a->name, a->digest, a->answer ?: a->reason ?: "no reason given");
        audit_kernel_send(f.list, true);
}
