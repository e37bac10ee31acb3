/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Strings by words: they are what handlers spend most on. An aligned word never crosses a page, so what is
 * read behind a string's NUL is mapped; where even that is forbidden (env.h's STP_READS_WORDS), it is done
 * by bytes. The NUL is found as in "Hacker's Delight", 6-1: the lowest byte that is 0 is the lowest with its
 * top bit set.
 */
#ifndef STP_WORDS_H
#define STP_WORDS_H

#include "env.h"
#include "mix.h"

#define STP_SMALLEST_PAGE 4096

static __always_inline u64 stp_word_zero(u64 word)
{
	BUILD_BUG_ON(__BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__);
	return (word - 0x0101010101010101) & ~word & 0x8080808080808080;
}

/* `zero`, not 0, is stp_word_zero()'s. The index of the NUL; and a mask of the bytes before it. */
static __always_inline u32 stp_zero_at(u64 zero)
{
	return (u32)__builtin_ctzll(zero) / 8;
}

static __always_inline u64 stp_zero_before(u64 zero)
{
	return ((zero - 1) & ~zero) >> 7;
}

static inline u32 stp_strnlen(const char *s, u32 max)
{
	u32 before = (unsigned long)s % 8;
	const u64 *at = (const u64 *)(s - before);
	s64 len = -(s64)before;
	u64 word, zero;

	if (!STP_READS_WORDS)
		return (u32)strnlen(s, max);
	word = *at | ~(~0ull << 8 * before);
	while (!(zero = stp_word_zero(word))) {
		len += 8;
		if (len >= max)
			return max;
		word = *++at;
	}
	len += stp_zero_at(zero);
	return len < max ? (u32)len : max;
}

/*
 * Hashes a string that is aligned, as those in frames are, and shorter than `size`. Returns its length and
 * 1, and the last word, the bytes from the NUL on zero; or 0: it is another kind of string, and the hash is
 * as it was.
 */
static __always_inline u32 stp_text_words(const char *s, u32 size, u64 *hash, u64 *ret_last)
{
	u64 h = *hash, word, zero;
	u32 n;

	if (!STP_READS_WORDS || stp_unlikely((unsigned long)s % 8))
		return 0;
	for (n = 0; stp_likely(n + 8 <= size); n += 8) {
		word = *(const u64 *)(s + n);
		zero = stp_word_zero(word);
		if (zero) {
			*ret_last = word & stp_zero_before(zero);
			*hash = stp_mix(h, *ret_last);
			return n + stp_zero_at(zero) + 1;
		}
		h = stp_mix(h, word);
	}
	return 0;
}

/*
 * How many bytes at the beginning are the same, without a NUL among them: whole words, or all that matters
 * when the strings are equal up to their NUL, which it then is the index of. No word is read that crosses
 * into another page.
 */
static inline u32 stp_same_words(const char *a, const char *b)
{
	u32 n = 0;

	if (!STP_READS_WORDS)
		return 0;
	while ((unsigned long)(a + n) % STP_SMALLEST_PAGE <= STP_SMALLEST_PAGE - 8 &&
	       (unsigned long)(b + n) % STP_SMALLEST_PAGE <= STP_SMALLEST_PAGE - 8) {
		u64 x = *(const u64 *)(a + n), y = *(const u64 *)(b + n), zero = stp_word_zero(x);

		if (zero)
			return (x ^ y) & stp_zero_before(zero) ? n : n + stp_zero_at(zero);
		if (x != y)
			return n;
		n += 8;
	}
	return n;
}

#endif
