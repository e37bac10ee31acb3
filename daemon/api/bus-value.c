/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "api/bus-value.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include "base/cleanup.h"
#include "base/fds.h"
#include "manifest/bytes.h"
#include "session/request.h"

int bus_next_name(const char **names, BusName *ret) {
        const char *s = *names ? *names + strspn(*names, " ") : "";
        if (!*s)
                return 0;
        size_t len = strcspn(s, " "), name = strcspn(s, ": ");
        const char *member = name < len ? s + name + 1 : s;
        snprintf(ret->name, sizeof(ret->name), "%.*s", (int) MIN2(name, len), s);
        snprintf(ret->member, sizeof(ret->member), "%.*s", (int) (s + len - member), member);
        *names = s + len;
        return 1;
}

size_t bus_type_length(const char *signature) {
        if (*signature == 'a')
                return 1 + bus_type_length(signature + 1);
        if (*signature != '(' && *signature != '{')
                return *signature != 0;
        size_t depth = 0, n = 0;
        do {
                depth += signature[n] == '(' || signature[n] == '{';
                depth -= signature[n] == ')' || signature[n] == '}';
        } while (signature[++n] && depth > 0);
        return n;
}

/* ------------------------------------------------------------------ reading */

static int read_basic(sd_bus_message *m, char type, json_object **ret) {
        union {
                const char *s;
                int b;
                int32_t i;
                uint32_t u;
                int64_t x;
                uint64_t t;
                double d;
                uint8_t y;
                int16_t n;
                uint16_t q;
        } v;
        int r = sd_bus_message_read_basic(m, type, &v);
        if (r < 0)
                return r;
        switch (type) {
        case 's': case 'o': case 'g': *ret = json_object_new_string(v.s); return 0;
        case 'b': *ret = json_object_new_boolean(v.b); return 0;
        case 'y': *ret = json_object_new_int64(v.y); return 0;
        case 'n': *ret = json_object_new_int64(v.n); return 0;
        case 'q': *ret = json_object_new_int64(v.q); return 0;
        case 'i': *ret = json_object_new_int64(v.i); return 0;
        case 'u': *ret = json_object_new_int64(v.u); return 0;
        case 'x': *ret = json_object_new_int64(v.x); return 0;
        case 't': *ret = json_object_new_uint64(v.t); return 0;
        case 'd': *ret = json_object_new_double(v.d); return 0;
        default: return -EINVAL;
        }
}

static int read_strings(sd_bus_message *m, json_object **ret) {
        json_object *list = json_object_new_array();
        int r = sd_bus_message_enter_container(m, 'a', "s");
        for (const char *s; r >= 0 && (r = sd_bus_message_read_basic(m, 's', &s)) > 0;)
                json_object_array_add(list, json_object_new_string(s));
        if (r >= 0)
                r = sd_bus_message_exit_container(m);
        if (r < 0)
                json_object_put(list);
        else
                *ret = list;
        return r;
}

/* Files by their names, as Varlink has them: objects of name and text. */
static int read_files(sd_bus_message *m, json_object **ret) {
        json_object *list = json_object_new_array();
        const char *name, *text;
        int r = sd_bus_message_enter_container(m, 'a', "{ss}");
        while (r >= 0 && (r = sd_bus_message_read(m, "{ss}", &name, &text)) > 0) {
                json_object *o = json_object_new_object();
                json_object_object_add(o, "name", json_object_new_string(name));
                json_object_object_add(o, "text", json_object_new_string(text));
                json_object_array_add(list, o);
        }
        if (r >= 0)
                r = sd_bus_message_exit_container(m);
        if (r < 0)
                json_object_put(list);
        else
                *ret = list;
        return r;
}

static int read_variant(sd_bus_message *m, json_object **ret) {
        const char *contents;
        char type;
        int r = sd_bus_message_peek_type(m, &type, &contents);
        if (r < 0)
                return r;
        r = sd_bus_message_enter_container(m, 'v', contents);
        if (r >= 0)
                r = strcmp(contents, "as") == 0      ? read_strings(m, ret)
                        : strcmp(contents, "a{ss}") == 0 ? read_files(m, ret)
                        : strlen(contents) == 1 ? read_basic(m, *contents, ret) : -EINVAL;
        return r < 0 ? r : sd_bus_message_exit_container(m);
}

