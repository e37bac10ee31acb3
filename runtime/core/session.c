/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <linux/cpumask.h>
#include <linux/module.h>
#include <linux/slab.h>
#include "probe.h"
#include "session.h"

static LIST_HEAD(sessions);
static DEFINE_MUTEX(sessions_lock);

/* ------------------------------------------------------------------ waking */

static void wake_readers(struct irq_work *w)
{
	struct stp_session *s = container_of(w, struct stp_session, wake_irq);

	atomic_inc(&s->data_events);
	wake_up_interruptible(&s->wait);
}

static void queue(struct stp_session *s)
{
	kref_get(&s->ref);
	if (!queue_work(stp_workqueue, &s->work))
		stp_session_put(s);
}

static void end_session(struct irq_work *w)
{
	queue(container_of(w, struct stp_session, end_irq));
}

void stp_session_set_state(struct stp_session *s, enum stp_state state)
{
	WRITE_ONCE(s->state, state);
	atomic_inc(&s->state_events);
	wake_up_interruptible(&s->wait);
}

/* ------------------------------------------------------------------ making and freeing */

static void cpus_init(struct stp_session *s)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct stp_cpu *k = per_cpu_ptr(s->cpus, cpu);

		k->clean = 1;
		k->c.session = s;
		k->c.cpu = cpu;
	}
}

static int name_check(const struct stp_open *o)
{
	size_t n = strnlen(o->name, sizeof(o->name));

	if (!n || n == sizeof(o->name) || o->flags & ~STP_OPEN_OVERWRITE)
		return -EINVAL;
	if (strnlen(o->zone, sizeof(o->zone)) == sizeof(o->zone))
		return -EINVAL;
	return o->cpu_percent > 100 ? -EINVAL : 0;
}

static int session_list(struct stp_session *s)
{
	struct stp_session *other;
	int r = 0;

	mutex_lock(&sessions_lock);
	list_for_each_entry(other, &sessions, link)
		if (!strcmp(other->name, s->name))
			r = -EEXIST;
	if (!r)
		list_add(&s->link, &sessions);
	mutex_unlock(&sessions_lock);
	return r;
}

int stp_session_new(const struct stp_open *o, struct stp_session **ret)
{
	struct stp_session *s;
	int r = name_check(o);

	if (r)
		return r;
	s = kzalloc(sizeof(*s), GFP_KERNEL);
	if (!s)
		return -ENOMEM;
	strscpy(s->name, o->name, sizeof(s->name));
	strscpy(s->zone, o->zone[0] ? o->zone : "UTC", sizeof(s->zone));
	s->zone_west = o->zone_west;
	s->flags = o->flags;
	s->gate = ~0ull;
	s->target = o->target;
	s->owner = o->owner;
	s->cpu_percent = o->cpu_percent;
	s->memory = o->memory;
	kref_init(&s->ref);
	refcount_set(&s->users, 1);
	spin_lock_init(&s->lock);
	mutex_init(&s->mutex);
	mutex_init(&s->buffers);
	init_waitqueue_head(&s->wait);
	init_irq_work(&s->wake_irq, wake_readers);
	init_irq_work(&s->end_irq, end_session);
	INIT_WORK(&s->work, stp_stage_work);
	stp_refresh_init(s);
	r = -ENOMEM;
	s->cpus = alloc_percpu(struct stp_cpu);
	if (!s->cpus)
		goto fail_cpus;
	cpus_init(s);
	r = stp_transport_open(s, o);
	if (r)
		goto fail_transport;
	r = session_list(s);
	if (r)
		goto fail_list;
	*ret = s;
	return 0;

fail_list:
	stp_transport_close(s);
fail_transport:
	free_percpu(s->cpus);
fail_cpus:
	kfree(s);
	return r;
}

static void session_free(struct kref *ref)
{
	struct stp_session *s = container_of(ref, struct stp_session, ref);
	int cpu;

	for_each_possible_cpu(cpu)
		stp_free(per_cpu_ptr(s->cpus, cpu)->frame);
	free_percpu(s->cpus);
	kfree(s);
}

void stp_session_get(struct stp_session *s)
{
	kref_get(&s->ref);
}

void stp_session_put(struct stp_session *s)
{
	kref_put(&s->ref, session_free);
}

void stp_session_use(struct stp_session *s)
{
	refcount_inc(&s->users);
	stp_session_get(s);
}

void stp_session_unuse(struct stp_session *s)
{
	if (refcount_dec_and_test(&s->users))
		stp_transport_close(s);
	stp_session_put(s);
}

struct stp_session *stp_session_find(const char *name)
{
	struct stp_session *s, *found = NULL;

	mutex_lock(&sessions_lock);
	list_for_each_entry(s, &sessions, link)
		if (!strcmp(s->name, name))
			found = s;
	if (found)
		stp_session_get(found);
	mutex_unlock(&sessions_lock);
	return found;
}

struct stp_cpu *stp_session_cpu(struct stp_session *s, u32 cpu)
{
	return per_cpu_ptr(s->cpus, cpu);
}

/* ------------------------------------------------------------------ what its owner may ask */

int stp_session_start(struct stp_session *s)
{
	int r = 0;

	spin_lock(&s->lock);
	if (s->state > STP_STATE_LOADED)
		r = -EALREADY;
	else if (!s->script || !try_module_get(s->script->owner))
		r = -ENODEV;
	else
		stp_session_set_state(s, STP_STATE_STARTING);
	spin_unlock(&s->lock);
	if (r)
		return r;
	stp_session_use(s); /* dropped when it has stopped */
	queue(s);
	return 0;
}

