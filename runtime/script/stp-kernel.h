/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a script with embedded C of its own includes in the place of stp.h: the kernel's headers that such
 * code uses without saying so, then ours. The kit's precompiled header is made of it.
 */
#ifndef STP_KERNEL_H
#define STP_KERNEL_H

#include <linux/module.h>
#include <linux/kernel.h>
#include <linux/init.h>
#include <linux/types.h>
#include <linux/string.h>
#include <linux/errno.h>
#include <linux/slab.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/pid.h>
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/dcache.h>
#include <linux/file.h>
#include <linux/path.h>
#include <linux/net.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <net/sock.h>
#include <net/ip.h>
#include <linux/uaccess.h>
#include <linux/random.h>
#include <linux/time.h>
#include <linux/ktime.h>
#include <linux/jiffies.h>
#include <linux/cpu.h>
#include <linux/percpu.h>
#include <linux/version.h>
#include <linux/blkdev.h>
#include <linux/kprobes.h>

#undef MODINFO
#include "stp.h"

#endif
