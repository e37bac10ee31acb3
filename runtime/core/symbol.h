/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of the kernel to addresses and back. */
#ifndef STP_SYMBOL_H
#define STP_SYMBOL_H

#include <linux/types.h>

/* Finds what the kernel does not export. -ENOENT, or what register_kprobe() says. */
int stp_symbols_init(void);
/* 0: there is none of this name. */
unsigned long stp_symbol_lookup(const char *name);
/* Calls back with the address of each function of this name, or with the one of "module:name"; stops at
 * what is not 0. May sleep. */
void stp_symbol_each(const char *name, int (*found)(void *data, unsigned long address), void *data);
/* Looks up a script's variables. */
struct stp_symbol;
void stp_symbols_find(struct stp_symbol *const *symbols, u32 n);
/* Is `name` (the part after "module:") what begins at the address? */
bool stp_symbol_is(u64 address, const char *name);
/* What ftrace calls the entry of the function at the address; 0: it cannot be traced. */
u64 stp_symbol_entry(u64 address);

#endif
