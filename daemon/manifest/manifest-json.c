/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The manifest as JSON. Names that stand in both directions stand in one table.
 *
 * What is read was made by a compiler that nobody trusts: every type, length and count is checked, and a
 * format must take exactly the arguments that its fields say, so that whoever renders by it needs no check
 * of its own.
 */
#include <errno.h>
#include <json-c/json.h>
#include <stddef.h>
#include <string.h>
#include "manifest/bytes.h"
#include "manifest/format-check.h"
#include "manifest/manifest.h"
#include "runtime/abi.h"

#define MAX_DEPTH 8
#define MAX_NAME 4096    /* bytes of a name, place or probe point */
#define MAX_FUNCTIONS 65536
#define MAX_SIGHTS 65536

static const char *const field_types[_FIELD_TYPE_MAX] = {
        [FIELD_LONG] = "long",
        [FIELD_STRING] = "string",
        [FIELD_MEMORY] = "memory",
        [FIELD_HIST] = "hist",
};

static const struct {
        const char *key;
        size_t offset;
} texts[] = {
        { "module", offsetof(Manifest, module) },
        { "script", offsetof(Manifest, script) },
        { "digest", offsetof(Manifest, digest) },
        { "kernel", offsetof(Manifest, kernel) },
        { "kernelBuildId", offsetof(Manifest, kernel_build_id) },
        { "stapdVersion", offsetof(Manifest, version) },
};

/* ------------------------------------------------------------------ writing */

static void add_text(Buf *out, const char *s) {
        bytes_add_json(out, s ? s : "", s ? strlen(s) : 0);
}

static void add_agg(Buf *out, const ManifestAgg *agg) {
        buf_printf(out, ",\"agg\":{\"type\":\"%s\",\"name\":", agg_kind_to_string(agg->kind));
        add_text(out, agg->name);
        buf_printf(out, ",\"keys\":%u", agg->n_keys);
        if (agg->histogram.linear)
                buf_printf(out, ",\"linear\":[%lld,%lld,%lld]", (long long) agg->histogram.low,
                           (long long) agg->histogram.high, (long long) agg->histogram.step);
        buf_char(out, '}');
}

static void add_format(Buf *out, const ManifestFormat *f) {
        buf_str(out, "{\"format\":");
        add_text(out, f->format);
        buf_str(out, ",\"place\":");
        add_text(out, f->place);
        if (f->agg)
                add_agg(out, f->agg);
        buf_str(out, ",\"fields\":[");
        for (unsigned i = 0; i < f->n_fields; i++) {
                buf_str(out, i ? ",{\"name\":" : "{\"name\":");
                add_text(out, f->fields[i].name);
                buf_printf(out, ",\"type\":\"%s\"%s}", field_types[f->fields[i].type],
                           f->fields[i].hidden ? ",\"hidden\":true" : "");
        }
        buf_str(out, "]}");
}

static void add_texts(Buf *out, char *const *list, unsigned n) {
        for (unsigned i = 0; i < n; i++) {
                buf_str(out, i ? "," : "");
                add_text(out, list[i]);
        }
}

static void add_probe(Buf *out, const ManifestProbe *p) {
        buf_str(out, "{\"point\":");
        add_text(out, p->point);
        buf_str(out, ",\"written\":");
        add_text(out, p->written);
        for (unsigned i = 0; i < p->n_sees; i++)
                buf_printf(out, "%s%u", i ? "," : ",\"sees\":[", p->sees[i]);
        buf_str(out, p->n_sees > 0 ? "]}" : "}");
}

int manifest_to_json(const Manifest *m, Buf *out) {
        buf_printf(out, "{\"manifest\":%d", STAPD_MANIFEST_VERSION);
        for (size_t i = 0; i < ELEMENTSOF(texts); i++) {
                buf_printf(out, ",\"%s\":", texts[i].key);
                add_text(out, *(char *const *) ((const char *) m + texts[i].offset));
        }
        buf_printf(out, ",\"abiHash\":\"%016llx\",\"privilege\":\"%s\",\"functions\":[",
                   (unsigned long long) m->abi_hash, privilege_class_to_string(m->privilege));
        add_texts(out, m->functions, m->n_functions);
        buf_str(out, "],\"sights\":[");
        add_texts(out, m->sights, m->n_sights);
        buf_str(out, "],\"probes\":[");
        for (unsigned i = 0; i < m->n_probes; i++) {
                buf_str(out, i ? "," : "");
                add_probe(out, &m->probes[i]);
        }
        buf_str(out, "],\"formats\":[");
        for (unsigned i = 0; i < m->n_formats; i++) {
                buf_str(out, i ? "," : "");
                add_format(out, &m->formats[i]);
        }
        buf_str(out, "]}");
        return out->failed ? -ENOMEM : 0;
}

