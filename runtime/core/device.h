/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef STP_DEVICE_H
#define STP_DEVICE_H

#include "session.h"

int stp_device_init(void);
void stp_device_exit(void);
/* STP_IOC_STAT: notes which state the caller has seen. */
int stp_device_stat(struct stp_session *s, u32 *seen, void __user *to);
/* The operations of buffer fds. */
void stp_reader_init(void);

#endif
