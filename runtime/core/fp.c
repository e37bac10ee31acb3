/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IEEE doubles without the FPU, which a probe may not touch: the 64 bits of a double are a long of the
 * script. Bit for bit what SSE gives in its default mode (round to nearest, ties to even): also NaNs, of
 * which the first operand's wins, made quiet, and of which the one made up is negative; infinities, zeros of
 * both signs, and what is too small to be normal.
 *
 * A finite number is taken apart into sign, exponent and a significand whose leading bit is bit 62 ("wide"):
 * the lower ten bits are room for what rounding needs to know, the lowest of them is sticky. pack() rounds
 * that.
 */
#include "env.h"
#include "stp.h"
#include "fp.h"

#define QUIET (1ULL << 51)
#define INVALID (FP_SIGN | FP_INFINITY | QUIET)
#define EXTRA 10 /* bits of a wide significand below those of a double */
#define HALF (1ULL << (EXTRA - 1))

struct fp {
	u64 sign;  /* FP_SIGN or 0 */
	s32 exponent; /* biased: of bit 62 */
	u64 wide;  /* 0: the number is zero */
};

static bool is_nan(u64 a)
{
	return (a & ~FP_SIGN) > FP_INFINITY;
}

static bool is_infinite(u64 a)
{
	return (a & ~FP_SIGN) == FP_INFINITY;
}

static u64 nan_of(u64 a, u64 b)
{
	return (is_nan(a) ? a : b) | QUIET;
}

static u64 shift_sticky(u64 v, u32 n)
{
	return n == 0 ? v : n > 63 ? v != 0 : v >> n | ((v << (64 - n)) != 0);
}

static struct fp unpack(u64 a)
{
	struct fp x = { a & FP_SIGN, (s32)(a >> 52 & 0x7ff), a & FP_FRACTION };

	if (x.exponent)
		x.wide |= FP_FRACTION + 1;
	else if (x.wide)
		x.exponent = 1;
	x.wide <<= EXTRA;
	while (x.wide && !(x.wide >> 62)) {
		x.wide <<= 1;
		x.exponent--;
	}
	return x;
}

static u64 pack(u64 sign, s32 exponent, u64 wide)
{
	u64 significand;

	if (!wide)
		return sign;
	while (!(wide >> 62)) {
		wide <<= 1;
		exponent--;
	}
	if (wide >> 63) {
		wide = shift_sticky(wide, 1);
		exponent++;
	}
	if (exponent < 1) {
		wide = shift_sticky(wide, (u32)(1 - exponent));
		exponent = 0;
	}
	significand = (wide + HALF) >> EXTRA;
	if ((wide & (2 * HALF - 1)) == HALF)
		significand &= ~1ULL;
	/* The leading bit, or one that rounding carried up, counts the exponent up. */
	significand += (u64)(exponent ? exponent - 1 : 0) << 52;
	return sign | (significand > FP_INFINITY ? FP_INFINITY : significand);
}

/* ------------------------------------------------------------------ + - */

static u64 add_finite(struct fp a, struct fp b)
{
	if (a.exponent < b.exponent || !a.wide) {
		struct fp swap = a;

		a = b;
		b = swap;
	}
	if (!b.wide)
		return a.wide ? pack(a.sign, a.exponent, a.wide) : a.sign & b.sign;
	b.wide = shift_sticky(b.wide, (u32)(a.exponent - b.exponent));
	if (a.sign == b.sign)
		return pack(a.sign, a.exponent, a.wide + b.wide);
	if (a.wide == b.wide)
		return 0;
	return a.wide > b.wide ? pack(a.sign, a.exponent, a.wide - b.wide)
			       : pack(b.sign, a.exponent, b.wide - a.wide);
}

u64 stp_fp_add(u64 a, u64 b)
{
	if (is_nan(a) || is_nan(b))
		return nan_of(a, b);
	if (is_infinite(a) && is_infinite(b) && a != b)
		return INVALID;
	if (is_infinite(a) || is_infinite(b))
		return is_infinite(a) ? a : b;
	return add_finite(unpack(a), unpack(b));
}
EXPORT_SYMBOL_GPL(stp_fp_add);

