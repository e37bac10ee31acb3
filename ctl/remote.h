/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * stapd on another machine, through ssh: each connection is an ssh of its own, which runs `stapctl bridge`
 * there, as the user that one logs in as. To log in once for all of them is ssh's business (ControlMaster).
 */

/* A socket that leads to the stapd of `host` (as ssh takes it: user@host, or a name of ssh_config).
 * Negative errno. */
int remote_connect(const char *host, const char *socket);
