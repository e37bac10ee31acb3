/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* The @operators of the language; a macro cannot take the name of one. */
#include <stdbool.h>

bool operator_is_reserved(const char *name); /* "@cast" */
