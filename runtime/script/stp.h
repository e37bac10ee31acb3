/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All that the C of a script sees. There is no kernel header behind it: types are spelled out, every
 * service is a function of stapd_core.ko, and nothing here depends on a kernel's structures. The core
 * includes it too. Its hash (with abi.h's) stands in the script's descriptor, and the core refuses another.
 *
 * A handler runs with preemption off, on a context of its CPU that nobody else uses until it returns. It may
 * not sleep. It keeps strings and big things in its frame (memory of the context), longs in C locals.
 * An error is a message in the context: every function that may fail says so, and the code that called it
 * looks at stp_failed() and jumps to the nearest catch or to the end.
 */
#ifndef STP_SCRIPT_H
#define STP_SCRIPT_H

#ifndef __KERNEL__
typedef unsigned char u8;
typedef signed char s8;
typedef unsigned short u16;
typedef signed short s16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef signed int s32;
typedef signed long long s64;
#ifdef STP_SHIM
#include <stdbool.h>
#include <stddef.h>
#else
typedef _Bool bool;
#define true 1
#define false 0
#define NULL ((void *)0)
#define STP_HEADER_FREE
#endif
#else
#include <linux/types.h>
#endif
/* For big things on the stack that are written before they are read; kernels zero them otherwise. */
#if __has_attribute(uninitialized)
#define STP_UNINITIALIZED __attribute__((uninitialized))
#else
#define STP_UNINITIALIZED
#endif
/* For what runs at each hit and has no array that a string is copied to. */
#if __has_attribute(no_stack_protector)
#define STP_HOT __attribute__((no_stack_protector))
#else
#define STP_HOT
#endif
/* Generated handlers are such, as long as there is no C of somebody else in them. */
#ifdef STP_HEADER_FREE
#define STP_HANDLER STP_HOT
#else
#define STP_HANDLER
#endif
#define stp_likely(x) __builtin_expect(!!(x), 1)
#define stp_unlikely(x) __builtin_expect(!!(x), 0)
#include "abi.h"

#ifndef MAXBACKTRACE
#define MAXBACKTRACE 20
#endif
#ifndef MAXSTRINGLEN
#define MAXSTRINGLEN 512
#endif
#ifndef MAXMAPENTRIES
#define MAXMAPENTRIES 2048
#endif
#ifndef MAXACTION
#define MAXACTION 1000 /* where interrupts are off */
#endif
#ifndef MAXACTION_INTERRUPTIBLE
#define MAXACTION_INTERRUPTIBLE (MAXACTION * 10LL)
#endif
#ifndef INTERRUPTIBLE
#define INTERRUPTIBLE 1 /* handlers leave interrupts on */
#endif
#ifndef MAXNESTING
#define MAXNESTING 10
#endif
#ifndef MAXERRORS
#define MAXERRORS 0
#endif
#ifndef MAXSKIPPED
#define MAXSKIPPED 100
#endif
#ifndef MAXTRYLOCK
#define MAXTRYLOCK 100
#endif
#ifndef TRYLOCKDELAY
#define TRYLOCKDELAY 10 /* us */
#endif
#ifndef KRETACTIVE
#define KRETACTIVE 0 /* calls that a return probe follows at once; 0: by the number of CPUs */
#endif
#ifndef MINSTACKSPACE
#define MINSTACKSPACE 1024
#endif
#ifndef STP_ON_THE_FLY_INTERVAL
#define STP_ON_THE_FLY_INTERVAL 10000000LL /* ns between two rounds of arming and disarming by condition */
#endif
#ifndef STP_OVERLOAD_INTERVAL
#define STP_OVERLOAD_INTERVAL 1000000000LL /* cycles */
#endif
#ifndef STP_OVERLOAD_THRESHOLD
#define STP_OVERLOAD_THRESHOLD 500000000LL /* cycles */
#endif

#ifndef HIST_ELISION
#define HIST_ELISION 2 /* empty buckets that are drawn beside those that are not */
#endif

struct module;
struct pt_regs;
struct stp_session;
struct stp_map;
struct stp_agg;
struct stp_ctx;
struct stp_script;
struct stp_match;

/* ------------------------------------------------------------------ the descriptor */

/* What a handler locks before it runs, sorted by global: all or none. */
struct stp_lock {
	u16 global; /* index into the script's globals */
	u16 write;
};
struct stp_locks {
	u32 n;
	const struct stp_lock *lock;
};

/* `if (...)` of probe points, over globals. A handler that may change one looks when it ends; the core
 * arms and disarms accordingly, soon. Handlers look again for themselves: what is armed may lag behind. */
struct stp_condition {
	bool (*holds)(struct stp_ctx *c);
	const struct stp_locks *locks; /* or NULL */
	u32 armed;                     /* the core's: as it was found last */
	const struct stp_probe *probe; /* the core's: the first that has it */
};

struct stp_probe {
	u16 kind;           /* enum stp_attach */
	u16 flags;
	u32 id;             /* index in the manifest */
	const char *point;  /* pp() */
	const char *written; /* pn() */
	const char *function; /* ppfunc(), probefunc(); or NULL */
	const char *symbol;
	u64 address;
	s64 number, randomize;
	u32 maxactive;      /* 0: the default */
	u32 saved;          /* u64 slots that `entry` fills for `handler` */
	void (*handler)(struct stp_ctx *c);
	void (*entry)(struct stp_ctx *c);             /* returns; or NULL */
	const struct stp_locks *locks, *entry_locks;  /* or NULL */
	struct stp_condition *condition;              /* or NULL: always armed */
	void *core;         /* the core's own */
	struct stp_script *script; /* set by the core */
};
#define STP_PROBE_REGS 1u     /* the handler wants all of pt_regs, not only arguments */
#define STP_PROBE_TARGET 4u   /* FUNCTION, SYSCALL: the handler does nothing in other processes than target() */
#define STP_PROBE_OWN 8u      /* the handler asks stp_is_own() first */
#define STP_PROBE_STACK 16u   /* the handler walks the stack: stp_stack_*() */
#define STP_PROBE_OPTIONAL 2u /* of a wildcard: a place that cannot be armed is left out, and counted */

enum stp_global_kind { STP_GLOBAL_LONG, STP_GLOBAL_STRING, STP_GLOBAL_AGG, STP_GLOBAL_MAP };
enum stp_value_kind { STP_VALUE_LONG, STP_VALUE_STRING, STP_VALUE_AGG };
enum stp_stat_op { STP_COUNT, STP_SUM, STP_MIN, STP_MAX, STP_AVG, STP_VARIANCE };
enum stp_hist_kind { STP_HIST_NONE, STP_HIST_LOG, STP_HIST_LINEAR };
#define STP_HIST_LOG_BUCKETS 128
#define STP_MAX_KEYS 9

/* A global. Long and string live in the script's own memory; the core makes maps and aggregates when the
 * script registers and puts their addresses into *slot. */
struct stp_global {
	const char *name;
	u16 kind;           /* enum stp_global_kind */
	u16 value;          /* MAP: enum stp_value_kind */
	u16 n_keys;
	u16 string_keys;    /* MAP: bit i set: key i is a string */
	u32 max;            /* MAP: most elements */
	u16 wraps;          /* MAP: the oldest makes room */
	u16 sized;          /* MAP: declared with a size of its own, which `max` is */
	u32 stat_ops;       /* AGG, MAP of AGG: 1 << enum stp_stat_op */
	u32 hist;           /* AGG, MAP of AGG: enum stp_hist_kind */
	s64 low, high, step; /* STP_HIST_LINEAR */
	void **slot;
};

/* A variable of the kernel: looked up by name when the script registers. */
struct stp_symbol {
	const char *name;
	u64 address;
	u32 found;    /* how many have this name */
	bool per_cpu;
};

struct stp_script {
	u64 abi;            /* STP_ABI_HASH */
	const char *name;   /* the module's when it was compiled; it may be loaded under another */
	struct module *owner;
	struct stp_probe *probes;
	const struct stp_global *globals;
	struct stp_condition *conditions;
	struct stp_symbol *const *symbols;
	u32 n_probes, n_globals, n_conditions, n_symbols;
	u32 string_size;    /* MAXSTRINGLEN */
	u32 frame_size;     /* bytes of frame that a context needs */
	u32 max_action, max_errors, max_skipped, max_nesting, max_trylock, trylock_delay, min_stack;
	u32 max_active;     /* KRETACTIVE */
	u32 flags;
	u64 overload_interval, overload_threshold; /* cycles; 0: not watched */
	u64 refresh_interval; /* ns: STP_ON_THE_FLY_INTERVAL */
	void *core;         /* the core's own */
};
#define STP_SCRIPT_SUPPRESS_ERRORS 1u      /* --suppress-handler-errors */
#define STP_SCRIPT_SUPPRESS_TIME_LIMITS 2u /* --suppress-time-limits */

int stp_script_register(struct stp_script *s); /* from module init: negative errno */
void stp_script_unregister(struct stp_script *s);

/* ------------------------------------------------------------------ the context */

struct stp_ctx {
	struct stp_session *session;
	const struct stp_probe *probe;
	const struct pt_regs *regs; /* FUNCTION, FUNCTION_RETURN: the hit's; SYSCALL*: the caller's; or NULL */
	const u64 *args;            /* TRACEPOINT: its arguments */
	u64 result;                 /* FUNCTION_RETURN, SYSCALL_RETURN */
	u64 *saved;                 /* FUNCTION_RETURN: the slots */
	const char *error;          /* NULL: none */
	s32 actions;                /* left */
	u32 depth;                  /* of function calls */
	char *frame, *frame_end;    /* free part of the frame memory */
	s64 target;
	u32 caught;                 /* an error that try must not catch: MAXACTION */
	u32 stop;                   /* the handler asked to end: exit() was called */
	char message[512]; /* what `error` points to when it was made up */
	u64 address;                /* FUNCTION*: of the function; else 0 */
	u64 caller;                 /* FUNCTION*: the return address; else 0 */
	const u64 *stack_args;      /* TRACEPOINT: its arguments after the first STP_REGISTER_ARGS */
	u32 tid, pid;               /* of the task that was hit */
	u32 cpu;
	u32 owner;                  /* uid of whoever started the session */
	struct stp_match *match;    /* what the last =~ of this handler found; only where matched() is used */
	union {                     /* what is left to do when the handler has ended: looked at in one go */
		struct {
			u8 error;   /* one was set */
			u8 wake;    /* the readers */
			u8 end;     /* the session: exit(), too many errors */
			u8 flush;   /* set by the flush that found the context busy */
			u8 iter;    /* a foreach was begun */
			u8 refresh; /* a condition of probe points has changed */
			u8 measure; /* this hit's time, for the overload check */
		};
		u64 any;
	} todo;
};

static inline bool stp_failed(const struct stp_ctx *c)
{
	return stp_unlikely(c->error != NULL);
}
/* `message` must live as long as the module: a literal. Keeps the first error. */
static inline void stp_error(struct stp_ctx *c, const char *message)
{
	if (!c->error)
		c->error = message;
	c->todo.error = 1;
}
/* Makes the text up from a format of its own (%d %s %x). */
void stp_errorf(struct stp_ctx *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* error(msg): copies. */
void stp_error_copy(struct stp_ctx *c, const char *message);
/* catch: copies the message (when dst is not NULL) and clears the error. False when it may not be caught. */
bool stp_catch(struct stp_ctx *c, char *dst, u32 size);

/* At the end of a handler that may have changed what the condition is made of; it still holds their
 * locks. */
static inline void stp_condition_look(struct stp_ctx *c, const struct stp_condition *k)
{
	if (stp_failed(c) || k->holds(c) != (k->armed != 0))
		c->todo.refresh = 1;
}

/* Takes n actions; false, with the error set, when MAXACTION is used up. `place` is for the error; or
 * NULL. */
bool stp_actions_exceeded(struct stp_ctx *c, const char *place);
static inline bool stp_action(struct stp_ctx *c, s32 n, const char *place)
{
	c->actions -= n;
	return stp_likely(c->actions >= 0) || stp_actions_exceeded(c, place);
}

/* Frame memory for one activation, not zeroed; NULL, with the error set (MAXNESTING), when there is none
 * left. */
void *stp_frame_failed(struct stp_ctx *c);
static inline void *stp_frame_push(struct stp_ctx *c, u32 size)
{
	char *f = c->frame;

	if (stp_unlikely(c->frame_end - f < (long)size))
		return stp_frame_failed(c);
	c->frame = f + size;
	return f;
}
static inline void stp_frame_pop(struct stp_ctx *c, u32 size)
{
	c->frame -= size;
}
/* Entering a function that may recurse: checks MAXNESTING and the kernel stack. False: the error is set. */
bool stp_call_enter(struct stp_ctx *c);
/* After a call that failed: says where it is when that was too deep. */
void stp_call_place(struct stp_ctx *c, const char *place);
static inline void stp_call_leave(struct stp_ctx *c)
{
	c->depth--;
}

void stp_exit(struct stp_ctx *c);   /* exit() */
void stp_abort(struct stp_ctx *c);  /* abort(): also ends the handler, through the error that is not shown */

/* ------------------------------------------------------------------ numbers and strings */

/* Strings are NUL-terminated in buffers of `size` bytes; longer ones are cut. dst may not be a source but
 * for stp_str_cat(). */
void stp_str_copy(char *dst, const char *src, u32 size);
void stp_str_cat(char *dst, const char *more, u32 size);   /* appends */
int stp_str_cmp(const char *a, const char *b);             /* <0 0 >0, by unsigned bytes */
u32 stp_str_len(const char *s, u32 size);

s64 stp_div_failed(struct stp_ctx *c, const char *message);
static inline s64 stp_div(struct stp_ctx *c, s64 a, s64 b, const char *message)
{
	if (stp_unlikely(b == 0))
		return stp_div_failed(c, message);
	return b == -1 ? (s64)(0 - (u64)a) : a / b;
}
static inline s64 stp_mod(struct stp_ctx *c, s64 a, s64 b, const char *message)
{
	if (stp_unlikely(b == 0))
		return stp_div_failed(c, message);
	return b == -1 ? 0 : a % b;
}
static inline s64 stp_shl(s64 a, s64 n) { return (s64)((u64)a << (n & 63)); }
static inline s64 stp_shr(s64 a, s64 n) { return a >> (n & 63); }
static inline s64 stp_ushr(s64 a, s64 n) { return (s64)((u64)a >> (n & 63)); }

/* ------------------------------------------------------------------ memory */

/* Reads size (1, 2, 4, 8) bytes, sign-extended when asked. A fault sets the error, which names `place`
 * ("identifier '$x' at a.stp:3:4"), and gives 0. */
s64 stp_load_kernel(struct stp_ctx *c, u64 address, u32 size, bool is_signed, const char *place);
s64 stp_load_user(struct stp_ctx *c, u64 address, u32 size, bool is_signed, const char *place);
void stp_store_kernel(struct stp_ctx *c, u64 address, u32 size, u64 value, const char *place);
void stp_store_user(struct stp_ctx *c, u64 address, u32 size, u64 value, const char *place);
/* Copies a NUL-terminated string, or the first n bytes of one. Returns 0 or a negative errno (no error is
 * set: the tapset functions differ in what they make of it). */
int stp_string_kernel(char *dst, u32 size, u64 address, u32 n);
int stp_string_user(char *dst, u32 size, u64 address, u32 n);
/* Copies raw bytes; 0 or a negative errno. */
int stp_copy_kernel(void *dst, u64 address, u32 n);
int stp_copy_user(void *dst, u64 address, u32 n);
/* text_str(): non-printable bytes as \ooo or \n..., in quotes when asked, "..." when cut. */
void stp_string_quoted(char *dst, u32 size, const char *src, u32 n, bool quotes, bool user, u64 address);

/* ------------------------------------------------------------------ globals */

static inline void stp_atomic_add(s64 *g, s64 v)
{
	__atomic_fetch_add(g, v, __ATOMIC_RELAXED);
}

union stp_key {
	s64 n;
	const char *s;
};

/* keys: as many as the map has, in order. Absent: 0, "" (never NULL). */
s64 stp_map_get_long(struct stp_ctx *c, struct stp_map *m, const union stp_key *keys);
const char *stp_map_get_string(struct stp_ctx *c, struct stp_map *m, const union stp_key *keys);
/* The element's value, made when it is not there; NULL with the error set when there is no room or the map
 * is being iterated. Valid until the next change of the map. */
s64 *stp_map_long(struct stp_ctx *c, struct stp_map *m, const union stp_key *keys);
char *stp_map_string(struct stp_ctx *c, struct stp_map *m, const union stp_key *keys);
bool stp_map_has(struct stp_ctx *c, struct stp_map *m, const union stp_key *keys);
/* Elements whose keys agree where `wild` has no bit set. */
bool stp_map_has_slice(struct stp_ctx *c, struct stp_map *m, const union stp_key *keys, u32 wild);
void stp_map_delete(struct stp_ctx *c, struct stp_map *m, const union stp_key *keys);
void stp_map_delete_slice(struct stp_ctx *c, struct stp_map *m, const union stp_key *keys, u32 wild);
void stp_map_clear(struct stp_ctx *c, struct stp_map *m);

/* Statistics: per CPU, so that adding takes no lock. */
void stp_agg_add(struct stp_ctx *c, struct stp_agg *a, s64 v);
void stp_agg_clear(struct stp_ctx *c, struct stp_agg *a);
void stp_map_agg_add(struct stp_ctx *c, struct stp_map *m, const union stp_key *keys, s64 v);
/* The value of an extractor. Empty: 0 for COUNT and SUM, else the error is set ("empty aggregate" with
 * `place`). */
s64 stp_agg_get(struct stp_ctx *c, struct stp_agg *a, u32 op, const char *place);
s64 stp_map_agg_get(struct stp_ctx *c, struct stp_map *m, const union stp_key *keys, u32 op,
		    const char *place);

/* Histograms: how many buckets there are, one of them, and all of them as the memory argument of a record
 * (of stp_hist_room() bytes). LOG: bucket 64 is 0, 64 + n holds 2^(n-1) .. 2^n - 1, 64 - n the same below
 * zero. LINEAR: bucket 0 is below `low`, 1 + n holds low + n * step and up, the last one what is above.
 * Empty: the error is set, as above. */
static inline u32 stp_hist_buckets(u32 hist, s64 low, s64 high, s64 step)
{
	return hist == STP_HIST_LOG ? STP_HIST_LOG_BUCKETS :
	       hist == STP_HIST_LINEAR ? (u32)(((u64)high - (u64)low) / (u64)step + 3) : 0;
}
static inline u32 stp_hist_room(u32 buckets)
{
	return (4 + buckets * 8 + 7) & ~7u;
}
s64 stp_agg_bucket(struct stp_ctx *c, struct stp_agg *a, s64 bucket, const char *place);
s64 stp_map_agg_bucket(struct stp_ctx *c, struct stp_map *m, const union stp_key *keys, s64 bucket,
		       const char *place);
bool stp_agg_empty(struct stp_ctx *c, struct stp_agg *a, const char *place);       /* true: the error is set */
bool stp_map_agg_empty(struct stp_ctx *c, struct stp_map *m, const union stp_key *keys, const char *place);
u64 *stp_put_hist(u64 *at, struct stp_ctx *c, struct stp_agg *a);
u64 *stp_put_map_hist(u64 *at, struct stp_ctx *c, struct stp_map *m, const union stp_key *keys);

/* foreach. Between begin and end no element may come or go (the functions above set the error); values may
 * change. `keys` must stay where they are as long. */
struct stp_iter {
	struct stp_map *map;
	u32 at, n, sorted; /* the core's own, like all the rest */
	s64 limit;        /* elements left to give */
	u32 wild;
	union stp_key keys[STP_MAX_KEYS];
	void *element;
	s32 direction, column;
	u32 op, mode, slot;
};
#define STP_SORT_NONE (-2)
#define STP_SORT_VALUE (-1) /* for statistics: by `op` */
/* direction: 1 ascending, -1 descending; column: a key's index, STP_SORT_VALUE or STP_SORT_NONE; op: enum
 * stp_stat_op; limit < 0: none. keys and wild: the slice (NULL: all). False with the error set. When it has
 * returned true, stp_iter_end() must follow. */
bool stp_iter_begin(struct stp_ctx *c, struct stp_iter *i, struct stp_map *m, int direction, int column,
		    u32 op, s64 limit, const union stp_key *keys, u32 wild);
bool stp_iter_next(struct stp_ctx *c, struct stp_iter *i);
s64 stp_iter_key_long(struct stp_iter *i, u32 key);
const char *stp_iter_key_string(struct stp_iter *i, u32 key); /* valid until the map changes */
s64 stp_iter_value_long(struct stp_iter *i);
const char *stp_iter_value_string(struct stp_iter *i);
s64 stp_iter_value_agg(struct stp_ctx *c, struct stp_iter *i, u32 op, const char *place);
void stp_iter_end(struct stp_ctx *c, struct stp_iter *i);

/* ------------------------------------------------------------------ output */

/*
 * Makes a PRINT record with room for `len` bytes of arguments, in place in the buffer, and returns where
 * they go; NULL: there was no room, which is counted and is no error. The arguments must be filled before
 * the handler does anything else.
 */
u64 *stp_print(struct stp_ctx *c, u32 format, u32 len);
/* Bytes that a string of n bytes takes in a payload, and putting it there. */
static inline u32 stp_string_room(u32 n)
{
	return (4 + n + 7) & ~7u;
}
static inline u64 *stp_put_string(u64 *at, const char *s, u32 n)
{
	u32 room = stp_string_room(n);

	at[room / 8 - 1] = 0;
	*(u32 *)at = n;
	__builtin_memcpy((char *)at + 4, s, n);
	return at + room / 8;
}
/* The same from memory of the kernel or of a user (for %m and %M); a fault gives zeroes. */
u64 *stp_put_memory(u64 *at, u64 address, u32 n);
void stp_warn(struct stp_ctx *c, const char *message);

struct stp_arg {
	s64 n;
	const char *s;
	u32 len;
};
/* sprintf: the same formatter that makes the text of records. */
void stp_sprintf(struct stp_ctx *c, char *dst, u32 size, const char *format, const struct stp_arg *args,
		 u32 n);

/* ------------------------------------------------------------------ where the hit is */

static inline s64 stp_pid(const struct stp_ctx *c) { return (s32)c->pid; }
static inline s64 stp_tid(const struct stp_ctx *c) { return (s32)c->tid; }
/* Is the task that was hit in every respect its user's who started the session? Kernel threads and what
 * runs with more rights than his are nobody's. */
bool stp_task_is_owners(const struct stp_ctx *c);
static inline bool stp_is_own(const struct stp_ctx *c)
{
	return !(c->probe->flags & STP_PROBE_OWN) || stp_task_is_owners(c);
}
s64 stp_ppid(void);
s64 stp_pgrp(void);
s64 stp_sid(void);
s64 stp_uid(void);
s64 stp_euid(void);
s64 stp_gid(void);
s64 stp_egid(void);
s64 stp_cpu(void);
void stp_execname(char *dst, u32 size);
u64 stp_task_current(void);
u64 stp_task_find(s64 pid); /* 0: there is none. It may end at any time: its memory is only read as what may fail */
u64 stp_time_ns(void);       /* gettimeofday: CLOCK_REALTIME */
s64 stp_zone_west(struct stp_ctx *c); /* seconds west of UTC, of whoever started the session */
void stp_zone_name(struct stp_ctx *c, char *dst, u32 size);
u64 stp_monotonic_ns(void);
u64 stp_boottime_ns(void);
u64 stp_local_clock_ns(void);
u64 stp_cycles(void);
u64 stp_jiffies(void);
u64 stp_random(u64 below);
bool stp_user_mode(struct stp_ctx *c);
void stp_symbol_name(char *dst, u32 size, u64 address, bool with_offset);
/* Where it stands, for this CPU; 0 with the error set when there is none or more than one of the name. */
u64 stp_symbol_address(struct stp_ctx *c, const struct stp_symbol *s);
u64 stp_register(struct stp_ctx *c, const char *name); /* sets the error when there is no such register */
u64 stp_user_register(struct stp_ctx *c, const char *name); /* of the current task's user code, likewise */
u64 stp_caller(struct stp_ctx *c);                     /* return address of the probed function; 0: unknown */
u64 stp_address(struct stp_ctx *c);                    /* addr() */
/* The kernel's stack: the address of the hit (0), of who called that (1), ...; 0 behind its end, and where the
 * probe has none. For a return: from the function on that is returned to. */
u64 stp_stack_at(struct stp_ctx *c, s64 n);
/* `n` addresses from number `first` on (n < 0: all), in hex, with blanks between them. */
void stp_stack_text(struct stp_ctx *c, char *dst, u32 size, s64 first, s64 n);

/*
 * CONTEXT_*: arguments of the probed function, the system call, the tracepoint, from 0. As the machine
 * passes them: the upper bits of what is narrower than 64 bits are not defined, the caller cuts.
 *   static inline u64 stp_function_arg(struct stp_ctx *c, u32 n);
 *   static inline u64 stp_syscall_arg(struct stp_ctx *c, u32 n);
 *   static inline u64 stp_trace_arg(struct stp_ctx *c, u32 n);
 */
/*
 * Guru: writes what the function or system call is going to find, or what its caller is. Without registers
 * the error is set, as it is for an argument on the stack.
 */
void stp_set_function_arg(struct stp_ctx *c, u32 n, u64 value);
void stp_set_syscall_arg(struct stp_ctx *c, u32 n, u64 value);
void stp_set_result(struct stp_ctx *c, u32 n, u64 value);
#ifdef STP_SHIM
#define STP_REGISTER_ARGS 0
static inline u64 stp_function_arg(struct stp_ctx *c, u32 n) { return 0; }
static inline u64 stp_syscall_arg(struct stp_ctx *c, u32 n) { return 0; }
static inline u64 stp_trace_arg(struct stp_ctx *c, u32 n) { return 0; }
#elif defined(__x86_64__)
#include "regs-x86.h"
#else
#error "no regs-ARCH.h for this machine"
#endif

/* ------------------------------------------------------------------ embedded C */

#include "embedded.h"
#define MODINFO(tag, value)                                                                               \
	static const char __modinfo_##tag[] __attribute__((used, section(".modinfo"), aligned(1))) = #tag \
		"=" value

#endif
