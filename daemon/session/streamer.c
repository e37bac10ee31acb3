/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/streamer.h"
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include "base/cleanup.h"
#include "base/fds.h"
#include "base/log.h"
#include "base/paths.h"
#include "manifest/stream-protocol.h"
#include "session/alive.h"
#include "session/process.h"
#include "session/stream-counts.h"

#define STREAM_NICE (-10)
#define RESTARTS_MAX 8 /* of one session's process */

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

/* ------------------------------------------------------------------ sending */

static json_object *message_new(const char *type) {
        json_object *o = json_object_new_object();
        json_object_object_add(o, "type", json_object_new_string(type));
        return o;
}

static int message_send(Streamer *s, json_object *o, const int *fds, size_t n_fds) {
        size_t len;
        const char *text = json_object_to_json_string_length(o, JSON_C_TO_STRING_PLAIN, &len);
        int r = !text ? -ENOMEM : s->socket < 0 ? -ENOTCONN : fds_send(s->socket, text, len, fds, n_fds);
        json_object_put(o);
        return r;
}

static int send_setup(Streamer *s) {
        json_object *o = message_new("setup");
        json_object_object_add(o, "session", json_object_new_string(s->session));
        json_object_object_add(o, "name", json_object_new_string(s->name));
        json_object_object_add(o, "owner", json_object_new_int64(s->options.owner));
        json_object_object_add(o, "manifest", json_object_new_string("module"));
        if (s->options.mask)
                json_object_object_add(o, "mask", json_object_get(s->options.mask));
        json_object_object_add(o, "consume", json_object_new_boolean(s->options.consume));
        int fds[] = { s->reader_fd, s->ledger_fd, s->module_fd, s->keep_fd };
        return message_send(s, o, fds, ELEMENTSOF(fds));
}

static int send_reader(Streamer *s, const Reader *reader) {
        json_object *o = message_new("reader");
        json_object_object_add(o, "id", json_object_new_int64(reader->id));
        const StreamerReader *r = &reader->options;
        json_object_object_add(o, "format", json_object_new_string(r->format));
        json_object_object_add(o, "overflow", json_object_new_string(r->overflow));
        json_object_object_add(o, "from", json_object_new_string(r->from ?: "now"));
        json_object_object_add(o, "number", json_object_new_int64((int64_t) r->number));
        json_object_object_add(o, "follow", json_object_new_boolean(!r->no_follow));
        json_object_object_add(o, "cursors", json_object_new_boolean(r->cursors));
        json_object_object_add(o, "withText", json_object_new_boolean(r->with_text));
        json_object_object_add(o, "compress", json_object_new_boolean(r->compress));
        json_object_object_add(o, "segmentBytes", json_object_new_int64((int64_t) r->segment_bytes));
        json_object_object_add(o, "segmentUSec", json_object_new_int64((int64_t) r->segment_usec));
        json_object_object_add(o, "minFreeBytes", json_object_new_int64((int64_t) r->min_free_bytes));
        json_object_object_add(o, "maxBytes", json_object_new_int64((int64_t) r->max_bytes));
        int fds[] = { reader->fd, reader->queue[0], reader->queue[1], reader->queue[2] };
        return message_send(s, o, fds, ELEMENTSOF(fds));
}

static int send_finish(Streamer *s) {
        json_object *o = message_new("finish");
        json_object_object_add(o, "result", json_object_new_string(s->result));
        json_object_object_add(o, "exitStatus", json_object_new_int(s->exit_status));
        json_object_object_add(o, "timeoutMs", json_object_new_int64(s->timeout_ms));
        return message_send(s, o, NULL, 0);
}

/* ------------------------------------------------------------------ readers */

static Reader *reader_free(Reader *r) {
        if (!r)
                return NULL;
        close_fd(r->fd);
        for (unsigned i = 0; i < STREAM_QUEUE_FDS; i++)
                close_fd(r->queue[i]);
        free(r);
        return NULL;
}

/* A reader's descriptors in the store: "r7.0" is where its bytes go, the others are its queue. */
#define READER_FDS (1 + STREAM_QUEUE_FDS)

static void reader_name(unsigned id, unsigned i, char ret[static 24]) {
        snprintf(ret, 24, "r%u.%u", id, i);
}

static void reader_keep(const Streamer *s, const Reader *r) {
        char name[24];
        for (unsigned i = 0; i < READER_FDS; i++) {
                reader_name(r->id, i, name);
                store_put(s->session, name, i == 0 ? r->fd : r->queue[i - 1]);
        }
}

static void reader_unkeep(const Streamer *s, unsigned id) {
        char name[24];
        for (unsigned i = 0; i < READER_FDS; i++) {
                reader_name(id, i, name);
                store_remove(s->session, name);
        }
}

