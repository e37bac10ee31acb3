/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "script/stp.h"
#define MODINFO(tag, value)                                                                               \
        static const char __modinfo_##tag[] __attribute__((used, section(".modinfo"), aligned(1))) = #tag \
                "=" value
static int script_init(void)
{
	return stp_script_register(STP_ABI_HASH, "fixture", MAXACTION);
}
static void script_exit(void)
{
	stp_script_unregister();
}
int init_module(void) __attribute__((alias("script_init")));
void cleanup_module(void) __attribute__((alias("script_exit")));
static void *__address_init __attribute__((used, section(".init.data"))) = (void *)&init_module;
static void *__address_exit __attribute__((used, section(".exit.data"))) = (void *)&cleanup_module;
MODINFO(license, "GPL");
