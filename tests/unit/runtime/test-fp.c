/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The arithmetic without an FPU, held against the FPU of the machine that runs the tests, bit for bit. */
#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include "script.h"

#define ROUNDS 400000

static uint64_t state = 0x9e3779b97f4a7c15;

static uint64_t random64(void) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        return state;
}

static double as_double(uint64_t bits) {
        double d;
        memcpy(&d, &bits, sizeof(d));
        return d;
}

static uint64_t bits_of(double d) {
        uint64_t bits;
        memcpy(&bits, &d, sizeof(bits));
        return bits;
}

static const uint64_t edges[] = {
        0, 1, 2, 3, 0xfffffffffffff, 0xffffffffffffe, 0x10000000000000, 0x10000000000001, 0x1fffffffffffff,
        0x20000000000000, 0x3ca0000000000000, 0x3cb0000000000000, 0x3fdfffffffffffff, 0x3fe0000000000000,
        0x3fe0000000000001, 0x3fefffffffffffff, 0x3ff0000000000000, 0x3ff0000000000001, 0x3ff8000000000000,
        0x4000000000000000, 0x4004000000000000, 0x4008000000000000, 0x4024000000000000, 0x433fffffffffffff,
        0x4340000000000000, 0x4340000000000001, 0x43dfffffffffffff, 0x43e0000000000000, 0x43e0000000000001,
        0x7fdfffffffffffff, 0x7fe0000000000000, 0x7fefffffffffffff, 0x7ff0000000000000, 0x7ff0000000000001,
        0x7ff4000000000000, 0x7ff7ffffffffffff, 0x7ff8000000000000, 0x7ff8000000000123, 0x7fffffffffffffff,
};
#define N_EDGES (2 * sizeof(edges) / sizeof(edges[0]))

static uint64_t edge(size_t i) {
        return edges[i / 2] | (uint64_t) (i & 1) << 63;
}

/* Any bits, near 1, small whole numbers, close to denormals, with few bits set: what is likely to go
 * wrong. */
static uint64_t operand(void) {
        uint64_t r = random64();
        switch (random64() % 6) {
        case 0:
                return (r & ~(0x7ffULL << 52)) | (1023 - 30 + r % 60) << 52;
        case 1:
                return bits_of((double) (int64_t) (r % 2001 - 1000) / (double) (1 << (r >> 60)));
        case 2:
                return (r & 0x800fffffffffffff) | (r >> 20 & 3) << 52;
        case 3:
                return r & random64() & random64();
        case 4:
                return edge(r % N_EDGES);
        default:
                return r;
        }
}

/* ------------------------------------------------------------------ two operands */

typedef double (*Host)(double a, double b);
static double host_add(double a, double b) { __asm__("addsd %1, %0" : "+x"(a) : "x"(b)); return a; }
static double host_sub(double a, double b) { __asm__("subsd %1, %0" : "+x"(a) : "x"(b)); return a; }
static double host_mul(double a, double b) { __asm__("mulsd %1, %0" : "+x"(a) : "x"(b)); return a; }
static double host_div(double a, double b) { __asm__("divsd %1, %0" : "+x"(a) : "x"(b)); return a; }

static const struct {
        const char *name;
        u64 (*ours)(u64 a, u64 b);
        Host host;
} binary[] = {
        { "+", stp_fp_add, host_add },
        { "-", stp_fp_sub, host_sub },
        { "*", stp_fp_mul, host_mul },
        { "/", stp_fp_div, host_div },
};

static void check_binary(uint64_t a, uint64_t b) {
        for (size_t i = 0; i < sizeof(binary) / sizeof(binary[0]); i++) {
                TEST_CASE("%016" PRIx64 " %s %016" PRIx64, a, binary[i].name, b);
                ASSERT_EQ(binary[i].ours(a, b), bits_of(binary[i].host(as_double(a), as_double(b))));
        }
        TEST_CASE("%016" PRIx64 " ? %016" PRIx64, a, b);
        ASSERT_EQ(stp_fp_eq(a, b), as_double(a) == as_double(b));
        ASSERT_EQ(stp_fp_le(a, b), as_double(a) <= as_double(b));
        ASSERT_EQ(stp_fp_lt(a, b), as_double(a) < as_double(b));
}

