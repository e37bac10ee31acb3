/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel and the daemon agree on: how probes attach, the ioctls of /dev/stapd, and the records in
 * the relay buffers. Everything is little-endian, naturally aligned, and sized explicitly.
 *
 * Three kinds of file descriptors:
 *   /dev/stapd   makes sessions.
 *   session      the leash: when the last reference to it goes, every probe of its script is inert at once
 *                and unregistered soon after. Open it first, then load the script's module, whose
 *                registration finds the session by the module's name (a script without one is refused).
 *   reader       made by the session; sees buffers, positions and state, never keeps a session alive.
 *                Buffers outlive the session for as long as a reader holds them.
 */
#ifndef STP_ABI_H
#define STP_ABI_H

#ifdef __KERNEL__
#include <linux/types.h>
#include <linux/ioctl.h>
#elif !defined(STP_HEADER_FREE)
#include <linux/types.h>
#include <sys/ioctl.h>
#endif

#define STP_ABI_VERSION 1
#define STP_DEVICE "/dev/stapd"
#define STP_NAME_MAX 56          /* a module's name with its NUL */
#define STP_MODULE_PREFIX "stap_"
#define STP_MAX_SAVED 500        /* 64-bit slots that a return probe may keep: 4 KiB for each call */

/* How a probe attaches. */
enum stp_attach {
	STP_BEGIN,          /* number: priority */
	STP_END,            /* number: priority */
	STP_ERROR,          /* number: priority */
	STP_NEVER,
	STP_TIMER,          /* number: interval in ns, >= 10000; randomize: +- ns, less than it */
	STP_FUNCTION,       /* symbol: entry of a kernel function */
	STP_FUNCTION_RETURN, /* symbol */
	STP_TRACEPOINT,     /* symbol */
	STP_SYSCALL,        /* symbol: __x64_sys_NAME, number: of the call; entered with a pt_regs argument */
	STP_SYSCALL_RETURN, /* number: of the call */
	STP_ATTACH_MAX
};

#ifndef STP_HEADER_FREE

/* ------------------------------------------------------------------ ioctls */

enum stp_state {
	STP_STATE_OPEN,      /* no script yet */
	STP_STATE_LOADED,    /* a script has registered */
	STP_STATE_STARTING,  /* begin probes, arming */
	STP_STATE_RUNNING,
	STP_STATE_STOPPING,  /* disarming, end or error probes */
	STP_STATE_STOPPED,   /* nothing runs any more; what is in the buffers can be drained */
};

/* Why a session stopped; the first reason counts. */
enum stp_result {
	STP_RESULT_NONE,
	STP_RESULT_STOP,      /* asked by the owner */
	STP_RESULT_EXIT,      /* exit() */
	STP_RESULT_ERRORS,    /* more errors than MAXERRORS, in an end probe too */
	STP_RESULT_SKIPPED,   /* more skipped probes than MAXSKIPPED */
	STP_RESULT_OVERLOAD,  /* STP_OVERLOAD_THRESHOLD */
	STP_RESULT_ARM,       /* a probe could not be armed: `error` and `failed_probe` say why */
	STP_RESULT_LEASH,     /* the last reference to the session went */
};

#define STP_OPEN_OVERWRITE  1u   /* flight recorder: the oldest sub-buffer makes room, also while it is read */
#define STP_MAX_EXCLUDED    16
#define STP_ZONE_MAX        20 /* a time zone's name with its NUL */

struct stp_open {
	char name[STP_NAME_MAX];   /* of the module that will register */
	__u32 subbuf_size;         /* bytes, a power of two, >= 4096; 0: 65536 */
	__u32 n_subbufs;           /* 0: as the machine's memory allows, 1 to 8 MiB of each CPU */
	__u32 flags;
	__s32 target;              /* target(); 0: none */
	__s32 zone_west;           /* tz_gmtoff(): seconds west of UTC */
	char zone[STP_ZONE_MAX];   /* tz_name(); "": UTC */
	__u32 owner;               /* uid of whoever started it */
	__u32 cpu_percent;         /* of a CPU that handlers may take, whatever the script says; 0: what it says */
	__u64 memory;              /* bytes that its arrays and statistics may take; 0: as many as there are */
};

struct stp_excluded {
	__u32 n;
	__s32 tgid[STP_MAX_EXCLUDED]; /* processes whose hits do not count: the consumers of the output */
};

struct stp_version {
	__u32 abi;                 /* STP_ABI_VERSION */
	__u32 pad;
	__u64 hash;                /* of the interface to scripts, as the kit was built with */
};

