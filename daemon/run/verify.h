/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * What can be told of a compiled module from outside, by one who did not compile it: which functions of the
 * kernel it can call, and that it brings nothing that the kernel would act on by itself. Who makes modules is
 * a process that reads foreign text, and could be taken over; its manifest is its own word. That the code
 * does what the manifest says cannot be told from outside: doc/THREATS.md.
 */
#include "manifest/manifest.h"

#define VERIFY_TEXT_MAX 256

/*
 * The module in `fd`, which says that it is of this class. A guru's may call whatever is exported. -EBADMSG:
 * the text says what is wrong with it. Negative errno.
 */
int module_verify(int fd, PrivilegeClass class, char text[static VERIFY_TEXT_MAX]);
