/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Doubles as decimal text and back, both exact. Every double has a finite decimal expansion: its whole part
 * is made by dividing by 10^9 again and again, what is behind the point by multiplying. Reading looks for
 * the double on both sides of which the text's value lies nearer to it: the text is held against the
 * expansion of what is half way between two neighbours, digit by digit, so that no digit of it is too many.
 */
#include "env.h"
#include "stp.h"
#include "fp.h"

#define WORDS 35  /* of 32 bits: up to 2^1025 before the point, 1075 bits behind it */
#define GROUPS 35 /* of nine digits: up to 309 before the point */
#define BILLION 1000000000U
#define EXACT_DIGITS 15 /* a whole number of so many is a double, and so is 10^EXACT_POWER */
#define EXACT_POWER 22

/* The digits of m * 2^e, the most significant first. */
struct digits {
	u32 words[WORDS]; /* what is behind the point: words[low .. n - 1], a fraction of 2^(32 * n) */
	u32 low, n;
	u32 groups[GROUPS]; /* the whole part: the first group last */
	u32 n_groups;
	u32 group, unit;  /* what is left of the group that is being given, and its next digit's weight */
};

static void words_put(u32 *w, u64 v, u32 shift)
{
	u32 at = shift / 32, bits = shift % 32;
	u64 low = v << bits, high = bits ? v >> (64 - bits) : 0;

	w[at] |= (u32)low;
	if (low >> 32)
		w[at + 1] |= (u32)(low >> 32);
	if (high)
		w[at + 2] |= (u32)high;
}

static void take_whole(struct digits *d, u64 m, s32 e)
{
	u32 n = WORDS, i;

	words_put(d->words, e < 0 ? m >> (e > -64 ? -e : 63) : m, e < 0 ? 0 : (u32)e);
	for (;;) {
		u64 rest = 0;

		while (n && !d->words[n - 1])
			n--;
		if (!n)
			return;
		for (i = n; i-- > 0;) {
			rest = rest << 32 | d->words[i];
			d->words[i] = (u32)(rest / BILLION);
			rest %= BILLION;
		}
		d->groups[d->n_groups++] = (u32)rest;
	}
}

static void digits_begin(struct digits *d, u64 m, s32 e)
{
	memset(d, 0, sizeof(*d));
	take_whole(d, m, e);
	if (e >= 0)
		return;
	if (e > -64)
		m &= (1ULL << -e) - 1;
	d->n = (u32)(31 - e) / 32;
	words_put(d->words, m, 32 * d->n - (u32)-e);
}

static bool digits_end(struct digits *d)
{
	while (d->low < d->n && !d->words[d->low])
		d->low++;
	return !d->n_groups && !d->group && d->low == d->n;
}

static u32 next_group(struct digits *d)
{
	u64 carry = 0;
	u32 i;

	if (d->n_groups)
		return d->groups[--d->n_groups];
	for (i = d->low; i < d->n; i++) {
		carry += (u64)d->words[i] * BILLION;
		d->words[i] = (u32)carry;
		carry >>= 32;
	}
	return (u32)carry;
}

static u32 digits_next(struct digits *d)
{
	u32 digit;

	if (!d->unit) {
		d->group = next_group(d);
		d->unit = BILLION / 10;
	}
	digit = d->group / d->unit;
	d->group %= d->unit;
	d->unit /= 10;
	return digit;
}

/* m and e of a finite double. */
static u64 taken_apart(u64 a, s32 *e)
{
	s32 exponent = (s32)(a >> 52 & 0x7ff);

	*e = (exponent ? exponent : 1) - FP_BIAS - 52;
	return (a & FP_FRACTION) | (exponent ? FP_FRACTION + 1 : 0);
}

/* ------------------------------------------------------------------ to text */

struct text {
	char *s;
	u32 n, size;
};

static void text_put(struct text *t, char c)
{
	if (t->n + 1 < t->size)
		t->s[t->n++] = c;
}

/* One more in the last place; `from`: where the digits begin. */
static void text_round_up(struct text *t, u32 from)
{
	u32 i = t->n;

	while (i > from) {
		char *c = &t->s[--i];

		if (*c == '.')
			continue;
		if (*c != '9') {
			++*c;
			return;
		}
		*c = '0';
	}
	if (t->n + 1 < t->size)
		t->n++;
	memmove(t->s + from + 1, t->s + from, t->n - from - 1);
	t->s[from] = '1';
}

static void put_digits(struct text *t, struct digits *d, s64 precision)
{
	u32 from = t->n, whole = 9 * d->n_groups, digit;
	char last;

	while (whole-- > 0) {
		digit = digits_next(d);
		if (digit || t->n > from)
			text_put(t, (char)('0' + digit));
	}
	if (t->n == from)
		text_put(t, '0');
	last = t->n > from ? t->s[t->n - 1] : '0';
	if (precision > 0)
		text_put(t, '.');
	for (; precision > 0 && t->n + 1 < t->size; precision--) {
		last = (char)('0' + digits_next(d));
		text_put(t, last);
	}
	if (t->n + 1 >= t->size)
		return; /* it is cut anyway */
	digit = digits_next(d);
	if (digit > 5 || (digit == 5 && (!digits_end(d) || (last & 1))))
		text_round_up(t, from);
}

