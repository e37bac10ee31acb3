/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Gives up, for good, what reading and writing descriptors does not need: privileges, capabilities, core
 * dumps, and nearly all system calls.
 */

/* Negative errno; what could be given up is. */
int sandbox_enter(void);
