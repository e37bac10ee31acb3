/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * kit.json: what stands in a kit, and what it was made from.
 */
#include "build/kit.h"

/* Names of the files in a kit. */
#define KIT_FILE "kit.json"
#define KIT_CORE "stapd_core.ko"
#define KIT_TEMPLATE "template.mod.o"
#define KIT_COMMON "module-common.o"
#define KIT_SYMBOLS "symbols"
#define KIT_SYMVERS "core.symvers"
#define KIT_INCLUDE "include"
#define KIT_HEADER KIT_INCLUDE "/kernel.h"
#define KIT_PRECOMPILED KIT_INCLUDE "/kernel.h.gch"

typedef VEC(const char *) NameList;

/* Writes DIR/kit.json: the members of `k`, every file below `dir` with size and digest, and size and time of
 * each of the inputs. Negative errno. */
int kit_file_write(Arena *a, const Kit *k, const char *dir, const NameList *inputs);

/*
 * Reads it and checks everything but the precompiled header's digest (which is big and only checked for
 * size: the compiler checks it itself). KIT_OK, KIT_MISSING, KIT_DAMAGED with a reason in the arena. Fills
 * what comes from the JSON; the rest of the Kit is the caller's.
 */
int kit_file_read(Arena *a, const char *dir, Kit *k, const char **ret_reason);
