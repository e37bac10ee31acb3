/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "api/account.h"
#include <stdlib.h>

Account *account_find(Account *all, uid_t uid) {
        while (all && all->uid != uid)
                all = all->next;
        return all;
}

Account *account_open(Account **all, uid_t uid) {
        Account *a = account_find(*all, uid);
        if (!a) {
                a = calloc(1, sizeof(*a));
                if (!a)
                        return NULL;
                *a = (Account) { .uid = uid, .next = *all };
                *all = a;
        }
        a->n_connections++;
        return a;
}

void account_close(Account **all, Account *a) {
        if (--a->n_connections > 0)
                return;
        while (*all != a)
                all = &(*all)->next;
        *all = a->next;
        free(a);
}
