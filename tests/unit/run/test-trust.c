/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signatures that somebody else's module carries: made by the kernel's own sign-file. */
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/cleanup.h"
#include "base/fds.h"
#include "run/sign.h"
#include "run/trust.h"
#include "unit/test.h"

#define CONTENT "the bytes of a module"

static char dir[] = "/tmp/stapd-trust-XXXXXX";
static char key[64], certificate[64], other[64];

static void make_keys(void) {
        char command[1024];
        if (*key)
                return;
        ASSERT_NOT_NULL(mkdtemp(dir));
        snprintf(key, sizeof(key), "%s/key.pem", dir);
        snprintf(certificate, sizeof(certificate), "%s/cert.pem", dir);
        snprintf(other, sizeof(other), "%s/other.pem", dir);
        const char *const certificates[] = { other, certificate }; /* the key of the last one stays */
        for (size_t i = 0; i < ELEMENTSOF(certificates); i++) {
                snprintf(command, sizeof(command),
                         "openssl req -new -x509 -newkey rsa:2048 -nodes -subj /CN=test%zu -days 1 -keyout %s -out %s 2>/dev/null",
                         i, key, certificates[i]);
                ASSERT_EQ(system(command), 0);
        }
}

static char *make_signed(size_t *ret_len) {
        glob_t found;
        char *text = NULL;
        if (glob("/lib/modules/*/build/scripts/sign-file", 0, NULL, &found) != 0 || system("openssl version >/dev/null 2>&1") != 0)
                SKIP("no kernel headers with sign-file, or no openssl command");
        char *release = found.gl_pathv[0] + strlen("/lib/modules/");
        *strchr(release, '/') = 0;
        make_keys();
        int fd = fds_new_sealed("module", CONTENT, strlen(CONTENT));
        int signed_fd = module_sign(fd, &(SigningKey) { key, certificate, release });
        ASSERT_OK(signed_fd);
        ASSERT_OK(fds_read_all(signed_fd, 1 << 20, &text, ret_len));
        close(fd);
        close(signed_fd);
        globfree(&found);
        return text;
}

TEST(without_a_signature) {
        size_t len = 0;
        ASSERT_ERROR(module_check_signature(CONTENT, strlen(CONTENT), "", &len), -ENOKEY);
        ASSERT_ERROR(module_check_signature(CONTENT, strlen(CONTENT), "/no/such/file", &len), -ENODATA);
        ASSERT_ERROR(module_check_signature("", 0, "/no/such/file", &len), -ENODATA);
        static const char only[] = "~Module signature appended~\n";
        ASSERT_ERROR(module_check_signature(only, strlen(only), "/no/such/file", &len), -EKEYREJECTED);
}

TEST(by_the_key_and_by_another) {
        size_t len, module_len = 0;
        _cleanup_(freep) char *text = make_signed(&len);
        ASSERT_OK(module_check_signature(text, len, certificate, &module_len));
        ASSERT_EQ(module_len, strlen(CONTENT));
        ASSERT_ERROR(module_check_signature(text, len, other, &module_len), -EKEYREJECTED);
        ASSERT_ERROR(module_check_signature(text, len, key, &module_len), -EIO);
        ASSERT_ERROR(module_check_signature(text, len, "/no/such/file", &module_len), -EIO);
}

/* Content, lengths and marker. Of the message itself some bytes mean nothing (the name of its digest's type, say). */
TEST(what_was_changed_since) {
        size_t len, unused;
        _cleanup_(freep) char *text = make_signed(&len);
        for (size_t at = 0; at < len; at++) {
                bool must_fail = at < strlen(CONTENT) || at >= len - 28 - 12;
                text[at] ^= 0x55;
                int r = module_check_signature(text, len, certificate, &unused);
                ASSERT(r <= 0 && (r < 0 || !must_fail));
                text[at] ^= 0x55;
        }
        for (size_t cut = 1; cut < len; cut += 7)
                ASSERT(module_check_signature(text, len - cut, certificate, &unused) < 0);
        ASSERT_OK(module_check_signature(text, len, certificate, &unused));
        char command[128];
        snprintf(command, sizeof(command), "rm -r %s", dir);
        ASSERT_EQ(system(command), 0);
}
