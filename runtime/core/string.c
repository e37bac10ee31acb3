/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stp.h"
#include "words.h"

u32 stp_str_len(const char *s, u32 size)
{
	return stp_strnlen(s, size);
}
EXPORT_SYMBOL_GPL(stp_str_len);

void stp_str_copy(char *dst, const char *src, u32 size)
{
	u32 n = stp_strnlen(src, size - 1);

	if (dst == src)
		return;
	memcpy(dst, src, n);
	dst[n] = 0;
}
EXPORT_SYMBOL_GPL(stp_str_copy);

/* s .= s works: how much comes is known before anything is written. */
void stp_str_cat(char *dst, const char *more, u32 size)
{
	u32 at = stp_strnlen(dst, size - 1);
	u32 n = stp_strnlen(more, size - 1 - at);

	memmove(dst + at, more, n);
	dst[at + n] = 0;
}
EXPORT_SYMBOL_GPL(stp_str_cat);

int stp_str_cmp(const char *a, const char *b)
{
	u32 same = stp_same_words(a, b);

	for (a += same, b += same; *a && *a == *b; a++, b++)
		;
	return (int)(u8)*a - (int)(u8)*b;
}
EXPORT_SYMBOL_GPL(stp_str_cmp);
