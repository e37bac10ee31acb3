/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The frame of a hand-written script module: what generated code has around its handlers. */
#ifndef TEST_SCRIPT_H
#define TEST_SCRIPT_H

#include "stp.h"

#ifndef STP_ABI_HASH
#define STP_ABI_HASH 0
#endif

extern struct module __this_module;
int init_module(void);
void cleanup_module(void);

#define SCRIPT(script_name, probe_list, ...)                                                       \
	static struct stp_script script = {                                                        \
		.abi = STP_ABI_HASH, .name = script_name, .owner = &__this_module,                 \
		.probes = probe_list, .n_probes = sizeof(probe_list) / sizeof(probe_list[0]),      \
		.string_size = MAXSTRINGLEN, .frame_size = 8192, .max_action = MAXACTION_INTERRUPTIBLE,          \
		.max_errors = MAXERRORS, .max_skipped = MAXSKIPPED, .max_nesting = MAXNESTING,     \
		.max_trylock = MAXTRYLOCK, .trylock_delay = TRYLOCKDELAY,                          \
		.min_stack = MINSTACKSPACE, .overload_interval = STP_OVERLOAD_INTERVAL,            \
		.overload_threshold = STP_OVERLOAD_THRESHOLD, __VA_ARGS__                          \
	};                                                                                         \
	static int script_init(void)                                                               \
	{                                                                                          \
		return stp_script_register(&script);                                               \
	}                                                                                          \
	static void script_exit(void)                                                              \
	{                                                                                          \
		stp_script_unregister(&script);                                                    \
	}                                                                                          \
	int init_module(void) __attribute__((alias("script_init")));                               \
	void cleanup_module(void) __attribute__((alias("script_exit")));                           \
	static void *address_init __attribute__((used, section(".init.data"))) = (void *)&init_module; \
	static void *address_exit __attribute__((used, section(".exit.data"))) = (void *)&cleanup_module; \
	MODINFO(license, "GPL")

#define GLOBALS(list) .globals = list, .n_globals = sizeof(list) / sizeof(list[0])

/* One record of longs. */
static inline void print1(struct stp_ctx *c, u32 format, s64 a)
{
	u64 *at = stp_print(c, format, 8);

	if (at)
		at[0] = a;
}
static inline void print3(struct stp_ctx *c, u32 format, s64 a, s64 b, s64 d)
{
	u64 *at = stp_print(c, format, 24);

	if (at) {
		at[0] = a;
		at[1] = b;
		at[2] = d;
	}
}
static inline bool ours(struct stp_ctx *c)
{
	return stp_pid(c) == c->target;
}

#endif
