/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signing with a key made here and the sign-file of an installed kernel. */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/cleanup.h"
#include "base/fds.h"
#include "run/sign.h"
#include "unit/test.h"

#define MARKER "~Module signature appended~\n"

static const char *find_release(glob_t *found) {
        if (glob("/lib/modules/*/build/scripts/sign-file", 0, NULL, found) != 0)
                SKIP("no kernel headers with sign-file are installed");
        char *release = found->gl_pathv[0] + strlen("/lib/modules/");
        *strchr(release, '/') = 0;
        return release;
}

TEST(without_a_key_nothing_is_signed) {
        ASSERT_ERROR(module_sign(0, &(SigningKey) { "", "", "x" }), -ENOKEY);
        ASSERT_ERROR(module_sign(0, &(SigningKey) { NULL, NULL, "x" }), -ENOKEY);
        ASSERT_ERROR(module_sign(0, &(SigningKey) { "k", "c", "no-such-release" }), -ENOENT);
}

TEST(a_signature_is_appended_and_sealed) {
        glob_t found;
        const char *release = find_release(&found);
        if (system("openssl version >/dev/null 2>&1") != 0)
                SKIP("no openssl command");
        char dir[] = "/tmp/stapd-sign-XXXXXX", command[512], key[64], certificate[64];
        ASSERT_NOT_NULL(mkdtemp(dir));
        snprintf(key, sizeof(key), "%s/key.pem", dir);
        snprintf(certificate, sizeof(certificate), "%s/cert.pem", dir);
        snprintf(command, sizeof(command),
                 "openssl req -new -x509 -newkey rsa:2048 -nodes -subj /CN=test -days 1 "
                 "-keyout %s -out %s 2>/dev/null",
                 key, certificate);
        ASSERT_EQ(system(command), 0);

        int fd = fds_new_sealed("module", "module bytes", 12);
        int signed_fd = module_sign(fd, &(SigningKey) { key, certificate, release });
        ASSERT_OK(signed_fd);
        ASSERT_EQ(fds_is_sealed(signed_fd), 1);
        _cleanup_(freep) char *text = NULL;
        size_t len;
        ASSERT_OK(fds_read_all(signed_fd, 1 << 20, &text, &len));
        ASSERT(len > 12 + strlen(MARKER));
        ASSERT_MEMEQ(text, "module bytes", 12);
        ASSERT_MEMEQ(text + len - strlen(MARKER), MARKER, strlen(MARKER));
        close(signed_fd);

        ASSERT_ERROR(module_sign(fd, &(SigningKey) { certificate, key, release }), -EBADMSG);
        close(fd);
        snprintf(command, sizeof(command), "rm -r %s", dir);
        ASSERT_EQ(system(command), 0);
        globfree(&found);
}
