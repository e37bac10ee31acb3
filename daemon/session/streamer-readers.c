/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who reads a stream, and what of it outlives stapd. */
#include "session/streamer-private.h"
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/cleanup.h"
#include "base/fds.h"
#include "session/fields.h"
#include "session/stream-counts.h"

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

void streamer_keep_reader(const Streamer *s, const Reader *r) {
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

Reader *streamer_find_reader(const Streamer *s, unsigned id) {
        for (Reader *r = s->readers; r; r = r->next)
                if (r->id == id)
                        return r;
        return NULL;
}

void streamer_forget_reader(Streamer *s, unsigned id) {
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
                k = streamer_send_reader(s, r);
        }
        if (k < 0) {
                reader_free(r);
                return k;
        }
        s->readers = r;
        s->next_reader++;
        s->n_readers++;
        if (s->kept)
                streamer_keep_reader(s, r);
        streamer_changed(s);
        return 0;
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
        json_object *o = streamer_order("detach");
        json_object_object_add(o, "id", json_object_new_int64(r->id));
        (void) streamer_send(s, o, NULL, 0);
        streamer_changed(s);
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

/* ------------------------------------------------------------------ over a restart of stapd */

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

json_object *streamer_describe_reader(const Reader *r) {
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

void streamer_adopt_reader(Streamer *s, Store *store, json_object *o) {
        Reader *r = calloc(1, sizeof(*r));
        if (!r)
                return;
        *r = (Reader) { .next = s->readers, .id = (unsigned) field_number(o, "id"), .fd = -1, .queue = { -1, -1, -1 },
                        .options = { .format = known_word(formats, field_text(o, "format")),
                                     .overflow = known_word(overflows, field_text(o, "overflow")),
                                     .from = known_word(froms, field_text(o, "from")),
                                     .uid = (uid_t) field_number(o, "uid"), .compress = field_flag(o, "compress"),
                                     .no_follow = field_flag(o, "noFollow"),
                                     .cursors = field_flag(o, "cursors"), .with_text = field_flag(o, "withText") } };
        for (size_t i = 0; i < ELEMENTSOF(numbers); i++)
                *(uint64_t *) ((char *) &r->options + numbers[i].offset) = (uint64_t) field_number(o, numbers[i].name);
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
