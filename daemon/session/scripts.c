/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/scripts.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "base/log.h"
#include "base/paths.h"
#include "session/policy.h"

/* ------------------------------------------------------------------ reading */

static int load(const Manager *m, Catalog **ret) {
        const char *const given[] = { m->config->scripts_dir, NULL };
        int r = catalog_load(m->config->scripts_dir ? given : paths_scripts(), ret);
        if (r < 0)
                return log_errno(r, "Cannot read the catalogue of scripts: %m");
        for (unsigned i = 0; i < (*ret)->n_problems; i++)
                log_warning("%s", (*ret)->problems[i]);
        return 0;
}

static void load_approvals(Manager *m) {
        _cleanup_(freep) char *folder = NULL;
        if (asprintf(&folder, "%s/approvals", m->config->state_dir) < 0)
                return;
        int r = approvals_load(folder, &m->approvals);
        if (r < 0)
                log_warning_errno(
                                r,
                                "Cannot read approvals below %s, and nothing can be requested: %m",
                                folder);
        for (unsigned i = 0; m->approvals && i < m->approvals->n_problems; i++)
                log_warning("%s", m->approvals->problems[i]);
}

void scripts_setup(Manager *m) {
        (void) load(m, &m->catalog);
        load_approvals(m);
}

void scripts_done(Manager *m) {
        m->catalog = catalog_free(m->catalog);
        m->approvals = approvals_free(m->approvals);
}

static bool is_as_it_was(const Session *s) {
        const CatalogScript *script = scripts_find(s->manager, s->request->catalog);
        return script && strcmp(script->digest, s->digest) == 0;
}

void scripts_stop_gone(Manager *m) {
        for (Session *s = m->sessions, *next; s; s = next) {
                next = s->next;
                if (s->request->catalog && !is_as_it_was(s))
                        session_stop(s, "revoked", /* immediate= */ false);
        }
}

void scripts_reload(Manager *m) {
        Catalog *fresh = NULL;
        if (load(m, &fresh) < 0)
                return;
        catalog_free(m->catalog);
        m->catalog = fresh;
        scripts_stop_gone(m);
}

unsigned scripts_stop(Manager *m, const char *name, const char *digest) {
        unsigned n = 0;
        for (Session *s = m->sessions, *next; s; s = next) {
                next = s->next;
                if (!s->request->catalog || strcmp(s->request->catalog, name) != 0 ||
                    strcmp(s->digest, digest) != 0)
                        continue;
                n++;
                session_stop(s, "revoked", /* immediate= */ false);
        }
        return n;
}

int64_t scripts_now(void) {
        struct timespec t;
        clock_gettime(CLOCK_REALTIME, &t);
        return t.tv_sec * 1000000ll + t.tv_nsec / 1000;
}

/* ------------------------------------------------------------------ who may */

/* Those of the folders, then those that were approved on request. */
const CatalogScript *scripts_get(const Manager *m, unsigned i) {
        unsigned n = m->catalog ? m->catalog->n : 0;
        if (i < n)
                return m->catalog->items[i];
        int64_t now = scripts_now();
        i -= n;
        for (unsigned k = 0; m->approvals && k < m->approvals->n; k++) {
                const Approval *a = m->approvals->items[k];
                if (a->state == APPROVAL_APPROVED && !approval_is_expired(a, now) && i-- == 0)
                        return a->script;
        }
        return NULL;
}

const CatalogScript *scripts_find_any(const Manager *m, const char *name) {
        const CatalogScript *s = catalog_find(m->catalog, name);
        const Approval *a = s ? NULL : approvals_find_approved(m->approvals, name, scripts_now());
        return a ? a->script : s;
}

bool scripts_is_revoked(const Manager *m, const CatalogScript *s) {
        return approvals_find_revoked(m->approvals, s->name, s->digest);
}

const CatalogScript *scripts_find(const Manager *m, const char *name) {
        const CatalogScript *s = scripts_find_any(m, name);
        return s && !s->problem && !scripts_is_revoked(m, s) ? s : NULL;
}

Approved scripts_approved(const CatalogScript *s, const Caller *c) {
        return (Approved) { .name = s->name, .place = s->place, .action = s->action,
                            .may = catalog_script_names(s, c), .limits = &s->limits };
}

Decision scripts_may(const Manager *m, const Caller *c, const CatalogScript *s) {
        Approved a = scripts_approved(s, c);
        return policy_decide(
                        m,
                        &(Question){ .caller = c, .verb = VERB_COMPILE, .owner = c->uid, .approved = &a });
}

bool scripts_may_target(const Session *s, pid_t target) {
        static const Argument own = { .type = ARGUMENT_PID };
        char text[16];
        snprintf(text, sizeof(text), "%d", (int) target);
        return !s->request->catalog || target == 0 || argument_accepts(&own, &s->owner, text);
}

/* ------------------------------------------------------------------ a request for one */

