/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The services of the core that need a kernel, as fixed answers: results must not change between runs. */
#include "env.h"
#include "stp.h"

/* Kernel memory is what the script may read: a page at a fixed place of this process's own choice. */
static struct {
	char text[64];
	u64 numbers[4];
	s8 negative;
} page = { "text in memory", { 0x1122334455667788, 7, 0, 0 }, -5 };

#define PAGE_ADDRESS 0x100000u

static const char *page_at(u64 address, u32 n)
{
	if (address < PAGE_ADDRESS || address + n > PAGE_ADDRESS + sizeof(page))
		return NULL;
	return (const char *)&page + (address - PAGE_ADDRESS);
}

int stp_copy_kernel(void *dst, u64 address, u32 n)
{
	const char *from = page_at(address, n);

	if (!from)
		return -EFAULT;
	memcpy(dst, from, n);
	return 0;
}

int stp_copy_user(void *dst, u64 address, u32 n)
{
	return stp_copy_kernel(dst, address, n);
}

static s64 load(struct stp_ctx *c, u64 address, u32 size, bool is_signed, const char *place,
                const char *what) {
        u64 v = 0;
	u32 shift = 64 - 8 * size;

	if (!stp_copy_kernel(&v, address, size))
		return is_signed ? (s64)(v << shift) >> shift : (s64)v;
	if (place)
		stp_errorf(c, "%s fault at 0x%llx near %s", what, address, place);
	else
		stp_errorf(c, "%s fault at 0x%llx", what, address);
	return 0;
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
	stp_errorf(c, "kernel write fault at 0x%llx near %s", address, place);
}

void stp_store_user(struct stp_ctx *c, u64 address, u32 size, u64 value, const char *place)
{
	stp_store_kernel(c, address, size, value, place);
}

int stp_string_kernel(char *dst, u32 size, u64 address, u32 n)
{
	u32 i;

	for (i = 0; i < n && i + 1 < size; i++) {
		dst[i] = 0;
		if (stp_copy_kernel(&dst[i], address + i, 1))
			return -EFAULT;
		if (!dst[i])
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
	stp_copy_kernel((char *)at + 4, address, n);
	return at + room / 8;
}

void stp_execname(char *dst, u32 size)
{
	stp_str_copy(dst, "testprog", size);
}

void stp_symbol_name(char *dst, u32 size, u64 address, bool with_offset)
{
	snprintf(dst, size, with_offset ? "symbol_%llx+0x0/0x10" : "symbol_%llx", address);
}

u64 stp_register(struct stp_ctx *c, const char *name)
{
	stp_errorf(c, "there is no register '%s'", name);
	return 0;
}

/* One nanosecond per look. */
static u64 now = 1700000000123456789;

s64 stp_zone_west(struct stp_ctx *c) { return -7200; }
void stp_zone_name(struct stp_ctx *c, char *dst, u32 size) { stp_str_copy(dst, "EET", size); }
u64 stp_time_ns(void) { return now++; }
u64 stp_monotonic_ns(void) { return now++; }
u64 stp_boottime_ns(void) { return now++; }
u64 stp_local_clock_ns(void) { return now++; }
u64 stp_cycles(void) { return now++; }
u64 stp_jiffies(void) { return 4294937296; }
u64 stp_random(u64 below) { return below / 2; }
u64 stp_task_ids(void) { return 42ull << 32 | 43; }
s64 stp_ppid(void) { return 41; }
s64 stp_pgrp(void) { return 40; }
s64 stp_sid(void) { return 39; }
s64 stp_uid(void) { return 1000; }
s64 stp_euid(void) { return 1001; }
s64 stp_gid(void) { return 100; }
s64 stp_egid(void) { return 101; }
s64 stp_cpu(void) { return 0; }
u64 stp_task_current(void) { return 0xffff888000001000; }
u64 stp_user_register(struct stp_ctx *c, const char *name) { stp_errorf(c, "there is no register '%s'", name); return 0; }
void stp_set_function_arg(struct stp_ctx *c, u32 n, u64 value) { c->args = NULL; }
void stp_set_result(struct stp_ctx *c, u32 n, u64 value) { c->result = value; }
bool stp_user_mode(struct stp_ctx *c) { return false; }
u64 stp_caller(struct stp_ctx *c) { return 0; }
u64 stp_address(struct stp_ctx *c) { return 0; }
u64 stp_stack_at(struct stp_ctx *c, s64 n) { return 0; }
void stp_stack_text(struct stp_ctx *c, char *dst, u32 size, s64 first, s64 n) { *dst = 0; }
