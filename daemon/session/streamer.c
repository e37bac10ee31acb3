/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/streamer-private.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include "base/cleanup.h"
#include "base/fds.h"
#include "base/log.h"
#include "base/paths.h"
#include "session/fields.h"
#include "session/process.h"
#include "session/stream-counts.h"

#define STREAM_NICE (-10)
#define RESTARTS_MAX 8 /* of one session's process */

pid_t streamer_pid(const Streamer *s) {
        return s->pid;
}

StreamTotals streamer_totals(const Streamer *s) {
        StreamTotals t = s->totals;
        if (!s->finished)
                stream_counts_read(s->ledger_fd, s->gone_lost, &t);
        return t;
}

StreamMemory streamer_memory(const Streamer *s) {
        StreamMemory m = { .queues = s->n_readers * (uint64_t) STREAM_QUEUE_DEFAULT };
        stream_counts_read_keep(s->ledger_fd, s->keep_fd, &m);
        return m;
}

/* ------------------------------------------------------------------ the process */

void streamer_changed(Streamer *s) {
        if (s->kept && s->handler->changed)
                s->handler->changed(s->userdata);
}

static void streamer_down(Streamer *s) {
        s->source = sd_event_source_disable_unref(s->source);
        s->child = sd_event_source_disable_unref(s->child);
        s->alive = alive_free(s->alive);
        s->socket = close_fd(s->socket);
        if (s->process >= 0)
                (void) pidfd_send_signal(s->process, SIGKILL, NULL, 0);
        if (s->pid > 0 && !s->adopted)
                (void) waitpid(s->pid, NULL, 0);
        s->process = close_fd(s->process);
        s->pid = 0;
        s->adopted = false;
}

static int streamer_up(Streamer *s);

void streamer_lost(Streamer *s) {
        streamer_down(s);
        if (s->finished)
                return;
        if (s->restarts++ < RESTARTS_MAX) {
                log_warning("The stream process of session %s died; starting it again.", s->session);
                int r = streamer_up(s);
                if (r >= 0)
                        return;
                log_errno(r, "Cannot start the stream process of session %s: %m", s->session);
        }
        streamer_done(s, "the stream process died");
}

static int on_child(sd_event_source *source, const siginfo_t *si, void *userdata) {
        Streamer *s = userdata;
        s->pid = 0;
        s->child = sd_event_source_disable_unref(s->child);
        /* What it said last is still in the socket; its end of file is what tells that it died. */
        return 0;
}

static void put_process(const Streamer *s) {
        store_put(s->session, "stream", s->socket);
        store_put(s->session, "process", s->process);
}

static void remove_process(const Streamer *s) {
        store_remove(s->session, "stream");
        store_remove(s->session, "process");
}

static void keep_process(Streamer *s) {
        remove_process(s);
        put_process(s);
        streamer_changed(s);
}

static int streamer_up(Streamer *s) {
        int pair[2];
        if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
                return -errno;
        _cleanup_(closep) int ours = pair[0];
        _cleanup_(closep) int theirs = pair[1];
        char *argv[] = { (char *) "stapd-stream", NULL };
        /* Before the tracers' victims, or the buffers run over; and it drains them when we are killed. */
        ProcessOptions o = { .program = s->options.program ?: paths_program("stapd-stream"), .argv = argv, .user = s->user,
                             .control_fd = theirs, .nice = STREAM_NICE, .survives = true };
        pid_t pid = process_spawn(&o);
        if (pid < 0)
                return pid;
        s->pid = pid;
        s->process = pidfd_open(pid, 0);
        s->socket = TAKE_FD(ours);
        (void) fds_never_wait(s->socket); /* it may be stopped */
        int r = s->process < 0 ? -errno : streamer_send_all(s);
        if (r >= 0)
                r = sd_event_add_io(s->event, &s->source, s->socket, EPOLLIN, streamer_on_message, s);
        if (r >= 0)
                r = streamer_watch(s);
        if (r >= 0)
                r = sd_event_add_child(s->event, &s->child, pid, WEXITED, on_child, s);
        if (r < 0)
                streamer_down(s);
        else if (s->kept)
                keep_process(s);
        return r;
}

static int duplicate(int fd) {
        int r = fcntl(fd, F_DUPFD_CLOEXEC, 3);
        return r < 0 ? -errno : r;
}

static int streamer_init(Streamer *s, const StreamerOptions *o) {
        s->session = strdup(o->session);
        s->name = strdup(o->name);
        s->user = o->user ? strdup(o->user) : NULL;
        if (!s->session || !s->name || (o->user && !s->user))
                return -ENOMEM;
        if ((s->reader_fd = duplicate(o->reader_fd)) < 0)
                return s->reader_fd;
        if ((s->module_fd = duplicate(o->module_fd)) < 0)
                return s->module_fd;
        if ((s->ledger_fd = stream_ledger_new()) < 0)
                return s->ledger_fd;
        s->keep_fd = stream_keep_new(o->keep);
        return s->keep_fd < 0 ? s->keep_fd : streamer_up(s);
}

