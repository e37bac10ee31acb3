/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the functions on strings of the tapsets come down to, and the places in error messages. */
#include "cpu.h"

void stp_error_place(struct stp_ctx *c, const char *place)
{
	u32 size = sizeof(c->message);

	if (!c->error || c->error == stp_aborted || strstr(c->error, " near "))
		return;
	if (c->error != c->message)
		stp_str_copy(c->message, c->error, size);
	stp_str_cat(c->message, " near ", size);
	stp_str_cat(c->message, place, size);
	c->error = c->message;
}
EXPORT_SYMBOL_GPL(stp_error_place);

void stp_arg_memory(struct stp_arg *a, char *buf, u64 address, u32 n)
{
	if (stp_copy_kernel(buf, address, n) && stp_copy_user(buf, address, n))
		memset(buf, 0, n);
	a->n = (s64)address;
	a->s = buf;
	a->len = n;
}
EXPORT_SYMBOL_GPL(stp_arg_memory);

void stp_substr(char *dst, u32 size, const char *src, s64 start, s64 n)
{
	u32 len = stp_str_len(src, size), take;

	*dst = 0;
	if (start < 0 || start >= len || n <= 0)
		return;
	take = len - (u32)start;
	if (n < take)
		take = (u32)n;
	memmove(dst, src + start, take);
	dst[take] = 0;
}
EXPORT_SYMBOL_GPL(stp_substr);

s64 stp_str_find(const char *s, const char *part)
{
	const char *at = strstr(s, part);

	return at ? at - s : -1;
}
EXPORT_SYMBOL_GPL(stp_str_find);

static u32 digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return (u32)(c - '0');
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? (u32)(c - 'a' + 10) : 99;
}

s64 stp_str_number(const char *s, s64 base)
{
	bool negative = *s == '-';
	bool hex;
	u64 n = 0;

	s += negative;
	hex = s[0] == '0' && (s[1] | 0x20) == 'x' && digit_value(s[2]) < 16;
	if (base == 0)
		base = hex ? 16 : s[0] == '0' ? 8 : 10;
	if (base == 16 && hex)
		s += 2;
	for (; digit_value(*s) < base && base > 0; s++)
		n = n * (u64)base + digit_value(*s);
	return (s64)(negative ? 0 - n : n);
}
EXPORT_SYMBOL_GPL(stp_str_number);

void stp_str_replace(char *dst, u32 size, const char *src, const char *from, const char *to)
{
	u32 at = 0, n_from = stp_str_len(from, size), n_to = stp_str_len(to, size);

	while (*src && at + 1 < size) {
		u32 n = 1;
		const char *put = src;

		if (n_from && !strncmp(src, from, n_from)) {
			put = to;
			n = n_to < size - 1 - at ? n_to : size - 1 - at;
			src += n_from;
		} else {
			src++;
		}
		memcpy(dst + at, put, n);
		at += n;
	}
	dst[at] = 0;
}
EXPORT_SYMBOL_GPL(stp_str_replace);

static u32 ip6_group(const u8 *a, u32 i)
{
	return (u32)a[2 * i] << 8 | a[2 * i + 1];
}

/* Where the longest run of two groups or more that are 0 begins, and how many they are. */
static u32 ip6_gap(const u8 *a, u32 *ret_n)
{
	u32 i, n = 0, best = 8;

	*ret_n = 1;
	for (i = 0; i < 8; i++) {
		n = ip6_group(a, i) ? 0 : n + 1;
		if (n > *ret_n) {
			*ret_n = n;
			best = i + 1 - n;
		}
	}
	return best;
}

void stp_ip6_text(char *dst, u32 size, const u8 *a)
{
	u32 n_gap, i, gap = ip6_gap(a, &n_gap), at = 0;
	char text[40];

	if (!memcmp(a, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12)) {
		snprintf(text, sizeof(text), "::ffff:%u.%u.%u.%u", a[12], a[13], a[14], a[15]);
		stp_str_copy(dst, text, size);
		return;
	}
	for (i = 0; i < 8; i++) {
		if (i == gap) {
			at += (u32)snprintf(text + at, sizeof(text) - at, i + n_gap == 8 ? "::" : ":");
			i += n_gap - 1;
			continue;
		}
		at += (u32)snprintf(text + at, sizeof(text) - at, "%s%x", i ? ":" : "", ip6_group(a, i));
	}
	stp_str_copy(dst, text, size);
}
EXPORT_SYMBOL_GPL(stp_ip6_text);

void stp_tokenize(struct stp_ctx *c, char *dst, u32 size, const char *s, const char *delimiters)
{
	char *rest = c->frame_end - size;
	u32 from, len;

	if (s)
		stp_str_copy(rest, s, size);
	from = (u32)strspn(rest, delimiters);
	len = (u32)strcspn(rest + from, delimiters);
	memcpy(dst, rest + from, len);
	dst[len] = 0;
	stp_str_copy(dst, dst, size);
	from += len;
	memmove(rest, rest + from, strlen(rest + from) + 1);
}
EXPORT_SYMBOL_GPL(stp_tokenize);
