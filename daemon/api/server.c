/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "api/server.h"
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include "api/account.h"
#include "api/connection.h"
#include "base/cleanup.h"
#include "base/log.h"

#define PAUSE_USEC 500000ull

struct Server {
        sd_event *event;
        Manager *manager;
        int fd;
        sd_event_source *source, *pause;
        Connection *connections;
        unsigned n_connections;
        Account *accounts;
};

DEFINE_CLEANUP(Server *, server_freep, server_free)

static int make_address(const char *path, struct sockaddr_un *ret, socklen_t *ret_len) {
        if (strlen(path) >= sizeof(ret->sun_path))
                return -ENAMETOOLONG;
        *ret = (struct sockaddr_un) { .sun_family = AF_UNIX };
        strcpy(ret->sun_path, path);
        *ret_len = (socklen_t) (offsetof(struct sockaddr_un, sun_path) + strlen(path) + 1);
        return 0;
}

/* A socket that nobody answers on was left by a daemon that died. */
static int remove_stale(const char *path, const struct sockaddr_un *address, socklen_t len) {
        struct stat st;
        if (lstat(path, &st) < 0)
                return errno == ENOENT ? 0 : -errno;
        if (!S_ISSOCK(st.st_mode))
                return -EEXIST;
        _cleanup_(closep) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (fd < 0)
                return -errno;
        if (connect(fd, (const struct sockaddr *) address, len) >= 0 || errno == EAGAIN)
                return -EADDRINUSE;
        return unlink(path) < 0 && errno != ENOENT ? -errno : 0;
}

/* Two that start at once must not both find the socket stale. Held until we end. */
static int lock_path(const char *path) {
        static int lock = -1;
        _cleanup_(freep) char *name = NULL;
        if (asprintf(&name, "%s.lock", path) < 0)
                return -ENOMEM;
        lock = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (lock < 0)
                return -errno;
        if (flock(lock, LOCK_EX | LOCK_NB) >= 0)
                return 0;
        int r = errno == EWOULDBLOCK ? -EADDRINUSE : -errno;
        lock = close_fd(lock);
        return r;
}

int server_listen(const char *path) {
        struct sockaddr_un address;
        socklen_t len;
        int r = make_address(path, &address, &len);
        if (r >= 0)
                r = lock_path(path);
        if (r >= 0)
                r = remove_stale(path, &address, len);
        if (r < 0)
                return r;
        _cleanup_(closep) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (fd < 0)
                return -errno;
        if (bind(fd, (struct sockaddr *) &address, len) < 0 || chmod(path, 0666) < 0 || listen(fd, 128) < 0)
                return -errno;
        return TAKE_FD(fd);
}

/* A session takes a connection, and its reader one more until it has its stream. */
static bool has_room(const Server *s, uid_t uid) {
        const Config *c = s->manager->config;
        const Account *a = account_find(s->accounts, uid);
        return s->n_connections < SERVER_CONNECTIONS_MAX + c->sessions_max &&
                (!a || a->n_connections < SERVER_CONNECTIONS_PER_UID + c->sessions_per_user);
}

/* Takes the socket. */
static int add_client(Server *s, int fd, bool limited, Connection **ret) {
        Caller caller = {};
        int r = caller_from_socket(fd, &caller);
        if (r >= 0 && limited && !has_room(s, caller.uid)) {
                log_debug("uid %u has too many connections", caller.uid);
                caller_done(&caller);
                r = -EUSERS;
        }
        if (r < 0) {
                close(fd);
                return r;
        }
        Connection *c;
        r = connection_new(s->event, s, s->manager, fd, &caller, &c);
        if (r < 0)
                return r;
        c->next = s->connections;
        if (c->next)
                c->next->prev = c;
        s->connections = c;
        s->n_connections++;
        c->account = account_open(&s->accounts, c->peer.caller.uid);
        if (!c->account) {
                connection_close(c);
                return -ENOMEM;
        }
        *ret = c;
        return 0;
}

