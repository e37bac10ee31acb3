/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "api/connection.h"
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include "api/interface.h"
#include "api/server.h"
#include "api/verbs.h"
#include "base/cleanup.h"
#include "base/log.h"
#include "session/store.h"

#define READ_SIZE 65536
#define SEND_BUFFER (256 << 10) /* the kernel takes twice that */
#define FIRST_CALL_USEC (45 * 1000000ull)
#define CALLS_PER_TURN 8      /* then the other clients have theirs */
#define REPLIES_AHEAD 65536u  /* bytes that a client may leave unread and still be answered its next call */

/* What comes while a call waits is left in the socket, but for one piece: that is how the end of a client
 * which sends and goes is seen. A client that has shut down its side of the socket can still be answered;
 * one that is gone altogether makes EPOLLHUP, which needs no asking for. */
static void update_events(Connection *c) {
        uint32_t events = c->out.len > 0 ? EPOLLOUT : 0;
        size_t room = c->busy || c->has_message ? READ_SIZE : VARLINK_MAX_MESSAGE;
        if (!c->closing && !c->ended && c->in.len < room)
                events |= EPOLLIN;
        (void) sd_event_source_set_io_events(c->source, events);
}

void connection_close(Connection *c) {
        if (c->call.gone)
                c->call.gone(&c->call, c->call.gone_data);
        c->peer.untied = NULL;
        if (c->fd >= 0 && c->out.len > 0 && !c->upgrade) /* the last words, as far as there is room for them */
                (void) send(c->fd, c->out.data, c->out.len, MSG_NOSIGNAL | MSG_DONTWAIT);
        peer_done(&c->peer);
        server_forget(c->server, c);
        sd_event_source_disable_unref(c->source);
        sd_event_source_disable_unref(c->timeout);
        sd_event_source_disable_unref(c->deferred);
        close_fd(c->fd);
        varlink_call_done(&c->message);
        buf_done(&c->in);
        buf_done(&c->out);
        sd_event_unref(c->event);
        free(c);
}

static void charge(Connection *c) {
        server_charge(c->server, c, c->in.len + c->out.len);
}

/* ------------------------------------------------------------------ sending */

static void give_socket_away(Connection *c) {
        void *userdata = c->call.gone_data;
        c->call.gone = NULL;
        c->source = sd_event_source_disable_unref(c->source);
        int fd = TAKE_FD(c->fd);
        c->upgrade(&c->peer.caller, c->call.manager, fd, userdata);
        connection_close(c);
}

/* The client sends no more, waits for nothing, and has no session. */
static bool is_idle_at_end(const Connection *c) {
        return c->ended && !c->busy && !c->has_message && !c->peer.ties;
}

/* False: the connection is gone. */
static bool flush(Connection *c) {
        while (c->out.len > 0) {
                ssize_t n = send(c->fd, c->out.data, c->out.len, MSG_NOSIGNAL | MSG_DONTWAIT);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0 && errno == EAGAIN)
                        break;
                if (n < 0) {
                        connection_close(c);
                        return false;
                }
                buf_consume(&c->out, (size_t) n);
        }
        charge(c);
        if (c->out.len == 0 && c->busy && c->call.drained)
                c->call.drained(&c->call, c->call.gone_data);
        if (c->out.len == 0 && c->upgrade) {
                give_socket_away(c);
                return false;
        }
        if (c->out.len == 0 && (c->closing || is_idle_at_end(c))) {
                connection_close(c);
                return false;
        }
        update_events(c);
        return true;
}

static int on_deferred(sd_event_source *source, void *userdata) {
        Connection *c = userdata;
        if (c->out.failed) {
                log_debug("a client of uid %u does not read its replies", c->peer.caller.uid);
                connection_close(c);
                return 0;
        }
        if (flush(c))
                connection_process(c);
        return 0;
}

/* Replies are made deep in other people's callbacks, where the connection must not vanish: they only queue,
 * and the event loop sends. */
