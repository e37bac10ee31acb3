/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* What the two renderers share: formats, taken apart once. */
#include "stream/render.h"

/* What needs no look at the flags. */
typedef enum PieceKind {
        PIECE_LITERAL, PIECE_DECIMAL, PIECE_STRING, PIECE_PLAIN, PIECE_STARS, PIECE_HIST, PIECE_MASKED,
} PieceKind;

/* One conversion or literal, and where its arguments stand among the values. */
typedef struct Piece {
        PieceKind kind;              /* PLAIN: any without `*` */
        int width, precision, value; /* index; -1: none. HIST: the width is HIST_ELISION */
        struct stp_spec spec;
} Piece;

/* One visible field. */
typedef struct JsonField {
        char *key;        /* "name":  with quotes, colon, and a comma in front but for the first */
        size_t key_len;
        unsigned value;
        FieldType type;
        enum stp_conv conv;
        bool masked;      /* its value is nobody's */
} JsonField;

typedef struct CompiledFormat {
        const ManifestAgg *agg;
        bool *masked;     /* by value */
        Piece *pieces;
        JsonField *fields;
        unsigned n_pieces, n_fields;
        char *plain;      /* without fields, all its records are the same text: as JSON */
} CompiledFormat;

/* In place of a masked value: in text and the journal; JSON has null. */
#define MASKED_TEXT "***"

/* What every record says of where it was made, and can be masked as well. */
enum { ORIGIN_CPU, ORIGIN_PID, ORIGIN_TID, ORIGIN_UID, _ORIGIN_MAX };

struct Render {
        const Manifest *manifest;
        CompiledFormat *formats;
        char *session;           /* ,"session":"ID","seq": */
        char **probes;           /* ,"probe":"POINT" */
        char *journal;           /* fields of every entry */
        bool masked[_ORIGIN_MAX];
        char *header;            /* what the header record has after its stamp */
};

/* Makes r->session, r->probes, r->header and the keys of fields. */
int render_json_prepare(Render *r, const RenderSession *s);
/* Makes r->journal. */
int render_journal_prepare(Render *r, const RenderSession *s);