struct stp_stat {
	__u32 state, result;       /* enum stp_state, enum stp_result */
	__s32 error;               /* ARM: negative errno */
	__u32 failed_probe;        /* ARM: its index in the manifest */
	__u32 n_armed;             /* probes armed */
	__u32 n_cpus;              /* possible CPUs: buffers are 0 .. n_cpus - 1 (some may not exist) */
	__u32 subbuf_size, n_subbufs;
	__u64 hits;                /* handlers run */
	__u64 records;             /* written */
	__u64 lost;                /* records that found no room */
	__u64 lost_nmi;            /* records dropped because the hit was in NMI context */
	__u64 errors;              /* handler errors */
	__u64 skipped_busy;        /* the CPU was in a handler already */
	__u64 skipped_lock;        /* a lock was not to be had in time */
	__u64 skipped_stack;       /* too little kernel stack */
	__u64 skipped_return;      /* no room for another call that has not returned */
	__u64 arm_ns, disarm_ns;   /* how long the last arming and disarming took */
	__u64 overload_cycles;     /* cycles in handlers in the last interval */
};

/* The next full sub-buffer of a CPU. */
struct stp_get {
	__u32 cpu;                 /* in */
	__u32 index;               /* of the sub-buffer; its bytes start at index * subbuf_size of the mapping */
	__u32 bytes;               /* that are valid in it */
	__u32 ready;               /* how many sub-buffers are full; 0: the rest is not set */
};

#define STP_IOC_VERSION _IOR('s', 1, struct stp_version)   /* device */
#define STP_IOC_OPEN    _IOW('s', 2, struct stp_open)      /* device; returns a session fd */
#define STP_IOC_TARGET  _IO('s', 3)                        /* session; arg: pid, before START */
#define STP_IOC_EXCLUDE _IOW('s', 4, struct stp_excluded)  /* session; replaces the list */
#define STP_IOC_START   _IO('s', 5)    /* session; returns at once, the state tells. -EALREADY, -ENODEV */
#define STP_IOC_STOP    _IO('s', 6)    /* session; returns at once. 0 also when it stops already */
#define STP_IOC_READER  _IO('s', 7)    /* session; returns a reader fd */
#define STP_IOC_STAT    _IOR('s', 8, struct stp_stat)      /* session, reader */
#define STP_IOC_BUFFER  _IO('s', 9)    /* reader; arg: cpu; returns an fd to mmap n_subbufs * subbuf_size */
#define STP_IOC_GET     _IOWR('s', 10, struct stp_get)     /* reader */
#define STP_IOC_PUT     _IO('s', 11)   /* reader; arg: cpu; one sub-buffer was consumed. -ESTALE: of a flight
                                        * recorder; since GET it was overwritten, what was read is worth nothing */
#define STP_IOC_FLUSH   _IOR('s', 12, __u64) /* reader; completes begun sub-buffers of all CPUs. Every record
                                        * with a time before the one returned is now in a full sub-buffer */
/*
 * poll(): a session is readable when its state has changed since the last STAT on it; a reader is readable
 * when records are waiting that were not there at its last FLUSH, or when the state has changed since its
 * last STAT.
 */

/* ------------------------------------------------------------------ records */

#define STP_SUBBUF_MAGIC 0x53545031u /* "STP1" */

/* Stands at the start of every sub-buffer. */
struct stp_subbuf_header {
	__u32 magic;
	__u16 version;             /* STP_ABI_VERSION */
	__u16 cpu;
	__u64 seq;                 /* of the sub-buffer on this CPU, from 0 */
	__u64 lost;                /* records of this CPU lost before it, in all */
	__u64 records;             /* records of this CPU written before it, in all */
};

enum stp_record_kind {
	STP_RECORD_PAD,            /* skip */
	STP_RECORD_PRINT,          /* id: format in the manifest; payload: its arguments */
	STP_RECORD_ERROR,          /* payload: one string, the message */
	STP_RECORD_WARNING,        /* payload: one string */
	STP_RECORD_KIND_MAX
};

/*
 * The payload holds the arguments in order, each 8-byte aligned: a long as 8 bytes; a string or memory as
 * a __u32 length, the bytes (a string without its NUL), and zeroes up to the next multiple of 8.
 */
struct stp_record {
	__u32 len;                 /* of header and payload, a multiple of 8 */
	__u16 kind;                /* enum stp_record_kind */
	__u16 probe;               /* index in the manifest */
	__u32 id;
	__u32 tid;
	__u64 time;                /* CLOCK_BOOTTIME ns */
	__u32 pid;
	__u32 uid;
};

#define STP_RECORD_MAX 16384u      /* bytes, header included; must fit a sub-buffer with its header */

#endif /* !STP_HEADER_FREE */
#endif
