/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory of the kernel and of the task that was hit. Every access may fault and says so; nothing sleeps. */
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/uaccess.h>
#include "stp.h"

#define CHUNK 64u

static s64 extend(u64 v, u32 size, bool is_signed)
{
	u32 shift = 64 - 8 * size;

	return is_signed ? (s64)(v << shift) >> shift : (s64)(v << shift >> shift);
}

static s64 load_failed(struct stp_ctx *c, const char *what, u64 address, const char *place)
{
	if (place)
		stp_errorf(c, "%s fault at 0x%llx near %s", what, address, place);
	else
		stp_errorf(c, "%s fault at 0x%llx", what, address);
	return 0;
}

int stp_copy_kernel(void *dst, u64 address, u32 n)
{
	return copy_from_kernel_nofault(dst, (void *)address, n) ? -EFAULT : 0;
}
EXPORT_SYMBOL_GPL(stp_copy_kernel);

int stp_copy_user(void *dst, u64 address, u32 n)
{
	return copy_from_user_nofault(dst, (const void __user *)address, n) ? -EFAULT : 0;
}
EXPORT_SYMBOL_GPL(stp_copy_user);

s64 stp_load_kernel(struct stp_ctx *c, u64 address, u32 size, bool is_signed, const char *place)
{
	u64 v = 0;

	if (unlikely(size > 8 || copy_from_kernel_nofault(&v, (void *)address, size)))
		return load_failed(c, "kernel read", address, place);
	return extend(v, size, is_signed);
}
EXPORT_SYMBOL_GPL(stp_load_kernel);

s64 stp_load_user(struct stp_ctx *c, u64 address, u32 size, bool is_signed, const char *place)
{
	u64 v = 0;

	if (unlikely(size > 8 || copy_from_user_nofault(&v, (const void __user *)address, size)))
		return load_failed(c, "user read", address, place);
	return extend(v, size, is_signed);
}
EXPORT_SYMBOL_GPL(stp_load_user);

/* What is not writable faults: text and read-only data stay as they are. copy_to_kernel_nofault() is not
 * exported; its body is this. */
static int store_kernel(u64 address, u32 size, u64 value)
{
	if (address < TASK_SIZE_MAX)
		return -EFAULT;
	pagefault_disable();
	switch (size) {
	case 1:
		__put_kernel_nofault((void *)address, &value, u8, fault);
		break;
	case 2:
		__put_kernel_nofault((void *)address, &value, u16, fault);
		break;
	case 4:
		__put_kernel_nofault((void *)address, &value, u32, fault);
		break;
	case 8:
		__put_kernel_nofault((void *)address, &value, u64, fault);
		break;
	default:
		goto fault;
	}
	pagefault_enable();
	return 0;

fault:
	pagefault_enable();
	return -EFAULT;
}

void stp_store_kernel(struct stp_ctx *c, u64 address, u32 size, u64 value, const char *place)
{
	if (store_kernel(address, size, value))
		load_failed(c, "kernel write", address, place);
}
EXPORT_SYMBOL_GPL(stp_store_kernel);

void stp_store_user(struct stp_ctx *c, u64 address, u32 size, u64 value, const char *place)
{
	if (size > 8 || copy_to_user_nofault((void __user *)address, &value, size))
		load_failed(c, "user write", address, place);
}
EXPORT_SYMBOL_GPL(stp_store_user);

/* Bytes from here that can be read without touching another page: what follows a string may not be
 * mapped. */
static u32 chunk_at(u64 address, u32 left)
{
	u32 to_page = (u32)(PAGE_SIZE - (address & (PAGE_SIZE - 1)));

	return min3(left, CHUNK, to_page);
}

static int string_copy(char *dst, u32 size, u64 address, u32 n, int (*copy)(void *dst, u64 address, u32 n))
{
	u32 at = 0, left = min(n, size - 1), part, len;

	dst[0] = 0;
	while (left) {
		part = chunk_at(address + at, left);
		if (copy(dst + at, address + at, part)) {
			dst[0] = 0;
			return -EFAULT;
		}
		len = (u32)strnlen(dst + at, part);
		at += len;
		left -= part;
		if (len < part)
			break;
	}
	dst[at] = 0;
	return 0;
}

int stp_string_kernel(char *dst, u32 size, u64 address, u32 n)
{
	return string_copy(dst, size, address, n, stp_copy_kernel);
}
EXPORT_SYMBOL_GPL(stp_string_kernel);

int stp_string_user(char *dst, u32 size, u64 address, u32 n)
{
	return string_copy(dst, size, address, n, stp_copy_user);
}
EXPORT_SYMBOL_GPL(stp_string_user);

u64 *stp_put_memory(u64 *at, u64 address, u32 n)
{
	u32 room = stp_string_room(n);
	char *to = (char *)at + 4;
	int r;

	at[room / 8 - 1] = 0;
	*(u32 *)at = n;
	r = address >= TASK_SIZE_MAX ? stp_copy_kernel(to, address, n) : stp_copy_user(to, address, n);
	if (r)
		memset(to, 0, n);
	return at + room / 8;
}
EXPORT_SYMBOL_GPL(stp_put_memory);
