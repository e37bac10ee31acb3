/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Calls that outlive stapd. One that is killed, restarted or upgraded closes its connections; the next one
 * has the same sessions. So a call that was cut is made again, of whoever answers by then: but only where
 * being asked twice does no more than being asked once.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "ctl/client.h"
#include "ctl/main.h"

/* Some five seconds in all: systemd starts a stapd that was killed again in well under one. */
static const unsigned pauses_ms[] = { 50, 100, 200, 400, 800, 1600, 1600 };

/* The rest (Start, Approve ...) cannot be asked again without knowing what became of the first one. */
static const char *const repeatable[] = {
        "Attach", "CancelJob", "CheckPolicy", "Describe", "List", "ListJobs", "ListOrphans", "ListRequests",
        "ListScripts", "ReapOrphans", "Release", "Reload", "ShowPolicy", "Snapshot", "Status", "Stop", "Wait", "WaitJob",
        "io.systemd.Metrics.List", "io.systemd.Metrics.Describe",
};

static bool is_repeatable(const char *method) {
        for (size_t i = 0; i < ELEMENTSOF(repeatable); i++)
                if (strcmp(repeatable[i], method) == 0)
                        return true;
        return false;
}

bool client_pause(unsigned attempt) {
        if (attempt >= ELEMENTSOF(pauses_ms))
                return false;
        (void) usleep(pauses_ms[attempt] * 1000);
        return true;
}

/* What was no answer is none the next time either. Whoever has never been heard of on another machine does
 * not come back: ssh has said why. */
static bool may_come_back(const Client *c, int error) {
        static const int cut[] = { -ECONNRESET, -EPIPE, -ECONNREFUSED, -ENOENT, -EAGAIN };
        bool gone = false;
        for (size_t i = 0; i < ELEMENTSOF(cut); i++)
                gone |= cut[i] == error;
        return gone && (!arg_host || c->heard);
}

static int attempt(Client *c, const char *method, json_object *parameters, const char *flag, Reply *ret) {
        int r = c->fd < 0 ? client_reconnect(c) : 0;
        if (r >= 0)
                r = client_post(c, method, json_object_get(parameters), flag);
        return r < 0 ? r : client_next(c, ret);
}

static int complain(const char *method, int error) {
        const char *word = strrchr(method, '.') ? strrchr(method, '.') + 1 : method;
        fprintf(stderr, "stapctl: stapd went away: %s\n", strerror(-error));
        if (error == -ENOENT || error == -ECONNREFUSED)
                fputs("  It did not come back. Start it with: systemctl start stapd\n", stderr);
        if (!is_repeatable(method))
                fprintf(stderr, "  It may have carried out what it was asked for (%s), or not.\n", word);
        return error;
}

int client_begin(Client *c, const char *method, json_object *parameters, const char *flag, Reply *ret) {
        parameters = parameters ?: json_object_new_object();
        unsigned n = 0;
        int r;
        while ((r = attempt(c, method, parameters, flag, ret)) < 0) {
                if (!is_repeatable(method) || !may_come_back(c, r) || !client_pause(n++))
                        break;
                client_done(c);
        }
        json_object_put(parameters);
        if (r < 0)
                return complain(method, r);
        ret->again = n > 0;
        return 0;
}

int client_call(Client *c, const char *method, json_object *parameters, Reply *ret) {
        return client_begin(c, method, parameters, NULL, ret);
}

/* ------------------------------------------------------------------ several replies */

static void collect(json_object *all, const Reply *reply, const char *member) {
        json_object *o = reply->parameters;
        if (member && (!json_object_object_get_ex(reply->parameters, member, &o) || !o))
                return;
        json_object_array_add(all, json_object_get(o));
}

/* Once. -EAGAIN: it was cut in the middle, and `all` is empty again. */
static int ask_all(Client *c, const char *method, json_object *parameters, const char *member,
                   json_object *all) {
        _cleanup_(reply_done) Reply reply = {};
        int r = client_begin(c, method, json_object_get(parameters), "more", &reply);
        while (r >= 0 && !reply.error) {
                collect(all, &reply, member);
                if (!reply.continues)
                        return EXIT_OK;
                reply_done(&reply);
                r = client_next(c, &reply) < 0 ? -EAGAIN : 0;
        }
        if (r != -EAGAIN)
                return r < 0 ? EXIT_USAGE : reply_print_error(&reply);
        client_done(c);
        json_object_array_del_idx(all, 0, json_object_array_length(all));
        return r;
}

int client_each(Client *c, const char *method, json_object *parameters, const char *member,
                void (*each)(void *userdata, json_object *o), void *userdata) {
        json_object *all = json_object_new_array();
        parameters = parameters ?: json_object_new_object();
        int status = -EAGAIN;
        for (unsigned n = 0; status == -EAGAIN; n++) {
                status = ask_all(c, method, parameters, member, all);
                if (status == -EAGAIN && !client_pause(n)) {
                        (void) complain(method, -ECONNRESET);
                        status = EXIT_USAGE;
                }
        }
        for (size_t i = 0; status == EXIT_OK && i < json_object_array_length(all); i++)
                each(userdata, json_object_array_get_idx(all, i));
        json_object_put(parameters);
        json_object_put(all);
        return status;
}
