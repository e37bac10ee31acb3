/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* stapd-compile as a command, without stapd: any user's, unconfined. Returns the exit status: 0, 1 usage
 * or the machine, 4 compilation. */
#include "compile/options.h"

enum { EXIT_USAGE = 1, EXIT_COMPILATION = 4 };

int standalone_compile(Arena *a, const Options *o);
int standalone_list(Arena *a, const Options *o);
int standalone_prepare(Arena *a, const Options *o);

/* The directories where kits are looked for, most trusted first. */
StringVec standalone_kit_dirs(Arena *a, const Options *o);