/* ------------------------------------------------------------------ reading */

/* What is wrong stays in `error`; the first one counts. */
typedef struct Reading {
        Manifest *m;
        const char *error;
} Reading;

static int bad(Reading *r, const char *error) {
        if (!r->error)
                r->error = error;
        return -EBADMSG;
}

/* The bytes of a JSON string or b64 object. No NUL inside. */
static int get_text(Reading *r, json_object *o, size_t max, Buf *ret) {
        json_object *b64;
        if (json_object_is_type(o, json_type_string)) {
                buf_add(ret, json_object_get_string(o), (size_t) json_object_get_string_len(o));
        } else if (json_object_object_get_ex(o, "b64", &b64) && json_object_is_type(b64, json_type_string)) {
                if (bytes_from_base64(ret, json_object_get_string(b64),
                                      (size_t) json_object_get_string_len(b64)) < 0)
                        return bad(r, "bytes that are not base64");
        } else {
                return bad(r, "something that should be text is not");
        }
        if (ret->failed)
                return -ENOMEM;
        if (ret->len > max)
                return bad(r, "a text is too long");
        return ret->data && memchr(ret->data, 0, ret->len) ? bad(r, "a text with a NUL inside") : 0;
}

static int get_member(Reading *r, json_object *o, const char *key, json_object **ret) {
        return json_object_is_type(o, json_type_object) && json_object_object_get_ex(o, key, ret) ?
                       0 : bad(r, "an entry lacks one of its members");
}

/* Appends a NUL, so that the bytes are a C string. */
static int get_member_text(Reading *r, json_object *o, const char *key, size_t max, Buf *ret) {
        json_object *value;
        int k = get_member(r, o, key, &value);
        if (k < 0)
                return k;
        k = get_text(r, value, max, ret);
        if (k < 0)
                return k;
        buf_add(ret, "", 1);
        return ret->failed ? -ENOMEM : 0;
}

static void bufp(Buf *b) {
        buf_done(b);
}

/* One that looks at nothing has no such member. */
static int read_sees(Reading *r, unsigned probe, json_object *o) {
        json_object *list = NULL;
        if (!json_object_object_get_ex(o, "sees", &list))
                return 0;
        if (!json_object_is_type(list, json_type_array) || json_object_array_length(list) > r->m->n_sights)
                return bad(r, "what a probe sees is no list, or longer than all that there is");
        for (size_t i = 0; i < json_object_array_length(list); i++) {
                json_object *index = json_object_array_get_idx(list, i);
                int64_t n = json_object_is_type(index, json_type_int) ? json_object_get_int64(index) : -1;
                if (n < 0 || n >= r->m->n_sights)
                        return bad(r, "a probe sees what is not there");
                int k = manifest_add_seen(r->m, probe, (unsigned) n);
                if (k < 0)
                        return k;
        }
        return 0;
}

static int read_probe(Reading *r, json_object *o) {
        _cleanup_(bufp) Buf point = BUF_INIT, written = BUF_INIT;
        int k = get_member_text(r, o, "point", MAX_NAME, &point);
        if (k == 0)
                k = get_member_text(r, o, "written", MAX_NAME, &written);
        int at = k < 0 ? k : manifest_add_probe(r->m, point.data, written.data);
        k = at < 0 ? at : read_sees(r, (unsigned) at, o);
        return k < 0 ? k : at;
}

static int read_text(Reading *r, json_object *o, int (*add)(Manifest *m, const char *text)) {
        _cleanup_(bufp) Buf text = BUF_INIT;
        int k = get_text(r, o, MAX_NAME, &text);
        return k < 0 ? k : add(r->m, text.data ? text.data : "");
}

static int read_function(Reading *r, json_object *o) {
        return read_text(r, o, manifest_add_function);
}

