/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * A helper that must answer. A process that was stopped, or that hangs, looks like one that has nothing to
 * say: so it is asked, and when a whole interval went by without a word since, it counts as stuck.
 */
#include <stdint.h>
#include <systemd/sd-event.h>

typedef struct Alive Alive;

typedef struct AliveHandler {
        void (*ask)(void *userdata);
        void (*stuck)(void *userdata); /* may free the Alive */
} AliveHandler;

int alive_new(sd_event *event, uint64_t interval_usec, const AliveHandler *handler, void *userdata,
              Alive **ret);
/* It said something. */
void alive_heard(Alive *a);
Alive *alive_free(Alive *a);
