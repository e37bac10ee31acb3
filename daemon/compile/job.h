/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * One job of stapd's in a process of its own: reads the request, compiles or builds a kit, answers, ends.
 */
#include "compile/world.h"

typedef enum JobKind {
        JOB_SCRIPT,
        JOB_PREPARE,
        JOB_LIST,
        _JOB_KIND_MAX,
        _JOB_KIND_INVALID = -22,
} JobKind;

JobKind job_kind_from_string(const char *s);

/* In the child of the zygote; takes the socket. */
void job_run(World *w, JobKind kind, unsigned seconds, int socket) __attribute__((noreturn));
