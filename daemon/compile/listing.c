/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compile/listing.h"

static bool take_text(json_object *o, const char *key, const char **ret) {
        json_object *v;
        if (!json_object_object_get_ex(o, key, &v) || !v)
                return true;
        *ret = json_object_is_type(v, json_type_string) ? json_object_get_string(v) : NULL;
        return *ret && strlen(*ret) == (size_t) json_object_get_string_len(v);
}

bool listing_from_json(Arena *a, json_object *o, Listing *ret, const char **ret_error) {
        json_object *v;
        const char *what = NULL, *pattern = NULL;
        *ret = (Listing) { .limit = LISTING_MAX_LINES };
        ret->kind = take_text(o, "what", &what) && what ? list_kind_from_string(what) : _LIST_KIND_INVALID;
        if (ret->kind < 0)
                *ret_error = "`what` names nothing that can be listed";
        else if (!take_text(o, "pattern", &pattern) || (pattern && strlen(pattern) > LISTING_MAX_PATTERN))
                *ret_error = "`pattern` is not a text, or too long";
        else
                *ret_error = NULL;
        if (json_object_object_get_ex(o, "limit", &v) && json_object_get_int64(v) > 0)
                ret->limit = MIN2((size_t) json_object_get_int64(v), (size_t) LISTING_MAX_LINES);
        ret->pattern = pattern ? arena_strdup(a, pattern) : NULL;
        return !*ret_error;
}

CompileResult listing_run(World *w, Arena *a, Listing *l) {
        diags_init(&l->diags, a);
        ProbeWorld world = { .arena = a, .diags = &l->diags, .kernel = w->kernel,
                             .kernel_error = w->kernel_error };
        list_run(&world, w->library, &w->target, l->kind, l->pattern, &l->lines);
        return diags_failed(&l->diags) ? COMPILE_RESULT_SCRIPT : COMPILE_RESULT_OK;
}

json_object *listing_to_json(const Listing *l) {
        json_object *list = json_object_new_array();
        size_t bytes = 0;
        for (size_t i = 0; i < MIN2(l->lines.n, l->limit); i++) {
                bytes += strlen(l->lines.items[i]);
                if (bytes > LISTING_MAX_BYTES)
                        break;
                json_object_array_add(list, json_object_new_string(l->lines.items[i]));
        }
        return list;
}
