/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* Error replies of the verbs as D-Bus has them: a name, and a sentence for people. */
#include <json-c/json.h>
#include <systemd/sd-bus.h>

/* name: as the verbs give it, short or full. Borrows the parameters. */
void bus_error_set(sd_bus_error *e, const char *name, json_object *parameters);
