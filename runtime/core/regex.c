/* SPDX-License-Identifier: GPL-2.0-or-later */
/* =~ by the tables that the compiler makes; daemon/translate/regex.h says what is in them. */
#include "env.h"
#include "stp.h"

bool stp_regex_match(const struct stp_regex *r, const char *s)
{
	u32 state = r->start;

	for (; state > 1; s++) {
		state = r->next[state * r->n_classes + r->classes[(u8)*s]];
		if (!*s)
			break;
	}
	return state == 1;
}
EXPORT_SYMBOL_GPL(stp_regex_match);

/* ------------------------------------------------------------------ with what matched() wants to know */

/* The last match of this context: at the end of its frame memory, before what is stp_tokenize()'s. */
struct stp_match {
	u32 groups; /* 0: it failed */
	u32 size;   /* of the subject, which stands behind */
	u32 at[2 * STP_MAX_GROUPS];
};

static char *match_subject(struct stp_match *m)
{
	return (char *)(m + 1);
}

/* Registers after one move, from those before; each thread has n_tags of them. */
static void move(const struct stp_regex_tags *r, u32 n, const u32 *from, u32 *to, u32 position)
{
	const u64 *thread = r->moves + r->move_at[n], *end = r->moves + r->move_at[n + 1];
	u32 t;

	for (; thread < end; thread++, to += r->n_tags) {
		const u32 *parent = *thread >> 32 == STP_REGEX_NO_PARENT
					    ? NULL
					    : from + (*thread >> 32) * r->n_tags;

		for (t = 0; t < r->n_tags; t++)
			to[t] = *thread >> t & 1 ? position : parent ? parent[t] : STP_UNMATCHED;
	}
}

static void accept(struct stp_match *m, const struct stp_regex_tags *r, const u32 *registers)
{
	memcpy(m->at, registers, r->n_tags * sizeof(u32));
	m->groups = r->n_tags / 2;
}

static void find(struct stp_match *m, const struct stp_regex_tags *r, const char *s)
{
	u32 *old = (u32 *)(match_subject(m) + STP_MATCH_TEXT(m->size)),
	    *new = old + r->n_threads * r->n_tags;
	u32 state = r->start, i, at;

	move(r, r->start_move, NULL, old, 0);
	for (i = 0; state; i++) {
		u32 *swap = old;

		if (r->accept[state])
			accept(m, r, old + (r->accept[state] - 1) * r->n_tags);
		at = state * r->n_classes + r->classes[(u8)s[i]];
		move(r, r->move[at], old, new, s[i] ? i + 1 : i);
		if (!s[i]) {
			if (r->move[at])
				accept(m, r, new);
			return;
		}
		state = r->next[at];
		old = new;
		new = swap;
	}
}

bool stp_regex_find(struct stp_ctx *c, const struct stp_regex_tags *r, const char *s, u32 size, u32 room)
{
	struct stp_match *m = (struct stp_match *)(c->frame_end - room);

	m->groups = 0;
	m->size = size;
	stp_str_copy(match_subject(m), s, size);
	find(m, r, match_subject(m));
	c->match = m;
	return m->groups != 0;
}
EXPORT_SYMBOL_GPL(stp_regex_find);

u32 stp_match_groups(struct stp_ctx *c)
{
	if (!c->match)
		stp_error(c, "nothing was matched by =~ before");
	else if (!c->match->groups)
		stp_error(c, "the last =~ did not match");
	return c->match ? c->match->groups : 0;
}
EXPORT_SYMBOL_GPL(stp_match_groups);

void stp_match_subject(struct stp_ctx *c, char *dst, u32 size)
{
	if (stp_match_groups(c))
		stp_str_copy(dst, match_subject(c->match), size);
}
EXPORT_SYMBOL_GPL(stp_match_subject);

void stp_match_group(struct stp_ctx *c, char *dst, u32 size, s64 n)
{
	u32 groups = stp_match_groups(c);
	const u32 *at;

	if (!groups)
		return;
	if (n < 0 || n >= groups) {
		stp_errorf(c, "the last =~ has no group %lld, only 0 to %u", n, groups - 1);
		return;
	}
	at = c->match->at + 2 * n;
	if (at[0] != STP_UNMATCHED && at[1] != STP_UNMATCHED)
		stp_substr(dst, size, match_subject(c->match), at[0], (s64)at[1] - at[0]);
}
EXPORT_SYMBOL_GPL(stp_match_group);
