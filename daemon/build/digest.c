/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "build/digest.h"
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <string.h>
#include <sys/stat.h>

struct Digest {
        EVP_MD_CTX *context;
        int failed;
};

Digest *digest_new(void) {
        Digest *d = calloc(1, sizeof(*d));
        if (!d)
                return NULL;
        d->context = EVP_MD_CTX_new();
        if (!d->context)
                return digest_free(d);
        d->failed = EVP_DigestInit_ex(d->context, EVP_sha256(), NULL) != 1;
        return d;
}

Digest *digest_free(Digest *d) {
        if (d) {
                EVP_MD_CTX_free(d->context);
                free(d);
        }
        return NULL;
}

void digest_add(Digest *d, const void *data, size_t len) {
        if (!d->failed)
                d->failed = EVP_DigestUpdate(d->context, data, len) != 1;
}

void digest_add_string(Digest *d, const char *s) {
        digest_add(d, s, strlen(s) + 1);
}

int digest_hex(Digest *d, char ret[static DIGEST_HEX]) {
        unsigned char bytes[DIGEST_SIZE];
        if (d->failed || EVP_DigestFinal_ex(d->context, bytes, NULL) != 1)
                return -ENOMEM;
        for (unsigned i = 0; i < DIGEST_SIZE; i++)
                snprintf(ret + 2 * i, 3, "%02x", bytes[i]);
        return 0;
}

int digest_memory(const void *data, size_t len, char ret[static DIGEST_HEX]) {
        _cleanup_(digest_freep) Digest *d = digest_new();
        if (!d)
                return -ENOMEM;
        digest_add(d, data, len);
        return digest_hex(d, ret);
}

int digest_file(int directory, const char *path, char ret[static DIGEST_HEX], uint64_t *ret_size) {
        struct stat st;
        _cleanup_(closep) int fd = openat(directory, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
        if (fd < 0 || fstat(fd, &st) < 0)
                return -errno;
        if (!S_ISREG(st.st_mode))
                return -EBADF;
        _cleanup_(digest_freep) Digest *d = digest_new();
        if (!d)
                return -ENOMEM;
        char block[65536];
        uint64_t size = 0;
        for (ssize_t n; (n = read(fd, block, sizeof(block))) != 0;) {
                if (n < 0 && errno != EINTR)
                        return -errno;
                digest_add(d, block, n < 0 ? 0 : (size_t) n);
                size += n < 0 ? 0 : (uint64_t) n;
        }
        int r = digest_hex(d, ret);
        if (r == 0 && ret_size)
                *ret_size = size;
        return r;
}
