/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * The service on a D-Bus: the same verbs as over Varlink, sessions and jobs as objects, and signals for
 * those who call Subscribe. There may be no bus: it is taken when it comes, and left without harm when it
 * goes.
 */
#include "session/manager.h"

typedef struct Bus Bus;

/* address: "system", or a D-Bus address. */
int bus_new(sd_event *event, Manager *manager, const char *address, Bus **ret);
Bus *bus_free(Bus *b);
