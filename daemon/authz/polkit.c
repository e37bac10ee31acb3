/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A caller on the bus is named by its unique name, which no other ever has. One of the socket is a process:
 * by pidfd where polkitd takes one (version 124), else by pid and start time. The uid is always said, as
 * polkitd would otherwise look up whose the process is by now, after an exec of a setuid program.
 */
#include "authz/polkit.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "base/log.h"

#define NAME "org.freedesktop.PolicyKit1"
#define PATH "/org/freedesktop/PolicyKit1/Authority"
#define INTERFACE NAME ".Authority"
#define DRIVER "org.freedesktop.DBus"
#define FLAG_INTERACTIVE 1u
#define PIDFD_VERSION 124
#define QUICK_USEC 10000000ull /* for an answer that nobody has to give */
#define USEC_PER_SEC 1000000ull

struct PolkitPending {
        Polkit *polkit;
        PolkitPending *prev, *next;
        uid_t uid;
        bool interactive;
        uint64_t deadline; /* CLOCK_MONOTONIC */
        char id[32]; /* by which polkit can be told to forget it */
        PolkitHandler handler;
        void *userdata;
        sd_bus_slot *slot;
        sd_event_source *process; /* that asked */
        int pidfd;
};

struct Polkit {
        sd_event *event;
        sd_bus *bus;
        uint64_t usec;
        bool there;
        unsigned long version;
        const char *trouble; /* what the last question came to, or NULL */
        sd_bus_slot *match, *look;
        PolkitPending *pending;
        uint64_t n_asked;
};

DEFINE_CLEANUP(sd_bus_message *, message_unrefp, sd_bus_message_unref)

const char *polkit_answer_text(PolkitAnswer a) {
        static const char *const texts[] = {
#define X(name, text) [POLKIT_##name] = text,
                POLKIT_ANSWERS(X)
#undef X
        };
        return texts[a];
}

/* ------------------------------------------------------------------ is it there? */

static int on_activatable(sd_bus_message *m, void *userdata, sd_bus_error *e) {
        Polkit *p = userdata;
        const char *name;
        p->look = sd_bus_slot_unref(p->look);
        p->there = false;
        if (sd_bus_message_is_method_error(m, NULL) || sd_bus_message_enter_container(m, 'a', "s") < 0)
                return 0;
        while (sd_bus_message_read_basic(m, 's', &name) > 0)
                p->there |= strcmp(name, NAME) == 0;
        return 0;
}

static bool is_about_absence(const sd_bus_error *e) {
        return sd_bus_error_has_name(e, SD_BUS_ERROR_SERVICE_UNKNOWN) ||
                sd_bus_error_has_name(e, SD_BUS_ERROR_NAME_HAS_NO_OWNER);
}

static int on_version(sd_bus_message *m, void *userdata, sd_bus_error *e) {
        Polkit *p = userdata;
        const char *version;
        p->look = sd_bus_slot_unref(p->look);
        p->version = 0;
        if (is_about_absence(sd_bus_message_get_error(m))) {
                /* Not now; a question may start it. */
                (void) sd_bus_call_method_async(p->bus, &p->look, DRIVER, "/org/freedesktop/DBus", DRIVER,
                                                "ListActivatableNames", on_activatable, p, "");
                return 0;
        }
        p->there = true;
        if (!sd_bus_message_is_method_error(m, NULL) && sd_bus_message_read(m, "v", "s", &version) >= 0)
                p->version = strtoul(version, NULL, 10);
        log_debug("polkit is there, version %lu", p->version);
        return 0;
}

/* Its version, without starting it for that. */
static void look(Polkit *p) {
        _cleanup_(message_unrefp) sd_bus_message *m = NULL;
        p->look = sd_bus_slot_unref(p->look);
        int r = sd_bus_message_new_method_call(p->bus, &m, NAME, PATH, "org.freedesktop.DBus.Properties",
                                               "Get");
        if (r >= 0)
                r = sd_bus_message_set_auto_start(m, false);
        if (r >= 0)
                r = sd_bus_message_append(m, "ss", INTERFACE, "BackendVersion");
        if (r >= 0)
                r = sd_bus_call_async(p->bus, &p->look, m, on_version, p, QUICK_USEC);
        if (r < 0)
                log_debug_errno(r, "Cannot ask for polkit: %m");
}

static int on_owner_changed(sd_bus_message *m, void *userdata, sd_bus_error *e) {
        look(userdata);
        return 0;
}

bool polkit_is_there(const Polkit *p) {
        return p && p->bus && p->there;
}

const char *polkit_state(const Polkit *p) {
        return !polkit_is_there(p) ? "none" : p->trouble ?: "ready";
}

