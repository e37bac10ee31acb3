/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stapd_core: what all scripts share in the kernel. */
#include <linux/module.h>
#include <linux/workqueue.h>
#include "device.h"
#include "probe.h"
#include "symbol.h"
#include "where.h"

struct workqueue_struct *stp_workqueue;

static int __init core_init(void)
{
	int r = stp_symbols_init();

	if (!r)
		r = stp_returns_init();
	if (r)
		return r;
	stp_random_init();
	stp_reader_init();
	stp_workqueue = alloc_workqueue("stapd", WQ_UNBOUND, 0);
	if (!stp_workqueue)
		return -ENOMEM;
	r = stp_device_init();
	if (r)
		destroy_workqueue(stp_workqueue);
	return r;
}

/* No fd and no script is left, or the kernel would not let us go; work items may be ending. */
static void __exit core_exit(void)
{
	stp_device_exit();
	destroy_workqueue(stp_workqueue);
	rcu_barrier();
}

module_init(core_init);
module_exit(core_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Sessions, transport and services for the scripts of stapd");
