/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "api/bus-error.h"
#include <stdio.h>
#include <string.h>
#include "base/cleanup.h"
#include "manifest/bytes.h"

#define FREEDESKTOP "org.freedesktop.DBus.Error."

/* `text` has the parameter in it where %s stands. What is not here is org.stapd1.Error.NAME with its
 * `reason`. */
static const struct {
        const char *name, *bus_name, *text, *parameter;
} errors[] = {
        { "NoSuchSession", NULL, "There is no session %s", "id" },
        { "NoSuchRequest", NULL, "There is no request %s", "id" },
        { "RequestExists", NULL, "These bytes are asked for already, as %s", "id" },
        { "DigestMismatch", NULL, "The digest is %s", "digest" },
        { "NoSuchScript", NULL, "There is no script %s in the catalogue for you", "name" },
        { "NoSuchJob", NULL, "There is no job %s", "job" },
        { "CursorInvalid", NULL, "%s", "reason" },
        { "QuotaExceeded", NULL, "This is too much: %s", "reason" },
        { "NameTaken", NULL, "The name %s is taken", "name" },
        { "InvalidState", NULL, "Not possible now: %s", "state" },
        { "CompileFailed", NULL, "%s", "text" },
        { "TooManySessions", NULL, "Too many sessions; the limit is %s", "limit" },
        { "UnknownFlags", NULL, "Flags must be 0", NULL },
        { "org.varlink.service.InvalidParameter", FREEDESKTOP "InvalidArgs", "The argument %s is missing or wrong", "parameter" },
        { "org.varlink.service.ExpectedMore", FREEDESKTOP "NotSupported", "Only over Varlink", NULL },
};

static const char *parameter_of(json_object *parameters, const char *name) {
        json_object *v = NULL;
        if (!name || !json_object_object_get_ex(parameters, name, &v) || !v)
                return "";
        return json_object_get_string(v);
}

/* A script may be in any encoding, and is quoted in its diagnostics; a message of the bus is UTF-8. */
static void set(sd_bus_error *e, const char *name, const char *text) {
        _cleanup_(freep) char *plain = bytes_are_utf8(text, strlen(text)) ? NULL : strdup(text);
        for (char *p = plain; p && *p; p++)
                if ((unsigned char) *p >= 0x80)
                        *p = '?';
        (void) sd_bus_error_set(e, name, plain ?: text);
}

void bus_error_set(sd_bus_error *e, const char *name, json_object *parameters) {
        char full[96];
        for (size_t i = 0; i < ELEMENTSOF(errors); i++) {
                if (strcmp(errors[i].name, name) != 0)
                        continue;
                _cleanup_(freep) char *text = NULL;
                const char *value = parameter_of(parameters, errors[i].parameter),
                           *mark = strstr(errors[i].text, "%s");
                snprintf(full, sizeof(full), "org.stapd1.Error.%s", name);
                if (mark && asprintf(&text, "%.*s%s%s", (int) (mark - errors[i].text), errors[i].text, value,
                                     mark + 2) < 0)
                        text = NULL;
                set(e, errors[i].bus_name ?: full, text ?: errors[i].text);
                return;
        }
        snprintf(full, sizeof(full), "org.stapd1.Error.%s", name);
        set(e, full, parameter_of(parameters, "reason"));
}
