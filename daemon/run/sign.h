/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Signing a module with the key of the configuration, for kernels that load nothing else. stapd does it,
 * last of all before loading: no process that has seen a script ever sees the key.
 */

typedef struct SigningKey {
        const char *key, *certificate; /* files; "" or NULL: there is none */
        const char *release;           /* whose sign-file is used: /lib/modules/RELEASE/build/scripts/sign-file */
} SigningKey;

/*
 * A sealed memory file with the signed copy of the module in `fd`. -ENOKEY: no key is configured. -ENOENT:
 * there is no sign-file (the kernel's headers are not installed). -EBADMSG: sign-file failed; what it said
 * is on standard error.
 */
int module_sign(int fd, const SigningKey *k);
