/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What goes into the queue of one reader: the parts of a record that its format takes, and in front of them
 * what it lost.
 */
#include <string.h>
#include "stream/fanout-private.h"
#include "stream/journal.h"

#define RECORD_SEPARATOR "\x1e" /* RFC 7464 */
#define LITERAL(o, s) queue_append(&(o)->queue, s, sizeof(s) - 1)

static const Part parts[_OUTPUT_FORMAT_MAX] = {
        [OUTPUT_TEXT] = PART_TEXT,     [OUTPUT_RECORD_TEXT] = PART_TEXT, [OUTPUT_JSON] = PART_LINE,
        [OUTPUT_JSON_SEQ] = PART_LINE, [OUTPUT_RECORD] = PART_LINE,      [OUTPUT_JOURNAL] = PART_JOURNAL,
};

Part output_part(const Output *o) {
        return parts[o->options.format];
}

bool output_is_json(const Output *o) {
        return output_part(o) == PART_LINE;
}

unsigned output_parts(const ReaderOptions *o) {
        if (parts[o->format] != PART_LINE)
                return 1u << parts[o->format];
        return 1u << PART_LINE | (o->with_text || o->format == OUTPUT_RECORD ? 1u << PART_MEMBER : 0);
}

static void append(Output *o, const void *data, size_t len) {
        queue_append(&o->queue, data, len);
}

/* Recordings and the journal take their queue apart again. */
static void append_frame(Output *o, uint64_t seq, uint64_t lost, size_t len) {
        if (o->recorder)
                append(o, &(RecordFrame) { .seq = seq, .lost = lost, .len = len }, sizeof(RecordFrame));
        else if (o->options.format == OUTPUT_JOURNAL)
                append(o, &(JournalFrame) { .len = len }, sizeof(JournalFrame));
}

/* The line ends with "}\n": members of this reader's own go in front of that. */
static void append_line(Output *o, uint64_t seq, uint64_t lost, const Buf *line, const Buf *member) {
        bool cursors = o->options.cursors && !o->recorder, more = member || cursors;
        append_frame(o, seq, lost, line->len + (member ? sizeof(",\"text\":") - 1 + member->len : 0));
        if (o->options.format == OUTPUT_JSON_SEQ)
                LITERAL(o, RECORD_SEPARATOR);
        append(o, line->data, line->len - (more ? 2 : 0));
        if (member) {
                LITERAL(o, ",\"text\":");
                append(o, member->data, member->len);
        }
        if (cursors) {
                Buf cursor = BUF_INIT;
                o->fanout->ops->cursor(o->fanout->userdata, seq, &cursor);
                LITERAL(o, ",\"cursor\":\"");
                append(o, cursor.data, cursor.len);
                LITERAL(o, "\"");
                buf_done(&cursor);
        }
        if (more)
                LITERAL(o, "}\n");
        o->ledger->head = o->queue.head;
}

void output_append(Output *o, uint64_t seq, const Rendered *r) {
        const Buf *text = &r->parts[output_part(o)], *line = &r->parts[PART_LINE],
                  *member = &r->parts[PART_MEMBER];
        if (output_is_json(o)) {
                if (line->len > 2)
                        append_line(o, seq, /* lost= */ 0, line,
                                    (o->wants & 1u << PART_MEMBER) && member->len > 0 ? member : NULL);
        } else if (text->len > 0) {
                append_frame(o, seq, /* lost= */ 0, text->len);
                append(o, text->data, text->len);
                o->ledger->head = o->queue.head;
        }
}

void output_append_aside(Output *o, uint64_t after, const Buf *line) {
        if (line->len > 2 && !line->failed)
                append_line(o, after, /* lost= */ 0, line, NULL);
}

void output_tell_lost(Output *o, uint64_t seq, const ReaderLoss *loss) {
        Fanout *f = o->fanout;
        if (!output_is_json(o)) {
                f->ops->text_lost(f->userdata, loss->count);
                return;
        }
        Buf line = BUF_INIT;
        f->ops->lost_line(f->userdata, seq, loss, &line);
        if (!line.failed)
                append_line(o, loss->to, loss->count, &line, NULL);
        buf_done(&line);
}
