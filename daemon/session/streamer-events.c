/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the process of a stream says, or that it says nothing. */
#include "session/streamer-private.h"
#include <errno.h>
#include <string.h>
#include "base/cleanup.h"
#include "base/fds.h"
#include "base/log.h"
#include "session/fields.h"

static void read_totals(Streamer *s, json_object *o) {
        s->totals = (StreamTotals) {
                .records = field_number(o, "records"),
                .lost = field_number(o, "lost"),
                .reader_lost = field_number(o, "readerLost"),
                .errors = field_number(o, "errors"),
                .bytes = field_number(o, "bytes"),
        };
}

/* Before it is forgotten. */
static void tell_job(Streamer *s, const Reader *r, bool complete, const char *error) {
        if (r && r->options.job > 0)
                s->handler->reader_gone(s->userdata, (uint32_t) r->options.job, complete, error);
}

void streamer_done(Streamer *s, const char *error) {
        if (s->finished)
                return;
        s->finished = true;
        while (s->readers) {
                tell_job(s, s->readers, /* complete= */ false, error ?: "the session has ended");
                streamer_forget_reader(s, s->readers->id);
        }
        s->handler->done(s->userdata, &s->totals, error);
}

static void on_type_message(Streamer *s, json_object *o) {
        int64_t n = field_number(o, "n");
        if (n <= s->last_message)
                return; /* told before the process was started again */
        s->last_message = n;
        streamer_changed(s);
        s->handler->message(s->userdata, field_text(o, "severity"), field_text(o, "text"));
}

static void on_type_reader(Streamer *s, json_object *o) {
        unsigned id = (unsigned) field_number(o, "id");
        const char *state = field_text(o, "state"), *error = field_text(o, "error");
        if (strcmp(state, "overflow") == 0)
                error = "it was not read in time";
        s->gone_lost += field_number(o, "lost");
        tell_job(s, streamer_find_reader(s, id), strcmp(state, "complete") == 0, *error ? error : NULL);
        streamer_forget_reader(s, id);
        streamer_changed(s);
}

static void on_type_failed(Streamer *s, json_object *o) {
        streamer_done(s, field_text(o, "error"));
}

static void on_type_done(Streamer *s, json_object *o) {
        read_totals(s, o);
        streamer_done(s, NULL);
}

static const struct {
        const char *type;
        void (*handle)(Streamer *s, json_object *o);
} types[] = {
        { "message", on_type_message }, { "reader", on_type_reader }, { "stats", read_totals },
        { "failed", on_type_failed },   { "done", on_type_done },
};

int streamer_on_message(sd_event_source *source, int fd, uint32_t revents, void *userdata) {
        Streamer *s = userdata;
        static char buffer[STREAM_MESSAGE_MAX];
        size_t n_fds = 0;
        ssize_t n = fds_recv(fd, buffer, sizeof(buffer), NULL, &n_fds);
        if (n == -EAGAIN || n == -EINTR)
                return 0;
        if (n <= 0) {
                streamer_lost(s);
                return 0;
        }
        json_tokener *t = json_tokener_new_ex(8);
        json_object *o = t ? json_tokener_parse_ex(t, buffer, (int) n) : NULL;
        const char *type = json_object_is_type(o, json_type_object) ? field_text(o, "type") : "";
        alive_heard(s->alive);
        for (size_t i = 0; i < ELEMENTSOF(types); i++)
                if (strcmp(types[i].type, type) == 0) {
                        types[i].handle(s, o); /* may free s */
                        break;
                }
        json_object_put(o);
        json_tokener_free(t);
        return 0;
}

static void ask_alive(void *userdata) {
        (void) streamer_send(userdata, streamer_order("stats"), NULL, 0);
}

static void on_stuck(void *userdata) {
        Streamer *s = userdata;
        log_warning("The stream process of session %s does not answer; it is killed.", s->session);
        streamer_lost(s);
}

int streamer_watch(Streamer *s) {
        static const AliveHandler handler = { .ask = ask_alive, .stuck = on_stuck };
        return alive_new(s->event, s->options.helper_usec, &handler, s, &s->alive);
}