void stp_session_end(struct stp_session *s, enum stp_result why)
{
	u32 first = cmpxchg(&s->result, STP_RESULT_NONE, why);

	if (first == STP_RESULT_EXIT && why == STP_RESULT_ERRORS)
		cmpxchg(&s->result, first, why);
	stp_gate_close(s);
	irq_work_queue(&s->end_irq);
}

/* Nothing may run and nothing is to be disarmed: this is the whole of it. */
static bool end_unstarted(struct stp_session *s, enum stp_result why)
{
	bool unstarted;

	spin_lock(&s->lock);
	unstarted = s->state < STP_STATE_STARTING;
	if (unstarted) {
		s->result = why;
		stp_session_set_state(s, STP_STATE_STOPPED);
	}
	spin_unlock(&s->lock);
	return unstarted;
}

int stp_session_stop(struct stp_session *s)
{
	if (end_unstarted(s, STP_RESULT_STOP) || READ_ONCE(s->state) >= STP_STATE_STOPPING)
		return 0;
	cmpxchg(&s->result, STP_RESULT_NONE, STP_RESULT_STOP);
	stp_gate_close(s);
	queue(s);
	return 0;
}

void stp_session_release(struct stp_session *s)
{
	WRITE_ONCE(s->dead, true);
	stp_gate_close(s);
	mutex_lock(&sessions_lock);
	list_del(&s->link);
	mutex_unlock(&sessions_lock);
	if (!end_unstarted(s, STP_RESULT_LEASH)) {
		cmpxchg(&s->result, STP_RESULT_NONE, STP_RESULT_LEASH);
		queue(s);
	}
	stp_session_unuse(s);
}

int stp_session_target(struct stp_session *s, s32 pid)
{
	int r = 0;

	spin_lock(&s->lock);
	if (s->state >= STP_STATE_STARTING)
		r = -EBUSY;
	else
		s->target = pid;
	spin_unlock(&s->lock);
	return r;
}

/* Whoever closes the gate meanwhile has cleared `live` before: one of us sees the other. */
void stp_gate_set(struct stp_session *s)
{
	smp_wmb();
	WRITE_ONCE(s->gate, READ_ONCE(s->live) ? READ_ONCE(s->bloom) : ~0ull);
	smp_mb();
	if (!READ_ONCE(s->live))
		WRITE_ONCE(s->gate, ~0ull);
}

void stp_gate_close(struct stp_session *s)
{
	WRITE_ONCE(s->live, 0);
	smp_mb();
	WRITE_ONCE(s->gate, ~0ull);
}

/* Handlers read the list without a lock: while it changes, the filter lets everybody through to it. */
int stp_session_exclude(struct stp_session *s, const struct stp_excluded *x)
{
	u64 bloom = 0;
	u32 i;

	if (x->n > STP_MAX_EXCLUDED)
		return -EINVAL;
	mutex_lock(&s->buffers);
	WRITE_ONCE(s->gate, ~0ull);
	for (i = 0; i < x->n; i++) {
		WRITE_ONCE(s->excluded[i], x->tgid[i]);
		bloom |= 1ull << (x->tgid[i] & 63);
	}
	WRITE_ONCE(s->n_excluded, x->n);
	WRITE_ONCE(s->bloom, bloom);
	stp_gate_set(s);
	mutex_unlock(&s->buffers);
	return 0;
}

static void stat_add(struct stp_stat *st, const struct stp_cpu *k)
{
	st->hits += READ_ONCE(k->hits);
	st->records += READ_ONCE(k->records);
	st->lost += READ_ONCE(k->lost);
	st->lost_nmi += READ_ONCE(k->lost_nmi);
	st->errors += READ_ONCE(k->errors);
	st->skipped_busy += READ_ONCE(k->skipped_busy);
	st->skipped_lock += READ_ONCE(k->skipped_lock);
	st->skipped_stack += READ_ONCE(k->skipped_stack);
	st->skipped_return += READ_ONCE(k->skipped_return);
	st->overload_cycles = max(st->overload_cycles, READ_ONCE(k->last_cycles));
}

void stp_session_stat(struct stp_session *s, struct stp_stat *st)
{
	int cpu;

	memset(st, 0, sizeof(*st));
	st->state = READ_ONCE(s->state);
	smp_rmb(); /* what a state says is complete when it is seen */
	st->result = READ_ONCE(s->result);
	st->error = READ_ONCE(s->error);
	st->failed_probe = READ_ONCE(s->failed_probe);
	st->n_armed = READ_ONCE(s->n_armed);
	st->n_cpus = nr_cpu_ids;
	st->subbuf_size = (u32)s->chan->subbuf_size;
	st->n_subbufs = (u32)s->chan->n_subbufs;
	st->arm_ns = READ_ONCE(s->arm_ns);
	st->disarm_ns = READ_ONCE(s->disarm_ns);
	for_each_possible_cpu(cpu)
		stat_add(st, per_cpu_ptr(s->cpus, cpu));
	if (mutex_trylock(&s->mutex)) { /* else something is being armed or disarmed: the last count will do */
		stp_attachments_count_missed(s);
		mutex_unlock(&s->mutex);
	}
	st->skipped_return += READ_ONCE(s->missed_returns);
}
