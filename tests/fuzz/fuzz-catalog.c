/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Settings of a script, as a user sends them with a request, and behind a NUL a value for each argument; then
 * the same as the file of an approval. What is accepted must be what its type says.
 */
#include <stdlib.h>
#include <string.h>
#include "catalog/approval.h"
#include "manifest/bytes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_values(const CatalogScript *s, const char *value) {
        static const Caller caller = { .uid = 65000 };
        for (unsigned i = 0; i < s->n_arguments; i++) {
                const Argument *a = &s->arguments[i];
                char text[600];
                argument_describe(a, text, sizeof(text));
                if (!argument_accepts(a, &caller, value))
                        continue;
                if (strlen(value) > ARGUMENT_MAX_LENGTH && a->type >= ARGUMENT_PATH)
                        abort();
                if (a->type == ARGUMENT_PATH && (value[0] != '/' || strstr(value, "/../") || strstr(value, "//")))
                        abort();
                if (a->type == ARGUMENT_INTEGER && (atoll(value) < a->minimum || atoll(value) > a->maximum))
                        abort();
        }
}

static void try_approval(const char *json, size_t len) {
        json_tokener *t = json_tokener_new();
        json_object *o = json_tokener_parse_ex(t, json, (int) len);
        Approval *a = NULL;
        if (json_object_is_type(o, json_type_object) && approval_from_json(o, &a) >= 0) {
                if (a->state == APPROVAL_APPROVED && !a->script)
                        abort();
                json_object_put(approval_to_json(a));
                approval_free(a);
        }
        json_object_put(o);
        json_tokener_free(t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        char *copy = malloc(size + 2);
        const char *error;
        unsigned line;
        if (!copy)
                abort();
        memcpy(copy, data, size);
        copy[size] = copy[size + 1] = 0;
        CatalogScript *s = catalog_script_new("fuzzed", "here");
        char *settings = strdup(copy);
        if (s && settings && catalog_script_parse(s, settings, &line, &error) >= 0)
                try_values(s, strlen(copy) < size ? copy + strlen(copy) + 1 : "");
        catalog_script_free(s);
        free(settings);
        free(copy);
        try_approval((const char *) data, size);
        return 0;
}