/* What would make another script of it, or let it see other things. */
static const char *find_foreign(const Request *r) {
        const struct {
                const char *field;
                bool given;
        } rows[] = {
                { "script", r->script_len > 0 }, { "compiled", r->compiled },
                { "arguments", r->args && json_object_array_length(r->args) > 0 },
                { "tapsets", r->tapsets },
                { "defines", r->defines && json_object_array_length(r->defines) > 0 },
                { "globals", r->globals && json_object_array_length(r->globals) > 0 },
                { "guru", r->guru }, { "unprivileged", r->unprivileged }, { "module", r->module },
                { "compatible", r->compatible }, { "skipBadVariables", r->skip_bad_variables },
                { "keepSource", r->keep_source }, { "traceSelf", r->trace_self }, { "mask", r->mask },
        };
        for (size_t i = 0; i < ELEMENTSOF(rows); i++)
                if (rows[i].given)
                        return rows[i].field;
        return NULL;
}

static void list_arguments(const CatalogScript *s, char *text, size_t size) {
        size_t n = strlen(text);
        for (unsigned i = 0; i < s->n_arguments && n < size; i++)
                n += (size_t) snprintf(
                                text + n,
                                size - n,
                                "%s%s",
                                i == 0 ? "; there are: " : " ",
                                s->arguments[i].name);
        if (s->n_arguments == 0 && n < size)
                snprintf(text + n, size - n, "; it takes none");
}

static int refuse(ScriptError *e, const char *name, size_t len, const char *reason) {
        snprintf(e->argument, sizeof(e->argument), "%.*s", (int) MIN2(len, sizeof(e->argument) - 1), name);
        snprintf(e->reason, sizeof(e->reason), "%s", reason);
        return -EINVAL;
}

static int add_setting(Request *r, const char *name, const char *value) {
        char *text;
        if (asprintf(&text, "%s=%s", name, value) < 0)
                return -ENOMEM;
        json_object_array_add(r->globals, json_object_new_string(text));
        free(text);
        return 0;
}

static int add_value(const CatalogScript *s, const Caller *c, Request *r, const char *text, uint32_t *given,
                     ScriptError *e) {
        const char *equals = strchr(text, '=');
        char reason[600] = "";
        if (!equals)
                return refuse(e, text, strlen(text), "expected NAME=VALUE");
        size_t len = (size_t) (equals - text);
        const Argument *a = catalog_script_argument(s, text, len);
        if (!a) {
                snprintf(reason, sizeof(reason), "the script has no such argument");
                list_arguments(s, reason, sizeof(reason));
                return refuse(e, text, len, reason);
        }
        uint32_t bit = 1u << (a - s->arguments);
        if (*given & bit)
                return refuse(e, text, len, "it is given twice");
        *given |= bit;
        if (!argument_accepts(a, c, equals + 1)) {
                size_t n = (size_t) snprintf(reason, sizeof(reason), "expected ");
                argument_describe(a, reason + n, sizeof(reason) - n);
                return refuse(e, text, len, reason);
        }
        return add_setting(r, a->name, equals + 1);
}

static int add_values(const CatalogScript *s, const Caller *c, Request *r, ScriptError *e) {
        uint32_t given = 0;
        size_t n = r->values ? json_object_array_length(r->values) : 0;
        int k = 0;
        for (size_t i = 0; k >= 0 && i < n; i++)
                k = add_value(s,
                              c,
                              r,
                              json_object_get_string(json_object_array_get_idx(r->values, i)),
                              &given,
                              e);
        for (unsigned i = 0; k >= 0 && i < s->n_arguments; i++) {
                const Argument *a = &s->arguments[i];
                char reason[600] = "it has to be given: ";
                if (given & 1u << i)
                        continue;
                if (a->fallback)
                        k = add_setting(r, a->name, a->fallback);
                if (!a->required)
                        continue;
                argument_describe(a, reason + strlen(reason), sizeof(reason) - strlen(reason));
                return refuse(e, a->name, strlen(a->name), reason);
        }
        return k;
}

static int copy_script(const CatalogScript *s, Request *r) {
        char *text = malloc(s->text_len + 1), *name = strdup(s->name);
        if (!text || !name) {
                free(text);
                free(name);
                return -ENOMEM;
        }
        memcpy(text, s->text, s->text_len);
        text[s->text_len] = 0;
        free(r->script);
        free(r->name);
        r->script = text;
        r->script_len = s->text_len;
        r->name = name;
        r->guru = s->guru;
        if (s->n_mask > 0)
                r->mask = json_object_new_array();
        for (unsigned i = 0; i < s->n_mask; i++)
                json_object_array_add(r->mask, json_object_new_string(s->mask[i]));
        return 0;
}

int scripts_prepare(const Manager *m, const Caller *c, Request *r, ScriptError *ret) {
        *ret = (ScriptError) { .field = find_foreign(r) };
        if (ret->field)
                return -EINVAL;
        const CatalogScript *s = scripts_find(m, r->catalog);
        if (!s || (c->uid != 0 && !scripts_may(m, c, s).allowed))
                return -ENOENT;
        static const Argument own = { .type = ARGUMENT_PID };
        char target[24];
        snprintf(target, sizeof(target), "%lld", (long long) r->target);
        if (r->target > 0 && !argument_accepts(&own, c, target)) {
                ret->field = "target";
                return -EINVAL;
        }
        json_object_put(r->globals);
        r->globals = json_object_new_array();
        if (!r->globals)
                return -ENOMEM;
        int k = add_values(s, c, r, ret);
        if (k >= 0 && s->until_usec > 0 && (r->until_usec == 0 || r->until_usec > s->until_usec))
                r->until_usec = s->until_usec;
        return k < 0 ? k : copy_script(s, r);
}
