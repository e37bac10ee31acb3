/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ListScripts: what the catalogue has for the caller. And the requests for a script of it. */
#include <errno.h>
#include <string.h>
#include "api/verbs.h"
#include "base/cleanup.h"
#include "manifest/bytes.h"
#include "session/scripts.h"

static json_object *text(const char *s) {
        return s ? json_object_new_string(s) : NULL;
}

static void add_text(json_object *o, const char *name, const char *s) {
        json_object_object_add(o, name, text(s));
}

/* ------------------------------------------------------------------ requests for one */

/* With what is allowed, in words; false: answered. */
static bool answer_wrong(Call *c, const Request *r, const ScriptError *e) {
        char reason[1024];
        if (e->field) {
                param_invalid(c, e->field);
                return false;
        }
        snprintf(reason, sizeof(reason), "%s: argument %s: %s", r->catalog, e->argument, e->reason);
        json_object *o = json_object_new_object();
        add_text(o, "script", r->catalog);
        add_text(o, "argument", e->argument);
        add_text(o, "reason", reason);
        call_error(c, "InvalidArgument", o);
        return false;
}

static void answer_unknown(Call *c, const char *name) {
        char reason[256];
        json_object *o = json_object_new_object();
        snprintf(reason, sizeof(reason),
                 "there is no script `%.100s` in the catalogue that you may run: see stapctl scripts", name);
        add_text(o, "name", name);
        add_text(o, "reason", reason);
        call_error(c, "NoSuchScript", o);
}

bool verb_prepare_request(Call *c, const Caller *about, Request *r) {
        ScriptError e;
        if (!r->catalog && (r->values || r->mask)) {
                param_invalid(c, r->values ? "values" : "mask");
                return false;
        }
        int k = r->catalog ? scripts_prepare(c->manager, about, r, &e) : 0;
        if (k == -EINVAL)
                return answer_wrong(c, r, &e);
        if (k == -ENOENT)
                answer_unknown(c, r->catalog);
        else if (k < 0)
                call_error_text(c, "Internal", "reason", strerror(-k));
        return k >= 0;
}

/* ------------------------------------------------------------------ ListScripts */

static json_object *describe_argument(const Argument *a) {
        char allowed[600];
        json_object *o = json_object_new_object();
        argument_describe(a, allowed, sizeof(allowed));
        add_text(o, "name", a->name);
        add_text(o, "type", argument_type_to_string(a->type));
        add_text(o, "description", a->description);
        json_object_object_add(o, "required", json_object_new_boolean(a->required));
        add_text(o, "default", a->fallback);
        add_text(o, "allowed", allowed);
        json_object *values = json_object_new_array();
        for (unsigned i = 0; a->type == ARGUMENT_ENUM && i < a->n_words; i++)
                json_object_array_add(values, text(a->words[i]));
        json_object_object_add(o, "values", values);
        return o;
}

/* Whether he is let in by what he is, or will be asked about. */
static const char *access_of(const Call *c, const CatalogScript *s) {
        gid_t group = c->manager->policy.group;
        return c->caller->uid == 0 || catalog_script_names(s, c->caller) ||
                               (group != (gid_t) -1 && caller_in_group(c->caller, group))
                       ? "allowed" : "ask";
}

static const char *problem_of(const Call *c, const CatalogScript *s) {
        return s->problem                                ? s->problem
               : scripts_is_revoked(c->manager, s) ? "it is revoked: stapctl revoke --undo takes that back"
                                                   : NULL;
}

static json_object *describe_script(const Call *c, const CatalogScript *s, bool whole) {
        json_object *o = json_object_new_object(), *arguments = json_object_new_array(),
                    *mask = json_object_new_array();
        for (unsigned i = 0; i < s->n_arguments; i++)
                json_object_array_add(arguments, describe_argument(&s->arguments[i]));
        for (unsigned i = 0; i < s->n_mask; i++)
                json_object_array_add(mask, text(s->mask[i]));
        add_text(o, "name", s->name);
        add_text(o, "title", s->title ?: "");
        add_text(o, "description", s->description ?: "");
        add_text(o, "place", s->place);
        add_text(o, "digest", s->digest);
        add_text(o, "access", access_of(c, s));
        add_text(o, "problem", problem_of(c, s));
        json_object_object_add(o, "arguments", arguments);
        json_object_object_add(o, "masked", mask);
        json_object_object_add(o, "limits", verb_describe_limits(&s->limits));
        json_object_object_add(o, "untilUSec", s->until_usec ? json_object_new_int64(s->until_usec) : NULL);
        if (whole)
                json_object_object_add(o, "source", s->text && bytes_are_utf8(s->text, s->text_len)
                                       ? json_object_new_string_len(s->text, (int) s->text_len) : NULL);
        json_object *reply = json_object_new_object();
        json_object_object_add(reply, "script", o);
        return reply;
}

/* Those that cannot be run are for who can mend them. */
static bool is_for(const Call *c, const CatalogScript *s) {
        return c->caller->uid == 0 ||
               (scripts_find(c->manager, s->name) == s && scripts_may(c->manager, c->caller, s).allowed);
}

static void list_all(Call *c) {
        json_object *last = NULL;
        const CatalogScript *s;
        for (unsigned i = 0; (s = scripts_get(c->manager, i)); i++) {
                if (!is_for(c, s))
                        continue;
                if (last)
                        call_reply_more(c, last);
                last = describe_script(c, s, /* whole= */ false);
        }
        call_reply(c, last);
}

void verb_list_scripts(Call *c) {
        const char *name = NULL;
        if (!param_text(c, "name", false, &name) || !verb_allowed(c, VERB_STATUS, c->caller->uid))
                return;
        if (!name && !c->more) {
                call_error(c, "org.varlink.service.ExpectedMore", NULL);
                return;
        }
        if (!name) {
                list_all(c);
                return;
        }
        const CatalogScript *s = scripts_find_any(c->manager, name);
        if (s && is_for(c, s))
                call_reply(c, describe_script(c, s, /* whole= */ true));
        else
                answer_unknown(c, name);
}
