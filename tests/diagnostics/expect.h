/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * What a script says must be wrong with it, under the line where it is:
 *
 *     x = 08
 *     #~  ^^ E0106 "octal"
 *     #~ hint "..."       the hint, or a note, of the diagnostic above
 *     #~ note "..."
 *
 * The carets stand under the span, byte for byte; `@3+2` says column 3, length 2 where the mark itself is in
 * the way, and `@4:3+2` gives the line too. The text is part of the message. Each expectation must be met by
 * one diagnostic, and each diagnostic be expected; hints and notes count only where they are named. What
 * happened in another file is at the place of the script that led there.
 */
#include "script.h"

/* Compares; adds a line for each difference to `out`. True: there is none. */
bool expectations_check(const Script *s, Buf *out);