/* remainder() of the C library takes no care which NaN it gives, nor of the sign of a zero: that is the
 * dividend's. */
static void check_rem(uint64_t a, uint64_t b) {
        TEST_CASE("%016" PRIx64 " rem %016" PRIx64, a, b);
        double want = remainder(as_double(a), as_double(b));
        uint64_t have = stp_fp_rem(a, b);
        if (isnan(want))
                ASSERT(isnan(as_double(have)));
        else
                ASSERT_EQ(have, want == 0 ? a & 1ULL << 63 : bits_of(want));
}

TEST(two_operands) {
        for (size_t i = 0; i < N_EDGES; i++)
                for (size_t k = 0; k < N_EDGES; k++) {
                        check_binary(edge(i), edge(k));
                        check_rem(edge(i), edge(k));
                }
        for (int i = 0; i < ROUNDS; i++) {
                uint64_t a = operand(), b = operand();
                check_binary(a, b);
                check_binary(a, a ^ (random64() & 7));
                if (i % 16 == 0)
                        check_rem(a, b);
        }
}

/* ------------------------------------------------------------------ one operand */

static double host_sqrt(double a) { double r; __asm__("sqrtsd %1, %0" : "=x"(r) : "x"(a)); return r; }
static double host_single(uint32_t bits) {
        float f;
        double d;
        memcpy(&f, &bits, sizeof(f));
        __asm__("cvtss2sd %1, %0" : "=x"(d) : "x"(f));
        return d;
}
static int64_t host_long(double a) { int64_t n; __asm__("cvtsd2si %1, %0" : "=r"(n) : "x"(a)); return n; }

static int64_t to_long(double a, double (*rounding)(double)) {
        return host_long(rounding(a));
}

static void check_unary(uint64_t a) {
        double d = as_double(a);
        TEST_CASE("%016" PRIx64, a);
        ASSERT_EQ(stp_fp_sqrt(a), bits_of(host_sqrt(d)));
        ASSERT_EQ(stp_fp_from_long((int64_t) a), bits_of((double) (int64_t) a));
        ASSERT_EQ(stp_fp_from_single((uint32_t) a), bits_of(host_single((uint32_t) a)));
        ASSERT_EQ(stp_fp_from_single((uint32_t) (a >> 32)), bits_of(host_single((uint32_t) (a >> 32))));
        ASSERT_EQ(stp_fp_to_long(a, 0), host_long(d));
        ASSERT_EQ(stp_fp_to_long(a, 1), to_long(d, trunc));
        ASSERT_EQ(stp_fp_to_long(a, 2), to_long(d, floor));
        ASSERT_EQ(stp_fp_to_long(a, 3), to_long(d, ceil));
        ASSERT_EQ(stp_fp_to_long(a, 4), to_long(d, round));
        int64_t odd = to_long(d, trunc);
        if (!isnan(d) && trunc(d) != d)
                odd = d < 0 ? -(-odd | 1) : odd | 1;
        ASSERT_EQ(stp_fp_to_long(a, 6), odd);
}

TEST(one_operand) {
        for (size_t i = 0; i < N_EDGES; i++)
                check_unary(edge(i));
        for (int i = -1000; i <= 1000; i++)
                check_unary(bits_of(i / 8.0));
        for (int i = 0; i < ROUNDS; i++) {
                check_unary(operand());
                check_unary(bits_of((double) (int64_t) random64()));
                check_unary((0x3ff0000000000000 + ((random64() % 70) << 52)) | random64() >> 12);
        }
}

/* ------------------------------------------------------------------ text */

static void check_to_text(uint64_t a, int precision) {
        char have[512], want[512];
        if (isnan(as_double(a)))
                return;
        stp_fp_to_text(have, sizeof(have), a, precision);
        snprintf(want, sizeof(want), "%.*f", precision, as_double(a));
        TEST_CASE("%016" PRIx64 " with %d digits", a, precision);
        ASSERT_STREQ(have, want);
}