/* ------------------------------------------------------------------ answers */

static PolkitPending *pending_free(PolkitPending *a) {
        Polkit *p = a->polkit;
        if (a->prev)
                a->prev->next = a->next;
        else
                p->pending = a->next;
        if (a->next)
                a->next->prev = a->prev;
        sd_bus_slot_unref(a->slot);
        sd_event_source_disable_unref(a->process);
        close_fd(a->pidfd);
        free(a);
        return NULL;
}

static void finish(PolkitPending *a, PolkitAnswer answer) {
        PolkitHandler handler = a->handler;
        void *userdata = a->userdata;
        bool trouble = answer == POLKIT_TIMEOUT || answer == POLKIT_ABSENT || answer == POLKIT_BROKEN;
        if (answer != POLKIT_GONE)
                a->polkit->trouble = trouble ? polkit_answer_text(answer) : NULL;
        pending_free(a);
        handler(userdata, answer);
}

/* A polkit that dies and one that is late are the same error. */
static bool is_late(const PolkitPending *a) {
        uint64_t now = 0;
        return sd_event_now(a->polkit->event, CLOCK_MONOTONIC, &now) >= 0 && now >= a->deadline;
}

static PolkitAnswer answer_of_error(const PolkitPending *a, const sd_bus_error *e) {
        if (is_about_absence(e) || strncmp(e->name, "org.freedesktop.DBus.Error.Spawn.", 33) == 0)
                return POLKIT_ABSENT;
        if (sd_bus_error_has_name(e, SD_BUS_ERROR_NO_REPLY) && is_late(a))
                return POLKIT_TIMEOUT;
        if (sd_bus_error_has_name(e, NAME ".Error.Cancelled"))
                return POLKIT_DISMISSED;
        return POLKIT_BROKEN;
}

static bool was_dismissed(sd_bus_message *m) {
        const char *name, *value;
        bool dismissed = false;
        if (sd_bus_message_enter_container(m, 'a', "{ss}") < 0)
                return false;
        while (sd_bus_message_read(m, "{ss}", &name, &value) > 0)
                dismissed |= strcmp(name, "polkit.dismissed") == 0;
        return dismissed;
}

/* One that says yes and wants more besides is not understood. */
static PolkitAnswer read_answer(sd_bus_message *m, bool interactive) {
        int authorized, challenge;
        if (!sd_bus_message_has_signature(m, "(bba{ss})") ||
            sd_bus_message_enter_container(m, 'r', "bba{ss}") < 0 ||
            sd_bus_message_read(m, "bb", &authorized, &challenge) < 0)
                return POLKIT_BROKEN;
        if (authorized)
                return challenge ? POLKIT_BROKEN : POLKIT_YES;
        if (was_dismissed(m))
                return POLKIT_DISMISSED;
        return !challenge ? POLKIT_NO : interactive ? POLKIT_NO_AGENT : POLKIT_CHALLENGE;
}

static void tell_to_forget(PolkitPending *a) {
        if (a->polkit->bus)
                (void) sd_bus_call_method_async(a->polkit->bus, NULL, NAME, PATH, INTERFACE,
                                                "CancelCheckAuthorization", NULL, NULL, "s", a->id);
}

static int on_answer(sd_bus_message *m, void *userdata, sd_bus_error *e) {
        PolkitPending *a = userdata;
        const sd_bus_error *error = sd_bus_message_get_error(m);
        if (error)
                log_debug("polkit: %s: %s", error->name, error->message ?: "");
        PolkitAnswer answer = error ? answer_of_error(a, error) : read_answer(m, a->interactive);
        if (answer == POLKIT_TIMEOUT)
                tell_to_forget(a);
        finish(a, answer);
        return 0;
}

/* Who asked has exited: no answer is his any more. */
static int on_process_exit(sd_event_source *source, int fd, uint32_t revents, void *userdata) {
        PolkitPending *a = userdata;
        tell_to_forget(a);
        finish(a, POLKIT_GONE);
        return 0;
}

PolkitPending *polkit_cancel(PolkitPending *a) {
        if (!a)
                return NULL;
        tell_to_forget(a);
        return pending_free(a);
}

/* ------------------------------------------------------------------ questions */

static int append_subject(const Polkit *p, sd_bus_message *m, const Caller *c, int pidfd) {
        if (c->bus_name)
                return sd_bus_message_append(m, "(sa{sv})", "system-bus-name", 1, "name", "s", c->bus_name);
        if (p->version >= PIDFD_VERSION)
                return sd_bus_message_append(m, "(sa{sv})", "unix-process", 2, "pidfd", "h", pidfd,
                                             "uid", "i", (int32_t) c->uid);
        return sd_bus_message_append(m, "(sa{sv})", "unix-process", 3, "pid", "u", (uint32_t) c->pid,
                                     "start-time", "t", c->start_time, "uid", "i", (int32_t) c->uid);
}

