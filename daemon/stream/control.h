/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * stapd's end of the line: messages of manifest/stream-protocol.h in, and out.
 */
#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include "base/fds.h"
#include "manifest/manifest.h"

typedef struct ControlMessage {
        json_object *json;
        const char *type; /* in json */
        int fds[FDS_MAX]; /* owned: taken ones are set to -1 */
        size_t n_fds;
} ControlMessage;

/* The next message: 1; 0: the other side closed; -EAGAIN; -EBADMSG: not one of the protocol's. */
int control_receive(int sock, ControlMessage *ret);
void control_message_done(ControlMessage *m);

/* Members, with what counts when they are missing or of another type. Strings live as long as the
 * message. */
const char *control_string(const ControlMessage *m, const char *key);
bool control_flag(const ControlMessage *m, const char *key);
bool control_has(const ControlMessage *m, const char *key);
int64_t control_int(const ControlMessage *m, const char *key, int64_t otherwise);

/* Each waits until stapd has room for it. -EPIPE: it is gone. */
int control_send_ready(int sock, unsigned cpus);
int control_send_failed(int sock, const char *error);
int control_send_message(int sock, uint64_t n, const char *severity, const char *text, size_t len);
int control_send_reader(int sock, uint32_t id, const char *state, int error, uint64_t lost);

typedef struct ControlCounts {
        uint64_t records, lost, reader_lost, errors, skipped, bytes;
        unsigned readers;
} ControlCounts;

int control_send_stats(int sock, const ControlCounts *c);
int control_send_done(int sock, const ControlCounts *c);
