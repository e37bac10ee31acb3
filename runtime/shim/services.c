/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The services of memory.c, task.c, time.c and where.c, for the process that we are. */
#include <stdint.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>
#include "cpu.h"

/* ------------------------------------------------------------------ memory */

/* Reading and writing through the kernel: a bad address is an error, not a crash. */
static int copy(void *here, u64 address, u32 n,
		ssize_t (*how)(pid_t, const struct iovec *, unsigned long, const struct iovec *,
			       unsigned long, unsigned long))
{
	struct iovec local = { here, n }, remote = { (void *)(uintptr_t)address, n };

	return how(getpid(), &local, 1, &remote, 1, 0) == (ssize_t)n ? 0 : -EFAULT;
}

int stp_copy_kernel(void *dst, u64 address, u32 n)
{
	return copy(dst, address, n, process_vm_readv);
}

int stp_copy_user(void *dst, u64 address, u32 n)
{
	return copy(dst, address, n, process_vm_readv);
}

static void fault(struct stp_ctx *c, const char *what, u64 address, const char *place)
{
	stp_errorf(c, "%s fault at 0x%llx near %s", what, address, place ? place : "?");
}

static s64 load(struct stp_ctx *c, u64 address, u32 size, bool is_signed, const char *place,
		const char *what)
{
	u32 shift = 64 - 8 * size;
	u64 v = 0;

	if (size > 8 || copy(&v, address, size, process_vm_readv)) {
		fault(c, what, address, place);
		return 0;
	}
	return is_signed ? (s64)(v << shift) >> shift : (s64)v;
}

s64 stp_load_kernel(struct stp_ctx *c, u64 address, u32 size, bool is_signed, const char *place)
{
	return load(c, address, size, is_signed, place, "kernel read");
}

s64 stp_load_user(struct stp_ctx *c, u64 address, u32 size, bool is_signed, const char *place)
{
	return load(c, address, size, is_signed, place, "user read");
}

void stp_store_kernel(struct stp_ctx *c, u64 address, u32 size, u64 value, const char *place)
{
	if (size > 8 || copy(&value, address, size, process_vm_writev))
		fault(c, "kernel write", address, place);
}

void stp_store_user(struct stp_ctx *c, u64 address, u32 size, u64 value, const char *place)
{
	if (size > 8 || copy(&value, address, size, process_vm_writev))
		fault(c, "user write", address, place);
}

int stp_string_kernel(char *dst, u32 size, u64 address, u32 n)
{
	u32 i;

	for (i = 0; i + 1 < size && i < n; i++)
		if (stp_copy_kernel(dst + i, address + i, 1)) {
			dst[0] = 0;
			return -EFAULT;
		} else if (!dst[i]) {
			return 0;
		}
	dst[i] = 0;
	return 0;
}

int stp_string_user(char *dst, u32 size, u64 address, u32 n)
{
	return stp_string_kernel(dst, size, address, n);
}

u64 *stp_put_memory(u64 *at, u64 address, u32 n)
{
	u32 room = stp_string_room(n);

	memset(at, 0, room);
	*(u32 *)at = n;
	if (stp_copy_user((char *)at + 4, address, n))
		memset((char *)at + 4, 0, n);
	return at + room / 8;
}

/* ------------------------------------------------------------------ the task */

u64 stp_task_ids(void) { return (u64)getpid() << 32 | (u32)gettid(); }
s64 stp_ppid(void) { return getppid(); }
s64 stp_pgrp(void) { return getpgrp(); }
s64 stp_sid(void) { return getsid(0); }
bool stp_task_is_owners(const struct stp_ctx *c) { return c->owner == getuid() && getuid() == geteuid(); }
s64 stp_uid(void) { return getuid(); }
s64 stp_euid(void) { return geteuid(); }
s64 stp_gid(void) { return getgid(); }
s64 stp_egid(void) { return getegid(); }
s64 stp_cpu(void) { return 0; }
u64 stp_task_current(void) { return 0; }
u64 stp_task_find(s64 pid) { return 0; }

void stp_execname(char *dst, u32 size)
{
	stp_str_copy(dst, program_invocation_short_name, size < 16 ? size : 16);
}

/* ------------------------------------------------------------------ time */

static u64 clock_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (u64)t.tv_sec * 1000000000ull + (u64)t.tv_nsec;
}

s64 stp_zone_west(struct stp_ctx *c) { return 0; }
void stp_zone_name(struct stp_ctx *c, char *dst, u32 size) { stp_str_copy(dst, "UTC", size); }
u64 stp_time_ns(void) { return clock_ns(CLOCK_REALTIME); }
u64 stp_monotonic_ns(void) { return clock_ns(CLOCK_MONOTONIC); }
u64 stp_boottime_ns(void) { return clock_ns(CLOCK_BOOTTIME); }
u64 stp_local_clock_ns(void) { return clock_ns(CLOCK_MONOTONIC); }
u64 stp_cycles(void) { return clock_ns(CLOCK_MONOTONIC); }
u64 stp_jiffies(void) { return clock_ns(CLOCK_MONOTONIC) / 4000000; }

u64 stp_random(u64 below)
{
	u64 v = 0;

	if (getrandom(&v, sizeof(v), 0) != sizeof(v))
		return 0;
	return below ? v % below : 0;
}

/* ------------------------------------------------------------------ the hit: there is none */

bool stp_user_mode(struct stp_ctx *c) { return false; }
u64 stp_caller(struct stp_ctx *c) { return 0; }
u64 stp_address(struct stp_ctx *c) { return 0; }
u64 stp_stack_at(struct stp_ctx *c, s64 n) { return 0; }
void stp_stack_text(struct stp_ctx *c, char *dst, u32 size, s64 first, s64 n) { *dst = 0; }

u64 stp_register(struct stp_ctx *c, const char *name)
{
	stp_error(c, "there are no registers at this probe point");
	return 0;
}

void stp_symbol_name(char *dst, u32 size, u64 address, bool with_offset)
{
	snprintf(dst, size, "0x%llx", address);
}
