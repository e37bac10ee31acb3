/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * The types of the language. A value is a long (int64) or a string; a global may also be a statistic; a
 * function may return nothing. TYPE_UNKNOWN is what inference has not found yet; TYPE_POISON is what an
 * error left behind, and never causes a second message.
 */
typedef enum Type {
        TYPE_UNKNOWN,
        TYPE_LONG,
        TYPE_STRING,
        TYPE_STATS,
        TYPE_VOID,
        TYPE_POISON,
        _TYPE_MAX,
} Type;

const char *type_name(Type t); /* "long", "string", "stats", ... */
