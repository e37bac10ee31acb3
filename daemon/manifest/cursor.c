/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "manifest/cursor.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static void without_dashes(const char *boot, char ret[static 33]) {
        unsigned n = 0;
        for (; boot && *boot && n < 32; boot++)
                if (*boot != '-')
                        ret[n++] = *boot;
        ret[n] = 0;
}

static unsigned long check_of(const char *text, size_t len) {
        return crc32(0, (const Bytef *) text, (uInt) len);
}

void cursor_format(const char *session, const char *boot, uint64_t seq, char ret[static CURSOR_MAX]) {
        char plain[33];
        without_dashes(boot, plain);
        int n = snprintf(ret, CURSOR_MAX - 12, "s=%.40s;b=%s;q=%llu", session, plain,
                         (unsigned long long) seq);
        snprintf(ret + n, 12, ";x=%08lx", check_of(ret, (size_t) n));
}

int cursor_parse(const char *text, const char *session, const char *boot, uint64_t *ret_seq) {
        char want[CURSOR_MAX], *end;
        const char *check = strstr(text, ";x="), *number = strstr(text, ";q=");
        if (strlen(text) >= CURSOR_MAX || !check || !number || number > check)
                return -EINVAL;
        unsigned long x = strtoul(check + 3, &end, 16);
        if (strlen(check) != 11 || *end || x != check_of(text, (size_t) (check - text)))
                return -EINVAL;
        errno = 0;
        unsigned long long seq = strtoull(number + 3, &end, 10);
        if (errno || end != check)
                return -EINVAL;
        cursor_format(session, boot, seq, want);
        if (strcmp(want, text) != 0)
                return -ESTALE;
        *ret_seq = seq;
        return 0;
}