u64 stp_fp_sub(u64 a, u64 b)
{
	return stp_fp_add(a, is_nan(b) ? b : b ^ FP_SIGN);
}
EXPORT_SYMBOL_GPL(stp_fp_sub);

/* ------------------------------------------------------------------ * / */

u64 stp_fp_mul(u64 a, u64 b)
{
	struct fp x, y;
	unsigned __int128 product;

	if (is_nan(a) || is_nan(b))
		return nan_of(a, b);
	x = unpack(a);
	y = unpack(b);
	if (is_infinite(a) || is_infinite(b))
		return x.wide && y.wide ? (x.sign ^ y.sign) | FP_INFINITY : INVALID;
	product = (unsigned __int128)x.wide * y.wide;
	return pack(x.sign ^ y.sign, x.exponent + y.exponent - FP_BIAS,
		    (u64)(product >> 62) | (((u64)product << 2) != 0));
}
EXPORT_SYMBOL_GPL(stp_fp_mul);

/* 63 bits of a quotient between 1/2 and 2, the last one sticky. */
static u64 divide(u64 a, u64 b)
{
	u64 q = 0;
	u32 i;

	for (i = 0; i < 63; i++) {
		q <<= 1;
		if (a >= b) {
			a -= b;
			q |= 1;
		}
		a <<= 1;
	}
	return q | (a != 0);
}

u64 stp_fp_div(u64 a, u64 b)
{
	struct fp x, y;
	u64 sign = (a ^ b) & FP_SIGN;

	if (is_nan(a) || is_nan(b))
		return nan_of(a, b);
	if (is_infinite(a))
		return is_infinite(b) ? INVALID : sign | FP_INFINITY;
	if (is_infinite(b))
		return sign;
	x = unpack(a);
	y = unpack(b);
	if (!y.wide)
		return x.wide ? sign | FP_INFINITY : INVALID;
	return pack(sign, x.exponent - y.exponent + FP_BIAS, x.wide ? divide(x.wide, y.wide) : 0);
}
EXPORT_SYMBOL_GPL(stp_fp_div);

/* ------------------------------------------------------------------ remainder, root */

/* a - n * b, with n the integer nearest to a / b, the even one of two: exact. */
u64 stp_fp_rem(u64 a, u64 b)
{
	struct fp x, y;
	bool odd = false;
	s32 n;

	if (is_nan(a) || is_nan(b))
		return nan_of(a, b);
	x = unpack(a);
	y = unpack(b);
	if (is_infinite(a) || (!y.wide && !is_infinite(b)))
		return INVALID;
	if (is_infinite(b) || !x.wide || x.exponent < y.exponent - 1)
		return a;
	for (n = x.exponent - y.exponent; n >= 0; n--) {
		odd = x.wide >= y.wide;
		if (odd)
			x.wide -= y.wide;
		if (n)
			x.wide <<= 1;
	}
	/* Now below b. Twice the remainder against b tells which side is nearer. */
	x.exponent = x.exponent < y.exponent ? x.exponent : y.exponent;
	if (x.exponent < y.exponent)
		y.wide <<= 1;
	if (2 * x.wide > y.wide || (2 * x.wide == y.wide && odd))
		return pack(x.sign ^ FP_SIGN, x.exponent, y.wide - x.wide);
	return pack(x.sign, x.exponent, x.wide);
}
EXPORT_SYMBOL_GPL(stp_fp_rem);

