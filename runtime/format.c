/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One source for the kernel and for user space, so that sprintf() and the text of deferred records cannot
 * differ. Integers only; nothing is allocated; widths are bounded by the room that is left.
 *
 * Where this is not C's printf: `%.0d` of 0 gives "0"; `%#x` of 0 gives "0x0"; a `#` on a number makes the
 * padding blank even with `0`; a negative width through `*` is ignored instead of meaning `-`.
 */
#include "format.h"
#ifdef __KERNEL__
#include <linux/string.h>
#else
#include <string.h>
#endif

#define NUMBER_MAX 1000000 /* widths and precisions above are cut; no output is that long */
#define DIGITS_MAX 24      /* 64 bits in octal, with a sign */

/* ------------------------------------------------------------------ parsing */

static const struct {
	char letter;
	enum stp_conv conv;
} conversions[] = {
	{ 'd', STP_CONV_SIGNED },  { 'i', STP_CONV_SIGNED },    { 'u', STP_CONV_UNSIGNED },
	{ 'o', STP_CONV_OCTAL },   { 'x', STP_CONV_HEX },       { 'X', STP_CONV_HEX_UPPER },
	{ 'b', STP_CONV_BINARY },  { 'c', STP_CONV_CHAR },      { 'p', STP_CONV_POINTER },
	{ 's', STP_CONV_STRING },  { 'm', STP_CONV_MEMORY },    { 'M', STP_CONV_MEMORY_HEX },
};

static unsigned int flag_of(char c)
{
	switch (c) {
	case '0':
		return STP_FLAG_ZERO;
	case '+':
		return STP_FLAG_PLUS;
	case '-':
		return STP_FLAG_MINUS;
	case ' ':
		return STP_FLAG_SPACE;
	case '#':
		return STP_FLAG_SHARP;
	}
	return 0;
}

/* A number or `*`; *value stays as it is when there is neither. */
static const char *parse_number(const char *p, int *value, bool *is_arg)
{
	if (*p == '*') {
		*is_arg = true;
		return p + 1;
	}
	if (*p < '0' || *p > '9')
		return p;
	for (*value = 0; *p >= '0' && *p <= '9'; p++)
		if (*value < NUMBER_MAX)
			*value = *value * 10 + (*p - '0');
	return p;
}

static const char *parse_conversion(const char *start, struct stp_spec *spec)
{
	const char *p = start + 1;
	size_t i;

	for (; flag_of(*p); p++)
		spec->flags |= flag_of(*p);
	p = parse_number(p, &spec->width, &spec->width_arg);
	if (*p == '.') {
		spec->precision = 0;
		p = parse_number(p + 1, &spec->precision, &spec->precision_arg);
	}
	while (*p == 'l' || *p == 'h')
		p++;
	for (i = 0; i < sizeof(conversions) / sizeof(conversions[0]); i++) {
		if (conversions[i].letter == *p) {
			spec->conv = conversions[i].conv;
			return p + 1;
		}
	}
	spec->conv = STP_CONV_BAD;
	spec->text = start;
	spec->text_len = (size_t)(p - start) + (*p ? 1 : 0);
	return start + spec->text_len;
}

const char *stp_spec_next(const char *format, struct stp_spec *spec)
{
	const char *p = format;

	*spec = (struct stp_spec){ .conv = STP_CONV_LITERAL, .width = -1, .precision = -1 };
	if (!*p) {
		spec->conv = STP_CONV_END;
		return p;
	}
	if (*p == '%' && p[1] != '%')
		return parse_conversion(p, spec);
	spec->text = p;
	if (*p == '%') {
		spec->text_len = 1;
		return p + 2;
	}
	while (*p && *p != '%')
		p++;
	spec->text_len = (size_t)(p - format);
	return p;
}

/* ------------------------------------------------------------------ rendering */

struct out {
	char *at, *end;
};

static void put_char(struct out *o, char c)
{
	if (o->at < o->end)
		*o->at++ = c;
}

static void put_bytes(struct out *o, const char *s, size_t n)
{
	size_t room = (size_t)(o->end - o->at);

	if (n > room)
		n = room;
	if (n == 0)
		return; /* s may be NULL */
	memcpy(o->at, s, n);
	o->at += n;
}

