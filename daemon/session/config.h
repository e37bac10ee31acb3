/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * /etc/stapd/stapd.conf and the directories stapd works in. The file is in systemd's style:
 *
 *     [Daemon]
 *     Group=stapd            members may trace (default: none but root)
 *     AllowGuru=no           whether they may use -g
 *     AllowSelfApproval=no   whether root may approve what root has requested
 *     RevokeOnReload=no      whether sessions end that new rules do not allow
 *     CompileUser=nobody     runs the compiler
 *     StreamUser=nobody      runs the stream processes
 *     SessionsMax=64         in all
 *     SessionsPerUser=16
 *     CompileSlots=2         scripts compiled at the same time
 *     CompileSlotsPerUser=1  of them
 *     CompileSeconds=120     that one script may take
 *     HelperSeconds=15       a compiler or stream process that does not answer for so long is started again
 *     CacheMaxMegabytes=256  compiled scripts kept
 *     KeepMaxMegabytes=256   recent records kept for one user's sessions
 *     RecordMaxMegabytes=16384   files of one user's recordings
 *     QueueMaxMegabytes=128  calls and replies of one user that wait; and the queues of his readers
 *     KitsMax=4              kernel kits kept
 *     AskSeconds=120         to authenticate, when polkit asks
 *     SigningKey=            files for kernels that take only signed modules
 *     SigningCertificate=
 *     TrustedCertificate=    whose precompiled modules are run
 *
 * A file that others than root can write is refused whole.
 */
#include <stdbool.h>
#include "authz/authz.h"

typedef struct Config {
        char *group, *compile_user, *stream_user;
        char *signing_key, *signing_certificate, *trusted_certificate;
        bool allow_guru, revoke_on_reload, allow_self_approval;
        unsigned sessions_max, sessions_per_user;
        unsigned compile_slots, compile_slots_per_user, compile_seconds, helper_seconds;
        unsigned cache_max_megabytes, keep_max_megabytes, record_max_megabytes, queue_max_megabytes, kits_max, ask_seconds;
        /* from the command line */
        char *cache_dir, *state_dir, *kernel;
        char *policy_dir, *scripts_dir; /* in place of those of the machine, or NULL */
} Config;

int config_init(Config *c); /* defaults; -ENOMEM */
void config_done(Config *c);
/* Reads a file over what is there. -ENOENT: there is none. -EPERM: others can write it. -EINVAL: a line is
 * wrong; *ret_line is its number and *ret_error a static text. */
int config_read(Config *c, const char *path, unsigned *ret_line, const char **ret_error);
