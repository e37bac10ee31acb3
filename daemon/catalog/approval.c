/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "catalog/approval.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

static const char *const states[_APPROVAL_STATE_MAX] = {
        [APPROVAL_REQUESTED] = "requested", [APPROVAL_APPROVED] = "approved",
        [APPROVAL_REJECTED] = "rejected",   [APPROVAL_REVOKED] = "revoked",
};

const char *approval_state_to_string(ApprovalState s) {
        return s >= 0 && s < _APPROVAL_STATE_MAX ? states[s] : NULL;
}

static ApprovalState state_from_string(const char *s) {
        for (ApprovalState i = 0; s && i < _APPROVAL_STATE_MAX; i++)
                if (strcmp(states[i], s) == 0)
                        return i;
        return _APPROVAL_STATE_INVALID;
}

bool approval_is_expired(const Approval *a, int64_t now_usec) {
        return a->state == APPROVAL_APPROVED && a->until_usec > 0 && a->until_usec <= now_usec;
}

Approval *approval_new(const char *name) {
        unsigned char bytes[(APPROVAL_ID_LENGTH - 1 + 1) / 2];
        _cleanup_(approval_freep) Approval *a = calloc(1, sizeof(*a));
        if (!a || !(a->name = strdup(name)) || getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
                return NULL;
        char hex[2 * sizeof(bytes) + 1];
        for (size_t i = 0; i < sizeof(bytes); i++)
                sprintf(hex + 2 * i, "%02x", bytes[i]);
        snprintf(a->id, sizeof(a->id), "r%.*s", APPROVAL_ID_LENGTH - 1, hex);
        a->requester = a->decider = (uid_t) -1;
        return TAKE_PTR(a);
}

Approval *approval_free(Approval *a) {
        if (!a)
                return NULL;
        catalog_script_free(a->script);
        free(a->name);
        free(a->text);
        free(a->settings);
        free(a->reason);
        free(a->manifest);
        free(a->answer);
        free(a);
        return NULL;
}

int approval_make_script(Approval *a, unsigned *ret_line, const char **ret_error) {
        char place[sizeof("approval ") + APPROVAL_ID_LENGTH];
        snprintf(place, sizeof(place), "approval %s", a->id);
        _cleanup_(catalog_script_freep) CatalogScript *s = catalog_script_new(a->name, place);
        _cleanup_(freep) char *settings = strdup(a->settings ?: ""), *text = malloc(a->text_len + 1);
        if (!s || !settings || !text)
                return -ENOMEM;
        int r = catalog_script_parse(s, settings, ret_line, ret_error);
        if (r < 0)
                return r;
        memcpy(text, a->text, a->text_len);
        text[a->text_len] = 0;
        r = catalog_script_set_text(s, TAKE_PTR(text), a->text_len);
        if (r < 0)
                return r;
        *ret_line = 0;
        *ret_error = "Digest= is not that of the script";
        if (s->problem)
                return -EINVAL;
        s->guru = a->guru;
        s->until_usec = a->until_usec;
        if (!s->title && a->reason)
                s->title = strdup(a->reason);
        catalog_script_free(a->script);
        a->script = TAKE_PTR(s);
        return 0;
}

/* ------------------------------------------------------------------ the file */

static const struct {
        const char *name;
        size_t offset;
} texts[] = {
        { "name", offsetof(Approval, name) },         { "settings", offsetof(Approval, settings) },
        { "reason", offsetof(Approval, reason) },     { "manifest", offsetof(Approval, manifest) },
        { "answer", offsetof(Approval, answer) },
}, numbers[] = {
        { "requested", offsetof(Approval, requested_usec) }, { "decided", offsetof(Approval, decided_usec) },
        { "untilUSec", offsetof(Approval, until_usec) },
}, users[] = {
        { "requester", offsetof(Approval, requester) }, { "decider", offsetof(Approval, decider) },
};

#define FIELD(a, type, offset) (*(type *) ((char *) (a) + (offset)))
#define CONST_FIELD(a, type, offset) (*(type const *) ((const char *) (a) + (offset)))

json_object *approval_to_json(const Approval *a) {
        json_object *o = json_object_new_object();
        json_object_object_add(o, "id", json_object_new_string(a->id));
        json_object_object_add(o, "state", json_object_new_string(states[a->state]));
        json_object_object_add(o, "digest", json_object_new_string(a->digest));
        json_object_object_add(o, "guru", json_object_new_boolean(a->guru));
        for (size_t i = 0; i < ELEMENTSOF(texts); i++) {
                const char *s = CONST_FIELD(a, char *, texts[i].offset);
                json_object_object_add(o, texts[i].name, s ? json_object_new_string(s) : NULL);
        }
        for (size_t i = 0; i < ELEMENTSOF(numbers); i++)
                json_object_object_add(o, numbers[i].name,
                                       json_object_new_int64(CONST_FIELD(a, int64_t, numbers[i].offset)));
        for (size_t i = 0; i < ELEMENTSOF(users); i++) {
                uid_t uid = CONST_FIELD(a, uid_t, users[i].offset);
                json_object_object_add(
                                o, users[i].name, uid == (uid_t) -1 ? NULL : json_object_new_int64(uid));
        }
        json_object_object_add(
                        o,
                        "script",
                        a->text ? json_object_new_string_len(a->text, (int) a->text_len) : NULL);
        return o;
}

static json_object *get(json_object *o, const char *name, json_type type) {
        json_object *v;
        return json_object_object_get_ex(o, name, &v) && json_object_is_type(v, type) ? v : NULL;
}

static const char *get_text(json_object *o, const char *name) {
        json_object *v = get(o, name, json_type_string);
        return v ? json_object_get_string(v) : NULL;
}

static int read_fields(Approval *a, json_object *o) {
        for (size_t i = 0; i < ELEMENTSOF(texts); i++) {
                const char *s = get_text(o, texts[i].name);
                char **field = &FIELD(a, char *, texts[i].offset);
                free(*field);
                *field = s ? strdup(s) : NULL;
                if (s && !*field)
                        return -ENOMEM;
        }
        for (size_t i = 0; i < ELEMENTSOF(numbers); i++)
                FIELD(a, int64_t, numbers[i].offset) = json_object_get_int64(
                                get(o, numbers[i].name, json_type_int));
        for (size_t i = 0; i < ELEMENTSOF(users); i++) {
                json_object *v = get(o, users[i].name, json_type_int);
                FIELD(a, uid_t, users[i].offset) = v ? (uid_t) json_object_get_int64(v) : (uid_t) -1;
        }
        a->guru = json_object_get_boolean(get(o, "guru", json_type_boolean));
        return 0;
}

static int read_script(Approval *a, json_object *o) {
        char digest[CATALOG_DIGEST_LENGTH + 1];
        json_object *v = get(o, "script", json_type_string);
        if (!v)
                return a->state == APPROVAL_REVOKED ? 0 : -EBADMSG;
        a->text_len = (size_t) json_object_get_string_len(v);
        a->text = malloc(a->text_len + 1);
        if (!a->text)
                return -ENOMEM;
        memcpy(a->text, json_object_get_string(v), a->text_len);
        a->text[a->text_len] = 0;
        catalog_digest(a->text, a->text_len, digest);
        return strcmp(digest, a->digest) == 0 ? 0 : -EBADMSG;
}

int approval_from_json(json_object *o, Approval **ret) {
        const char *id = get_text(o, "id"), *name = get_text(o, "name"), *digest = get_text(o, "digest"),
                   *error;
        ApprovalState state = state_from_string(get_text(o, "state"));
        unsigned line;
        if (!id || strlen(id) != APPROVAL_ID_LENGTH || id[0] != 'r' || !name || !catalog_is_name(name) ||
            state < 0 || !digest || strlen(digest) != CATALOG_DIGEST_LENGTH)
                return -EBADMSG;
        _cleanup_(approval_freep) Approval *a = approval_new(name);
        if (!a)
                return -ENOMEM;
        strcpy(a->id, id);
        strcpy(a->digest, digest);
        a->state = state;
        int r = read_fields(a, o);
        if (r >= 0)
                r = read_script(a, o);
        if (r >= 0 && a->state == APPROVAL_APPROVED)
                r = approval_make_script(a, &line, &error);
        if (r < 0)
                return r == -EINVAL ? -EBADMSG : r;
        *ret = TAKE_PTR(a);
        return 0;
}
