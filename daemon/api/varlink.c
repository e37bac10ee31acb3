/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "api/varlink.h"
#include <errno.h>
#include <string.h>
#include "manifest/bytes.h"

void varlink_call_done(VarlinkCall *c) {
        json_object_put(c->message);
        *c = VARLINK_CALL_INIT;
}

static json_object *parse(const char *text, size_t len) {
        json_tokener *t = json_tokener_new_ex(VARLINK_MAX_DEPTH);
        if (!t)
                return NULL;
        json_tokener_set_flags(t, JSON_TOKENER_STRICT);
        json_object *o = json_tokener_parse_ex(t, text, (int) len);
        bool whole = o && json_tokener_get_parse_end(t) == len;
        json_tokener_free(t);
        if (whole)
                return o;
        json_object_put(o);
        return NULL;
}

static bool read_flag(json_object *o, const char *name, bool *ret) {
        json_object *v;
        *ret = false;
        if (!json_object_object_get_ex(o, name, &v) || !v)
                return true;
        *ret = json_object_get_boolean(v);
        return json_object_is_type(v, json_type_boolean);
}

static bool read_parameters(json_object *o, VarlinkCall *ret) {
        json_object *v;
        if (json_object_object_get_ex(o, "parameters", &v) && v) {
                ret->parameters = v;
                return json_object_is_type(v, json_type_object);
        }
        ret->parameters = json_object_new_object();
        return ret->parameters && json_object_object_add(o, "parameters", ret->parameters) == 0;
}

static bool read_call(json_object *o, VarlinkCall *ret) {
        json_object *method;
        if (!json_object_is_type(o, json_type_object) || !json_object_object_get_ex(o, "method", &method) ||
            !json_object_is_type(method, json_type_string))
                return false;
        ret->method = json_object_get_string(method);
        if (strlen(ret->method) != (size_t) json_object_get_string_len(method))
                return false;
        return read_flag(o, "more", &ret->more) && read_flag(o, "oneway", &ret->oneway) &&
                read_flag(o, "upgrade", &ret->upgrade) && read_parameters(o, ret);
}

int varlink_take_call(Buf *in, VarlinkCall *ret) {
        const char *nul = in->len > 0 ? memchr(in->data, 0, in->len) : NULL;
        if (!nul)
                return in->len >= VARLINK_MAX_MESSAGE ? -EMSGSIZE : 0;
        size_t len = (size_t) (nul - in->data);
        if (len >= VARLINK_MAX_MESSAGE)
                return -EMSGSIZE;

        VarlinkCall call = { .message = parse(in->data, len) };
        buf_consume(in, len + 1);
        if (!read_call(call.message, &call)) {
                varlink_call_done(&call);
                return -EBADMSG;
        }
        *ret = call;
        return 1;
}

/* A script in another encoding may be quoted in what we say of it. JSON is UTF-8. */
static void add_as_utf8(Buf *out, const char *text, size_t len) {
        for (size_t i = 0; i < len;) {
                size_t n = 1;
                while (n <= 4 && n <= len - i && !bytes_are_utf8(text + i, n))
                        n++;
                bool valid = n <= 4 && n <= len - i;
                buf_add(out, valid ? text + i : "?", valid ? n : 1);
                i += valid ? n : 1;
        }
}

static void add_message(Buf *out, json_object *o) {
        size_t len;
        const char *text = json_object_to_json_string_length(o, JSON_C_TO_STRING_PLAIN, &len);
        if (!text)
                out->failed = true;
        else if (bytes_are_utf8(text, len))
                buf_add(out, text, len);
        else
                add_as_utf8(out, text, len);
        if (text)
                buf_char(out, 0); /* ends the message */
        json_object_put(o);
}

void varlink_add_reply(Buf *out, json_object *parameters, bool continues) {
        json_object *o = json_object_new_object();
        json_object_object_add(o, "parameters", parameters ?: json_object_new_object());
        if (continues)
                json_object_object_add(o, "continues", json_object_new_boolean(true));
        add_message(out, o);
}

void varlink_add_error(Buf *out, const char *name, json_object *parameters) {
        json_object *o = json_object_new_object();
        json_object_object_add(o, "error", json_object_new_string(name));
        json_object_object_add(o, "parameters", parameters ?: json_object_new_object());
        add_message(out, o);
}
