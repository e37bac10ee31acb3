/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/store.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>
#include "base/cleanup.h"
#include "base/log.h"
#include "session/session.h"

#define NAME_MAX_LENGTH 64

typedef struct Entry {
        char name[NAME_MAX_LENGTH]; /* ID.WHAT */
        int fd;                     /* -1: taken */
} Entry;

struct Store {
        Entry *entries;
        size_t n;
};

bool store_is_there(void) {
        static int there = -1;
        if (there < 0)
                there = getenv("NOTIFY_SOCKET") != NULL;
        return there;
}

void store_put(const char *id, const char *what, int fd) {
        char message[NAME_MAX_LENGTH + 64];
        if (!store_is_there() || fd < 0)
                return;
        /* FDPOLL=0: a leash that says something must not be taken for one that is broken. */
        snprintf(message, sizeof(message), "FDSTORE=1\nFDPOLL=0\nFDNAME=%s.%s", id, what);
        int r = sd_pid_notify_with_fds(0, /* unset_environment= */ false, message, &fd, 1);
        if (r < 0)
                log_warning_errno(r, "Cannot keep %s of session %s over a restart: %m", what, id);
}

void store_remove(const char *id, const char *what) {
        if (store_is_there())
                (void) sd_notifyf(0, "FDSTOREREMOVE=1\nFDNAME=%s.%s", id, what);
}

/* ------------------------------------------------------------------ what came back */

static bool is_session_name(const char *name) {
        return strlen(name) < NAME_MAX_LENGTH && strspn(name, "0123456789abcdef") == SESSION_ID_LENGTH &&
                name[SESSION_ID_LENGTH] == '.' && name[SESSION_ID_LENGTH + 1];
}

static void forget_unknown(const char *name, int fd) {
        log_warning("The service manager kept a descriptor %s that is none of ours: forgotten.", name);
        (void) sd_notifyf(0, "FDSTOREREMOVE=1\nFDNAME=%s", name);
        close(fd);
}

static int sort_in(Store *s, const char *name, int fd, int *ret_listen) {
        if (is_session_name(name)) {
                Entry *e = &s->entries[s->n++];
                strcpy(e->name, name);
                e->fd = fd;
                return 0;
        }
        if (sd_is_socket(fd, AF_UNIX, SOCK_STREAM, /* listening= */ 1) > 0) {
                if (*ret_listen >= 0)
                        return -EINVAL;
                *ret_listen = fd;
                return 0;
        }
        forget_unknown(name, fd);
        return 0;
}

int store_open(Store **ret, int *ret_listen) {
        char **names = NULL;
        int n = sd_listen_fds_with_names(/* unset_environment= */ 1, &names), r = 0;
        if (n < 0)
                return n;
        Store *s = calloc(1, sizeof(*s));
        if (s)
                s->entries = calloc((size_t) n + 1, sizeof(*s->entries));
        if (!s || !s->entries) {
                free(s);
                return -ENOMEM;
        }
        *ret_listen = -1;
        for (int i = 0; i < n && r >= 0; i++)
                r = sort_in(s, names && names[i] ? names[i] : "", SD_LISTEN_FDS_START + i, ret_listen);
        for (int i = 0; names && i < n; i++)
                free(names[i]);
        free(names);
        if (r < 0)
                store_close(s);
        else
                *ret = s;
        return r;
}

static void drop(Entry *e) {
        if (e->fd < 0)
                return;
        (void) sd_notifyf(0, "FDSTOREREMOVE=1\nFDNAME=%s", e->name);
        e->fd = close_fd(e->fd);
}

Store *store_close(Store *s) {
        if (!s)
                return NULL;
        for (size_t i = 0; i < s->n; i++)
                drop(&s->entries[i]);
        free(s->entries);
        free(s);
        return NULL;
}

const char *store_first(const Store *s) {
        static char id[SESSION_ID_LENGTH + 1];
        for (size_t i = 0; i < s->n; i++) {
                if (s->entries[i].fd < 0)
                        continue;
                snprintf(id, sizeof(id), "%.*s", SESSION_ID_LENGTH, s->entries[i].name);
                return id;
        }
        return NULL;
}

static bool is_of(const Entry *e, const char *id) {
        return e->fd >= 0 && strncmp(e->name, id, SESSION_ID_LENGTH) == 0;
}

int store_take(Store *s, const char *id, const char *what) {
        int fd = -1;
        for (size_t i = 0; i < s->n; i++) { /* the last one that was put */
                Entry *e = &s->entries[i];
                if (!is_of(e, id) || strcmp(e->name + SESSION_ID_LENGTH + 1, what) != 0)
                        continue;
                close_fd(fd);
                fd = TAKE_FD(e->fd);
        }
        return fd;
}

void store_drop(Store *s, const char *id) {
        for (size_t i = 0; i < s->n; i++)
                if (is_of(&s->entries[i], id))
                        drop(&s->entries[i]);
}