void stp_fp_to_text(char *dst, u32 size, u64 a, s64 precision)
{
	struct text t = { dst, 0, size };
	struct digits d;
	u64 m;
	s32 e;

	if ((a & ~FP_SIGN) >= FP_INFINITY) {
		stp_str_copy(dst, (a & ~FP_SIGN) > FP_INFINITY ? "nan" : a & FP_SIGN ? "-inf" : "inf", size);
		return;
	}
	if (a & FP_SIGN)
		text_put(&t, '-');
	m = taken_apart(a, &e);
	digits_begin(&d, m, e);
	put_digits(&t, &d, precision);
	dst[t.n] = 0;
}
EXPORT_SYMBOL_GPL(stp_fp_to_text);

/* ------------------------------------------------------------------ from text */

/* 0.DIGITS * 10^exponent; the first digit is not 0. */
struct decimal {
	const char *digits, *end; /* a point may stand between them */
	u32 n;                    /* 0: the number is zero */
	s32 exponent;
	bool any;                 /* there was a digit */
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* exponent = ("e" | "E") ("+" | "-")? digit+ ; anything else is none. */
static s32 read_exponent(const char *s)
{
	bool negative = s[0] && s[1] == '-';
	s32 n = 0;

	if ((s[0] | 0x20) != 'e')
		return 0;
	for (s += 1 + (s[1] == '-' || s[1] == '+'); is_digit(*s); s++)
		if (n < 100000)
			n = n * 10 + (*s - '0');
	return negative ? -n : n;
}

static struct decimal read_decimal(const char *s)
{
	struct decimal d = { NULL };
	bool point = false;

	for (; is_digit(*s) || (*s == '.' && !point); s++) {
		if (*s == '.') {
			point = true;
			continue;
		}
		d.any = true;
		if (!d.n && *s == '0') {
			d.exponent -= point;
			continue;
		}
		if (!d.n)
			d.digits = s;
		d.n++;
		d.end = s + 1;
		d.exponent += !point;
	}
	d.exponent += read_exponent(s);
	return d;
}

static u32 decimal_next(struct decimal *d)
{
	if (d->digits < d->end && *d->digits == '.')
		d->digits++;
	return d->digits < d->end ? (u32)(*d->digits++ - '0') : 0;
}

/* Below, at or above m * 2^e: < 0, 0, > 0. */
static int decimal_compare(struct decimal text, u64 m, s32 e)
{
	struct digits d;
	s32 exponent;
	u32 first;

	digits_begin(&d, m, e);
	exponent = 9 * (s32)d.n_groups;
	while (!(first = digits_next(&d)))
		exponent--;
	if (text.exponent != exponent)
		return text.exponent < exponent ? -1 : 1;
	for (;;) {
		u32 digit = decimal_next(&text);

		if (digit != first)
			return digit < first ? -1 : 1;
		if (text.digits >= text.end)
			return digits_end(&d) ? 0 : -1;
		first = digits_next(&d);
	}
}

/* A whole number times or by a power of ten, both doubles: one rounding. */
static bool decimal_is_easy(const struct decimal *d)
{
	s32 power = d->exponent - (s32)d->n;

	return d->n <= EXACT_DIGITS && power >= -EXACT_POWER && power <= EXACT_POWER;
}

static u64 easy_value(struct decimal d)
{
	s32 power = d.exponent - (s32)d.n, i;
	u64 ten = stp_fp_from_long(1), value;
	s64 whole = 0;
	u32 n;

	for (n = d.n; n > 0; n--)
		whole = whole * 10 + decimal_next(&d);
	value = stp_fp_from_long(whole);
	for (i = power < 0 ? -power : power; i > 0; i--)
		ten = stp_fp_mul(ten, stp_fp_from_long(10));
	return power < 0 ? stp_fp_div(value, ten) : stp_fp_mul(value, ten);
}

static bool reaches_beyond(const struct decimal *d, u64 a)
{
	s32 e;
	u64 m = taken_apart(a, &e);
	int way = decimal_compare(*d, 2 * m + 1, e - 1);

	return way > 0 || (way == 0 && (a & 1));
}

/* A double of about 2^(exponent * log2(10) + more), or `least`. */
static u64 power_near(s32 exponent, s32 more, u64 least)
{
	s32 binary = exponent * 217706 / 65536 + more + FP_BIAS;

	return binary <= 0 ? least : binary >= 0x7ff ? FP_INFINITY : (u64)binary << 52;
}

/* The least double that the text's value does not lie beyond: between it and the next one, nearer to
 * that. */
static u64 nearest(const struct decimal *d)
{
	u64 low, high;

	if (d->exponent < -330 || d->exponent > 310)
		return d->exponent < 0 ? 0 : FP_INFINITY;
	low = power_near(d->exponent - 1, -2, 0);
	high = power_near(d->exponent, 3, FP_FRACTION + 1);
	while (low < high) {
		u64 middle = low + (high - low) / 2;

		if (reaches_beyond(d, middle))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_word(const char *s, const char *word)
{
	while (*word && (*s | 0x20) == *word)
		s++, word++;
	return !*word;
}

u64 stp_fp_from_text(const char *s)
{
	struct decimal d;
	u64 sign;

	while (*s == ' ' || (*s >= '\t' && *s <= '\r'))
		s++;
	sign = *s == '-' ? FP_SIGN : 0;
	s += *s == '-' || *s == '+';
	if (is_word(s, "inf"))
		return sign | FP_INFINITY;
	if (is_word(s, "nan"))
		return sign | FP_INFINITY | 1ULL << 51;
	d = read_decimal(s);
	if (!d.n)
		return d.any ? sign : 0;
	return sign | (decimal_is_easy(&d) ? easy_value(d) : nearest(&d));
}
EXPORT_SYMBOL_GPL(stp_fp_from_text);
