/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* Members of an object that another process of ours wrote: what is not there, or is something else, is 0, false or "". */
#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

static inline json_object *field_of(json_object *o, const char *name, json_type type) {
        json_object *v;
        return json_object_object_get_ex(o, name, &v) && json_object_is_type(v, type) ? v : NULL;
}

/* Borrowed from `o`. */
static inline const char *field_text(json_object *o, const char *name) {
        json_object *v = field_of(o, name, json_type_string);
        return v ? json_object_get_string(v) : "";
}

static inline int64_t field_number(json_object *o, const char *name) {
        json_object *v = field_of(o, name, json_type_int);
        return v ? json_object_get_int64(v) : 0;
}

static inline bool field_flag(json_object *o, const char *name) {
        json_object *v = field_of(o, name, json_type_boolean);
        return v && json_object_get_boolean(v);
}