static void send_later(Connection *c) {
        (void) sd_event_source_set_enabled(c->deferred, SD_EVENT_ONESHOT);
}

void connection_drop(Connection *c) {
        buf_done(&c->in);
        buf_done(&c->out);
        c->out.failed = true;
        c->has_message = false;
        c->closing = true;
        send_later(c);
}

static Connection *connection_of(Call *c) {
        return (Connection *) c; /* its first member */
}

static void call_ended(Connection *c) {
        varlink_call_done(&c->message);
        c->busy = false;
        c->call.gone = NULL;
        c->call.gone_data = NULL;
        send_later(c);
}

static void reply(Call *call, json_object *parameters, bool continues) {
        Connection *c = connection_of(call);
        if (call->oneway)
                json_object_put(parameters);
        else
                varlink_add_reply(&c->out, parameters, continues);
        charge(c);
        if (continues)
                send_later(c);
        else
                call_ended(c);
}

static void error(Call *call, const char *name, json_object *parameters) {
        Connection *c = connection_of(call);
        char full[128];
        if (!strchr(name, '.')) {
                snprintf(full, sizeof(full), STAPD_INTERFACE ".%s", name);
                name = full;
        }
        if (call->oneway)
                json_object_put(parameters);
        else
                varlink_add_error(&c->out, name, parameters);
        charge(c);
        call_ended(c);
}

static void wait_later(Call *call) {
        connection_of(call)->busy = true;
}

static void hand_over(Call *call, json_object *parameters, CallUpgrade upgrade, CallGone gone,
                      void *userdata) {
        reply(call, parameters, /* continues= */ false);
        call_wait(call, gone, userdata); /* nothing that comes after the call is ours to read */
        connection_of(call)->upgrade = upgrade;
}

static void again(Call *call) {
        verbs_dispatch(call);
}

static size_t queued(const Call *call) {
        return ((const Connection *) call)->out.len;
}

static const CallTransport connection_transport = {
        .reply = reply, .error = error, .wait = wait_later, .hand_over = hand_over, .again = again, .queued = queued,
};

/* The client need not notice that another answers it from now on. */
static void on_keep(Peer *p, Session *s) {
        const Connection *c = (const Connection *) ((char *) p - offsetof(Connection, peer));
        store_put(s->id, "client", c->fd);
}

void connection_adopt(Connection *c, Session *s) {
        c->timeout = sd_event_source_disable_unref(c->timeout);
        c->message.parameters = NULL;
        connection_set_call(c);
        c->call.more = s->client_more;
        if (verb_start_adopt(&c->peer, s->client_waits ? &c->call : NULL, s) < 0)
                connection_close(c);
}

/* What was all that kept the connection may have gone. */
static void on_untied(Peer *p) {
        send_later((Connection *) ((char *) p - offsetof(Connection, peer)));
}

/* ------------------------------------------------------------------ receiving */

void connection_set_call(Connection *c) {
        const VarlinkCall *m = &c->message;
        c->call = (Call) { .transport = &connection_transport, .manager = c->call.manager, .peer = &c->peer,
                           .caller = &c->peer.caller, .method = m->method, .parameters = m->parameters,
                           .more = m->more, .oneway = m->oneway, .upgrade = m->upgrade };
}

/* Answers the next of the calls that have come. False: there is none, or it is no call. */
static bool process_one(Connection *c) {
        int r = varlink_take_call(&c->in, &c->message);
        if (r == 0) {
                c->has_message = false;
                if (c->in.len == 0)
                        buf_done(&c->in); /* a long message's memory is not kept for an idle client */
                return false;
        }
        if (r < 0) {
                log_debug_errno(r, "uid %u sent what is no call: %m", c->peer.caller.uid);
                c->closing = true;
                send_later(c);
                return false;
        }
        c->timeout = sd_event_source_disable_unref(c->timeout);
        charge(c);
        connection_set_call(c);
        verbs_dispatch(&c->call);
        return true;
}

