/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/login.h"
#include <errno.h>
#include <string.h>
#include <systemd/sd-login.h>
#include "base/cleanup.h"
#include "base/log.h"
#include "session/manager.h"

struct LoginWatch {
        sd_login_monitor *monitor;
        sd_event_source *source;
};

int login_bind(Session *s) {
        _cleanup_(freep) char *id = NULL;
        uid_t uid;
        if (sd_pid_get_session(s->owner.pid, &id) < 0 || sd_session_get_uid(id, &uid) < 0 ||
            uid != s->owner.uid)
                return -ENXIO; /* a pid that is somebody else's by now, too */
        s->login = TAKE_PTR(id);
        return 0;
}

/* It is gone, or nothing but what outlives it is left. */
bool login_is_over(const Session *s) {
        _cleanup_(freep) char *state = NULL;
        return sd_session_get_state(s->login, &state) < 0 || strcmp(state, "closing") == 0;
}

static int on_change(sd_event_source *source, int fd, uint32_t revents, void *userdata) {
        Manager *m = userdata;
        (void) sd_login_monitor_flush(m->logins->monitor);
        for (Session *s = m->sessions, *next; s; s = next) {
                next = s->next;
                if (s->login && login_is_over(s))
                        session_stop(s, "logout", /* immediate= */ false);
        }
        return 0;
}

int login_watch(Manager *m) {
        if (m->logins)
                return 0;
        LoginWatch *w = calloc(1, sizeof(*w));
        if (!w)
                return -ENOMEM;
        int r = sd_login_monitor_new("session", &w->monitor);
        if (r >= 0)
                r = sd_event_add_io(m->event, &w->source, sd_login_monitor_get_fd(w->monitor),
                                    (uint32_t) sd_login_monitor_get_events(w->monitor), on_change, m);
        if (r < 0) {
                login_watch_free(w);
                return r;
        }
        m->logins = w;
        return 0;
}

LoginWatch *login_watch_free(LoginWatch *w) {
        if (!w)
                return NULL;
        sd_event_source_disable_unref(w->source);
        sd_login_monitor_unref(w->monitor);
        free(w);
        return NULL;
}
