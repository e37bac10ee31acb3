/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of days, months and errors: what ctime() and errno_str() say. */
#include "env.h"
#include "stp.h"

static const char days[] = "ThuFriSatSunMonTueWed"; /* 1970-01-01 was a Thursday */
static const char months[] = "MarAprMayJunJulAugSepOctNovDecJanFeb";

static char *put_number(char *p, s64 n, u32 digits, char fill)
{
	u32 i;

	for (i = digits; i--; n /= 10)
		p[i] = n || i + 1 == digits ? (char)('0' + n % 10) : fill;
	return p + digits;
}

static char *put_clock(char *p, u32 second)
{
	p = put_number(p, second / 3600, 2, '0');
	*p++ = ':';
	p = put_number(p, second / 60 % 60, 2, '0');
	*p++ = ':';
	return put_number(p, second % 60, 2, '0');
}

/*
 * Years that begin in March have their leap day last; 400 of them are one era of 146097 days. The days are
 * counted from 0000-03-01.
 */
void stp_time_text(char *dst, u32 size, s64 seconds)
{
	s64 day = seconds / 86400, second = seconds % 86400, era, year;
	u32 of_era, of_year, month;
	char text[32], *p = text;

	if (second < 0) {
		second += 86400;
		day--;
	}
	memcpy(p, days + (day % 7 + 7) % 7 * 3, 3);
	day += 719468;
	era = (day >= 0 ? day : day - 146096) / 146097;
	of_era = (u32)(day - era * 146097);
	year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	of_year = of_era - (u32)(365 * year + year / 4 - year / 100);
	month = (5 * of_year + 2) / 153;
	p[3] = ' ';
	memcpy(p + 4, months + month * 3, 3);
	p[7] = ' ';
	p = put_number(p + 8, of_year - (153 * month + 2) / 5 + 1, 2, ' ');
	*p++ = ' ';
	p = put_clock(p, (u32)second);
	*p++ = ' ';
	p = put_number(p, year + era * 400 + (month >= 10), 4, '0');
	*p = 0;
	stp_str_copy(dst, text, size);
}
EXPORT_SYMBOL_GPL(stp_time_text);

static const char *const errno_names[] = {
#define NAME(n, name) [n] = #name,
#include "errno-names.h"
#undef NAME
};

void stp_errno_name(char *dst, u32 size, s64 n)
{
	const char *name = n > 0 && n < (s64)(sizeof(errno_names) / sizeof(*errno_names)) ? errno_names[n]
											  : NULL;

	stp_str_copy(dst, name ? name : "", size);
}
EXPORT_SYMBOL_GPL(stp_errno_name);
