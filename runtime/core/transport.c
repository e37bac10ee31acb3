/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <linux/cpu.h>
#include <linux/delay.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/smp.h>
#include <linux/ktime.h>
#include "transport.h"
#include "reserve.h"

#define HEADER ((u32)sizeof(struct stp_subbuf_header))
#define MIN_SUBBUF 4096u
#define MAX_SUBBUF (64u << 20)
#define MAX_SUBBUFS (1u << 16)
#define MAX_BUFFER (1ull << 31)
#define FLUSH_WAIT_US 50

/* When nobody says otherwise: of all CPUs together, and of each. */
#define DEFAULT_ALL (32ull << 20)
#define DEFAULT_MIN (1ull << 20)
#define DEFAULT_MAX (8ull << 20)
#define DEFAULT_MEMORY_SHARE 64

/* ------------------------------------------------------------------ writing */

static void header_write(struct stp_session *s, struct rchan_buf *b, struct stp_subbuf_header *h)
{
	const struct stp_cpu *k = per_cpu_ptr(s->cpus, b->cpu);

	h->magic = STP_SUBBUF_MAGIC;
	h->version = STP_ABI_VERSION;
	h->cpu = (u16)b->cpu;
	h->seq = b->subbufs_produced;
	h->lost = k->lost;
	h->records = k->records;
}

/* A new sub-buffer: 0 when the reader has not made room. Losses are counted where records are made. */
static int subbuf_start(struct rchan_buf *b, void *subbuf, void *prev, size_t padding)
{
	struct stp_session *s = b->chan->private_data;

	if (prev && !(s->flags & STP_OPEN_OVERWRITE) && relay_buf_full(b))
		return 0;
	header_write(s, b, subbuf);
	subbuf_start_reserve(b, HEADER);
	return 1;
}

/* The first record after a flush. The barrier pairs with the one in flush_cpu(): either that flush sees that
 * there is something, or this record's time is after the flush's. */
void stp_transport_first(struct stp_cpu *k)
{
	k->clean = 0;
	k->c.todo.wake = 1;
	smp_mb();
}

void *stp_transport_next(struct stp_cpu *k, struct rchan_buf *b, u32 len)
{
	void *at;

	smp_wmb();
	if (len > k->subbuf_size - HEADER || !relay_switch_subbuf(b, len))
		return NULL;
	at = b->data + b->offset;
	b->offset += len;
	return at;
}

/* ------------------------------------------------------------------ flushing */

void stp_transport_switch(struct stp_session *s, struct stp_cpu *k)
{
	struct rchan_buf *b = *per_cpu_ptr(s->chan->buf, k->c.cpu);

	if (b && b->offset > HEADER && b->offset <= s->chan->subbuf_size) {
		smp_wmb();
		relay_switch_subbuf(b, 0);
	}
	k->clean = 1;
}

/* On the CPU itself, interrupts off; or for a CPU that is offline. */
static void flush_here(void *data)
{
	struct stp_cpu *k = data;

	if (READ_ONCE(k->busy)) {
		k->c.todo.flush = 1;
		return;
	}
	k->busy = 1;
	barrier();
	stp_transport_switch(k->c.session, k);
	k->c.todo.flush = 0;
	barrier();
	k->busy = 0;
}

/*
 * A handler that is at work may have looked at `todo` already when it is set: then nobody would flush. So
 * ask again until it is done.
 */
static int flush_cpu(struct stp_cpu *k, int cpu)
{
	for (;;) {
		if (!cpu_online(cpu))
			flush_here(k);
		else if (!READ_ONCE(k->clean))
			smp_call_function_single(cpu, flush_here, k, 1);
		if (!smp_load_acquire(&k->c.todo.flush))
			return 0;
		if (signal_pending(current))
			return -EINTR;
		usleep_range(FLUSH_WAIT_US, 2 * FLUSH_WAIT_US);
	}
}

int stp_transport_flush(struct stp_session *s, u64 *ret_time)
{
	u64 time = ktime_get_boot_fast_ns();
	int cpu, r = 0;

	smp_mb(); /* stp_transport_first() */
	mutex_lock(&s->buffers);
	cpus_read_lock();
	for_each_possible_cpu(cpu) {
		if (*per_cpu_ptr(s->chan->buf, cpu))
			r = flush_cpu(per_cpu_ptr(s->cpus, cpu), cpu);
		if (r)
			break;
	}
	cpus_read_unlock();
	mutex_unlock(&s->buffers);
	*ret_time = time;
	return r;
}