static void changed(Streamer *s) {
        if (s->kept && s->handler->changed)
                s->handler->changed(s->userdata);
}

static Reader *find_reader(const Streamer *s, unsigned id) {
        for (Reader *r = s->readers; r; r = r->next)
                if (r->id == id)
                        return r;
        return NULL;
}

static void reader_forget(Streamer *s, unsigned id) {
        for (Reader **r = &s->readers; *r; r = &(*r)->next) {
                if ((*r)->id != id)
                        continue;
                Reader *gone = *r;
                *r = gone->next;
                reader_free(gone);
                s->n_readers--;
                if (s->kept)
                        reader_unkeep(s, id);
                return;
        }
}

/* The words live in the protocol's tables, so that a reader need not own them. */
static const char *known_word(const char *const *words, const char *word) {
        for (; *words; words++)
                if (strcmp(*words, word) == 0)
                        return *words;
        return NULL;
}

static const char *const formats[] = { "text", "json", "jsonSeq", "record", "recordText", "journal", NULL };
static const char *const overflows[] = { "drop", "disconnect", "pause", NULL };
static const char *const froms[] = { "now", "start", "tail", "after", "end", NULL };

int streamer_add_reader(Streamer *s, int fd, const StreamerReader *options) {
        _cleanup_(closep) int owned = fd;
        if (s->n_readers >= STREAM_READERS_MAX)
                return -EBUSY;
        Reader *r = calloc(1, sizeof(*r));
        if (!r)
                return -ENOMEM;
        *r = (Reader) { .next = s->readers, .id = s->next_reader, .fd = -1, .queue = { -1, -1, -1 },
                        .options = *options };
        int k = stream_queue_new(STREAM_QUEUE_DEFAULT, r->queue);
        if (k >= 0) {
                r->fd = TAKE_FD(owned);
                k = send_reader(s, r);
        }
        if (k < 0) {
                reader_free(r);
                return k;
        }
        s->readers = r;
        s->next_reader++;
        s->n_readers++;
        if (s->kept)
                reader_keep(s, r);
        changed(s);
        return 0;
}

int streamer_rotate(Streamer *s) {
        return message_send(s, message_new("rotate"), NULL, 0);
}

uint64_t streamer_charge(const Streamer *s, uid_t uid) {
        uint64_t sum = 0;
        for (const Reader *r = s->readers; r; r = r->next)
                sum += r->options.uid == uid ? r->options.charge : 0;
        return sum;
}

static Reader *find_job(const Streamer *s, uint32_t job) {
        for (Reader *r = s->readers; r; r = r->next)
                if (r->options.job == job)
                        return r;
        return NULL;
}

bool streamer_progress(const Streamer *s, uint32_t job, StreamerProgress *ret) {
        const Reader *r = find_job(s, job);
        return r && stream_counts_read_reader(s->ledger_fd, r->id, r->queue[0], ret);
}

void streamer_detach(Streamer *s, uint32_t job) {
        Reader *r = find_job(s, job);
        if (!r)
                return;
        r->options.job = 0;
        json_object *o = message_new("detach");
        json_object_object_add(o, "id", json_object_new_int64(r->id));
        (void) message_send(s, o, NULL, 0);
        changed(s);
}

void streamer_foreach_job(const Streamer *s, void (*each)(void *userdata, uint32_t job, uid_t uid),
                          void *userdata) {
        for (const Reader *r = s->readers; r; r = r->next)
                if (r->options.job > 0)
                        each(userdata, (uint32_t) r->options.job, r->options.uid);
}

uint64_t streamer_queued(const Streamer *s, uid_t uid) {
        uint64_t sum = 0;
        for (const Reader *r = s->readers; r; r = r->next)
                sum += r->options.uid == uid ? STREAM_QUEUE_DEFAULT : 0;
        return sum;
}

unsigned streamer_n_readers(const Streamer *s) {
        return s->n_readers;
}

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

/* ------------------------------------------------------------------ receiving */

static int64_t number_of(json_object *o, const char *key) {
        json_object *v;
        return json_object_object_get_ex(o, key, &v) ? json_object_get_int64(v) : 0;
}

static const char *text_of(json_object *o, const char *key) {
        json_object *v;
        return json_object_object_get_ex(o, key, &v) && json_object_is_type(v, json_type_string)
                ? json_object_get_string(v) : "";
}

static void read_totals(Streamer *s, json_object *o) {
        s->totals = (StreamTotals) {
                .records = number_of(o, "records"),
                .lost = number_of(o, "lost"),
                .reader_lost = number_of(o, "readerLost"),
                .errors = number_of(o, "errors"),
                .bytes = number_of(o, "bytes"),
        };
}

