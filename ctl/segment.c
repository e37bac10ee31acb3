/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ctl/segment.h"
#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include "ctl/client.h"

#define LINE_MAX_BYTES 70000
#define RECORD_SEPARATOR 0x1e /* in front of each line of --json-seq */

struct Segment {
        const char *path;
        gzFile file;
        EVP_MD_CTX *digest;
        Buf line;
        json_object *record;
        uint64_t records;
        int64_t place;
        bool is_stream;    /* no file of a recording, but what a reader got: its last line is its end */
        bool ended;        /* the line that ends a file was there */
        const char *wrong; /* the first thing that was */
};

Segment *segment_open(const char *path) {
        Segment *s = calloc(1, sizeof(*s));
        bool is_stdin = strcmp(path, "-") == 0;
        if (!s)
                return NULL;
        s->path = is_stdin ? "standard input" : path;
        s->file = is_stdin ? gzdopen(dup(STDIN_FILENO), "rb") : gzopen(path, "rb");
        s->digest = EVP_MD_CTX_new();
        if (s->file && s->digest && EVP_DigestInit_ex(s->digest, EVP_sha256(), NULL) == 1)
                return s;
        fprintf(stderr, "stapctl: cannot read %s: %s\n", s->path, strerror(errno));
        return segment_free(s);
}

Segment *segment_free(Segment *s) {
        if (!s)
                return NULL;
        if (s->file)
                gzclose(s->file);
        EVP_MD_CTX_free(s->digest);
        json_object_put(s->record);
        buf_done(&s->line);
        free(s);
        return NULL;
}

const Buf *segment_line(const Segment *s) {
        return &s->line;
}

json_object *segment_record(const Segment *s) {
        return s->record;
}

int64_t segment_time(const Segment *s) {
        return member_number(s->record, "t");
}

int64_t segment_place(const Segment *s) {
        return s->place;
}

static int wrong(Segment *s, const char *what) {
        s->wrong = s->wrong ?: what;
        return 0;
}

/* 1: a whole line. */
static int read_line(Segment *s) {
        char *to;
        s->line.len = 0;
        do {
                to = buf_reserve(&s->line, 4096);
                if (!to)
                        return wrong(s, "no memory");
                if (!gzgets(s->file, to, 4096)) {
                        int error = Z_OK;
                        (void) gzerror(s->file, &error);
                        if (error != Z_OK && error != Z_STREAM_END)
                                return wrong(s, "it was cut, or is damaged, in its compressed data");
                        return s->line.len > 0 ? wrong(s, "it ends inside of a line") : 0;
                }
                if (!*to)
                        return wrong(s, "a line of it is no record");
                s->line.len += strlen(to);
        } while (s->line.data[s->line.len - 1] != '\n' && s->line.len < LINE_MAX_BYTES);
        return s->line.data[s->line.len - 1] == '\n' ? 1 : wrong(s, "a line is too long");
}

static void check_end(Segment *s) {
        unsigned char md[EVP_MAX_MD_SIZE];
        char hex[65] = "";
        unsigned len = 0;
        const char *said = member_text(s->record, "sha256");
        s->ended = true;
        EVP_DigestFinal_ex(s->digest, md, &len);
        for (unsigned i = 0; i < len && i < 32; i++)
                snprintf(hex + 2 * i, 3, "%02x", md[i]);
        if ((uint64_t) member_number(s->record, "records") != s->records)
                wrong(s, "records are missing from it");
        else if (*said && strcmp(said, hex) != 0)
                wrong(s, "it is not what was recorded: its SHA-256 is another");
}

/* A stream may be followed by the next one: who comes back by a cursor appends it. */
static void follow_stream(Segment *s, const char *kind) {
        if (strcmp(kind, "header") == 0) {
                s->is_stream = !json_object_object_get_ex(s->record, "segment", NULL);
                s->ended &= !s->is_stream;
        }
}

int segment_next(Segment *s) {
        json_object_put(s->record);
        s->record = NULL;
        if (s->wrong || read_line(s) == 0)
                return 0;
        s->record = json_tokener_parse(s->line.data + (*s->line.data == RECORD_SEPARATOR));
        if (!json_object_is_type(s->record, json_type_object) ||
            !json_object_object_get_ex(s->record, "kind", NULL))
                return wrong(s, s->ended ? "there is something after its end" : "a line of it is no record");
        const char *kind = member_text(s->record, "kind");
        if (!s->ended || s->is_stream)
                follow_stream(s, kind);
        if (s->ended)
                return wrong(s, "there is something after its end");
        if (strcmp(kind, "segment") == 0) {
                check_end(s);
                return 1;
        }
        if (json_object_object_get_ex(s->record, "probe", NULL))
                s->place = segment_time(s);
        EVP_DigestUpdate(s->digest, s->line.data, s->line.len);
        s->records += strcmp(kind, "header") != 0;
        s->ended = s->is_stream && strcmp(kind, "end") == 0;
        return 1;
}

bool segment_is_sound(const Segment *s) {
        const char *what = s->wrong ?: s->ended ? NULL : "it has no end: it was cut, or is still being written";
        if (what)
                fprintf(stderr, "stapctl: %s: %s\n", s->path, what);
        return !what;
}
