/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* The families, one file each; families.c has their order. */
#include "probe/probe.h"

extern const ProbeFamily probe_family_begin;    /* begin, end, error */
extern const ProbeFamily probe_family_never;
extern const ProbeFamily probe_family_timer;
extern const ProbeFamily probe_family_function; /* kernel.function */
extern const ProbeFamily probe_family_module;   /* module().function */
extern const ProbeFamily probe_family_kprobe;   /* kprobe.function: without a prototype too */
extern const ProbeFamily probe_family_trace;    /* kernel.trace, kernel.tracepoint, module().tracepoint */
extern const ProbeFamily probe_family_syscall;  /* __syscall, which the tapset's syscall.* are made of */
extern const ProbeFamily probe_family_absent;   /* of the language, and not here */