/* Before it is forgotten. */
static void tell_job(Streamer *s, const Reader *r, bool complete, const char *error) {
        if (r && r->options.job > 0)
                s->handler->reader_gone(s->userdata, (uint32_t) r->options.job, complete, error);
}

static void finish(Streamer *s, const char *error) {
        if (s->finished)
                return;
        s->finished = true;
        while (s->readers) {
                tell_job(s, s->readers, /* complete= */ false, error ?: "the session has ended");
                reader_forget(s, s->readers->id);
        }
        s->handler->done(s->userdata, &s->totals, error);
}

static void on_type_message(Streamer *s, json_object *o) {
        int64_t n = number_of(o, "n");
        if (n <= s->last_message)
                return; /* told before the process was started again */
        s->last_message = n;
        changed(s);
        s->handler->message(s->userdata, text_of(o, "severity"), text_of(o, "text"));
}

static void on_type_reader(Streamer *s, json_object *o) {
        unsigned id = (unsigned) number_of(o, "id");
        const char *state = text_of(o, "state"), *error = text_of(o, "error");
        if (strcmp(state, "overflow") == 0)
                error = "it was not read in time";
        s->gone_lost += number_of(o, "lost");
        tell_job(s, find_reader(s, id), strcmp(state, "complete") == 0, *error ? error : NULL);
        reader_forget(s, id);
        changed(s);
}

static void on_type_failed(Streamer *s, json_object *o) {
        finish(s, text_of(o, "error"));
}

static void on_type_done(Streamer *s, json_object *o) {
        read_totals(s, o);
        finish(s, NULL);
}

static const struct {
        const char *type;
        void (*handle)(Streamer *s, json_object *o);
} types[] = {
        { "message", on_type_message }, { "reader", on_type_reader }, { "stats", read_totals },
        { "failed", on_type_failed },   { "done", on_type_done },
};

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

/* It died before "done": what it had not delivered is still in the buffers, the ledger and the queues. */
static void streamer_lost(Streamer *s) {
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
        finish(s, "the stream process died");
}