u64 stp_fp_sqrt(u64 a)
{
	struct fp x;
	u64 root = 0, rest = 0;
	s32 exponent, i;

	if (is_nan(a))
		return a | QUIET;
	x = unpack(a);
	if (!x.wide || a == FP_INFINITY)
		return a;
	if (x.sign)
		return INVALID;
	exponent = x.exponent - FP_BIAS;
	if (exponent & 1)
		x.wide <<= 1;
	/* Two bits of the radicand give one of the root. It has bits 62 and 63 before the point. */
	for (i = 0; i < 60; i++) {
		u64 next = root << 2 | 1;

		rest = rest << 2 | x.wide >> 62;
		x.wide <<= 2;
		root <<= 1;
		if (rest >= next) {
			rest -= next;
			root |= 1;
		}
	}
	return pack(0, (exponent >> 1) + FP_BIAS, root << 3 | (rest != 0));
}
EXPORT_SYMBOL_GPL(stp_fp_sqrt);

/* ------------------------------------------------------------------ comparisons */

static s64 order(u64 a)
{
	return a & FP_SIGN ? -(s64)(a & ~FP_SIGN) : (s64)a;
}

bool stp_fp_eq(u64 a, u64 b)
{
	return !is_nan(a) && !is_nan(b) && order(a) == order(b);
}
EXPORT_SYMBOL_GPL(stp_fp_eq);

bool stp_fp_le(u64 a, u64 b)
{
	return !is_nan(a) && !is_nan(b) && order(a) <= order(b);
}
EXPORT_SYMBOL_GPL(stp_fp_le);

bool stp_fp_lt(u64 a, u64 b)
{
	return !is_nan(a) && !is_nan(b) && order(a) < order(b);
}
EXPORT_SYMBOL_GPL(stp_fp_lt);

/* ------------------------------------------------------------------ from and to other numbers */

u64 stp_fp_from_long(s64 n)
{
	u64 sign = n < 0 ? FP_SIGN : 0, wide = n < 0 ? 0 - (u64)n : (u64)n;

	return wide >> 63 ? sign | (u64)(FP_BIAS + 63) << 52 : pack(sign, FP_BIAS + 62, wide);
}
EXPORT_SYMBOL_GPL(stp_fp_from_long);

u64 stp_fp_from_single(u32 a)
{
	u64 sign = (u64)(a >> 31) << 63, fraction = a & 0x7fffff;
	s32 exponent = a >> 23 & 0xff;

	if (exponent == 0xff)
		return sign | FP_INFINITY | fraction << 29 | (fraction ? QUIET : 0);
	if (exponent)
		fraction |= 0x800000;
	return pack(sign, (exponent ? exponent : 1) - 127 + FP_BIAS, fraction << 39);
}
EXPORT_SYMBOL_GPL(stp_fp_from_single);

/* Whether a number whose bits behind the point are `below` (2^63: one half) goes up to the next integer. */
static bool rounds_up(u64 below, bool negative, bool odd, s64 mode)
{
	switch (mode) {
	case FP_TO_ZERO:
		return false;
	case FP_DOWN:
		return negative && below;
	case FP_UP:
		return !negative && below;
	case FP_NEAR_AWAY:
		return below >> 63;
	case FP_TO_ODD:
		return below && !odd;
	default: /* FP_NEAR_EVEN */
		return below > 1ULL << 63 || (below == 1ULL << 63 && odd);
	}
}

s64 stp_fp_to_long(u64 a, s64 mode)
{
	struct fp x = unpack(a);
	s32 down = FP_BIAS + 62 - x.exponent; /* bits of it that are behind the point */
	u64 whole, below, limit = x.sign ? 1ULL << 63 : (1ULL << 63) - 1;

	if (!x.wide)
		return 0;
	if ((a & FP_INFINITY) == FP_INFINITY || down < -1)
		return (s64)(1ULL << 63);
	if (down <= 0) {
		whole = x.wide << -down;
		below = 0;
	} else {
		whole = down > 63 ? 0 : x.wide >> down;
		below = down > 64 ? 1 : down == 64 ? x.wide : x.wide << (64 - down);
	}
	whole += rounds_up(below, x.sign, whole & 1, mode);
	if (whole > limit)
		return (s64)(1ULL << 63);
	return (s64)(x.sign ? 0 - whole : whole);
}
EXPORT_SYMBOL_GPL(stp_fp_to_long);
