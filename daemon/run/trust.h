/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Whether a module that somebody else compiled carries a signature of a key that stapd trusts: the kernel's
 * own format, as sign-file appends it, checked here, since a kernel that does not insist on signatures loads
 * others, too.
 */
#include <stddef.h>

/*
 * certificate: a file with an X.509 certificate (PEM), or "": there is none, -ENOKEY. *ret_len: how many
 * bytes the module has without what is appended. -ENODATA: it is not signed. -EKEYREJECTED: not by that key,
 * or it was changed since. -EIO: the certificate cannot be read.
 */
int module_check_signature(const void *data, size_t len, const char *certificate, size_t *ret_len);
