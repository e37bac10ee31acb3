/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * printf of the language, one source for the kernel (sprintf) and for user space (text of the records).
 *
 * Conversions: %d %i %u %x %X %o %b %c %p %s %m %M %% with flags 0 + - space #, width and precision (also
 * as *); l and h are ignored. What each does with odd flags is in doc/LANGUAGE.md: it is SystemTap's way.
 */
#ifndef STP_FORMAT_H
#define STP_FORMAT_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#endif

enum stp_conv {
	STP_CONV_LITERAL,  /* text between conversions */
	STP_CONV_SIGNED,   /* d i */
	STP_CONV_UNSIGNED, /* u */
	STP_CONV_OCTAL,
	STP_CONV_HEX,
	STP_CONV_HEX_UPPER,
	STP_CONV_BINARY,   /* b: raw bytes of the number, `precision` or `width` of them (1, 2, 4, 8) */
	STP_CONV_CHAR,
	STP_CONV_POINTER,
	STP_CONV_STRING,
	STP_CONV_MEMORY,     /* m: raw bytes at an address */
	STP_CONV_MEMORY_HEX, /* M: the same as hex digits */
	STP_CONV_END,
	STP_CONV_BAD,
};

#define STP_FLAG_ZERO  1u
#define STP_FLAG_PLUS  2u
#define STP_FLAG_MINUS 4u
#define STP_FLAG_SPACE 8u
#define STP_FLAG_SHARP 16u

struct stp_spec {
	enum stp_conv conv;
	unsigned flags;
	int width, precision;            /* -1: not given */
	bool width_arg, precision_arg;   /* `*`: an argument of type long stands before the value */
	const char *text;                /* LITERAL: where it starts; BAD: the offending place */
	size_t text_len;
};

/* Reads the next piece of a format; returns where to go on. "%%" comes as a LITERAL "%". */
const char *stp_spec_next(const char *format, struct stp_spec *spec);
static inline bool stp_spec_is_long(const struct stp_spec *s)
{
	return (s->conv >= STP_CONV_SIGNED && s->conv <= STP_CONV_POINTER);
}
static inline bool stp_spec_has_value(const struct stp_spec *s)
{
	return s->conv > STP_CONV_LITERAL && s->conv < STP_CONV_END;
}

/* One argument. For %m and %M, `s` and `len` are the bytes, fetched already. */
struct stp_value {
	long long n;
	const char *s;
	unsigned len;
};

/*
 * Renders one conversion. Writes at most `size` bytes, no NUL, and returns how many it wrote. width and
 * precision given by `*` must have been put into the spec.
 */
size_t stp_spec_render(const struct stp_spec *spec, const struct stp_value *value, char *out, size_t size);
/*
 * Renders a whole format with its arguments (those of `*` among them, in order). Always ends with a NUL when
 * size > 0; returns the length without it. Arguments that are missing count as 0 and "".
 */
size_t stp_format(char *out, size_t size, const char *format, const struct stp_value *args, unsigned n_args);

#endif
