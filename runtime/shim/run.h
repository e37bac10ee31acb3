/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs a script in user space: what the core does with begin, end and error probes, on "CPU" 0, with records
 * given to a callback. Probes of other kinds are left out. One script at a time.
 *
 * A generated script.c, compiled with -DSTP_SHIM and runtime/script, runtime/shim on the include path, and
 * linked with the libraries stp-shim and stp-shim-main, is a program: see main.c. Or call these from a test.
 */
#ifndef STP_RUN_H
#define STP_RUN_H

#include <stddef.h>
#include <stdio.h>
#include "stp.h"

/* What `&__this_module` of generated code is here. */
struct module {
	int unused;
};
extern struct module __this_module;

struct stp_shim_options {
	s64 target;               /* target() */
	u64 records_max;          /* how many fit the buffer; 0: any number. More are lost and counted */
	void (*record)(const struct stp_record *r, void *data); /* or NULL */
	void *data;
};

struct stp_shim_result {
	enum stp_result result;
	u64 records, lost, errors, skipped_lock;
};

/* For tests of the runtime itself: the context of a CPU, for a script that has been registered. */
struct stp_ctx *stp_shim_context(u32 cpu);
/* Runs one handler on a CPU as the core would. False: it failed or did not run. */
bool stp_shim_handle(u32 cpu, const struct stp_probe *p, void (*handler)(struct stp_ctx *c));

/* Between stp_script_register(), which the script's init_module() calls, and its cleanup_module().
 * -ENODEV: no script has registered. */
int stp_shim_run(const struct stp_shim_options *o, struct stp_shim_result *ret);

/* Makes the n-th allocation from now on fail (0: none). */
void stp_shim_fail_alloc(unsigned n);

/* Writes a record's bytes to a FILE *: a record callback. */
void stp_shim_write_record(const struct stp_record *r, void *file);
/* Reads an argument of a payload. The next one. */
static inline const u64 *stp_shim_long(const u64 *at, s64 *ret)
{
	*ret = (s64)*at;
	return at + 1;
}
/* ret points into the record: not NUL-terminated. */
static inline const u64 *stp_shim_bytes(const u64 *at, const char **ret, u32 *ret_len)
{
	*ret_len = *(const u32 *)at;
	*ret = (const char *)at + 4;
	return at + stp_string_room(*ret_len) / 8;
}

#endif