static int read_sight(Reading *r, json_object *o) {
        return read_text(r, o, manifest_add_sight);
}

static FieldType field_type_from_string(const char *s) {
        for (FieldType t = 0; t < _FIELD_TYPE_MAX; t++)
                if (strcmp(field_types[t], s) == 0)
                        return t;
        return _FIELD_TYPE_INVALID;
}

static int read_field(Reading *r, unsigned format, json_object *o) {
        _cleanup_(bufp) Buf name = BUF_INIT, type = BUF_INIT;
        int k = get_member_text(r, o, "name", MAX_NAME, &name);
        if (k == 0)
                k = get_member_text(r, o, "type", MAX_NAME, &type);
        if (k < 0)
                return k;
        FieldType t = field_type_from_string(type.data);
        if (t < 0)
                return bad(r, "a field of an unknown type");
        json_object *hidden;
        bool is_hidden = json_object_object_get_ex(o, "hidden", &hidden) && json_object_get_boolean(hidden);
        return manifest_add_field(r->m, format, name.data, t, is_hidden);
}

static int get_number(Reading *r, json_object *o, int64_t *ret) {
        if (!json_object_is_type(o, json_type_int))
                return bad(r, "a member that should be a number");
        *ret = json_object_get_int64(o);
        return 0;
}

static int read_linear(Reading *r, json_object *o, Histogram *ret) {
        if (!json_object_is_type(o, json_type_array) || json_object_array_length(o) != 3)
                return bad(r, "a histogram without its three bounds");
        int64_t *members[] = { &ret->low, &ret->high, &ret->step };
        int k = 0;
        for (size_t i = 0; k == 0 && i < ELEMENTSOF(members); i++)
                k = get_number(r, json_object_array_get_idx(o, i), members[i]);
        ret->linear = true;
        return k;
}

static int read_agg(Reading *r, unsigned format, json_object *o) {
        _cleanup_(bufp) Buf name = BUF_INIT, type = BUF_INIT;
        json_object *keys = NULL, *linear;
        int64_t n = 0;
        ManifestAgg agg = {};
        int k = get_member_text(r, o, "type", MAX_NAME, &type);
        if (k == 0)
                k = get_member_text(r, o, "name", MAX_NAME, &name);
        if (k == 0)
                k = get_member(r, o, "keys", &keys);
        if (k == 0)
                k = get_number(r, keys, &n);
        if (k == 0 && json_object_object_get_ex(o, "linear", &linear))
                k = read_linear(r, linear, &agg.histogram);
        if (k < 0)
                return k;
        agg.kind = agg_kind_from_string(type.data);
        if (agg.kind < 0 || n < 0 || n > MANIFEST_MAX_FIELDS)
                return bad(r, "an aggregate of an unknown type, or with too many keys");
        agg.n_keys = (unsigned) n;
        agg.name = name.data;
        return manifest_set_agg(r->m, format, &agg);
}

static int read_format(Reading *r, json_object *o) {
        _cleanup_(bufp) Buf format = BUF_INIT, place = BUF_INIT;
        json_object *fields, *agg;
        int k = get_member_text(r, o, "format", MANIFEST_MAX_FORMAT, &format);
        if (k == 0)
                k = get_member_text(r, o, "place", MAX_NAME, &place);
        if (k == 0)
                k = get_member(r, o, "fields", &fields);
        if (k < 0)
                return k;
        if (!json_object_is_type(fields, json_type_array) ||
            json_object_array_length(fields) > MANIFEST_MAX_FIELDS)
                return bad(r, "fields that are no list, or too many");
        int at = manifest_add_format(r->m, format.data, place.data);
        if (at >= 0 && json_object_object_get_ex(o, "agg", &agg)) {
                k = read_agg(r, (unsigned) at, agg);
                if (k < 0)
                        return k;
        }
        for (size_t i = 0; at >= 0 && i < json_object_array_length(fields); i++) {
                k = read_field(r, (unsigned) at, json_object_array_get_idx(fields, i));
                if (k < 0)
                        return k;
        }
        if (at >= 0 && !manifest_format_agrees(&r->m->formats[at]))
                return bad(r, "a format whose fields are not its arguments");
        if (at >= 0 && !manifest_names_are_unique(&r->m->formats[at]))
                return bad(r, "two fields of a format have the same name");
        return at;
}

