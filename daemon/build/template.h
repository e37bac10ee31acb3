/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * The template: a module that does nothing, compiled by kbuild once, whose structure (__this_module,
 * vermagic and what else a kernel wants in each module) every script module takes over under its own name.
 */
#include <stdbool.h>
#include "base/arena.h"

#define TEMPLATE_NAME "stapd_template"
/* In the place of the name: as long as a name may be, so that any fits. */
#define TEMPLATE_PLACEHOLDER "STAPD_MODULE_NAME_PLACEHOLDER_OF_FIFTY_FIVE_BYTES______"

/* Source of the template module. Has init and exit: else modpost leaves them out of __this_module, and a
 * module would load and never run. */
extern const char template_source[];

/*
 * Takes from the .mod.c that modpost made what belongs to the one module: versions, dependencies, name. The
 * rest gets the placeholder for a name. NULL: it does not look as expected.
 */
char *template_edit(Arena *a, const char *mod_c);

/* Where in the compiled template the placeholder stands. False: not exactly once. */
bool template_find_name(const char *object, size_t size, size_t *ret_offset);
