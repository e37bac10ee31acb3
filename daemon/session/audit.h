/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Who ran, attached to, stopped and reloaded what, by which rule: one journal entry each, with a message id
 * and fields to find it by (STAPD_VERB, STAPD_DECISION, STAPD_RULE, STAPD_UID, STAPD_PID, STAPD_SESSION,
 * STAPD_OWNER, STAPD_SCRIPT, STAPD_DIGEST, STAPD_CLASS), and a record of the audit subsystem
 * (audit-kernel.h). stapd.policy(5) has them.
 */
#include "catalog/approval.h"
#include "session/manager.h"

#define AUDIT_DECISION_ID "5d3cfa6f0a0b4b3f9f4f4c6a3a1d7e01" /* run, see, stop, prepare: allowed or refused */
#define AUDIT_RELOAD_ID "5d3cfa6f0a0b4b3f9f4f4c6a3a1d7e02"
#define AUDIT_APPROVAL_ID "5d3cfa6f0a0b4b3f9f4f4c6a3a1d7e03"

typedef struct AuditEntry {
        const char *verb;       /* "run", "attach", "stop" ... */
        bool allowed;
        const char *rule;       /* what decided: a rule of the policy, "built in", or polkit's action */
        const char *reason;     /* for people */
        const Caller *caller;
        const Session *session; /* that it is about, or NULL */
        const Approval *approval; /* a request for a script, or NULL */
        const Request *request; /* what is to be run, and is no session yet; or NULL */
} AuditEntry;

void audit_decision(const AuditEntry *e);
/* verb: "request", "approve", "reject", "revoke", "withdraw", "restore": what was done to a request or a script of the
 * catalogue; rule: what let it be. */
void audit_approval(const char *verb, const Caller *caller, const char *rule, const Approval *a);
/* error: NULL, the new rules are in force. */
void audit_reload(unsigned n_rules, const char *error);
