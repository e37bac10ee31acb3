/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records: made in place in the buffer of the CPU. */
#ifndef STP_PRINT_H
#define STP_PRINT_H

#include "cpu.h"

/* A record of `kind` with room for `len` bytes of payload; NULL, and a loss is counted. */
struct stp_record *stp_record_new(struct stp_ctx *c, u32 kind, u32 len);
/* A record with one string. */
void stp_record_text(struct stp_ctx *c, u32 kind, const char *text);

#endif
