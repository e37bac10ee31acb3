/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* What the verbs share that are about requests for scripts: request, requests, approve, reject, revoke. */
#include <stdint.h>
#include "ctl/client.h"

/* Prints it, and returns EXIT_USAGE. */
int request_wrong_usage(const char *usage);
/* One call, one reply, which is the caller's to end. EXIT_OK: it is in *ret. Takes the parameters. */
int request_call(const char *method, json_object *p, Reply *ret);
/* Nothing for NULL. */
void request_add_text(json_object *o, const char *name, const char *value);
/* The caller frees; NULL: printed. */
char *request_read_file(const char *path, size_t *ret_len);
/* That of a reply, or NULL. */
json_object *request_of(const Reply *r);

/* A time (CLOCK_REALTIME, microseconds) or "-"; the user of a member or "-", until the next call. */
void request_format_time(int64_t usec, char *ret, size_t size);
const char *request_name_user(json_object *o, const char *member);
/* What its probes look at, a line for each set of them, with `first` before the first one. */
void sights_print(json_object *o, const char *first, const char *rest);
/* All of it, with its script, for who decides. */
void request_print(json_object *o);
