/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* The interface descriptions that clients can ask for: ours is the file org.stapd1.varlink itself. */
#define STAPD_INTERFACE "org.stapd1"

/* The description of an interface that we serve, or NULL. */
const char *interface_description(const char *name);
