/* SPDX-License-Identifier: GPL-2.0-or-later */
/* text_str() and its family: bytes as text that can stand in a line. */
#include "env.h"
#include "stp.h"

#define QUOTES 2
#define DOTS 3

static const char escapes[128] = {
	['\a'] = 'a', ['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't', ['\v'] = 'v',
	['"'] = '"', ['\\'] = '\\',
};

/* How `b` is written: 1, 2 or 4 bytes into out. */
static u32 escape(u8 b, char out[4])
{
	if (b >= 0x20 && b < 0x7f && !escapes[b]) {
		out[0] = (char)b;
		return 1;
	}
	out[0] = '\\';
	if (b < 0x80 && escapes[b]) {
		out[1] = escapes[b];
		return 2;
	}
	out[1] = (char)('0' + (b >> 6));
	out[2] = (char)('0' + (b >> 3 & 7));
	out[3] = (char)('0' + (b & 7));
	return 4;
}

/* The next byte; 0 at the end of the string or where memory cannot be read. */
static u8 byte_at(const char *src, bool user, u64 address, u32 i)
{
	u8 b = 0;

	if (src)
		return (u8)src[i];
	if (user ? stp_copy_user(&b, address + i, 1) : stp_copy_kernel(&b, address + i, 1))
		return 0;
	return b;
}

/*
 * At most n bytes in all (0: as many as fit), quotes and dots among them. `fits` remembers how much can stay
 * when the dots are needed.
 */
void stp_string_quoted(char *dst, u32 size, const char *src, u32 n, bool quotes, bool user, u64 address)
{
	u32 at = 0, fits = 0, i, room = n && n < size ? n : size - 1;
	u32 dots = quotes && room >= QUOTES + DOTS ? DOTS : 0;
	bool whole = false;

	if (quotes && room < QUOTES)
		quotes = false;
	room -= quotes ? QUOTES : 0;
	if (quotes)
		*dst++ = '"';
	for (i = 0;; i++) {
		char text[4];
		u8 b = byte_at(src, user, address, i);
		u32 len = escape(b, text);

		whole = !b;
		if (whole || at + len > room)
			break;
		memcpy(dst + at, text, len);
		at += len;
		if (at + dots <= room)
			fits = at;
	}
	if (!whole)
		at = fits;
	if (quotes)
		dst[at++] = '"';
	if (!whole) {
		memcpy(dst + at, "...", dots);
		at += dots;
	}
	dst[at] = 0;
}
EXPORT_SYMBOL_GPL(stp_string_quoted);
