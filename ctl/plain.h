/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Text that somebody else wrote, for one who decides by what he reads: nothing in it moves the cursor, hides
 * a line or turns the direction of writing. Such characters are shown as <1B> or <U+202E>.
 */
#include <stdio.h>

/* Lines and tabs stay. */
void plain_print(FILE *f, const char *text);
