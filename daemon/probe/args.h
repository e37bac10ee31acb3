/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* Where the calling convention puts parameters: args-ARCH.c. */
#include "debuginfo/debuginfo.h"

/*
 * The slot of parameter i of these, when `first` slots are taken before them: argument registers come first,
 * then 8-byte words of the stack. False: it is passed in another way (a float).
 */
bool args_slot(const Param *params, unsigned n, unsigned i, unsigned first, unsigned *ret);

/* The name of a register by its DWARF number, as register() takes it; NULL: there is none. */
const char *args_register_name(int64_t n);
