/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* The system calls that compiling takes; any other gives ENOSYS. Negative errno. */
int seccomp_install(void);
