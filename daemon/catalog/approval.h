/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * A request that a script be approved, and what became of it; and, without a script of its own, the word
 * that one of the folders must not be run ("revoked"). Each is one file of JSON, written whole or not at
 * all.
 */
#include <json-c/json.h>
#include "catalog/script.h"

#define APPROVAL_ID_LENGTH 16 /* "r" and hex digits: never the start of a session's id */
#define APPROVAL_SCRIPT_MAX (256u << 10)

typedef enum ApprovalState {
        APPROVAL_REQUESTED,
        APPROVAL_APPROVED,
        APPROVAL_REJECTED,
        APPROVAL_REVOKED,
        _APPROVAL_STATE_MAX,
        _APPROVAL_STATE_INVALID = -22,
} ApprovalState;

typedef struct Approval {
        char id[APPROVAL_ID_LENGTH + 1];
        ApprovalState state;
        char *name;
        char digest[CATALOG_DIGEST_LENGTH + 1]; /* of the text, or of what of a folder is revoked */
        char *text;        /* NULL: it is about a script of a folder */
        size_t text_len;
        bool guru;
        char *settings;    /* as NAME.conf has them: what is asked for, then what is approved */
        char *reason;      /* why it is asked for */
        char *manifest;    /* JSON: what it was when it was asked for; or NULL */
        char *answer;      /* why it was rejected or revoked, or NULL */
        uid_t requester, decider; /* (uid_t) -1: nobody */
        int64_t requested_usec, decided_usec, until_usec; /* CLOCK_REALTIME; 0: not, none */
        CatalogScript *script; /* of one that is approved */
} Approval;

Approval *approval_new(const char *name); /* with an id; NULL with errno set */
Approval *approval_free(Approval *a);
DEFINE_CLEANUP(Approval *, approval_freep, approval_free)

const char *approval_state_to_string(ApprovalState s);
bool approval_is_expired(const Approval *a, int64_t now_usec);

/* Makes a->script of text and settings. -EINVAL: *ret_line and *ret_error say what is wrong with them. */
int approval_make_script(Approval *a, unsigned *ret_line, const char **ret_error);

json_object *approval_to_json(const Approval *a);
/* -EBADMSG: it is none, or its text is not that of its digest. */
int approval_from_json(json_object *o, Approval **ret);
