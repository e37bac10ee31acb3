/* SPDX-License-Identifier: GPL-2.0-or-later */
/* After the module: a CMS message, 12 bytes that say how long it is (linux/module_signature.h), a marker. */
#include "run/trust.h"
#include <endian.h>
#include <errno.h>
#include <limits.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include "base/cleanup.h"

#define MARKER "~Module signature appended~\n"
#define MARKER_LEN (sizeof(MARKER) - 1)
#define ID_PKCS7 2

typedef struct Info {
        uint8_t algorithm, hash, id_type, signer_len, key_id_len, pad[3];
        uint32_t signature_len; /* big-endian */
} Info;

DEFINE_CLEANUP(X509 *, x509_freep, X509_free)
DEFINE_CLEANUP(CMS_ContentInfo *, cms_freep, CMS_ContentInfo_free)
DEFINE_CLEANUP(BIO *, bio_freep, BIO_free)

static void stack_freep(STACK_OF(X509) **s) {
        sk_X509_free(*s);
}

/* *ret_len: the module's; the signature stands after it. */
static int find_signature(const uint8_t *data, size_t len, size_t *ret_len, size_t *ret_signature) {
        Info info;
        if (len < MARKER_LEN || memcmp(data + len - MARKER_LEN, MARKER, MARKER_LEN) != 0)
                return -ENODATA;
        size_t left = len - MARKER_LEN;
        if (left < sizeof(info))
                return -EKEYREJECTED;
        left -= sizeof(info);
        memcpy(&info, data + left, sizeof(info));
        size_t signature = be32toh(info.signature_len);
        if (info.id_type != ID_PKCS7 || info.algorithm || info.hash || info.signer_len || info.key_id_len ||
            info.pad[0] || info.pad[1] || info.pad[2] ||
            signature == 0 || signature > left || left > INT_MAX)
                return -EKEYREJECTED;
        *ret_len = left - signature;
        *ret_signature = signature;
        return 0;
}

static X509 *read_certificate(const char *path) {
        _cleanup_(fclosep) FILE *f = fopen(path, "re");
        return f ? PEM_read_X509(f, NULL, NULL, NULL) : NULL;
}

/* By that very certificate; who signed that is nobody's question here. */
static bool verify(const uint8_t *data, size_t len, size_t signature, X509 *certificate) {
        const uint8_t *at = data + len;
        _cleanup_(cms_freep) CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &at, (long) signature);
        _cleanup_(bio_freep) BIO *content = BIO_new_mem_buf(data, (int) len);
        _cleanup_(stack_freep) STACK_OF(X509) *trusted = sk_X509_new_null();
        bool good = cms && content && trusted && sk_X509_push(trusted, certificate) > 0 &&
                    CMS_verify(cms, trusted, NULL, content, NULL,
                               CMS_BINARY | CMS_DETACHED | CMS_NOINTERN | CMS_NO_SIGNER_CERT_VERIFY) == 1;
        ERR_clear_error();
        return good;
}

int module_check_signature(const void *data, size_t len, const char *certificate, size_t *ret_len) {
        size_t module_len, signature;
        if (!*certificate)
                return -ENOKEY;
        int r = find_signature(data, len, &module_len, &signature);
        if (r < 0)
                return r;
        _cleanup_(x509_freep) X509 *x509 = read_certificate(certificate);
        ERR_clear_error();
        if (!x509)
                return -EIO;
        if (!verify(data, module_len, signature, x509))
                return -EKEYREJECTED;
        *ret_len = module_len;
        return 0;
}
