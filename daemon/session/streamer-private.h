/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* What the files of the streamer share, and nobody else sees. */
#include <json-c/json.h>
#include <systemd/sd-event.h>
#include "manifest/stream-protocol.h"
#include "session/alive.h"
#include "session/streamer.h"

typedef struct Reader {
        struct Reader *next;
        unsigned id;
        int fd, queue[STREAM_QUEUE_FDS];
        StreamerReader options;
} Reader;

struct Streamer {
        sd_event *event;
        StreamerOptions options;
        char *user, *session, *name;
        int reader_fd, module_fd, ledger_fd, keep_fd, socket;
        int process; /* a pidfd: that of another's child, too, can be killed */
        pid_t pid;
        sd_event_source *source, *child;
        Alive *alive;
        Reader *readers;
        unsigned next_reader, n_readers, restarts;
        int64_t last_message;
        bool going, finishing, finished;
        bool adopted; /* its process is no child of ours */
        bool kept; /* over a restart of stapd */
        char *result;
        int exit_status;
        unsigned timeout_ms;
        int64_t gone_lost; /* by readers that have gone */
        StreamTotals totals;
        const StreamerHandler *handler;
        void *userdata;
};

/* streamer-orders.c: what the process is told. */
json_object *streamer_order(const char *type);
/* Takes the order. Negative errno: the process is not there, or takes no more. */
int streamer_send(Streamer *s, json_object *o, const int *fds, size_t n_fds);
int streamer_send_reader(Streamer *s, const Reader *reader);
/* All that one which has just been started has to know. */
int streamer_send_all(Streamer *s);

/* streamer-readers.c */
Reader *streamer_find_reader(const Streamer *s, unsigned id);
void streamer_forget_reader(Streamer *s, unsigned id);
/* Puts its descriptors into the store. */
void streamer_keep_reader(const Streamer *s, const Reader *r);
json_object *streamer_describe_reader(const Reader *r);
/* Of a reader whose descriptors are not all there, the rest is closed: it sees the end. */
void streamer_adopt_reader(Streamer *s, Store *store, json_object *o);

/* streamer-events.c: what the process says. */
int streamer_on_message(sd_event_source *source, int fd, uint32_t revents, void *userdata);
/* Nothing more will come: all readers have gone. May free `s`. */
void streamer_done(Streamer *s, const char *error);
/* Kills one that does not answer. */
int streamer_watch(Streamer *s);

/* streamer.c. What is kept has changed. */
void streamer_changed(Streamer *s);
/* The process died before "done": what it had not delivered is still in the buffers, the ledger and the queues. */
void streamer_lost(Streamer *s);
