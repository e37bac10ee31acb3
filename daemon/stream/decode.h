/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Bytes of a sub-buffer to records and arguments. Nothing in them is trusted: no length, version, kind,
 * id or count. What is returned points into the sub-buffer.
 */
#include <stddef.h>
#include <stdint.h>
#include "manifest/manifest.h"
#include "runtime/abi.h"
#include "runtime/format.h"

typedef struct Record {
        uint64_t time; /* CLOCK_BOOTTIME ns */
        uint32_t id, pid, tid, uid;
        uint16_t kind, probe; /* PRINT, ERROR, WARNING; index */
        unsigned cpu;
        const uint8_t *payload;
        uint32_t payload_len;
} Record;

/* -EBADMSG: not the start of a sub-buffer of this CPU, in our version. */
int decode_subbuf(const uint8_t *data, size_t bytes, unsigned cpu, struct stp_subbuf_header *ret);
/* The record at *offset (at first sizeof(struct stp_subbuf_header)), skipping padding: 1, and *offset
 * after it; 0 at the end; -EBADMSG: what follows makes no sense and cannot be skipped. */
int decode_record(const uint8_t *data, size_t bytes, size_t *offset, Record *ret);
/* The arguments of a PRINT, as many as the format has fields; -EBADMSG: the payload is not theirs. */
int decode_values(const Record *r, const ManifestFormat *f, struct stp_value values[MANIFEST_MAX_FIELDS]);
/* The one string of ERROR and WARNING. */
int decode_message(const Record *r, struct stp_value *ret);
