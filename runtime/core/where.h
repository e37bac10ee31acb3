/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef STP_WHERE_H
#define STP_WHERE_H

void stp_random_init(void);

#endif
