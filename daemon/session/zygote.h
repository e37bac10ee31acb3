/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * The process that compilations are forked from (stapd-compile --zygote): started, watched, and started
 * again when it dies, later and later while it never becomes ready.
 */
#include <json-c/json.h>
#include <stdbool.h>
#include <systemd/sd-event.h>

typedef struct Zygote Zygote;

typedef struct ZygoteOptions {
        const char *user;   /* to run as, when we are root */
        const char *kernel; /* release; NULL: the running one */
        const char *kit_dir;
        uint64_t start_usec; /* until it must be ready */
        void (*ready)(void *userdata); /* it can take jobs, or zygote_is_broken() */
        void (*exited)(void *userdata, uint64_t job); /* its child has ended */
        void (*died)(void *userdata);  /* and took all its children with it */
        void *userdata;
} ZygoteOptions;

/* Copies the options. */
int zygote_new(sd_event *event, const ZygoteOptions *o, Zygote **ret);
Zygote *zygote_free(Zygote *z);
/* Another process in its place; died() is not called. */
int zygote_restart(Zygote *z);
/* What it said of itself when it was ready (borrowed), or NULL. */
json_object *zygote_hello(const Zygote *z);
/* It died several times before it was ready. It is still tried again. */
bool zygote_is_broken(const Zygote *z);
/* Where jobs are handed in; -1 while there is no process. */
int zygote_socket(const Zygote *z);