/* Cut where a character ends: the bus takes no reply that has half of one. */
static void copy_name(BusName *to, const char *from) {
        size_t n = MIN2(strlen(from), sizeof(to->name) - 1);
        while (n > 0 && ((unsigned char) from[n] & 0xc0) == 0x80)
                n--;
        memcpy(to->name, from, n);
        to->name[n] = 0;
}

/* Each entry is a member of `into`; one of a type that no member has is named in *ret_name. */
static int read_dictionary(sd_bus_message *m, json_object *into, BusName *ret_name) {
        int r = sd_bus_message_enter_container(m, 'a', "{sv}");
        while (r >= 0 && (r = sd_bus_message_enter_container(m, 'e', "sv")) > 0) {
                const char *key = "";
                json_object *value = NULL;
                r = sd_bus_message_read_basic(m, 's', &key);
                if (r >= 0) {
                        copy_name(ret_name, key);
                        r = read_variant(m, &value);
                }
                if (r >= 0) {
                        json_object_object_add(into, key, value);
                        r = sd_bus_message_exit_container(m);
                }
        }
        return r < 0 ? r : sd_bus_message_exit_container(m);
}

/* A script. Reading anything but memory could take as long as the client likes. */
static int read_memory(sd_bus_message *m, json_object **ret) {
        int fd;
        _cleanup_(freep) char *text = NULL;
        size_t len;
        int r = sd_bus_message_read_basic(m, 'h', &fd);
        if (r < 0)
                return r;
        if (fcntl(fd, F_GET_SEALS) < 0)
                return -EINVAL;
        r = fds_read_all(fd, REQUEST_MAX_SCRIPT, &text, &len);
        if (r < 0)
                return r == -EFBIG ? -EINVAL : r;
        *ret = json_object_new_string_len(text, (int) len);
        return *ret ? 0 : -ENOMEM;
}

/* The object that has the member, and the member's own name. */
static json_object *outer_of(json_object *o, const char *path, const char **ret_member, bool make) {
        const char *dot = strchr(path, '.');
        *ret_member = dot ? dot + 1 : path;
        if (!dot)
                return o;
        char outer[40];
        snprintf(outer, sizeof(outer), "%.*s", (int) (dot - path), path);
        json_object *v = NULL;
        if (!json_object_object_get_ex(o, outer, &v) && make)
                json_object_object_add(o, outer, v = json_object_new_object());
        return v;
}

static int read_argument(sd_bus_message *m, const char *type, BusName *name, json_object *parameters) {
        const char *member;
        json_object *value = NULL, *outer = outer_of(parameters, name->member, &member, /* make= */ true);
        if (strcmp(member, "*") == 0)
                return read_dictionary(m, outer, name);
        int r = *type == 'h' ? read_memory(m, &value) : *type == 'a' ? read_strings(m, &value) : read_basic(m, *type, &value);
        if (r < 0)
                return r;
        if (strcmp(name->name, "flags") == 0) {
                bool none = json_object_get_uint64(value) == 0;
                json_object_put(value);
                return none ? 0 : -EOPNOTSUPP;
        }
        /* D-Bus has no null: an empty text is a member that is not there, and so is a number 0. */
        bool nothing = (*type == 's' && json_object_get_string_len(value) == 0 &&
                        strcmp(member, "script") != 0 && strcmp(member, "id") != 0) ||
                       (*type == 'u' && json_object_get_int64(value) == 0 && strcmp(member, "job") != 0);
        if (nothing)
                json_object_put(value);
        else
                json_object_object_add(outer, member, value);
        return 0;
}

int bus_read_arguments(sd_bus_message *m, const char *signature, const char *names, json_object *parameters,
                       BusName *ret_name) {
        for (; *signature; signature += bus_type_length(signature)) {
                if (bus_next_name(&names, ret_name) <= 0)
                        return -EINVAL;
                int r = read_argument(m, signature, ret_name, parameters);
                if (r < 0)
                        return r == -ENXIO || r == -EBADMSG ? -EINVAL : r;
        }
        return 0;
}

