/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Differences between kernels in ftrace and hrtimers. No version is compared: each probe looks at what
 * the headers declare.
 */
#ifndef STP_COMPAT_FTRACE_H
#define STP_COMPAT_FTRACE_H

#include <linux/ftrace.h>
#include <linux/hrtimer.h>

/*
 * 6.12 gave ftrace_regs a header of its own and made the struct opaque (commit 7888af4166d4); before, its
 * first and only member that matters is pt_regs.
 */
#if __has_include(<linux/ftrace_regs.h>) && defined(arch_ftrace_regs)
#define stp_ftrace_regs(fregs) (&arch_ftrace_regs(fregs)->regs)
#else
#define stp_ftrace_regs(fregs) (&(fregs)->regs)
#endif

/* hrtimer_init() became hrtimer_setup() in 6.13; Kbuild looks for it. */
#ifdef STP_HAVE_HRTIMER_SETUP
#define stp_hrtimer_setup(t, fn) hrtimer_setup(t, fn, CLOCK_MONOTONIC, HRTIMER_MODE_REL_HARD)
#else
#define stp_hrtimer_setup(t, fn)                                                                   \
	do {                                                                                       \
		hrtimer_init(t, CLOCK_MONOTONIC, HRTIMER_MODE_REL_HARD);                           \
		(t)->function = (fn);                                                              \
	} while (0)
#endif

#endif
