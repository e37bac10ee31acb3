/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Who reads and who writes which variable. `x++` as a statement, or `x += e`, only writes: a counter that
 * nothing else looks at is not read.
 */
#include "elaborate/elab.h"

/* Sets is_read and is_written of every variable, by the bodies that are reached, or by all. */
void usage_mark(Elab *e, bool only_reached);
/* Counts reads of parameters and locals of one unit in VarInfo.reads. */
void usage_count(Elab *e, Unit *u);