static void put_fill(struct out *o, char c, long n)
{
	long room = o->end - o->at;

	if (n > room)
		n = room;
	if (n > 0) {
		memset(o->at, c, (size_t)n);
		o->at += n;
	}
}

/* Blanks before or after, for what is `n` characters long. */
static void put_before(struct out *o, const struct stp_spec *s, size_t n)
{
	if (!(s->flags & STP_FLAG_MINUS))
		put_fill(o, ' ', (long)s->width - (long)n);
}

static void put_after(struct out *o, const struct stp_spec *s, size_t n)
{
	if (s->flags & STP_FLAG_MINUS)
		put_fill(o, ' ', (long)s->width - (long)n);
}

/* Digits from the end of the buffer; returns where they start. */
static char *make_digits(char *end, unsigned long long v, enum stp_conv conv)
{
	const char *digits = conv == STP_CONV_HEX_UPPER ? "0123456789ABCDEF" : "0123456789abcdef";
	char *p = end;

	do {
		if (conv == STP_CONV_OCTAL) {
			*--p = digits[v & 7];
			v >>= 3;
		} else if (conv == STP_CONV_SIGNED || conv == STP_CONV_UNSIGNED) {
			*--p = digits[v % 10];
			v /= 10;
		} else {
			*--p = digits[v & 15];
			v >>= 4;
		}
	} while (v);
	return p;
}

/* What stands before the digits. */
static const char *number_prefix(const struct stp_spec *s, bool negative, bool leading_zero)
{
	if (s->conv == STP_CONV_POINTER)
		return "0x";
	if (s->conv == STP_CONV_SIGNED)
		return negative ? "-" : s->flags & STP_FLAG_PLUS ? "+" : s->flags & STP_FLAG_SPACE ? " " : "";
	if (!(s->flags & STP_FLAG_SHARP))
		return "";
	if (s->conv == STP_CONV_OCTAL)
		return leading_zero ? "" : "0";
	return s->conv == STP_CONV_HEX ? "0x" : s->conv == STP_CONV_HEX_UPPER ? "0X" : "";
}

static void put_number(struct out *o, const struct stp_spec *s, long long n)
{
	bool negative = s->conv == STP_CONV_SIGNED && n < 0;
	unsigned long long v = negative ? 0 - (unsigned long long)n : (unsigned long long)n;
	char buf[DIGITS_MAX], *end = buf + DIGITS_MAX;
	char *digits = make_digits(end, v, s->conv);
	long len = end - digits;
	long zeroes = s->precision > len ? s->precision - len : 0;
	const char *prefix = number_prefix(s, negative, zeroes > 0 || *digits == '0');
	long prefix_len = (long)strlen(prefix);
	bool zero_fill = (s->flags & STP_FLAG_ZERO) && s->precision < 0 &&
			 !(s->flags & (STP_FLAG_MINUS | STP_FLAG_SHARP));

	if (zero_fill && s->width > prefix_len + len)
		zeroes = s->width - prefix_len - len;
	put_before(o, s, (size_t)(prefix_len + zeroes + len));
	put_bytes(o, prefix, (size_t)prefix_len);
	put_fill(o, '0', zeroes);
	put_bytes(o, digits, (size_t)len);
	put_after(o, s, (size_t)(prefix_len + zeroes + len));
}

/* The number's own bytes, as many as the precision, or else the width, says. */
static void put_binary(struct out *o, const struct stp_spec *s, long long n)
{
	int size = s->precision > 0 ? s->precision : s->width;

	if (size != 1 && size != 2 && size != 4)
		size = 8;
	put_before(o, s, (size_t)size);
	put_bytes(o, (const char *)&n, (size_t)size); /* little-endian: the low bytes stand first */
	put_after(o, s, (size_t)size);
}

