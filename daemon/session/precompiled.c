/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A module that its client brings, compiled before. Nothing of it is taken on his word: its signature is of
 * a key that the administrator trusts, its manifest is for this kernel and this stapd. From there on it is
 * as any other: the policy decides on its manifest, its imports are looked at, it is loaded from a sealed
 * memory file.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "base/cleanup.h"
#include "base/fds.h"
#include <config.h> /* meson's; this folder has one of its own */
#include "run/module.h"
#include "run/trust.h"
#include "session/lifecycle.h"
#include "session/manager.h"

#define WHY_MAX 256

static int fail(char *why, int r, const char *text) {
        snprintf(why, WHY_MAX, "%s", text);
        return r;
}

static const char *explain_signature(int r) {
        switch (r) {
        case -ENOKEY:
                return "no precompiled module is trusted here: TrustedCertificate= in stapd.conf names whose are";
        case -ENODATA:
                return "the module is not signed; stapd-compile --sign-key= and --sign-certificate= sign one";
        case -EKEYREJECTED:
                return "the module's signature is not one of TrustedCertificate=, or the module was changed since";
        default:
                return "the file of TrustedCertificate= in stapd.conf cannot be read";
        }
}

/* Its own name stays where it has not the length that lets it have the session's. */
static int take_name(Session *s, const Manifest *m, char *why) {
        size_t len = strlen(m->module);
        if (strncmp(m->module, STP_MODULE_PREFIX, strlen(STP_MODULE_PREFIX)) != 0 || len >= STP_NAME_MAX ||
            strspn(m->module, "abcdefghijklmnopqrstuvwxyz0123456789_") != len)
                return fail(why, -EBADMSG, "the module's name is none that a script has");
        if (len == MODULE_NAME_LENGTH)
                return 0;
        s->request->module = strdup(m->module);
        return s->request->module ? 0 : -ENOMEM;
}

static int check_manifest(Session *s, const Manifest *m, char *why) {
        CompilerInfo info = compiler_info(s->manager->compiler);
        if (strcmp(m->version, STAPD_VERSION) != 0) {
                snprintf(why, WHY_MAX, "the module was made by stapd %.32s, and this is " STAPD_VERSION "; compile it again",
                         m->version);
                return -EBADMSG;
        }
        if (strcmp(m->kernel_build_id, info.build_id ?: "") != 0) {
                snprintf(why, WHY_MAX, "the module is for kernel %.64s (build-id %.12s), and this is %.64s (%.12s)", m->kernel,
                         m->kernel_build_id, info.kernel ?: "?", info.build_id ?: "?");
                return -EBADMSG;
        }
        if (strlen(m->digest) != KEY_LENGTH)
                return fail(why, -EBADMSG, "the module's manifest has no digest of its script");
        strcpy(s->digest, m->digest);
        return take_name(s, m, why);
}

/* A sealed memory file with the module alone. */
static int open_module(Session *s, char *why) {
        const Request *q = s->request;
        const char *text = NULL;
        size_t len = 0;
        int r = module_check_signature(q->compiled, q->compiled_len, s->manager->config->trusted_certificate, &len);
        if (r < 0)
                return fail(why, r, explain_signature(r));
        _cleanup_(closep) int fd = fds_new_sealed("stapd-module", q->compiled, len);
        if (fd < 0)
                return fail(why, fd, strerror(-fd));
        _cleanup_(manifest_freep) Manifest *m = NULL;
        r = manifest_read_module(fd, &m, &text);
        if (r < 0)
                return fail(why, r, text ?: "the module's manifest cannot be read");
        r = check_manifest(s, m, why);
        return r < 0 ? r : TAKE_FD(fd);
}

void session_take_module(Session *s) {
        char why[WHY_MAX] = "";
        int fd = open_module(s, why);
        if (fd < 0) {
                session_fail(s, FAILURE_MODULE, "load-failed", *why ? why : strerror(-fd));
                return;
        }
        if (s->observer)
                s->observer->compiled(s->observer_data, s);
        session_load(s, fd);
}