static int on_message(sd_event_source *source, int fd, uint32_t revents, void *userdata) {
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
        const char *type = json_object_is_type(o, json_type_object) ? text_of(o, "type") : "";
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

static int on_child(sd_event_source *source, const siginfo_t *si, void *userdata) {
        Streamer *s = userdata;
        s->pid = 0;
        s->child = sd_event_source_disable_unref(s->child);
        /* What it said last is still in the socket; its end of file is what tells that it died. */
        return 0;
}

static void ask_alive(void *userdata) {
        (void) message_send(userdata, message_new("stats"), NULL, 0);
}

static void on_stuck(void *userdata) {
        Streamer *s = userdata;
        log_warning("The stream process of session %s does not answer; it is killed.", s->session);
        streamer_lost(s);
}

static int watch_alive(Streamer *s) {
        static const AliveHandler handler = { .ask = ask_alive, .stuck = on_stuck };
        return alive_new(s->event, s->options.helper_usec, &handler, s, &s->alive);
}

/* ------------------------------------------------------------------ the process */

static int send_all(Streamer *s) {
        int r = send_setup(s);
        for (Reader *reader = s->readers; r >= 0 && reader; reader = reader->next)
                r = send_reader(s, reader);
        if (r >= 0 && s->going)
                r = message_send(s, message_new("go"), NULL, 0);
        if (r >= 0 && s->finishing)
                r = send_finish(s);
        return r;
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
        changed(s);
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
        int r = s->process < 0 ? -errno : send_all(s);
        if (r >= 0)
                r = sd_event_add_io(s->event, &s->source, s->socket, EPOLLIN, on_message, s);
        if (r >= 0)
                r = watch_alive(s);
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
                reader_keep(s, r);
        changed(s);
}

/* What recordings have besides. */
static const struct {
        const char *name;
        size_t offset;
} numbers[] = {
        { "number", offsetof(StreamerReader, number) },
        { "segmentBytes", offsetof(StreamerReader, segment_bytes) },
        { "segmentUSec", offsetof(StreamerReader, segment_usec) },
        { "minFreeBytes", offsetof(StreamerReader, min_free_bytes) },
        { "maxBytes", offsetof(StreamerReader, max_bytes) },
        { "charge", offsetof(StreamerReader, charge) },
        { "job", offsetof(StreamerReader, job) },
};

static json_object *describe_reader(const Reader *r) {
        json_object *o = json_object_new_object();
        json_object_object_add(o, "id", json_object_new_int64(r->id));
        json_object_object_add(o, "format", json_object_new_string(r->options.format));
        json_object_object_add(o, "overflow", json_object_new_string(r->options.overflow));
        json_object_object_add(o, "from", json_object_new_string(r->options.from ?: "now"));
        for (size_t i = 0; i < ELEMENTSOF(numbers); i++)
                json_object_object_add(o, numbers[i].name, json_object_new_uint64(
                                *(const uint64_t *) ((const char *) &r->options + numbers[i].offset)));
        json_object_object_add(o, "uid", json_object_new_int64(r->options.uid));
        json_object_object_add(o, "compress", json_object_new_boolean(r->options.compress));
        json_object_object_add(o, "noFollow", json_object_new_boolean(r->options.no_follow));
        json_object_object_add(o, "cursors", json_object_new_boolean(r->options.cursors));
        json_object_object_add(o, "withText", json_object_new_boolean(r->options.with_text));
        return o;
}

json_object *streamer_describe(const Streamer *s) {
        json_object *o = json_object_new_object(), *readers = json_object_new_array();
        for (const Reader *r = s->readers; r; r = r->next)
                json_object_array_add(readers, describe_reader(r));
        json_object_object_add(o, "pid", json_object_new_int64(s->pid));
        json_object_object_add(o, "nextReader", json_object_new_int64(s->next_reader));
        json_object_object_add(o, "lastMessage", json_object_new_int64(s->last_message));
        json_object_object_add(o, "going", json_object_new_boolean(s->going));
        json_object_object_add(o, "readers", readers);
        return o;
}

static bool flag_of(json_object *o, const char *key) {
        json_object *v;
        return json_object_object_get_ex(o, key, &v) && json_object_get_boolean(v);
}

/* Of a reader whose descriptors are not all there, the rest is closed: it sees the end. */
static void adopt_reader(Streamer *s, Store *store, json_object *o) {
        Reader *r = calloc(1, sizeof(*r));
        if (!r)
                return;
        *r = (Reader) { .next = s->readers, .id = (unsigned) number_of(o, "id"), .fd = -1, .queue = { -1, -1, -1 },
                        .options = { .format = known_word(formats, text_of(o, "format")),
                                     .overflow = known_word(overflows, text_of(o, "overflow")),
                                     .from = known_word(froms, text_of(o, "from")),
                                     .uid = (uid_t) number_of(o, "uid"), .compress = flag_of(o, "compress"),
                                     .no_follow = flag_of(o, "noFollow"),
                                     .cursors = flag_of(o, "cursors"), .with_text = flag_of(o, "withText") } };
        for (size_t i = 0; i < ELEMENTSOF(numbers); i++)
                *(uint64_t *) ((char *) &r->options + numbers[i].offset) = (uint64_t) number_of(o, numbers[i].name);
        bool whole = r->options.format && r->options.overflow && r->options.from;
        for (unsigned i = 0; i < READER_FDS; i++) {
                char name[24];
                reader_name(r->id, i, name);
                int fd = store_take(store, s->session, name);
                *(i == 0 ? &r->fd : &r->queue[i - 1]) = fd;
                whole &= fd >= 0;
        }
        if (!whole) {
                reader_unkeep(s, r->id);
                reader_free(r);
                return;
        }
        s->readers = r;
        s->n_readers++;
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
        s->pid = (pid_t) number_of(description, "pid");
        s->next_reader = (unsigned) number_of(description, "nextReader");
        s->last_message = number_of(description, "lastMessage");
        s->going = flag_of(description, "going");
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
                        adopt_reader(s, store, json_object_array_get_idx(readers, i));
        s->kept = s->adopted = true;
        int r = sd_event_add_io(s->event, &s->source, s->socket, EPOLLIN, on_message, s);
        return r < 0 ? r : watch_alive(s);
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
                reader_forget(s, s->readers->id);
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

int streamer_set_state(Streamer *s, const char *state, const char *result) {
        json_object *o = message_new("state");
        json_object_object_add(o, "state", json_object_new_string(state));
        json_object_object_add(o, "result", result ? json_object_new_string(result) : NULL);
        return message_send(s, o, NULL, 0);
}

int streamer_go(Streamer *s) {
        s->going = true;
        return message_send(s, message_new("go"), NULL, 0);
}

int streamer_finish(Streamer *s, const char *result, int exit_status, unsigned timeout_ms) {
        free(s->result);
        s->result = strdup(result);
        if (!s->result)
                return -ENOMEM;
        s->finishing = true;
        s->exit_status = exit_status;
        s->timeout_ms = timeout_ms;
        return send_finish(s);
}
