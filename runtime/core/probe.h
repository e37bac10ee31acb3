/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How probes attach: one family per mechanism, each in a file of its own. A family arms all its probes of a
 * session in one go, since that is what makes it cheap, and keeps what it needs in a state of its own.
 */
#ifndef STP_PROBE_H
#define STP_PROBE_H

#include "session.h"

struct tracepoint;

struct stp_family {
	const char *name;
	/* Arms every probe of the script that is its own; *ret_state is NULL when there is none. A
	 * negative errno when one cannot be armed (stp_arm_failed() says which): then nothing stays
	 * armed. May sleep. */
	int (*arm)(struct stp_session *s, void **ret_state);
	/* Arms and disarms by stp_probe_is_wanted(), which has changed for some; s->n_armed follows.
	 * NULL: handlers look for themselves, that is enough. A negative errno, as above. May sleep. */
	int (*refresh)(struct stp_session *s, void *state);
	/* Starts to disarm: no hit begins after it (or the session is not live any more). May sleep. */
	void (*disarm)(void *state);
	/* After a grace period for all families: no hit runs. */
	void (*free)(void *state);
	/* Hits that found no room, or NULL. */
	u64 (*missed)(const void *state);
};

extern const struct stp_family stp_family_function, stp_family_return, stp_family_syscall_return,
	stp_family_tracepoint, stp_family_timer;

/* Once. -ENOENT: this kernel has no return hooks. */
int stp_returns_init(void);

/* All families. The session's mutex is held. */
int stp_attachments_arm(struct stp_session *s);
int stp_attachments_refresh(struct stp_session *s);
void stp_attachments_disarm(struct stp_session *s);
void stp_attachments_count_missed(struct stp_session *s);

/* What an arm() makes of a probe that it cannot arm: 0 when the probe is optional, else r. */
int stp_arm_failed(struct stp_session *s, const struct stp_probe *p, int r);
/* Whether its condition holds, as it was found last. */
static inline bool stp_probe_is_wanted(const struct stp_probe *p)
{
	return !p->condition || READ_ONCE(p->condition->armed);
}
static inline bool stp_is_return(const struct stp_probe *p)
{
	return p->kind == STP_FUNCTION_RETURN;
}
u32 stp_count_probes(const struct stp_session *s, bool (*mine)(const struct stp_probe *p));
/* maxactive of a return probe. */
u32 stp_return_instances(const struct stp_probe *p);

/* ------------------------------------------------------------------ probes by address */

/* place.c: where a probe goes. A name may stand for several functions (static ones of several files): all
 * are meant. */
struct stp_place {
	const struct stp_probe *probe;
	u64 address;            /* as `at` makes it of the function's */
};

struct stp_places {
	u32 n;
	struct stp_place *place;
};

/*
 * Resolves the symbols of the probes that are `mine`; `at` (or NULL) says 0 of a function that cannot be
 * probed, which is left out as long as there is another of its name. -ENOENT: one that is not there;
 * -EOPNOTSUPP: none can be probed.
 */
int stp_places_find(struct stp_places *l, struct stp_session *s, bool (*mine)(const struct stp_probe *p),
		    u64 (*at)(u64 address));
void stp_places_done(struct stp_places *l);

/* In a hash by address: `next` has another address, `more` the same, in the script's order. */
struct stp_hook {
	u64 ip;                 /* as ftrace reports it */
	struct stp_hook *next, *more;
	const struct stp_probe *probe;
	u32 slot;               /* of a return: where its words begin */
	s32 tgid;               /* the handler does nothing in other processes; 0: it may */
};

struct stp_hooks {
	u32 shift, n, n_ips;
	struct stp_hook **table;
	unsigned long *ips;     /* each once, in any order */
	struct stp_hook *hook;
};

#define STP_HOOK_HASH 0x9e3779b97f4a7c15ull

static __always_inline bool stp_hook_idle(const struct stp_hook *h)
{
	return h->tgid && h->tgid != current->tgid;
}

/* The first probe of the address, or NULL. */
static __always_inline struct stp_hook *stp_hooks_find(const struct stp_hooks *h, u64 ip)
{
	struct stp_hook *k = h->table[ip * STP_HOOK_HASH >> h->shift];

	while (k && unlikely(k->ip != ip))
		k = k->next;
	return k;
}

/* Of the probes that are `mine`. As stp_places_find(), where what cannot be probed is what ftrace does
 * not know. */
int stp_hooks_init(struct stp_hooks *h, struct stp_session *s, bool (*mine)(const struct stp_probe *p));
void stp_hooks_done(struct stp_hooks *h);
/* Puts the addresses where a probe is wanted first; how many there are, and of how many probes. */
u32 stp_hooks_wanted(struct stp_hooks *h, u32 *ret_probes);

/* tracepoint.c: with a reference to its module (*ret_module may be NULL). NULL: there is none of this
 * name. */
struct tracepoint *stp_tracepoint_find(const char *name, struct module **ret_module);

#endif