static int append_details(sd_bus_message *m, const char *const *details) {
        int r = sd_bus_message_open_container(m, 'a', "{ss}");
        for (; r >= 0 && details && details[0]; details += 2)
                r = sd_bus_message_append(m, "{ss}", details[0], details[1]);
        return r < 0 ? r : sd_bus_message_close_container(m);
}

static int send_question(PolkitPending *a, const PolkitQuestion *q) {
        Polkit *p = a->polkit;
        _cleanup_(message_unrefp) sd_bus_message *m = NULL;
        int r = sd_bus_message_new_method_call(p->bus, &m, NAME, PATH, INTERFACE, "CheckAuthorization");
        if (r >= 0)
                r = append_subject(p, m, q->caller, a->pidfd);
        if (r >= 0)
                r = sd_bus_message_append_basic(m, 's', q->action);
        if (r >= 0)
                r = append_details(m, q->details);
        if (r >= 0)
                r = sd_bus_message_append(m, "us", q->interactive ? FLAG_INTERACTIVE : 0u, a->id);
        uint64_t usec = q->interactive ? p->usec : MIN2(p->usec, (uint64_t) QUICK_USEC);
        (void) sd_event_now(p->event, CLOCK_MONOTONIC, &a->deadline);
        a->deadline += usec;
        return r < 0 ? r : sd_bus_call_async(p->bus, &a->slot, m, on_answer, a, usec);
}

static unsigned count_pending(const Polkit *p, uid_t uid) {
        unsigned n = 0;
        for (const PolkitPending *a = p->pending; a; a = a->next)
                n += a->uid == uid;
        return n;
}

int polkit_ask(Polkit *p, const PolkitQuestion *q, PolkitHandler handler, void *userdata,
               PolkitPending **ret) {
        if (!polkit_is_there(p))
                return -ENOTCONN;
        if (count_pending(p, q->caller->uid) >= POLKIT_PENDING_PER_UID)
                return -EBUSY;
        int pidfd = caller_open_process(q->caller);
        if (pidfd < 0)
                return pidfd;
        PolkitPending *a = calloc(1, sizeof(*a));
        if (!a) {
                close(pidfd);
                return -ENOMEM;
        }
        *a = (PolkitPending) { .polkit = p, .next = p->pending, .uid = q->caller->uid, .interactive = q->interactive,
                               .handler = handler, .userdata = userdata, .pidfd = pidfd };
        if (a->next)
                a->next->prev = a;
        p->pending = a;
        snprintf(a->id, sizeof(a->id), "stapd-%llu", (unsigned long long) ++p->n_asked);
        int r = sd_event_add_io(p->event, &a->process, pidfd, EPOLLIN, on_process_exit, a);
        if (r >= 0)
                r = send_question(a, q);
        if (r < 0) {
                pending_free(a);
                return r;
        }
        *ret = a;
        return 0;
}

/* ------------------------------------------------------------------ itself */

int polkit_new(sd_event *event, unsigned seconds, Polkit **ret) {
        Polkit *p = calloc(1, sizeof(*p));
        if (!p)
                return -ENOMEM;
        *p = (Polkit) { .event = sd_event_ref(event), .usec = seconds * USEC_PER_SEC };
        *ret = p;
        return 0;
}

void polkit_connect(Polkit *p, sd_bus *bus) {
        p->match = sd_bus_slot_unref(p->match);
        p->look = sd_bus_slot_unref(p->look);
        p->bus = bus;
        p->there = false;
        p->trouble = NULL;
        while (p->pending)
                finish(p->pending, POLKIT_BROKEN);
        if (!bus)
                return;
        int r = sd_bus_add_match_async(bus, &p->match,
                                       "type='signal',sender='" DRIVER "',interface='" DRIVER "',"
                                       "member='NameOwnerChanged',arg0='" NAME "'",
                                       on_owner_changed, NULL, p);
        if (r < 0)
                log_debug_errno(r, "Cannot watch for polkit: %m");
        look(p);
}

Polkit *polkit_free(Polkit *p) {
        if (!p)
                return NULL;
        while (p->pending)
                polkit_cancel(p->pending);
        sd_bus_slot_unref(p->match);
        sd_bus_slot_unref(p->look);
        sd_event_unref(p->event);
        free(p);
        return NULL;
}
