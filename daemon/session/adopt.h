/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Sessions that outlive stapd. Before its probes are armed, everything that a session needs goes into the
 * service manager's store (store.h): leash, module, stream, client, and a memo of its state, which is
 * written anew with each change. The next stapd takes them from there and goes on, whether we were killed or
 * left. Without a service manager nothing is kept, and the leash goes with us.
 */
#include "session/manager.h"
#include "session/store.h"

/* Keeps a session that has been loaded. */
void session_keep(Session *s);
/* Writes the memo of one that is kept. */
void session_save(Session *s);
/* Lets go of its leash, which disarms its probes wherever they are: that in the store, too. */
void session_let_go(Session *s);
/* It has ended: takes it out of the store. */
void session_unkeep(Session *s);

/* Goes on with the sessions of the store. Those that cannot be are ended, and the log says why. */
void manager_adopt(Manager *m, Store *store);
/* They go on from where they were; their clients, as far as they are still there, have been tied to them
 * by now. */
void manager_go_on(Manager *m);
/* All sessions stay behind, for the next stapd. */
void manager_leave(Manager *m);
