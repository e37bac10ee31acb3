/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* Ctrl-C: the first asks for an orderly end, the second for one at once. */
#include <stdbool.h>
#include <systemd/sd-event.h>

/* Blocks SIGINT, SIGTERM, SIGHUP and SIGCHLD and calls `stop` with false, then with true. */
int interrupt_watch(sd_event *event, void (*stop)(void *userdata, bool now), void *userdata);
