/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Sessions that the policy would not let in any more. Rules that are read anew are for what comes; what runs
 * by a rule that is gone is named in the log and the answer of Reload, and with RevokeOnReload=yes it ends,
 * as "revoked".
 */
#include "session/manager.h"

/* After a change of the policy. ids: an array, to which the id of each is added; or NULL. How many there
 * are. */
unsigned revoke_denied(Manager *m, json_object *ids);
