/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Sessions that end with a login: bound to the login session (of logind) of who started them, by its id, so
 * that nobody inherits them who gets the same uid or pid later.
 */
#include "session/session.h"

typedef struct LoginWatch LoginWatch;

/* The login session of the owner into s->login. -ENXIO: the owner is in none. */
int login_bind(Session *s);
/* Watches logind while any session is bound. */
int login_watch(Manager *m);
/* Of one that is bound: its login has ended. */
bool login_is_over(const Session *s);
LoginWatch *login_watch_free(LoginWatch *w);
