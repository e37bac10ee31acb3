/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hot end of the transport, inline in print.c: room for a record, and who is here and when. This is the
 * kernel's; runtime/shim/reserve.h stands in for it in user space. transport.c has the rest.
 */
#ifndef STP_RESERVE_H
#define STP_RESERVE_H

#include <linux/cred.h>
#include <linux/ktime.h>
#include <linux/percpu.h>
#include <linux/relay.h>

/* A slow branch: no room in this sub-buffer. */
void *stp_transport_next(struct stp_cpu *k, struct rchan_buf *b, u32 len);
/* The first record after a flush. */
void stp_transport_first(struct stp_cpu *k);

/* Room for a record of `len` bytes (a multiple of 8) in this CPU's buffer, or NULL. */
static __always_inline void *stp_transport_reserve(struct stp_cpu *k, u32 len)
{
	struct rchan_buf *b = *this_cpu_ptr(k->buffers);
	void *at;

	if (unlikely(!b)) /* the CPU came up and its buffer could not be made */
		return NULL;
	if (unlikely(k->clean))
		stp_transport_first(k);
	if (unlikely(b->offset + len > k->subbuf_size))
		return stp_transport_next(k, b, len);
	at = b->data + b->offset;
	b->offset += len;
	return at;
}

static __always_inline void stp_record_stamp(const struct stp_ctx *c, struct stp_record *r)
{
	r->time = ktime_get_boot_fast_ns();
	r->tid = c->tid;
	r->pid = c->pid;
	r->uid = __kuid_val(current_uid());
}

#endif
