/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * What the connections of one user make stapd hold: how many they are, and the bytes of calls that have not
 * ended and of replies that were not read.
 */
#include <stddef.h>
#include <sys/types.h>

typedef struct Account {
        struct Account *next;
        uid_t uid;
        unsigned n_connections;
        size_t bytes;
} Account;

/* NULL: he has no connection. */
Account *account_find(Account *all, uid_t uid);
/* His, with one connection more; NULL: no memory. */
Account *account_open(Account **all, uid_t uid);
/* One connection less. */
void account_close(Account **all, Account *a);