TEST(to_text) {
        char b[8];
        for (size_t i = 0; i < N_EDGES; i++)
                for (int p = 0; p < 20; p++)
                        check_to_text(edge(i), p);
        for (int i = 0; i < ROUNDS / 20; i++) {
                check_to_text(operand(), (int) (random64() % 40));
                check_to_text(bits_of((double) (int64_t) (random64() % 200000) / 64),
                              (int) (random64() % 8));
        }
        stp_fp_to_text(b, sizeof(b), 0x7ff8000000000000, 3);
        ASSERT_STREQ(b, "nan");
        stp_fp_to_text(b, sizeof(b), bits_of(3.75), -4);
        ASSERT_STREQ(b, "4");
        stp_fp_to_text(b, sizeof(b), bits_of(1234567890.0), 3);
        ASSERT_STREQ(b, "1234567");
        stp_fp_to_text(b, sizeof(b), bits_of(-999.99), 1);
        ASSERT_STREQ(b, "-1000.0");
        stp_fp_to_text(b, sizeof(b), bits_of(-9999.99), 1);
        ASSERT_STREQ(b, "-9999.9");
}

static void check_from_text(const char *s) {
        TEST_CASE("%s", s);
        ASSERT_EQ(stp_fp_from_text(s), bits_of(strtod(s, NULL)));
}

TEST(from_text) {
        static const char *const texts[] = {
                "", "0", "-0", "1", "+1", "  12.5", "\t-3.25", ".5", "5.", ".", "e5", "1e", "1e+", "-", "x", "1x", "1.5.5",
                "1e5", "1E-5", "1e400", "-1e400", "1e-400", "1e99999999999", "1e-99999999999", "0e400", "inf", "-inf",
                "Infinity", "00012", "0.00012", "123456789012345678901234567890", "9007199254740993",
                "9007199254740992.9999999999999999999999999999", "9007199254740993.0000000000000000000000000000001",
                "1.7976931348623157e308", "1.7976931348623158e308", "1.7976931348623159e308", "4.9e-324", "2.4e-324",
                "2.5e-324", "2.2250738585072011e-308", "2.2250738585072014e-308", "0.1", "0.3", "1e22", "1e23", "8.5e22",
                "2.4703282292062327208299439256343e-324", "2.4703282292062328e-324", "12.5e-1", "0.000001e6",
                "5404319552844595.5", "5404319552844596.5", "100000000000000016777215", "100000000000000016777217",
        };
        for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
                check_from_text(texts[i]);
        ASSERT_EQ(stp_fp_from_text("NaN"), 0x7ff8000000000000);
        for (int i = 0; i < ROUNDS / 20; i++) {
                static const char *const formats[] = { "%.17g", "%.20e", "%.3f", "%.15g", "%.40g", "%.16g" };
                char s[512];
                double d = as_double(operand());
                if (isnan(d))
                        continue;
                snprintf(s, sizeof(s), formats[i % 6], d);
                check_from_text(s);
                /* Half way to the next one, exactly, and just beside it. */
                snprintf(s, sizeof(s) - 2, "%.300g", d * 1.5);
                check_from_text(s);
        }
}

/* The exact half way between two neighbours, which %g cannot print of a double, by adding half an ulp as
 * text. */
TEST(ties_from_text) {
        for (int i = 0; i < 2000; i++) {
                char s[64];
                uint64_t n = (1ULL << 53) + 2 * (random64() % (1ULL << 52)) + 1;
                snprintf(s, sizeof(s), "%" PRIu64, n);
                check_from_text(s);
                snprintf(s, sizeof(s), "%" PRIu64 ".0000000000000000000000000000000000001", n);
                check_from_text(s);
                snprintf(s, sizeof(s), "%" PRIu64 ".99999999999999999999999999999999", n - 1);
                check_from_text(s);
        }
}
