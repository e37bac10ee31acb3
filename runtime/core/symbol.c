/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel exports neither kallsyms_lookup_name() (since 5.7, commit 0bd476e6c671) nor ftrace_location().
 * A kprobe's registration resolves a name, which gives the first address. It may lie behind an ENDBR that
 * has been sealed, where an indirect call would trap; static calls are direct ones.
 */
#include <linux/ftrace.h>
#include <linux/kallsyms.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/static_call.h>
#include "stp.h"
#include "symbol.h"

static unsigned long no_lookup(const char *name)
{
	return 0;
}

static unsigned long no_location(unsigned long ip)
{
	return 0;
}

static int no_each(int (*found)(void *data, unsigned long address), const char *name, void *data)
{
	return 0;
}

DEFINE_STATIC_CALL(stp_lookup, no_lookup);
DEFINE_STATIC_CALL(stp_each, no_each);
DEFINE_STATIC_CALL(stp_location, no_location);

static unsigned long first_address(const char *name)
{
	struct kprobe k = { .symbol_name = name };
	unsigned long address = 0;

	if (!register_kprobe(&k)) {
		address = (unsigned long)k.addr;
		unregister_kprobe(&k);
	}
	return address;
}

int stp_symbols_init(void)
{
	unsigned long address = first_address("kallsyms_lookup_name");

	if (!address)
		return -ENOENT;
	static_call_update(stp_lookup, (typeof(&no_lookup))address);
	address = static_call(stp_lookup)("ftrace_location");
	if (!address)
		return -ENOENT;
	static_call_update(stp_location, (typeof(&no_location))address);
	address = static_call(stp_lookup)("kallsyms_on_each_match_symbol");
	if (address)
		static_call_update(stp_each, (typeof(&no_each))address);
	return 0;
}

unsigned long stp_symbol_lookup(const char *name)
{
	return static_call(stp_lookup)(name);
}

/* What remembers that something was found. */
struct each {
	int (*found)(void *data, unsigned long address);
	void *data;
	bool any;
};

static int each_found(void *data, unsigned long address)
{
	struct each *e = data;

	e->any = true;
	return e->found(e->data, address);
}

/* kallsyms_on_each_match_symbol(), since 6.2 and in stable 6.1 (commit 4dc533e0f2c0), knows no modules. */
void stp_symbol_each(const char *name, int (*found)(void *data, unsigned long address), void *data)
{
	struct each e = { .found = found, .data = data };
	unsigned long address;

	if (!name)
		return;
	static_call(stp_each)(each_found, name, &e);
	address = e.any ? 0 : static_call(stp_lookup)(name);
	if (address)
		found(data, address);
}

static int symbol_found(void *data, unsigned long address)
{
	struct stp_symbol *s = data;

	s->found++;
	s->address = address;
	return 0;
}

void stp_symbols_find(struct stp_symbol *const *symbols, u32 n)
{
	for (; n; symbols++, n--) {
		(*symbols)->found = 0;
		stp_symbol_each((*symbols)->name, symbol_found, *symbols);
	}
}

u64 stp_symbol_address(struct stp_ctx *c, const struct stp_symbol *s)
{
	if (!s->found)
		stp_errorf(c, "this kernel has no variable %s", s->name);
	else if (s->found > 1)
		stp_errorf(c, "this kernel has %u variables %s", s->found, s->name);
	else
		return s->per_cpu ? (u64)(unsigned long)per_cpu_ptr((void __percpu *)s->address, c->cpu)
				  : s->address;
	return 0;
}
EXPORT_SYMBOL_GPL(stp_symbol_address);

u64 stp_symbol_entry(u64 address)
{
	return static_call(stp_location)(address);
}

bool stp_symbol_is(u64 address, const char *name)
{
	char text[KSYM_SYMBOL_LEN];
	const char *bare;
	size_t n;

	if (!name)
		return false;
	bare = strchr(name, ':') ? strchr(name, ':') + 1 : name;
	n = strlen(bare);
	sprint_symbol(text, address);
	return n < KSYM_NAME_LEN && !strncmp(text, bare, n) && !strncmp(text + n, "+0x0/", 5);
}

void stp_symbol_name(char *dst, u32 size, u64 address, bool with_offset)
{
	char text[KSYM_SYMBOL_LEN];

	if (with_offset)
		sprint_symbol(text, address);
	else
		sprint_symbol_no_offset(text, address);
	if (with_offset && strchr(text, '+') && !strchr(text, '['))
		strncat(text, " [kernel]", sizeof(text) - strlen(text) - 1);
	stp_str_copy(dst, text, size);
}
EXPORT_SYMBOL_GPL(stp_symbol_name);
