/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A compiled module: its manifest is read, it gets its session's name, and what it may call is looked at. */
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include "base/cleanup.h"
#include "base/fds.h"
#include "base/log.h"
#include "run/module.h"
#include "run/verify.h"
#include "session/lifecycle.h"
#include "session/manager.h"

#define MODULE_MAX (64u << 20)

static int name_module(Session *s, int fd) {
        _cleanup_(freep) char *image = NULL;
        size_t len;
        int r = fds_read_all(fd, MODULE_MAX, &image, &len);
        if (r < 0)
                return r;
        if (s->request->module) {
                strcpy(s->module, s->request->module);
        } else {
                snprintf(s->module, sizeof(s->module), STP_MODULE_PREFIX "%.24s", s->id);
                r = module_rename(image, len, s->module);
                if (r < 0)
                        return r;
        }
        r = fds_new_sealed("stapd-module", image, len);
        if (r < 0)
                return r;
        s->module_fd = r;
        return 0;
}

static int read_manifest(Session *s, int fd) {
        const char *why = NULL;
        int r = manifest_read_module(fd, &s->manifest, &why);
        if (r >= 0 && strcmp(s->manifest->digest, s->digest) != 0) {
                why = "it is of another script";
                r = -EBADMSG;
        }
        if (r < 0)
                log_errno(r, "The compiled module of session %s has no usable manifest: %s", s->id, why ?: "?");
        return r;
}

/* Whoever compiled it has read foreign text: what it may call is looked at again. */
static int verify(const Session *s) {
        char text[VERIFY_TEXT_MAX];
        int r = module_verify(s->module_fd, s->manifest->privilege, text);
        if (r == -EBADMSG)
                log_error("The compiled module of session %s says that it is of class %s, and is not loaded: %s", s->id,
                          privilege_class_to_string(s->manifest->privilege), text);
        return r;
}

void session_load(Session *s, int fd) {
        int r = read_manifest(s, fd);
        if (r >= 0)
                r = name_module(s, fd);
        if (r >= 0)
                r = verify(s);
        close(fd);
        if (r < 0) {
                session_fail(s, FAILURE_INTERNAL, "load-failed", "the compiled module is damaged");
                return;
        }
        session_decide(s);
}