/* ------------------------------------------------------------------ reading */

struct rchan_buf *stp_transport_buffer(struct stp_session *s, unsigned long cpu)
{
	return cpu < nr_cpu_ids && cpu_possible(cpu) ? *per_cpu_ptr(s->chan->buf, cpu) : NULL;
}

/* A flight recorder has its youngest sub-buffers but for the one being written; the older ones are skipped. */
static bool is_overwritten(const struct stp_session *s, const struct rchan_buf *b, size_t produced)
{
	return s->flags & STP_OPEN_OVERWRITE && produced - b->subbufs_consumed > s->chan->n_subbufs - 1;
}

int stp_transport_get(struct stp_session *s, struct stp_get *g)
{
	struct rchan_buf *b = stp_transport_buffer(s, g->cpu);

	size_t produced;

	if (!b)
		return -ENXIO;
	mutex_lock(&s->buffers);
	g->index = g->bytes = 0;
	produced = READ_ONCE(b->subbufs_produced);
	if (is_overwritten(s, b, produced))
		b->subbufs_consumed = produced - (s->chan->n_subbufs - 1);
	g->ready = (u32)(produced - b->subbufs_consumed);
	smp_rmb();
	if (g->ready) {
		g->index = (u32)(b->subbufs_consumed % s->chan->n_subbufs);
		g->bytes = (u32)(s->chan->subbuf_size - b->padding[g->index]);
	}
	mutex_unlock(&s->buffers);
	return 0;
}

int stp_transport_put(struct stp_session *s, unsigned long cpu)
{
	struct rchan_buf *b = stp_transport_buffer(s, cpu);
	size_t produced;
	int r = 0;

	if (!b)
		return -ENXIO;
	mutex_lock(&s->buffers);
	produced = READ_ONCE(b->subbufs_produced);
	if (is_overwritten(s, b, produced))
		r = -ESTALE;
	if (produced == b->subbufs_consumed)
		r = -EINVAL;
	else
		relay_subbufs_consumed(s->chan, (unsigned int)cpu, 1);
	mutex_unlock(&s->buffers);
	return r;
}

/* ------------------------------------------------------------------ the channel */

/* No file: the buffers are reached through fds of the session. relay wants something that is not NULL and
 * never looks at it when there is no file name. */
static struct dentry *no_file(const char *name, struct dentry *parent, umode_t mode, struct rchan_buf *b,
			      int *is_global)
{
	return (struct dentry *)b;
}

static int no_remove(struct dentry *d)
{
	return 0;
}

static const struct rchan_callbacks callbacks = {
	.subbuf_start = subbuf_start,
	.create_buf_file = no_file,
	.remove_buf_file = no_remove,
};

/* Enough that a reader whom the scheduler forgets for a while loses nothing, and little of what the
 * machine has. */
static u32 default_subbufs(u32 size)
{
	u64 all = min(DEFAULT_ALL, (u64)totalram_pages() * PAGE_SIZE / DEFAULT_MEMORY_SHARE);

	return (u32)clamp(all / num_possible_cpus(), DEFAULT_MIN, DEFAULT_MAX) / size;
}

int stp_transport_open(struct stp_session *s, const struct stp_open *o)
{
	u32 size = o->subbuf_size ? o->subbuf_size : 65536, n = o->n_subbufs;
	int cpu;

	if (!n && is_power_of_2(size) && size >= MIN_SUBBUF)
		n = max(default_subbufs(size), 2u);
	if (!is_power_of_2(size) || size < MIN_SUBBUF || size > MAX_SUBBUF || n < 2 || n > MAX_SUBBUFS ||
	    (u64)size * n > MAX_BUFFER)
		return -EINVAL;
	s->chan = relay_open(NULL, NULL, size, n, &callbacks, s);
	if (!s->chan)
		return -ENOMEM;
	for_each_possible_cpu(cpu) {
		struct stp_cpu *k = per_cpu_ptr(s->cpus, cpu);

		k->buffers = (struct rchan_buf **)s->chan->buf;
		k->subbuf_size = size;
	}
	return 0;
}

void stp_transport_close(struct stp_session *s)
{
	relay_close(s->chan);
	s->chan = NULL;
}
