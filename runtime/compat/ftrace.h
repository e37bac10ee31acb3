/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Differences between kernels in ftrace, fprobe, hrtimers. No version is compared: each probe looks at what
 * the headers declare.
 */
#ifndef STP_COMPAT_FTRACE_H
#define STP_COMPAT_FTRACE_H

#include <linux/fprobe.h>
#include <linux/ftrace.h>
#include <linux/hrtimer.h>

/*
 * 6.12 gave ftrace_regs a header of its own and made the struct opaque (commit 7888af4166d4); before, its first
 * and only member that matters is pt_regs.
 */
#if __has_include(<linux/ftrace_regs.h>) && defined(arch_ftrace_regs)
#define stp_ftrace_regs(fregs) (&arch_ftrace_regs(fregs)->regs)
#else
#define stp_ftrace_regs(fregs) (&(fregs)->regs)
#endif

/*
 * fprobe exists since 5.18; its handlers got a return address and the entry handler a result in 6.6. Only that
 * form is used (Debian's 6.1 has CONFIG_FPROBE off); otherwise returns are kretprobes.
 */
typedef int (*stp_fprobe_entry)(struct fprobe *f, unsigned long ip, unsigned long ret_ip, struct pt_regs *regs,
				void *data);
typedef void (*stp_fprobe_exit)(struct fprobe *f, unsigned long ip, unsigned long ret_ip, struct pt_regs *regs,
				void *data);
#define STP_HAS_FPROBE                                                                             \
	(IS_ENABLED(CONFIG_FPROBE) &&                                                              \
	 __builtin_types_compatible_p(typeof(((struct fprobe *)0)->entry_handler), stp_fprobe_entry))

/*
 * Where a registered fprobe is, changed in place, so that nothing is missed meanwhile. 6.14 took the ftrace_ops out of
 * struct fprobe; Kbuild looks for it.
 */
static inline int stp_fprobe_set_ips(struct fprobe *f, unsigned long *ips, u32 n)
{
#ifdef STP_HAVE_FPROBE_OPS
	return ftrace_set_filter_ips(&f->ops, ips, n, 0, 1);
#else
	int r = unregister_fprobe(f);

	return r ? r : register_fprobe_ips(f, ips, (int)n);
#endif
}

/* So that it can be registered again: ftrace_free_filter() leaves pointers to what it has freed. */
static inline void stp_fprobe_forget(struct fprobe *f)
{
#ifdef STP_HAVE_FPROBE_OPS
	memset(&f->ops, 0, sizeof(f->ops));
#endif
}

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
