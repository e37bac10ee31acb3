/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TEST_FORMATS_H
#define TEST_FORMATS_H

/* What stands in the place of a manifest here: the records of the scripts in scripts/, all made of longs. */
enum format {
	F_BEGIN,
	F_FUNCTION,
	F_REGS,
	F_RETURN,
	F_SYSCALL,
	F_SYSCALL_RETURN,
	F_TRACE,
	F_TRACE_MANY,
	F_END,
	F_MAP,
	F_STATS,
	F_ERROR,
	F_MAX
};

#endif
