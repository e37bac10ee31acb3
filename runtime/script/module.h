/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The module around a script: the last thing that generated C includes. Before it stand STP_PROBES,
 * STP_N_PROBES, STP_GLOBALS, STP_N_GLOBALS, STP_FRAME_SIZE, STP_MATCH_SIZE, STP_MODULE_NAME and
 * STP_ABI_HASH; STP_CONDITIONS and STP_N_CONDITIONS when there are any; and stp_init_strings(), which gives
 * globals the values that may be longer than a string can be.
 */
#ifndef STP_MODULE_H
#define STP_MODULE_H

#if MAXSTRINGLEN < 64
#error "MAXSTRINGLEN must be at least 64"
#endif

#ifndef STP_SCRIPT_FLAGS
#ifdef STAP_SUPPRESS_HANDLER_ERRORS
#define STP_FLAG_ERRORS STP_SCRIPT_SUPPRESS_ERRORS
#else
#define STP_FLAG_ERRORS 0
#endif
#ifdef STAP_SUPPRESS_TIME_LIMITS
#define STP_FLAG_LIMITS STP_SCRIPT_SUPPRESS_TIME_LIMITS
#else
#define STP_FLAG_LIMITS 0
#endif
#define STP_SCRIPT_FLAGS (STP_FLAG_ERRORS | STP_FLAG_LIMITS)
#endif

#ifdef STP_NO_OVERLOAD
#undef STP_OVERLOAD_THRESHOLD
#define STP_OVERLOAD_THRESHOLD 0
#endif

#ifndef STP_N_CONDITIONS
#define STP_CONDITIONS NULL
#define STP_N_CONDITIONS 0
#endif

#if INTERRUPTIBLE
#define STP_MAX_ACTION MAXACTION_INTERRUPTIBLE
#else
#define STP_MAX_ACTION MAXACTION
#endif

extern struct module __this_module;

static struct stp_script stp_this_script = {
	.abi = STP_ABI_HASH,
	.name = STP_MODULE_NAME,
	.owner = &__this_module,
	.probes = STP_PROBES,
	.globals = STP_GLOBALS,
	.n_probes = STP_N_PROBES,
	.n_globals = STP_N_GLOBALS,
	.conditions = STP_CONDITIONS,
	.n_conditions = STP_N_CONDITIONS,
#ifdef STP_SYMBOLS
	.symbols = STP_SYMBOLS,
	.n_symbols = STP_N_SYMBOLS,
#endif
	.string_size = MAXSTRINGLEN,
	/* The end is stp_tokenize()'s; what the last =~ found stands before it. */
	.frame_size = STP_FRAME_SIZE + STP_MATCH_SIZE + STP_MATCH_TEXT(MAXSTRINGLEN),
	.max_action = STP_MAX_ACTION < 0x7fffffff ? STP_MAX_ACTION : 0x7fffffff,
	.max_errors = MAXERRORS,
	.max_skipped = MAXSKIPPED,
	.max_nesting = MAXNESTING,
	.max_trylock = MAXTRYLOCK,
	.trylock_delay = TRYLOCKDELAY,
	.min_stack = MINSTACKSPACE,
	.max_active = KRETACTIVE,
	.flags = STP_SCRIPT_FLAGS,
	.overload_interval = STP_OVERLOAD_INTERVAL,
	.overload_threshold = STP_OVERLOAD_THRESHOLD,
	.refresh_interval = STP_ON_THE_FLY_INTERVAL,
};

#ifdef STP_SHIM_SYMBOL

/* Many scripts in one test program: each is asked for by a name of its own. */
struct stp_script *STP_SHIM_SYMBOL(void);
struct stp_script *STP_SHIM_SYMBOL(void)
{
	stp_init_strings();
	return &stp_this_script;
}

#else

static int stp_module_init(void)
{
	stp_init_strings();
	return stp_script_register(&stp_this_script);
}

static void stp_module_exit(void)
{
	stp_script_unregister(&stp_this_script);
}

/* What module_init() and module_exit() come down to; the pointers keep objtool content with IBT. */
int init_module(void);
void cleanup_module(void);
int init_module(void) __attribute__((alias("stp_module_init")));
void cleanup_module(void) __attribute__((alias("stp_module_exit")));
static void *stp_address_init __attribute__((used, section(".init.data"))) = (void *)&init_module;
static void *stp_address_exit __attribute__((used, section(".exit.data"))) = (void *)&cleanup_module;
MODINFO(license, "GPL");

#endif
#endif
