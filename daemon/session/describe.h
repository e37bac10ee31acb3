/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* What clients are told of a session, a job, an end: the types Session, Job and Outcome of
 * org.stapd1.varlink. */
#include <json-c/json.h>
#include "session/job.h"
#include "session/session.h"

/* The caller's to put. Reads the kernel's counts anew. */
json_object *session_describe(Session *s);
json_object *session_describe_outcome(const Session *s);
json_object *job_describe(const Job *j);
