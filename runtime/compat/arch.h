/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What depends on the machine: arch-x86.h, and nothing else yet. */
#ifndef STP_ARCH_H
#define STP_ARCH_H

#ifdef CONFIG_X86_64
#include "arch-x86.h"
#else
#error "no arch-MACHINE.h for this machine"
#endif

#endif