/* ------------------------------------------------------------------ writing */

static int append_dictionary(sd_bus_message *m, json_object *o) {
        static const char *const types[] = { [json_type_boolean] = "b", [json_type_double] = "d", [json_type_int] = "x",
                                             [json_type_string] = "s" };
        int r = sd_bus_message_open_container(m, 'a', "{sv}");
        if (o) {
                json_object_object_foreach(o, key, value) {
                        json_type type = json_object_get_type(value);
                        const char *signature = type < ELEMENTSOF(types) ? types[type] : NULL;
                        if (!signature || r < 0)
                                continue;
                        r = sd_bus_message_open_container(m, 'e', "sv");
                        if (r >= 0)
                                r = sd_bus_message_append_basic(m, 's', key);
                        if (r >= 0)
                                r = sd_bus_message_open_container(m, 'v', signature);
                        if (r >= 0)
                                r = bus_append_value(m, signature, value);
                        if (r >= 0)
                                r = sd_bus_message_close_container(m);
                        if (r >= 0)
                                r = sd_bus_message_close_container(m);
                }
        }
        return r < 0 ? r : sd_bus_message_close_container(m);
}

static int append_strings(sd_bus_message *m, json_object *list) {
        int r = sd_bus_message_open_container(m, 'a', "s");
        for (size_t i = 0; r >= 0 && list && i < json_object_array_length(list); i++)
                r = sd_bus_message_append_basic(m, 's',
                                                json_object_get_string(json_object_array_get_idx(list, i)));
        return r < 0 ? r : sd_bus_message_close_container(m);
}

static int append_text(sd_bus_message *m, json_object *value) {
        bool plain = !value || json_object_is_type(value, json_type_string);
        const char *s = !value ? "" : plain ? json_object_get_string(value)
                                            : json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN);
        return sd_bus_message_append_basic(m, 's', bytes_are_utf8(s, strlen(s)) ? s : "");
}

int bus_append_value(sd_bus_message *m, const char *type, json_object *value) {
        int b = json_object_get_boolean(value);
        uint32_t u = (uint32_t) json_object_get_int64(value);
        int64_t x = json_object_get_int64(value);
        double d = json_object_get_double(value);
        switch (*type) {
        case 's': return append_text(m, value);
        case 'b': return sd_bus_message_append_basic(m, 'b', &b);
        case 'u': return sd_bus_message_append_basic(m, 'u', &u);
        case 'i': return sd_bus_message_append_basic(m, 'i', &u);
        case 'x': case 't': return sd_bus_message_append_basic(m, *type, &x);
        case 'd': return sd_bus_message_append_basic(m, 'd', &d);
        case 'a': return type[1] == 's' ? append_strings(m, value) : append_dictionary(m, value);
        default: return -EINVAL;
        }
}

/* "@id", "@session": a session's path; the id of a job is a number. "/" stands for none. */
static int append_path(sd_bus_message *m, const char *member, json_object *reply) {
        char path[80] = "/";
        json_object *id = json_object_object_get(reply, member + 1);
        if (json_object_is_type(id, json_type_int))
                snprintf(path, sizeof(path), BUS_JOBS "/%lld", (long long) json_object_get_int64(id));
        else if (id)
                snprintf(path, sizeof(path), BUS_SESSIONS "/_%s", json_object_get_string(id));
        return sd_bus_message_append_basic(m, 'o', path);
}

int bus_append_arguments(sd_bus_message *m, const char *signature, const char *names, json_object *reply,
                         int fd) {
        BusName name;
        int r = 0;
        for (; r >= 0 && *signature && *signature != ')'; signature += bus_type_length(signature)) {
                if (bus_next_name(&names, &name) <= 0)
                        return -EINVAL;
                const char *member;
                json_object *outer = outer_of(reply, name.member, &member, /* make= */ false);
                if (*signature == 'h')
                        r = sd_bus_message_append_basic(m, 'h', &fd);
                else if (*member == '@')
                        r = append_path(m, member, reply);
                else
                        r = bus_append_value(m, signature,
                                             strcmp(member, "*") == 0
                                                     ? reply
                                                     : json_object_object_get(outer, member));
        }
        return r;
}
