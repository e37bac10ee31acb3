/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names for functions whose body is C, and the little that generated code needs besides the services in
 * stp.h. The translator defines STAP_ARG_x, STAP_RETVALUE and STAP_RETURN around each such function; its
 * local variables are c, stap_value, stap_next, and the label is out.
 */
#ifndef STP_EMBEDDED_H
#define STP_EMBEDDED_H

#define CONTEXT c
#define STAP_ERROR(...)                \
	do {                           \
		stp_errorf(c, __VA_ARGS__); \
		goto out;              \
	} while (0)
#define STAP_NEXT                      \
	do {                           \
		stap_next = true;      \
		goto out;              \
	} while (0)
/* STAP_PRINTF: text that the kernel makes, up to 511 bytes. */
void stp_printf(struct stp_ctx *c, u32 format, const char *text, ...) __attribute__((format(printf, 3, 4)));
/* STAP_GLOBAL_SET_x. NULL: there was no room, the error is set. */
static inline void stp_set_long(s64 *at, s64 value)
{
	if (at)
		*at = value;
}
static inline void stp_set_string(char *at, const char *value)
{
	if (at)
		stp_str_copy(at, value, MAXSTRINGLEN);
}
#define STP_RETURN_LONG(v)             \
	do {                           \
		STAP_RETVALUE = (v);   \
		goto out;              \
	} while (0)
#define STP_RETURN_STRING(v)           \
	do {                           \
		stp_str_copy(STAP_RETVALUE, (v), MAXSTRINGLEN); \
		goto out;              \
	} while (0)

/* A string that a return probe saves takes so many slots. */
#define STP_STRING_SLOTS ((MAXSTRINGLEN + 7) / 8)

/* Adds " near PLACE" to an error that came without a place; nothing when there is one, or no error. */
void stp_error_place(struct stp_ctx *c, const char *place);
/* What the macro that sets an element says when there is no room for it. */
static inline void *stp_element(struct stp_ctx *c, void *element, const char *name)
{
	if (!element)
		stp_error_place(c, name);
	return element;
}

/* How much memory %m and %M may show. */
static inline u32 stp_memory_length(s64 n)
{
	return n < 0 ? 0 : n < MAXSTRINGLEN ? (u32)n : MAXSTRINGLEN - 1;
}

/* sprintf's argument for %m and %M: n bytes at an address, fetched into buf. A fault gives zeroes. */
void stp_arg_memory(struct stp_arg *a, char *buf, u64 address, u32 n);

/* =~: a table made by the compiler. State 0: no match any more; 1: matched; class 0: the end of the
 * string. */
struct stp_regex {
	const u8 *classes;  /* of the 256 bytes */
	const u16 *next;    /* by state * n_classes + class */
	u32 n_classes, start;
};
bool stp_regex_match(const struct stp_regex *r, const char *s);

/*
 * The same for scripts that call matched(): threads with registers, of which each transition has a move.
 * `accept` is 1 + the thread that has matched in a state. What was found is kept at the end of the frame
 * memory, `room` bytes before it, until the next =~ of this handler.
 */
#define STP_MAX_GROUPS 16
#define STP_REGEX_NO_PARENT 0xff
#define STP_UNMATCHED (~0U)
struct stp_regex_tags {
	const u8 *classes;  /* of the 256 bytes */
	const u16 *next, *move; /* by state * n_classes + class */
	const u8 *accept;   /* by state */
	const u64 *moves;   /* parent << 32 | tags that are set */
	const u32 *move_at; /* where each move starts in `moves` */
	u32 n_classes, start, start_move, n_threads, n_tags;
};
bool stp_regex_find(struct stp_ctx *c, const struct stp_regex_tags *r, const char *s, u32 size, u32 room);
/* How much of that memory a script needs whose expressions have up to so many registers. */
#define STP_MATCH_TEXT(size) (((size) + 7) & ~7U)
#define STP_MATCH_ROOM(registers) (8 + 8 * STP_MAX_GROUPS + STP_MATCH_TEXT(MAXSTRINGLEN) + 8 * (registers))
/* Of the last =~: how many groups, the whole match counted; its subject; one group. 0 or "" with the
 * error set when there was none or it failed. */
u32 stp_match_groups(struct stp_ctx *c);
void stp_match_subject(struct stp_ctx *c, char *dst, u32 size);
void stp_match_group(struct stp_ctx *c, char *dst, u32 size, s64 n);

/* ------------------------------------------------------------------ text: what the string tapset is made of */

/* The part of src from byte `start` (from 0), at most n bytes; "" when start is outside. */
void stp_substr(char *dst, u32 size, const char *src, s64 start, s64 n);
/* Where `part` starts in `s`; -1: nowhere. */
s64 stp_str_find(const char *s, const char *part);
/* Digits of a number in `base` (2 ... 36, or 0: as in C), up to the first that is none; wraps. */
s64 stp_str_number(const char *s, s64 base);
/* All `from` in src as `to`. */
void stp_str_replace(char *dst, u32 size, const char *src, const char *from, const char *to);
/*
 * The next token of a string that is taken apart: with `s` the first one of it, with NULL the next one. What
 * is left stays with this CPU's context until the next call with `s`, at the end of the frame memory, where
 * no frame reaches.
 */
void stp_tokenize(struct stp_ctx *c, char *dst, u32 size, const char *s, const char *delimiters);
/* "2001:db8::1" of the 16 bytes of an IPv6 address: the longest run of zeroes is left out (RFC 5952). */
void stp_ip6_text(char *dst, u32 size, const u8 *address);
/* "Thu Jan  1 00:00:00 1970"; what is beyond the years that fit four digits is "<out of range>"-like
 * text. */
void stp_time_text(char *dst, u32 size, s64 seconds);
/* IEEE doubles, as the bits of one: fp.c and fp-text.c. `mode` rounds: 0 to the nearest, ties to even, 1
 * to zero, 2 down, 3 up, 4 to the nearest, ties away from zero, 6 to odd. Text has `precision` digits
 * behind the point. */
u64 stp_fp_add(u64 a, u64 b);
u64 stp_fp_sub(u64 a, u64 b);
u64 stp_fp_mul(u64 a, u64 b);
u64 stp_fp_div(u64 a, u64 b);
u64 stp_fp_rem(u64 a, u64 b);
u64 stp_fp_sqrt(u64 a);
bool stp_fp_eq(u64 a, u64 b);
bool stp_fp_le(u64 a, u64 b);
bool stp_fp_lt(u64 a, u64 b);
u64 stp_fp_from_long(s64 n);
u64 stp_fp_from_single(u32 a);
s64 stp_fp_to_long(u64 a, s64 mode);
u64 stp_fp_from_text(const char *s);
void stp_fp_to_text(char *dst, u32 size, u64 a, s64 precision);
/* "EPERM" for 1; "" when there is none. */
void stp_errno_name(char *dst, u32 size, s64 n);

#endif
