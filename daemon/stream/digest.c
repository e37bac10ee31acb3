/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stream/digest.h"
#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

struct Digest {
        EVP_MD_CTX *context;
};

typedef struct Source {
        int fd;
        uint64_t at, end;
} Source;

static ssize_t source_read(Source *s, void *to, size_t max) {
        ssize_t n = pread(s->fd, to, (size_t) MIN2((uint64_t) max, s->end - s->at), (off_t) s->at);
        if (n > 0)
                s->at += (uint64_t) n;
        return n;
}

static int read_plain(Digest *d, Source *s) {
        char data[65536];
        ssize_t n;
        while ((n = source_read(s, data, sizeof(data))) > 0)
                digest_add(d, data, (size_t) n);
        return n < 0 ? -errno : 0;
}

static int read_packed(Digest *d, Source *s) {
        unsigned char in[65536], out[65536];
        z_stream z = {};
        ssize_t n;
        if (inflateInit2(&z, 15 + 16) != Z_OK)
                return -ENOMEM;
        int k = Z_OK;
        while ((k == Z_OK || k == Z_STREAM_END) && (n = source_read(s, in, sizeof(in))) > 0) {
                z.next_in = in;
                z.avail_in = (uInt) n;
                while (z.avail_in > 0 && (k == Z_OK || k == Z_STREAM_END)) {
                        if (k == Z_STREAM_END)
                                inflateReset(&z); /* the next member */
                        z.next_out = out;
                        z.avail_out = sizeof(out);
                        k = inflate(&z, Z_NO_FLUSH);
                        digest_add(d, out, sizeof(out) - z.avail_out);
                }
        }
        inflateEnd(&z);
        return k == Z_STREAM_END ? 0 : -EBADMSG;
}

Digest *digest_new(int fd, uint64_t end, bool packed) {
        Digest *d = calloc(1, sizeof(*d));
        Source s = { .fd = fd, .end = end };
        if (!d)
                return NULL;
        d->context = EVP_MD_CTX_new();
        bool good = d->context && EVP_DigestInit_ex(d->context, EVP_sha256(), NULL) == 1;
        if (!good || (end > 0 && (packed ? read_packed(d, &s) : read_plain(d, &s)) < 0))
                return digest_free(d);
        return d;
}

Digest *digest_free(Digest *d) {
        if (!d)
                return NULL;
        EVP_MD_CTX_free(d->context);
        free(d);
        return NULL;
}

void digest_add(Digest *d, const void *data, size_t len) {
        if (d)
                EVP_DigestUpdate(d->context, data, len);
}

const char *digest_hex(Digest *d, char ret[static 65]) {
        unsigned char md[EVP_MAX_MD_SIZE];
        unsigned len = 0;
        if (!d || EVP_DigestFinal_ex(d->context, md, &len) != 1 || len != 32)
                return NULL;
        for (unsigned i = 0; i < len; i++)
                snprintf(ret + 2 * i, 3, "%02x", md[i]);
        return ret;
}