static int accept_one(Server *s) {
        Connection *c;
        int fd = accept4(s->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd < 0)
                return -errno;
        int r = add_client(s, fd, /* limited= */ true, &c);
        return r == -EUSERS ? 0 : r;
}

void server_adopt(Server *s) {
        for (Session *session = s->manager->sessions; session; session = session->next) {
                if (session->client_fd < 0)
                        continue;
                Connection *c;
                int r = add_client(s, TAKE_FD(session->client_fd), /* limited= */ false, &c);
                if (r < 0)
                        log_warning_errno(r, "Session %s has lost its client: %m", session->id);
                else
                        connection_adopt(c, session);
        }
}

static int on_pause_over(sd_event_source *source, uint64_t usec, void *userdata) {
        Server *s = userdata;
        (void) sd_event_source_set_enabled(s->source, SD_EVENT_ON);
        return 0;
}

/* Who waits to be accepted goes on waiting, and must not keep us busy meanwhile. */
static void pause_accepting(Server *s) {
        s->pause = sd_event_source_disable_unref(s->pause);
        if (sd_event_add_time_relative(s->event, &s->pause, CLOCK_MONOTONIC, PAUSE_USEC, 0, on_pause_over,
                                       s) >= 0)
                (void) sd_event_source_set_enabled(s->source, SD_EVENT_OFF);
}

static int on_connect(sd_event_source *source, int fd, uint32_t revents, void *userdata) {
        int r = accept_one(userdata);
        if (r == -EAGAIN || r == -ECONNABORTED || r == -EINTR)
                return 0;
        if (r < 0)
                log_warning_errno(r, "Cannot accept a connection: %m");
        if (r == -EMFILE || r == -ENFILE || r == -ENOMEM || r == -ENOBUFS)
                pause_accepting(userdata);
        return 0;
}

void server_forget(Server *s, Connection *c) {
        if (c->prev)
                c->prev->next = c->next;
        else
                s->connections = c->next;
        if (c->next)
                c->next->prev = c->prev;
        s->n_connections--;
        if (!c->account)
                return;
        c->account->bytes -= c->charged;
        account_close(&s->accounts, c->account);
}

/* The one that holds most is the one that is read least. */
static Connection *find_slowest(const Server *s, const Account *a) {
        Connection *found = NULL;
        for (Connection *c = s->connections; c; c = c->next)
                if (c->account == a && (!found || c->charged > found->charged))
                        found = c;
        return found;
}

void server_charge(Server *s, Connection *c, size_t bytes) {
        Account *a = c->account;
        if (!a)
                return;
        size_t limit = (size_t) s->manager->config->queue_max_megabytes << 20;
        a->bytes = a->bytes - c->charged + bytes;
        c->charged = bytes;
        while (a->bytes > limit) {
                Connection *slowest = find_slowest(s, a);
                log_info("uid %u leaves more than %u MiB of calls and replies waiting (QueueMaxMegabytes=): "
                         "the connection of process %d, with most of it, is closed.",
                         a->uid, s->manager->config->queue_max_megabytes, (int) slowest->peer.caller.pid);
                a->bytes -= slowest->charged;
                slowest->charged = 0;
                connection_drop(slowest);
        }
}

int server_new(sd_event *event, Manager *manager, int listen_fd, Server **ret) {
        _cleanup_(server_freep) Server *s = calloc(1, sizeof(*s));
        if (!s) {
                close(listen_fd);
                return -ENOMEM;
        }
        s->event = sd_event_ref(event);
        s->manager = manager;
        s->fd = listen_fd;
        int r = sd_event_add_io(event, &s->source, listen_fd, EPOLLIN, on_connect, s);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(s);
        return 0;
}

Server *server_free(Server *s) {
        if (!s)
                return NULL;
        while (s->connections)
                connection_close(s->connections);
        sd_event_source_disable_unref(s->source);
        sd_event_source_disable_unref(s->pause);
        close_fd(s->fd);
        sd_event_unref(s->event);
        free(s);
        return NULL;
}
