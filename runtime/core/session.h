/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A session: one script's life in the kernel. States go one way (abi.h). Whatever may sleep (begin and end
 * probes, arming, disarming) is done by one work item; everybody else only says what is wanted.
 *
 * References: `ref` keeps the memory (session fd, readers, the registered script, a queued or running work
 * item); `users` keeps the buffers (session fd, readers, a running script).
 */
#ifndef STP_SESSION_H
#define STP_SESSION_H

#include <linux/irq_work.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/refcount.h>
#include <linux/relay.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include "cpu.h"

#define STP_MAX_PROBES 65536

struct stp_attachments;

struct stp_session {
	/* read at each hit */
	u64 gate;                  /* bit tgid % 64: this process may be excluded; all ones while not live */
	unsigned long min_stack;
	u32 live;                  /* handlers of armed probes may run */
	struct stp_cpu __percpu *cpus;
	struct rchan *chan;

	u64 bloom;                 /* the gate while live */
	u32 n_excluded;
	s32 excluded[STP_MAX_EXCLUDED];
	struct stp_attachments *attachments; /* while armed: probe.h */

	atomic64_t errors, skipped;
	u32 result;                /* enum stp_result; the first stays */
	struct irq_work wake_irq, end_irq;
	atomic_t data_events;      /* first records after a flush */
	atomic_t state_events;
	wait_queue_head_t wait;

	spinlock_t lock;           /* state, script, target */
	u32 state;                 /* enum stp_state */
	struct stp_script *script;
	bool dead;                 /* the leash is gone */
	s32 target;
	u32 owner;                 /* uid */
	s32 error;
	u32 failed_probe, n_armed;
	u64 arm_ns, disarm_ns;
	u64 missed_returns;

	struct irq_work refresh_irq; /* a handler found that a condition has changed */
	struct delayed_work refresh;
	ktime_t refreshed;         /* when the last round ended */

	struct mutex mutex;        /* the work item; registering */
	struct work_struct work;
	struct mutex buffers;      /* readers' positions, flushing */
	struct kref ref;
	refcount_t users;
	struct list_head link;     /* in the list of sessions, until the leash goes */
	u32 seen_state_events;     /* of the session fd */
	u32 flags;
	char name[STP_NAME_MAX];
	u32 cpu_percent;           /* that its handlers may take of a CPU, and */
	u64 memory;                /* bytes of its maps and statistics; 0: no limit */
	s32 zone_west;             /* of whoever started it */
	char zone[STP_ZONE_MAX];
};

extern struct workqueue_struct *stp_workqueue;

/* session.c */
int stp_session_new(const struct stp_open *o, struct stp_session **ret);
void stp_session_get(struct stp_session *s);
void stp_session_put(struct stp_session *s);
void stp_session_use(struct stp_session *s);    /* keeps the buffers too */
void stp_session_unuse(struct stp_session *s);
/* The session that waits for the script of this name, with a reference; NULL: there is none. */
struct stp_session *stp_session_find(const char *name);
/* The last reference to the session fd went. */
void stp_session_release(struct stp_session *s);
int stp_session_start(struct stp_session *s);
int stp_session_stop(struct stp_session *s);
/* Ends it for this reason unless it ends already; errors count for more than exit(). Any context; returns
 * at once. */
void stp_session_end(struct stp_session *s, enum stp_result why);
void stp_gate_set(struct stp_session *s);   /* as `live` and the excluded processes have it */
void stp_gate_close(struct stp_session *s); /* not live any more. Any context */
int stp_session_exclude(struct stp_session *s, const struct stp_excluded *x);
int stp_session_target(struct stp_session *s, s32 pid);
void stp_session_stat(struct stp_session *s, struct stp_stat *st);
void stp_session_set_state(struct stp_session *s, enum stp_state state);
struct stp_cpu *stp_session_cpu(struct stp_session *s, u32 cpu);

/* stage.c: what the work item does, with `mutex` held. */
void stp_stage_work(struct work_struct *w);

/* refresh.c: arming and disarming by the conditions of probe points, while the session runs. */
void stp_refresh_init(struct stp_session *s);
/* Handlers do not run any more. `mutex` is held. */
void stp_refresh_done(struct stp_session *s);
/* Looks at all conditions: whether one is not as it was. *ret_busy: one could not be looked at, its
 * globals are locked. `mutex` is held. */
bool stp_conditions_look(struct stp_session *s, bool *ret_busy);

/* reader.c: a new reader's fd, or a negative errno. */
int stp_reader_open(struct stp_session *s);

/* transport.c */
int stp_transport_open(struct stp_session *s, const struct stp_open *o);
void stp_transport_close(struct stp_session *s);
int stp_transport_get(struct stp_session *s, struct stp_get *g);
int stp_transport_put(struct stp_session *s, unsigned long cpu);
int stp_transport_flush(struct stp_session *s, u64 *ret_time);
struct rchan_buf *stp_transport_buffer(struct stp_session *s, unsigned long cpu);

#endif