int streamer_new(sd_event *event, const StreamerOptions *o, const StreamerHandler *handler, void *userdata,
                 Streamer **ret) {
        Streamer *s = calloc(1, sizeof(*s));
        if (!s)
                return -ENOMEM;
        *s = (Streamer) { .event = sd_event_ref(event), .options = *o, .reader_fd = -1, .module_fd = -1,
                          .ledger_fd = -1, .keep_fd = -1, .socket = -1, .process = -1, .next_reader = 1,
                          .handler = handler, .userdata = userdata };
        int r = streamer_init(s, o);
        if (r < 0) {
                streamer_free(s);
                return r;
        }
        *ret = s;
        return 0;
}

/* ------------------------------------------------------------------ over a restart of stapd */

void streamer_keep(Streamer *s) {
        s->kept = true;
        store_put(s->session, "ledger", s->ledger_fd);
        store_put(s->session, "keep", s->keep_fd);
        put_process(s);
        for (const Reader *r = s->readers; r; r = r->next)
                streamer_keep_reader(s, r);
        streamer_changed(s);
}

json_object *streamer_describe(const Streamer *s) {
        json_object *o = json_object_new_object(), *readers = json_object_new_array();
        for (const Reader *r = s->readers; r; r = r->next)
                json_object_array_add(readers, streamer_describe_reader(r));
        json_object_object_add(o, "pid", json_object_new_int64(s->pid));
        json_object_object_add(o, "nextReader", json_object_new_int64(s->next_reader));
        json_object_object_add(o, "lastMessage", json_object_new_int64(s->last_message));
        json_object_object_add(o, "going", json_object_new_boolean(s->going));
        json_object_object_add(o, "readers", readers);
        return o;
}

/* The process may have died with the stapd that started it: its socket says so, and then it is started
 * again. */
static int adopt(Streamer *s, const StreamerOptions *o, json_object *description, Store *store) {
        json_object *readers = NULL;
        s->session = strdup(o->session);
        s->name = strdup(o->name);
        s->user = o->user ? strdup(o->user) : NULL;
        if (!s->session || !s->name || (o->user && !s->user))
                return -ENOMEM;
        s->pid = (pid_t) field_number(description, "pid");
        s->next_reader = (unsigned) field_number(description, "nextReader");
        s->last_message = field_number(description, "lastMessage");
        s->going = field_flag(description, "going");
        s->ledger_fd = store_take(store, o->session, "ledger");
        s->keep_fd = store_take(store, o->session, "keep");
        s->socket = store_take(store, o->session, "stream");
        s->process = store_take(store, o->session, "process");
        s->reader_fd = duplicate(o->reader_fd);
        s->module_fd = duplicate(o->module_fd);
        if (s->ledger_fd < 0 || s->keep_fd < 0 || s->socket < 0 || s->reader_fd < 0 || s->module_fd < 0)
                return -ENOENT;
        if (json_object_object_get_ex(description, "readers", &readers) &&
            json_object_is_type(readers, json_type_array))
                for (size_t i = 0; i < json_object_array_length(readers); i++)
                        streamer_adopt_reader(s, store, json_object_array_get_idx(readers, i));
        s->kept = s->adopted = true;
        int r = sd_event_add_io(s->event, &s->source, s->socket, EPOLLIN, streamer_on_message, s);
        return r < 0 ? r : streamer_watch(s);
}

int streamer_adopt(sd_event *event, const StreamerOptions *o, const StreamerHandler *handler, void *userdata,
                   json_object *description, Store *store, Streamer **ret) {
        Streamer *s = calloc(1, sizeof(*s));
        if (!s)
                return -ENOMEM;
        *s = (Streamer) { .event = sd_event_ref(event), .options = *o, .reader_fd = -1, .module_fd = -1, .ledger_fd = -1,
                          .keep_fd = -1, .socket = -1, .process = -1, .handler = handler, .userdata = userdata };
        int r = adopt(s, o, description, store);
        if (r < 0) {
                streamer_free(s);
                return r;
        }
        *ret = s;
        return 0;
}

/* ------------------------------------------------------------------ its end */

static Streamer *release(Streamer *s) {
        while (s->readers)
                streamer_forget_reader(s, s->readers->id);
        close_fd(s->reader_fd);
        close_fd(s->module_fd);
        close_fd(s->ledger_fd);
        close_fd(s->keep_fd);
        sd_event_unref(s->event);
        free(s->user);
        free(s->session);
        free(s->name);
        free(s->result);
        free(s);
        return NULL;
}

Streamer *streamer_free(Streamer *s) {
        if (!s)
                return NULL;
        streamer_down(s);
        if (s->kept) {
                store_remove(s->session, "ledger");
                store_remove(s->session, "keep");
                remove_process(s);
        }
        return release(s);
}

Streamer *streamer_leave(Streamer *s) {
        if (!s)
                return NULL;
        s->kept = false;
        sd_event_source_disable_unref(s->source);
        sd_event_source_disable_unref(s->child);
        s->alive = alive_free(s->alive);
        s->socket = close_fd(s->socket);
        s->process = close_fd(s->process);
        return release(s);
}
