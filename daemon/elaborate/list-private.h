/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* Inside list: what is being gathered. */
#include "elaborate/elab.h"
#include "elaborate/list.h"

typedef struct List {
        Elab *elab;
        const ParseTarget *target;
        bool variables;
        StrMap found; /* what it is sorted and told apart by -> the line */
} List;

void list_add(List *l, const char *key, const char *line);
/* "long", "string", "unknown" */
const char *list_type(Type t);

void list_points(List *l, const char *pattern);
void list_forms(List *l, const char *pattern);
/* list-library.c */
void list_functions(List *l, const char *pattern);
void list_aliases(List *l, const char *pattern);
