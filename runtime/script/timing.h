/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * -t: how often each probe ran and how long its handler took. Included behind the handlers of such a script;
 * before it stand STP_N_PROBES, STP_N_TIMED (the script's own of them), and the formats of what is printed
 * at the end.
 */
#ifndef STP_TIMING_H
#define STP_TIMING_H

#ifdef STP_TIMING_NSECS
#define STP_TIMING_CLOCK() stp_monotonic_ns()
#else
#define STP_TIMING_CLOCK() stp_cycles()
#endif

struct stp_timed {
	void (*handler)(struct stp_ctx *c);
	const char *place, *from; /* in the script; the points that it came from */
};

static const struct stp_timed stp_timed[STP_N_TIMED];
static struct stp_probe stp_probes[STP_N_PROBES];
static struct stp_map *stp_timings; /* statistics by probe */

/* The handler of them all. Its locks are held already: waiting for them is not counted. */
static void stp_run_timed(struct stp_ctx *c)
{
	union stp_key id = { .n = c->probe->id };
	u64 begin = STP_TIMING_CLOCK();

	stp_timed[id.n].handler(c);
	stp_map_agg_add(c, stp_timings, &id, (s64)(STP_TIMING_CLOCK() - begin));
}

static s64 stp_timing_get(struct stp_ctx *c, u32 id, u32 op)
{
	union stp_key key = { .n = id };

	return stp_map_agg_get(c, stp_timings, &key, op, "");
}

static u64 *stp_timing_text(u64 *at, const char *s)
{
	return stp_put_string(at, s, stp_str_len(s, STP_TIMING_TEXT));
}

static void stp_timing_line(struct stp_ctx *c, u32 id)
{
	static const u32 ops[] = { STP_COUNT, STP_MIN, STP_AVG, STP_MAX, STP_VARIANCE };
	const struct stp_timed *t = &stp_timed[id];
	const char *point = stp_probes[id].point;
	u32 room = stp_string_room(stp_str_len(point, STP_TIMING_TEXT)) +
		   stp_string_room(stp_str_len(t->place, STP_TIMING_TEXT)) +
		   stp_string_room(stp_str_len(t->from, STP_TIMING_TEXT));
	s64 value[5];
	u64 *at;
	u32 i;

	for (i = 0; i < 5; i++)
		value[i] = stp_timing_get(c, id, ops[i]);
	at = stp_print(c, STP_TIMING_LINE, room + 6 * sizeof(u64));
	if (!at)
		return;
	at = stp_timing_text(at, point);
	at = stp_timing_text(at, t->place);
	for (i = 0; i < 5; i++)
		*at++ = (u64)value[i];
	at = stp_timing_text(at, t->from);
	*at = id;
}

/* The last of the end and of the error probes. */
static void stp_report_timing(struct stp_ctx *c)
{
	u32 id;

	stp_print(c, STP_TIMING_HEAD, 0);
	for (id = 0; id < STP_N_TIMED; id++)
		if (stp_timing_get(c, id, STP_COUNT))
			stp_timing_line(c, id);
}

#endif
