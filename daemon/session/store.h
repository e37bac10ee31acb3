/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * The service manager's store of file descriptors (sd_notify(3), FDSTORE=1): what of a session must outlive
 * stapd is kept there, under "ID.WHAT", and comes back to the next stapd with the listening socket. It is
 * emptied by the service manager when the service is stopped. Without a service manager there is none, and
 * everything here does nothing.
 */
#include <stdbool.h>

typedef struct Store Store;

/* Whether what is put can come back. */
bool store_is_there(void);
/* A duplicate is kept; one of the same name stays as well until it is removed. */
void store_put(const char *id, const char *what, int fd);
void store_remove(const char *id, const char *what);

/* What an earlier stapd left, and the listening socket: *ret_listen is -1 when there is none. -EINVAL:
 * there are several. */
int store_open(Store **ret, int *ret_listen);
/* Forgets, here and there, what nobody took. */
Store *store_close(Store *s);
/* The id of a session that is left, or NULL. */
const char *store_first(const Store *s);
/* The descriptor, the caller's to close; -1. */
int store_take(Store *s, const char *id, const char *what);
/* Closes and removes all that is left of a session. */
void store_drop(Store *s, const char *id);
