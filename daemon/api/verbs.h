/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * What the service can do, as one table. A handler checks its parameters, asks the policy, calls one
 * function below, and answers or waits; both transports call the same ones.
 */
#include "api/call.h"
#include "catalog/approval.h"

typedef enum VerbFlags {
        VERB_NEEDS_UPGRADE = 1 << 0,
        VERB_MANY = 1 << 1, /* D-Bus: all its replies are collected into one array */
} VerbFlags;

/*
 * A verb, and how D-Bus has it: the member of the Manager interface, the same without its first argument in
 * the interface of an object (a session), the signatures, and where each argument stands in the parameters
 * of the call or of its reply: a member, "outer.inner", "*" for a dictionary whose entries are members
 * themselves, "@id" for the path of the object with that id. A string that stands for an object is its JSON.
 * "flags" must be 0. A verb of VERB_MANY names first the member that each reply has, then the fields of the
 * array's structs.
 */
typedef struct VerbInfo {
        const char *method;
        void (*handle)(Call *c);
        VerbFlags flags;
        const char *member, *object; /* NULL: D-Bus does not have it */
        const char *in, *in_names, *out, *out_names;
        const char *implied;         /* a parameter that is false on D-Bus */
} VerbInfo;

extern const VerbInfo verbs[];
extern const size_t n_verbs;

/* Gives the call to the verb of its method. */
void verbs_dispatch(Call *c);

void verb_get_info(Call *c);
void verb_get_interface_description(Call *c);
void verb_start(Call *c);
/* Ties a session that an earlier stapd started to its client. c: its Start, which still waits for its
 * last reply, or NULL. -ENOMEM. */
int verb_start_adopt(Peer *p, Call *c, Session *s);
void verb_release(Call *c);
void verb_stop(Call *c);
void verb_attach(Call *c);
void verb_snapshot(Call *c);
void verb_rotate(Call *c);
void verb_list(Call *c);
void verb_wait(Call *c);
void verb_subscribe(Call *c);
void verb_list_jobs(Call *c);
void verb_wait_job(Call *c);
void verb_cancel_job(Call *c);
void verb_describe(Call *c);
void verb_check_policy(Call *c);
void verb_show_policy(Call *c);
void verb_reload(Call *c);
void verb_prepare(Call *c);
void verb_list_scripts(Call *c);
void verb_request_approval(Call *c);
void verb_list_requests(Call *c);
void verb_approve(Call *c);
void verb_reject(Call *c);
void verb_revoke(Call *c);
void verb_status(Call *c);
void verb_list_orphans(Call *c);
void verb_reap_orphans(Call *c);
void verb_metrics_list(Call *c);
void verb_metrics_describe(Call *c);

/* Parameters. They answer InvalidParameter themselves and return false when one is missing or of the wrong
 * type; an optional one that is not there leaves *ret as it was. */
bool param_text(Call *c, const char *name, bool required, const char **ret);
bool param_number(Call *c, const char *name, int64_t min, int64_t max, int64_t *ret);
bool param_flag(Call *c, const char *name, bool *ret);
/* One of the words; NULL-ended. */
bool param_word(Call *c, const char *name, bool required, const char *const *words, const char **ret);
void param_invalid(Call *c, const char *name);

/* Asks the policy; answers PolicyDenied and returns false when it says no. When polkit is to be asked it
 * returns false, too, the call waits, and is made once more after a yes: so a verb changes nothing before
 * it has asked. */
bool verb_allowed(Call *c, Verb verb, uid_t owner);
/* May the caller have a script compiled? r: which, for the record; or NULL. Answers itself when not. */
bool verb_allowed_to_compile(Call *c, const Request *r);
/* Of a rule or a script, as Limits of the interface; the caller's to put. */
json_object *verb_describe_limits(const RuleLimits *l);
/* Makes the request for a script of the catalogue, if it is one, for this caller: scripts.h. Answers itself
 * and returns false when it cannot be. */
bool verb_prepare_request(Call *c, const Caller *about, Request *r);
/* The same about a request for a script, which polkit is told of. */
bool verb_allowed_about(Call *c, Verb verb, uid_t owner, const Approval *a);
/* A refusal that no rule decided, and the verb answers itself, on record. */
void verb_audit_refusal(const Call *c, const char *reason, const Approval *a);
/* What Status tells; the caller's to put. */
json_object *status_describe(Manager *m);
bool verb_may_see(const Manager *m, const Caller *caller, uid_t owner);
/* Answers the call with the session's outcome when it has ended. False: no memory; the call is as it was. */
bool verb_wait_for(Call *c, Session *s);
/* The session of parameter `id`, the caller's name for it, or an id or its start, that the caller may see
 * (verb SEE) or stop; answers and returns NULL. One that he may not see does not exist for him. */
Session *verb_session(Call *c, Verb verb);
