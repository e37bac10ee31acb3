/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a manifest, and as a module that has one. What is accepted must survive being written and
 * read. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "manifest/manifest.h"
#include "base/fds.h"

static void check_round_trip(const Manifest *m) {
        Buf first = BUF_INIT, second = BUF_INIT;
        Manifest *again = NULL;
        if (manifest_to_json(m, &first) < 0 || manifest_parse(first.data, first.len, &again, NULL) < 0 ||
            manifest_to_json(again, &second) < 0 || first.len != second.len ||
            memcmp(first.data, second.data, first.len) != 0)
                abort();
        manifest_free(again);
        buf_done(&first);
        buf_done(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        Manifest *m = NULL;
        const char *error = NULL;
        if (manifest_parse((const char *) data, size, &m, &error) == 0)
                check_round_trip(m);
        else if (!error)
                abort();
        m = manifest_free(m);
        int fd = memfd_create("fuzz", MFD_CLOEXEC);
        if (size > 4 && memcmp(data, "\177ELF", 4) == 0 && fds_write_all(fd, data, size) == 0 &&
            manifest_read_module(fd, &m, NULL) == 0)
                check_round_trip(m);
        manifest_free(m);
        close_fd(fd);
        return 0;
}
