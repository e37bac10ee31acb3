/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/audit-kernel.h"
#include <errno.h>
#include <libaudit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/cleanup.h"
#include "base/log.h"

static int audit_fd = -1; /* one thread */
static char state[128] = "none";

static void set_state(int error) {
        snprintf(state, sizeof(state), "none: %s",
                 error == EPERM               ? "stapd may not write to it (CAP_AUDIT_WRITE)"
                 : error == EPROTONOSUPPORT || error == EAFNOSUPPORT || error == ECONNREFUSED
                         ? "the kernel has none here"
                         : strerror(error));
}

void audit_kernel_open(void) {
        audit_fd = audit_open();
        if (audit_fd < 0)
                set_state(errno);
        else
                snprintf(state, sizeof(state), "ready");
}

void audit_kernel_close(void) {
        audit_fd = close_fd(audit_fd);
}

const char *audit_kernel_state(void) {
        return state;
}

/* uid and pid of the record itself are those of stapd, and put in by the kernel. */
static const struct {
        const char *journal, *audit; /* NULL: the record says it otherwise */
        bool foreign;                /* somebody chose the text */
} names[] = {
        { "STAPD_VERB", "op", true },           { "STAPD_DECISION", NULL, false },
        { "STAPD_RULE", "rule", true },         { "STAPD_UID", "caller_uid", false },
        { "STAPD_PID", "caller_pid", false },   { "STAPD_SESSION", "session", false },
        { "STAPD_OWNER", "owner_uid", false },  { "STAPD_SCRIPT", "script", true },
        { "STAPD_DIGEST", "sha256", false },    { "STAPD_CLASS", "class", false },
        { "STAPD_REQUEST", "request", false },
        { "STAPD_ERROR", "error", true },
};

static void add(char *text, const char *name, const char *value, bool foreign) {
        size_t n = strlen(text);
        _cleanup_(freep) char *encoded = foreign ? audit_encode_nv_string(name, value, 0) : NULL;
        if (foreign && !encoded)
                return;
        snprintf(text + n, AUDIT_TEXT_MAX - n, "%s%s%s%s", n > 0 ? " " : "", encoded ?: name, encoded ? "" : "=",
                 encoded ? "" : value);
}

void audit_kernel_text(const char *const *fields, char ret[static AUDIT_TEXT_MAX]) {
        *ret = 0;
        for (; *fields; fields++)
                for (size_t i = 0; i < ELEMENTSOF(names); i++) {
                        size_t len = strlen(names[i].journal);
                        if (names[i].audit && strncmp(*fields, names[i].journal, len) == 0 && (*fields)[len] == '=')
                                add(ret, names[i].audit, *fields + len + 1, names[i].foreign);
                }
}

void audit_kernel_send(const char *const *fields, bool success) {
        char text[AUDIT_TEXT_MAX];
        if (audit_fd < 0)
                return;
        audit_kernel_text(fields, text);
        errno = 0;
        if (audit_log_user_message(audit_fd, AUDIT_TRUSTED_APP, text, NULL, NULL, NULL, success) > 0)
                return;
        int error = errno ?: EIO;
        if (strcmp(state, "ready") == 0)
                log_warning_errno(-error, "Cannot write to the audit subsystem: %m");
        set_state(error);
        if (error == EPERM || error == ECONNREFUSED)
                audit_kernel_close(); /* it will not be another time */
}
