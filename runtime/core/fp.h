/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What fp.c and fp-text.c share; what scripts use of them is in embedded.h. */
#ifndef STP_FP_H
#define STP_FP_H

#define FP_SIGN (1ULL << 63)
#define FP_INFINITY (0x7ffULL << 52)
#define FP_FRACTION ((1ULL << 52) - 1)
#define FP_BIAS 1023

/* How fp_to_long() rounds. */
enum { FP_NEAR_EVEN, FP_TO_ZERO, FP_DOWN, FP_UP, FP_NEAR_AWAY, FP_TO_ODD = 6 };

#endif
