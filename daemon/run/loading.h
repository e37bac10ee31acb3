/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Whether this kernel lets us load a module at all, before anybody waits for a compilation; and why a module
 * was refused, in words that say what to switch on.
 */
typedef enum ModuleLoading {
        LOADING_ALLOWED,
        LOADING_NO_PRIVILEGE,       /* we lack CAP_SYS_MODULE */
        LOADING_UNSUPPORTED,        /* the kernel has no modules */
        LOADING_DISABLED,           /* kernel.modules_disabled */
        LOADING_LOCKDOWN,           /* kernel lockdown: only signed modules */
        LOADING_SIGNATURE_REQUIRED, /* module.sig_enforce */
        _MODULE_LOADING_MAX,
} ModuleLoading;

ModuleLoading loading_check(void);
const char *loading_to_string(ModuleLoading l);
/* What it means and what to do, one sentence; "" when allowed. */
const char *loading_advice(ModuleLoading l);
/* A sentence for an error of module_load(). */
const char *loading_explain(int error);
