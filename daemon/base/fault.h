/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Named places where a test can make things go wrong: the process is killed or stopped there, or what
 * would be done fails. Only a build with -Dfault-points=true has them; elsewhere they are nothing.
 *
 * STAPD_FAULT in the environment names a file of a line "POINT ACTION", which all processes of stapd map,
 * so that it can be written while they run, and is obeyed once: then the line begins with '#'. An action
 * is "kill" (SIGKILL), "stop" (SIGSTOP), or a number: the errno that the place fails with.
 */
#ifdef STAPD_FAULT_POINTS
/* 0, or the negative errno to fail with. */
int fault(const char *point);
/* For the helpers' environment: "STAPD_FAULT=FILE", or NULL. */
char *fault_environment(void);
#else
static inline int fault(const char *point) {
        return 0;
}

static inline char *fault_environment(void) {
        return 0;
}
#endif
