/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef STP_RESERVE_H
#define STP_RESERVE_H

/* run.c */
void *stp_transport_reserve(struct stp_cpu *k, u32 len);
void stp_record_stamp(const struct stp_ctx *c, struct stp_record *r);

#endif