/* A byte as C writes it: itself, \n, or \ooo. Returns its length. */
static size_t escape(char out[4], unsigned char c)
{
	static const char named[] = "\a\b\t\n\v\f\r\"\\";
	static const char letters[] = "abtnvfr\"\\";
	const char *at = c ? strchr(named, c) : NULL;

	if (!at && c >= 0x20 && c < 0x7f) {
		out[0] = (char)c;
		return 1;
	}
	out[0] = '\\';
	if (at) {
		out[1] = letters[at - named];
		return 2;
	}
	out[1] = (char)('0' + (c >> 6));
	out[2] = (char)('0' + (c >> 3 & 7));
	out[3] = (char)('0' + (c & 7));
	return 4;
}

static void put_escaped(struct out *o, const struct stp_spec *s, const char *bytes, size_t n)
{
	size_t i, len = 0;
	char e[4];

	for (i = 0; i < n; i++)
		len += escape(e, (unsigned char)bytes[i]);
	put_before(o, s, len);
	for (i = 0; i < n; i++)
		put_bytes(o, e, escape(e, (unsigned char)bytes[i]));
	put_after(o, s, len);
}

static void put_text(struct out *o, const struct stp_spec *s, const char *bytes, size_t n, bool escapes)
{
	if (escapes) {
		put_escaped(o, s, bytes, n);
		return;
	}
	put_before(o, s, n);
	put_bytes(o, bytes, n);
	put_after(o, s, n);
}

static void put_memory_hex(struct out *o, const struct stp_spec *s, const char *bytes, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	put_before(o, s, n * 2);
	for (i = 0; i < n; i++) {
		put_char(o, digits[(unsigned char)bytes[i] >> 4]);
		put_char(o, digits[bytes[i] & 15]);
	}
	put_after(o, s, n * 2);
}

size_t stp_spec_render(const struct stp_spec *spec, const struct stp_value *value, char *out, size_t size)
{
	struct out o = { out, out + size };
	size_t n = value->s ? value->len : 0;
	char c = (char)value->n;

	if (spec->precision >= 0 && n > (size_t)spec->precision)
		n = (size_t)spec->precision;
	switch (spec->conv) {
	case STP_CONV_LITERAL:
		put_bytes(&o, spec->text, spec->text_len);
		break;
	case STP_CONV_BINARY:
		put_binary(&o, spec, value->n);
		break;
	case STP_CONV_CHAR:
		put_text(&o, spec, &c, 1, spec->flags & STP_FLAG_SHARP);
		break;
	case STP_CONV_STRING:
		put_text(&o, spec, value->s, n, spec->flags & STP_FLAG_SHARP);
		break;
	case STP_CONV_MEMORY:
		put_text(&o, spec, value->s, n, false);
		break;
	case STP_CONV_MEMORY_HEX:
		put_memory_hex(&o, spec, value->s, n);
		break;
	case STP_CONV_END:
	case STP_CONV_BAD:
		break;
	default:
		put_number(&o, spec, value->n);
	}
	return (size_t)(o.at - out);
}

/* ------------------------------------------------------------------ whole formats */

static const struct stp_value *take(const struct stp_value *args, unsigned int n_args, unsigned int *at)
{
	static const struct stp_value none = { .s = "" };

	return *at < n_args ? &args[(*at)++] : &none;
}

static int star(long long n)
{
	return n < 0 ? -1 : n > NUMBER_MAX ? NUMBER_MAX : (int)n;
}

size_t stp_format(char *out, size_t size, const char *format, const struct stp_value *args,
		  unsigned int n_args)
{
	static const struct stp_value none = { .s = "" };
	struct stp_spec spec;
	unsigned int at = 0;
	size_t len = 0;

	if (size == 0)
		return 0;
	for (format = stp_spec_next(format, &spec); spec.conv != STP_CONV_END;
	     format = stp_spec_next(format, &spec)) {
		const struct stp_value *value = &none;

		if (stp_spec_has_value(&spec)) {
			if (spec.width_arg)
				spec.width = star(take(args, n_args, &at)->n);
			if (spec.precision_arg)
				spec.precision = star(take(args, n_args, &at)->n);
			value = take(args, n_args, &at);
		}
		len += stp_spec_render(&spec, value, out + len, size - 1 - len);
	}
	out[len] = 0;
	return len;
}
