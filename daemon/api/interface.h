/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* The interfaces that we serve, with the descriptions that clients can ask for: those are the files
 * NAME.varlink. */
#include <stddef.h>

#define STAPD_INTERFACE "org.stapd1"

typedef struct InterfaceText {
        const char *name, *text;
} InterfaceText;

/* Made by `embed` when the program is built. */
extern const InterfaceText interface_texts[];
extern const size_t n_interface_texts;

/* The description of an interface that we serve, or NULL. */
const char *interface_description(const char *name);
