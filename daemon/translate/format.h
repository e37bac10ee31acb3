/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* The conversions of a checked format (runtime/format.h), as far as what they print has to be evaluated. */
#include <stdbool.h>

typedef struct Conversion {
        char letter;                   /* 'd' ... */
        bool width_arg, precision_arg; /* `*`: an argument before the value */
        int precision;                 /* -1: not given, or an argument; for %m the number of bytes */
} Conversion;

/* The next conversion other than %%; where to go on, or NULL: there is none. */
const char *format_next(const char *format, Conversion *ret);
