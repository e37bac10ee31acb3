/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Access paths: from a value whose C type is known along ->member and [index] to what is read or written.
 */
#include "elaborate/elab.h"

typedef struct Location {
        const TypeRef *type;   /* NULL: a plain long */
        Expr *value;           /* not in memory (an argument, a local): the value itself; else NULL */
        Expr *address;         /* in memory */
        unsigned bit_offset, bit_size; /* bit-field: bits from `address`; size 0: none */
        AddressSpace space;    /* of `address`, or of what `value` points to when its type does not say */
} Location;

Location location_of_value(Expr *value, const TypeRef *type);
/* Follows the path up to a PRETTY step or its end. False: an error was added. */
bool location_follow(Elab *e, Location *l, const Access *path, size_t n);
bool location_member(Elab *e, Location *l, const Member *m, Span span);
/* Makes a pointer's value the location of what it points to. */
bool location_dereference(Elab *e, Location *l, Span span);
/* Element `index` of the array or pointer at `l`. */
bool location_element(Elab *e, Location *l, Expr *index, Span span);
/* The value; of structs, unions and arrays the address. */
Expr *location_read(Elab *e, const Location *l, Span span);
/* &...: NULL, with an error, when it is not in memory or a bit-field. */
Expr *location_address(Elab *e, const Location *l, Span span);
/* Guru: NULL, with an error, when it cannot be written. */
Expr *location_write(Elab *e, const Location *l, Expr *value, Span span);
