/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * The commands that kbuild ran, read back from its .NAME.cmd files, and what of them a script is compiled
 * with. Everything is in the arena.
 */
#include <stdbool.h>
#include "base/arena.h"

typedef VEC(const char *) Argv; /* NULL-ended where it is handed to process_run(); n counts without the NULL */

/* Splits a shell line into words, and at `;` and `&&` into commands. False: it uses more of the shell than
 * words, quotes and backslashes, or is not closed. */
typedef VEC(Argv) ArgvList;
bool command_split(Arena *a, const char *line, ArgvList *ret);

/* The command line recorded for a target ("cmd_X := LINE", since Linux 6.2 "savedcmd_X := LINE"), or
 * NULL. */
const char *command_recorded(Arena *a, const char *cmd_file_text);

typedef enum CommandUse {
        COMMAND_HEADER_FREE, /* script C that includes stp.h alone */
        COMMAND_KERNEL,      /* C with the kernel's headers: embedded C */
        COMMAND_PRECOMPILED, /* the same, with the precompiled header in the place of what the kernel always includes */
        COMMAND_TEMPLATE,    /* the module's own structure: as recorded, less debug information */
        _COMMAND_USE_MAX,
} CommandUse;

/* The compiler and flags of a recorded gcc command for that use: without source, output, dependency file,
 * module name and debug information. */
Argv command_flags(Arena *a, const Argv *recorded, CommandUse use);

/* A recorded objtool command without its object file. */
Argv command_objtool(Arena *a, const Argv *recorded);
/* A recorded final ld command up to "-o". */
Argv command_ld(Arena *a, const Argv *recorded);

void argv_add(Arena *a, Argv *v, const char *word);
void argv_add_all(Arena *a, Argv *v, const Argv *more);
void argv_end(Arena *a, Argv *v); /* puts the NULL */