static const struct {
        const char *key;
        size_t max;
        int (*read)(Reading *r, json_object *o);
        bool optional; /* kept approvals have manifests of before there was such a thing */
} lists[] = {
        { "functions", MAX_FUNCTIONS, read_function },
        { "sights", MAX_SIGHTS, read_sight, .optional = true }, /* before the probes, which refer to them */
        { "probes", MANIFEST_MAX_PROBES, read_probe },
        { "formats", MANIFEST_MAX_FORMATS, read_format },
};

static int read_list(Reading *r, json_object *o, size_t list) {
        json_object *array;
        if (lists[list].optional && !json_object_object_get_ex(o, lists[list].key, &array))
                return 0;
        int k = get_member(r, o, lists[list].key, &array);
        if (k < 0)
                return k;
        if (!json_object_is_type(array, json_type_array) ||
            json_object_array_length(array) > lists[list].max)
                return bad(r, "a list that is none, or too long");
        for (size_t i = 0; i < json_object_array_length(array); i++) {
                k = lists[list].read(r, json_object_array_get_idx(array, i));
                if (k < 0)
                        return k;
        }
        return 0;
}

static int read_scalars(Reading *r, json_object *o) {
        for (size_t i = 0; i < ELEMENTSOF(texts); i++) {
                _cleanup_(bufp) Buf text = BUF_INIT;
                int k = get_member_text(r, o, texts[i].key, MAX_NAME, &text);
                if (k < 0)
                        return k;
                *(char **) ((char *) r->m + texts[i].offset) = buf_take(&text);
        }
        if (strlen(r->m->module) >= STP_NAME_MAX)
                return bad(r, "the module's name is too long");
        _cleanup_(bufp) Buf hash = BUF_INIT, privilege = BUF_INIT;
        int k = get_member_text(r, o, "abiHash", 16, &hash);
        if (k == 0)
                k = get_member_text(r, o, "privilege", MAX_NAME, &privilege);
        if (k < 0)
                return k;
        if (hash.len != 17 || strspn(hash.data, "0123456789abcdef") != 16)
                return bad(r, "abiHash is no number of 16 hexadecimal digits");
        r->m->abi_hash = strtoull(hash.data, NULL, 16);
        r->m->privilege = privilege_class_from_string(privilege.data);
        return r->m->privilege < 0 || r->m->privilege == PRIVILEGE_APPROVED ? bad(r, "an unknown privilege") : 0;
}

static int read_manifest(Reading *r, json_object *o) {
        json_object *version;
        if (!json_object_is_type(o, json_type_object) || !json_object_object_get_ex(o, "manifest", &version))
                return bad(r, "not a manifest");
        if (!json_object_is_type(version, json_type_int) ||
            json_object_get_int64(version) != STAPD_MANIFEST_VERSION)
                return bad(r, "a manifest of another version");
        int k = read_scalars(r, o);
        for (size_t i = 0; k >= 0 && i < ELEMENTSOF(lists); i++)
                k = read_list(r, o, i);
        return k;
}

static void tokenerp(json_tokener **t) {
        json_tokener_free(*t);
}

static void objectp(json_object **o) {
        json_object_put(*o);
}

int manifest_parse(const char *json, size_t len, Manifest **ret, const char **ret_error) {
        _cleanup_(manifest_freep) Manifest *m = manifest_new();
        _cleanup_(tokenerp) json_tokener *t = json_tokener_new_ex(MAX_DEPTH);
        _cleanup_(objectp) json_object *o = NULL;
        if (!m || !t)
                return -ENOMEM;
        Reading r = { .m = m };
        int k = 0;
        json_tokener_set_flags(t, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
        if (len > MANIFEST_MAX_SIZE)
                k = bad(&r, "the manifest is too big");
        else if (!(o = json_tokener_parse_ex(t, json, (int) len)) || json_tokener_get_parse_end(t) != len)
                k = bad(&r, "the manifest is not JSON");
        else
                k = read_manifest(&r, o);
        if (ret_error && k == -EBADMSG)
                *ret_error = r.error;
        if (k < 0)
                return k;
        *ret = TAKE_PTR(m);
        return 0;
}