/* A few of the calls that have come, until one waits. A client that does not read its replies gets no
 * more of them made. */
void connection_process(Connection *c) {
        for (unsigned i = 0; i < CALLS_PER_TURN && c->has_message; i++)
                if (c->busy || c->closing || c->out.len > REPLIES_AHEAD || !process_one(c))
                        break;
        if (is_idle_at_end(c) || (c->has_message && !c->busy && !c->closing && c->out.len <= REPLIES_AHEAD))
                send_later(c);
        update_events(c);
}

/* False: the connection is gone. */
static bool receive(Connection *c) {
        char *room = buf_reserve(&c->in, READ_SIZE);
        ssize_t n = room ? recv(c->fd, room, READ_SIZE, MSG_DONTWAIT) : -1;
        if (n > 0) {
                c->in.len += (size_t) n;
                /* Only what is new is searched: a message may come byte by byte. */
                c->has_message |= memchr(room, 0, (size_t) n) || c->in.len >= VARLINK_MAX_MESSAGE;
                charge(c);
                return true;
        }
        if (room && n < 0 && (errno == EAGAIN || errno == EINTR))
                return true;
        if (n == 0) {
                c->ended = true;
                return true;
        }
        connection_close(c);
        return false;
}

static int on_io(sd_event_source *source, int fd, uint32_t revents, void *userdata) {
        Connection *c = userdata;
        bool gone = revents & (EPOLLHUP | EPOLLERR);
        if (!gone && (revents & EPOLLOUT) && !flush(c))
                return 0;
        if ((revents & EPOLLIN) && !c->ended) {
                if (receive(c))
                        connection_process(c);
        } else if (gone) {
                connection_close(c);
        } else {
                connection_process(c);
        }
        return 0;
}

static int on_timeout(sd_event_source *source, uint64_t usec, void *userdata) {
        connection_close(userdata);
        return 0;
}

/* So that a list of hundreds of sessions goes out at once: where the machine is busy, each of us waking the
 * other once more would be what takes long. As far as the system lets us. */
static void widen(int fd) {
        const int bytes = SEND_BUFFER;
        if (setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes)) < 0)
                log_debug_errno(errno, "SO_SNDBUF: %m");
}

static int add_sources(Connection *c) {
        int r = sd_event_add_io(c->event, &c->source, c->fd, EPOLLIN, on_io, c);
        if (r >= 0)
                r = sd_event_add_time_relative(c->event, &c->timeout, CLOCK_MONOTONIC, FIRST_CALL_USEC,
                                               1000000, on_timeout, c);
        if (r >= 0)
                r = sd_event_add_defer(c->event, &c->deferred, on_deferred, c);
        if (r >= 0)
                r = sd_event_source_set_enabled(c->deferred, SD_EVENT_OFF);
        return r;
}

int connection_new(sd_event *event, Server *server, Manager *manager, int fd, Caller *caller,
                   Connection **ret) {
        Connection *c = calloc(1, sizeof(*c));
        if (!c) {
                close(fd);
                caller_done(caller);
                return -ENOMEM;
        }
        *c = (Connection) { .server = server, .call.manager = manager, .event = sd_event_ref(event), .fd = fd,
                            .peer = { .caller = *caller, .single = true, .untied = on_untied, .keep = on_keep } };
        c->in.limit = VARLINK_MAX_MESSAGE + 2 * READ_SIZE;
        c->out.limit = CONNECTION_MAX_QUEUED;
        widen(fd);
        int r = add_sources(c);
        if (r < 0) {
                sd_event_source_disable_unref(c->source);
                sd_event_source_disable_unref(c->timeout);
                sd_event_source_disable_unref(c->deferred);
                close_fd(fd);
                caller_done(&c->peer.caller);
                sd_event_unref(c->event);
                free(c);
                return r;
        }
        *ret = c;
        return 0;
}
