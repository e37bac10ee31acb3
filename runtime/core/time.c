/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Clocks, and random numbers. The fast clocks take no lock and may be read anywhere. */
#include <linux/jiffies.h>
#include <linux/percpu.h>
#include <linux/random.h>
#include <linux/sched/clock.h>
#include <linux/ktime.h>
#include <linux/timex.h>
#include "stp.h"
#include "where.h"
#include "session.h"

u64 stp_time_ns(void)
{
	return ktime_get_real_fast_ns();
}
EXPORT_SYMBOL_GPL(stp_time_ns);

s64 stp_zone_west(struct stp_ctx *c)
{
	return c->session->zone_west;
}
EXPORT_SYMBOL_GPL(stp_zone_west);

void stp_zone_name(struct stp_ctx *c, char *dst, u32 size)
{
	stp_str_copy(dst, c->session->zone, size);
}
EXPORT_SYMBOL_GPL(stp_zone_name);

u64 stp_monotonic_ns(void)
{
	return ktime_get_mono_fast_ns();
}
EXPORT_SYMBOL_GPL(stp_monotonic_ns);

u64 stp_boottime_ns(void)
{
	return ktime_get_boot_fast_ns();
}
EXPORT_SYMBOL_GPL(stp_boottime_ns);

/* local_clock() is not exported before 6.4 or so; on machines with a stable TSC it is this. */
u64 stp_local_clock_ns(void)
{
	return sched_clock();
}
EXPORT_SYMBOL_GPL(stp_local_clock_ns);

u64 stp_cycles(void)
{
	return get_cycles();
}
EXPORT_SYMBOL_GPL(stp_cycles);

u64 stp_jiffies(void)
{
	return jiffies_64;
}
EXPORT_SYMBOL_GPL(stp_jiffies);

/* splitmix64: not for secrets. The kernel's generators take locks that a probe must not wait for. */
static DEFINE_PER_CPU(u64, random_state);

void stp_random_init(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		per_cpu(random_state, cpu) = get_random_u64();
}

u64 stp_random(u64 below)
{
	u64 z = this_cpu_add_return(random_state, 0x9e3779b97f4a7c15ull);

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	z ^= z >> 31;
	return below ? z % below : 0;
}
EXPORT_SYMBOL_GPL(stp_random);
