/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "format.h"
#include "print.h"
#include "reserve.h"

static inline struct stp_record *record_new(struct stp_ctx *c, u32 kind, u32 len)
{
	struct stp_cpu *k = stp_cpu_of(c);
	u32 total = (u32)sizeof(struct stp_record) + ((len + 7) & ~7u);
	struct stp_record *r = NULL;

	if (stp_likely(len <= STP_RECORD_MAX - sizeof(*r)))
		r = stp_transport_reserve(k, total);
	if (stp_unlikely(!r)) {
		k->lost++;
		return NULL;
	}
	k->records++;
	((u64 *)r)[total / 8 - 1] = 0;
	r->len = total;
	r->kind = (u16)kind;
	r->probe = c->probe ? (u16)c->probe->id : 0;
	r->id = 0;
	stp_record_stamp(c, r);
	return r;
}

struct stp_record *stp_record_new(struct stp_ctx *c, u32 kind, u32 len)
{
	return record_new(c, kind, len);
}

u64 *stp_print(struct stp_ctx *c, u32 format, u32 len)
{
	struct stp_record *r = record_new(c, STP_RECORD_PRINT, len);

	if (stp_unlikely(!r))
		return NULL;
	r->id = format;
	return (u64 *)(r + 1);
}
EXPORT_SYMBOL_GPL(stp_print);

void stp_printf(struct stp_ctx *c, u32 format, const char *text, ...)
{
	va_list args;
	u64 *at;
	u32 n;

	if (c->error)
		return;
	va_start(args, text);
	vsnprintf(c->message, sizeof(c->message), text, args);
	va_end(args);
	n = stp_str_len(c->message, sizeof(c->message));
	at = stp_print(c, format, stp_string_room(n));
	if (at)
		stp_put_string(at, c->message, n);
}
EXPORT_SYMBOL_GPL(stp_printf);

void stp_record_text(struct stp_ctx *c, u32 kind, const char *text)
{
	u32 n = stp_str_len(text, 4096);
	struct stp_record *r = stp_record_new(c, kind, stp_string_room(n));

	if (r)
		stp_put_string((u64 *)(r + 1), text, n);
}

void stp_warn(struct stp_ctx *c, const char *message)
{
	stp_record_text(c, STP_RECORD_WARNING, message);
}
EXPORT_SYMBOL_GPL(stp_warn);

void stp_sprintf(struct stp_ctx *c, char *dst, u32 size, const char *format, const struct stp_arg *args,
		 u32 n)
{
	/* One type with two names, so that scripts need not see the formatter. */
	BUILD_BUG_ON(sizeof(struct stp_arg) != sizeof(struct stp_value));
	BUILD_BUG_ON(offsetof(struct stp_arg, s) != offsetof(struct stp_value, s));
	BUILD_BUG_ON(offsetof(struct stp_arg, len) != offsetof(struct stp_value, len));
	stp_format(dst, size, format, (const struct stp_value *)args, n);
}
EXPORT_SYMBOL_GPL(stp_sprintf);
