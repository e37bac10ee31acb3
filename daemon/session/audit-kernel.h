/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * The kernel's audit subsystem, where there is one and stapd may write to it (CAP_AUDIT_WRITE): what the
 * journal gets of each decision, as a record of type TRUSTED_APP, which root cannot take back from an auditd
 * that sends it on. Where there is none nothing else changes.
 */
#include <stdbool.h>
#include <stddef.h>

#define AUDIT_TEXT_MAX 4096

/* Once, at the start. */
void audit_kernel_open(void);
void audit_kernel_close(void);
/* For status: "ready", or why nothing is written. */
const char *audit_kernel_state(void);
/* The journal's fields ("STAPD_NAME=value", up to a NULL) as an audit record has them: "op=run
 * caller_uid=1000 ..."; what others chose is in quotes, or hex where it has quotes or blanks itself. */
void audit_kernel_text(const char *const *fields, char ret[static AUDIT_TEXT_MAX]);
void audit_kernel_send(const char *const *fields, bool success);
