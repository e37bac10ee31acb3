/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * What the stages of a session call of each other; nobody else includes this. The order of the stages, and
 * their files:
 *
 *   compile.c   cache or job
 *   precompiled.c  or a module that the client brings
 *   load.c      its manifest, its name, and what it may call
 *   decide.c    policy, and polkit if that is to be asked
 *   insert.c    module, leash, stream; then held or started
 *   follow.c    the leash is readable: running, stopping, stopped
 *   finish.c    drain the stream, unload the module, end
 */
#include "session/session.h"

/* A change that the table of state.h does not have is left out. */
void session_set_state(Session *s, SessionState to);
/* The first one stays. */
void session_set_error(Session *s, const char *text);
/* To the observer. severity: "warning" or "error". */
void session_tell(Session *s, const char *severity, const char *text);

/* To the observer, and whoever watches the job. */
void session_tell_missing_modules(Session *s); /* modules.c: before it is armed */
void session_tell_progress(Session *s, const char *text);

/* precompiled.c: what its client brought, in the place of compiling. */
void session_take_module(Session *s);
/* Takes the fd of the compiled module. */
void session_load(Session *s, int fd);
/* Goes on with session_insert(), or ends it; perhaps later. */
void session_decide(Session *s);
void session_insert(Session *s);
/* Waits for what is on its way into the kernel, and goes on with it. The session may be gone when it returns. */
void session_settle(Session *s);
/* It is in the kernel, and kept: it waits for its client, or starts. */
void session_loaded(Session *s);
StreamerOptions session_stream_options(const Session *s);
/* Watches a session that was armed by an earlier stapd. Negative errno. */
int session_follow_again(Session *s);
/* Arms the probes of a loaded session. */
void session_start(Session *s);
/* Goes on with what the core says of the session. */
void session_follow_kernel(Session *s);
/* The consumers of the output (0: no other than ours) are left out of what is traced. */
void session_exclude_consumers(Session *s, pid_t reader);

extern const StreamerHandler session_stream_handler;
/* Milliseconds; 0: as long as it takes. */
unsigned session_drain_timeout(const Session *s);
void session_begin_drain(Session *s);
/* Gives back what the kernel and the stream process hold; from here on nothing is said to run. */
void session_begin_unload(Session *s);
void session_fail_in_kernel(Session *s, SessionFailure failure, const char *result, const char *error);
/* The last step: s is gone afterwards. */
void session_end(Session *s);
