/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What hashes are made with. */
#ifndef STP_MIX_H
#define STP_MIX_H

#define STP_GOLDEN 0x9e3779b97f4a7c15ull

static inline unsigned long long stp_mix(unsigned long long h, unsigned long long w)
{
	h = (h ^ w) * STP_GOLDEN;
	return h ^ h >> 29;
}

#endif
