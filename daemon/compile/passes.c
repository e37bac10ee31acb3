/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compile/passes.h"
#include <errno.h>
#include <time.h>
#include "base/fault.h"
#include "build/build.h"
#include "build/digest.h"
#include "config.h"
#include "lang/dump.h"
#include "translate/translate.h"

#define MODULE_DIGITS 24

static CompileResult run_parse(Compilation *c);
static CompileResult run_elaborate(Compilation *c);
static CompileResult run_translate(Compilation *c);
static CompileResult run_build(Compilation *c);

static void dump_parse(const Compilation *c, Buf *out) {
        if (c->file)
                dump_file(c->file, out);
}

static void dump_elaborate(const Compilation *c, Buf *out) {
        if (c->program)
                dump_program(c->program, out);
}

static void dump_translate(const Compilation *c, Buf *out) {
        if (c->source.len)
                buf_add(out, c->source.data, c->source.len);
}

static const struct {
        CompileResult (*run)(Compilation *c);
        void (*dump)(const Compilation *c, Buf *out);
} passes[_PASS_MAX] = {
        [PASS_PARSE] = { run_parse, dump_parse },
        [PASS_ELABORATE] = { run_elaborate, dump_elaborate },
        [PASS_TRANSLATE] = { run_translate, dump_translate },
        [PASS_BUILD] = { run_build, NULL },
};

static uint64_t now_usec(void) {
        struct timespec t;
        clock_gettime(CLOCK_MONOTONIC, &t);
        return (uint64_t) t.tv_sec * 1000000 + (uint64_t) t.tv_nsec / 1000;
}

CompileResult compilation_run(Compilation *c) {
        for (PassId p = 0; p <= c->request->stop_after; p++) {
                uint64_t start = now_usec();
                c->detail = NULL;
                (void) fault(pass_to_string(p));
                CompileResult r = passes[p].run(c);
                if (c->observer)
                        c->observer->pass(c->observer->userdata, p, now_usec() - start, c->detail);
                if (r == COMPILE_RESULT_OK && diags_failed(&c->diags))
                        r = COMPILE_RESULT_SCRIPT;
                if (r != COMPILE_RESULT_OK)
                        return r;
                c->reached = p;
        }
        return COMPILE_RESULT_OK;
}

void compilation_dump(const Compilation *c, PassId pass, Buf *out) {
        if (passes[pass].dump)
                passes[pass].dump(c, out);
}

/* ------------------------------------------------------------------ */

/* The same script with the same arguments has the same name, wherever and whenever it is compiled. */
static const char *make_module_name(Compilation *c) {
        const CompileRequest *r = c->request;
        char hex[DIGEST_HEX];
        _cleanup_(digest_freep) Digest *d = digest_new();
        if (!d)
                return NULL;
        digest_add(d, r->script, r->script_len);
        const StringVec *lists[] = { &r->args, &r->defines, &r->globals };
        for (size_t i = 0; i < ELEMENTSOF(lists); i++) {
                digest_add(d, &lists[i]->n, sizeof(lists[i]->n));
                vec_foreach(s, lists[i])
                        digest_add_string(d, *s);
        }
        vec_foreach(it, &r->tapsets) {
                digest_add_string(d, it->name);
                digest_add(d, it->text, it->len);
        }
        if (digest_hex(d, hex) < 0)
                return NULL;
        return arena_printf(c->arena, STP_MODULE_PREFIX "%.*s", MODULE_DIGITS, hex);
}

void compilation_init(Compilation *c, World *w, const CompileRequest *r, Arena *a) {
        *c = (Compilation) { .world = w, .request = r, .arena = a, .reached = _PASS_INVALID, .module_fd = -1 };
        diags_init(&c->diags, a);
        c->diags.no_warnings = r->no_warnings;
        c->diags.warnings_fatal = r->warnings_fatal;
        c->module = r->module ? r->module : make_module_name(c);
}

void compilation_done(Compilation *c) {
        manifest_free(c->manifest);
        buf_done(&c->source);
        c->module_fd = close_fd(c->module_fd);
}

static CompileResult internal_error(Compilation *c, int r, const char *what) {
        c->error = arena_printf(c->arena, "%s: %s", what, strerror(-r));
        return r == -ENOMEM ? COMPILE_RESULT_LIMIT : COMPILE_RESULT_INTERNAL;
}

/* ------------------------------------------------------------------ passes 1 to 3 */

static bool ends_in(const Tapset *t, const char *suffix) {
        size_t n = strlen(t->name), m = strlen(suffix);
        return n > m && strcmp(t->name + n - m, suffix) == 0;
}

static bool is_macros(const Tapset *t) {
        return ends_in(t, ".stpm");
}

static bool is_tapset(const Tapset *t) {
        return !is_macros(t);
}

/* Macros go before all, as every file may use them; they are kept where those of the library are. */
static void parse_tapsets(Compilation *c, ParseOptions o, bool (*which)(const Tapset *t)) {
        o.args = NULL;
        o.n_args = 0;
        o.is_tapset = true;
        vec_foreach(it, &c->request->tapsets) {
                if (!which(it))
                        continue;
                SourceFile *source = source_new(c->arena, it->name, it->text, it->len);
                if (is_macros(it))
                        library_read_macros(c->world->library, &c->diags, source, &o);
                else
                        vec_push(c->arena, &c->files, parse_file(c->arena, &c->diags, source, &o));
        }
}

static CompileResult run_parse(Compilation *c) {
        const CompileRequest *r = c->request;
        ParseTarget target = c->world->target;
        target.guru = r->guru;
        if (r->unprivileged)
                target.privilege = "stapusr";
        if (r->compatible)
                target.systemtap_v = r->compatible;
        ParseOptions o = { .target = &target, .macros = library_macros(c->world->library), .args = r->args.items,
                           .n_args = (unsigned) r->args.n, .guru = r->guru };
        parse_tapsets(c, o, is_macros);
        SourceFile *source = source_new(c->arena, r->name, r->script, r->script_len);
        c->file = parse_file(c->arena, &c->diags, source, &o);
        vec_push(c->arena, &c->files, c->file);
        parse_tapsets(c, o, is_tapset);
        return COMPILE_RESULT_OK;
}

static bool read_settings(Compilation *c, GlobalSetting **ret) {
        const StringVec *globals = &c->request->globals;
        GlobalSetting *settings = arena_array(c->arena, GlobalSetting, globals->n);
        for (size_t i = 0; i < globals->n; i++) {
                const char *text = globals->items[i], *equals = strchr(text, '=');
                if (!equals || equals == text) {
                        c->error = arena_printf(c->arena, "-G %s: write NAME=VALUE", text);
                        return false;
                }
                settings[i] = (GlobalSetting) { arena_strndup(c->arena, text, (size_t) (equals - text)), equals + 1 };
        }
        *ret = settings;
        return true;
}

static CompileResult run_elaborate(Compilation *c) {
        GlobalSetting *settings;
        if (!read_settings(c, &settings))
                return COMPILE_RESULT_SCRIPT;
        ProbeWorld world = { .arena = c->arena, .diags = &c->diags, .kernel = c->world->kernel,
                             .kernel_error = c->world->kernel_error };
        ElaborateOptions o = { .guru = c->request->guru, .unprivileged = c->request->unprivileged, .optimize = c->request->optimize,
                               .hide_globals = c->request->hide_globals,
                               .skip_bad_variables = c->request->skip_bad_variables, .settings = settings,
                               .n_settings = (unsigned) c->request->globals.n };
        c->program = elaborate(&world, c->world->library, c->files.items, c->files.n, &o);
        if (c->program) {
                c->detail = arena_printf(c->arena, "%zu probes, %zu functions, %zu globals",
                                         c->program->probes.n, c->program->functions.n,
                                         c->program->globals.n);
                return COMPILE_RESULT_OK;
        }
        return diags_failed(&c->diags) ? COMPILE_RESULT_SCRIPT : COMPILE_RESULT_INTERNAL;
}

static int describe(Compilation *c) {
        char digest[DIGEST_HEX];
        int r = request_digest(c->request, digest);
        c->manifest = r < 0 ? NULL : manifest_new();
        if (!c->manifest)
                return r < 0 ? r : -ENOMEM;
        Manifest *m = c->manifest;
        const struct {
                char **member;
                const char *value;
        } texts[] = {
                { &m->module, c->module }, { &m->script, c->request->name }, { &m->digest, digest },
                { &m->kernel, c->world->release }, { &m->kernel_build_id, world_build_id(c->world) },
                { &m->version, STAPD_VERSION },
        };
        for (size_t i = 0; i < ELEMENTSOF(texts); i++)
                if (!(*texts[i].member = strdup(texts[i].value)))
                        return -ENOMEM;
        m->abi_hash = c->world->abi_hash;
        /* Guru mode is a property of the whole script: nobody looked at what its C does. */
        bool own = c->program->is_own && !request_sets_limits(c->request);
        m->privilege = c->request->guru ? PRIVILEGE_GURU : own ? PRIVILEGE_OWN : PRIVILEGE_SYSTEM;
        return 0;
}

/* -t is this macro, as for SystemTap. */
static bool wants_timing(const CompileRequest *r) {
        vec_foreach(it,
                    &r->defines) if (strcmp(*it, "STP_TIMING") == 0 ||
                                     strncmp(*it, "STP_TIMING=", strlen("STP_TIMING=")) == 0) return true;
        return false;
}

static CompileResult run_translate(Compilation *c) {
        int r = c->module ? describe(c) : -ENOMEM;
        if (r < 0)
                return internal_error(c, r, "cannot describe the script");
        TranslateOptions o = { .abi_hash = c->world->abi_hash, .module = c->module,
                               .timing = wants_timing(c->request), .own_processes = c->request->unprivileged };
        r = translate(c->program, &o, &c->diags, c->manifest, &c->source);
        return r < 0 ? internal_error(c, r, "cannot translate the script") : COMPILE_RESULT_OK;
}

/* ------------------------------------------------------------------ pass 4 */

typedef VEC(SourceFile *) SourceVec;

static void add_source(Compilation *c, SourceVec *files, Span span) {
        vec_foreach(it, files)
                if (*it == span.file)
                        return;
        if (span.file)
                vec_push(c->arena, files, span.file);
}

/* Where embedded C stands: #line leads the compiler's messages there. */
static SourceVec embedded_sources(Compilation *c) {
        SourceVec files = {};
        vec_foreach(it, &c->program->embedded)
                add_source(c, &files, (*it)->span);
        vec_foreach(it, &c->program->functions)
                add_source(c, &files, (*it)->span);
        vec_foreach(it, &c->program->probes)
                add_source(c, &files, (*it)->span);
        return files;
}

static CompileResult build_result(Compilation *c, int r) {
        if (r == BUILD_OK)
                return COMPILE_RESULT_OK;
        if (r == BUILD_LIMIT) {
                c->error = "a tool of the build ran into a limit of memory, time or processes";
                return COMPILE_RESULT_LIMIT;
        }
        if (r < 0)
                return internal_error(c, r, "cannot build the module");
        vec_foreach(it, &c->diags.list)
                if ((*it)->code == DIAG_E0610 || (*it)->code == DIAG_E0613) {
                        c->error = (*it)->message;
                        return COMPILE_RESULT_INTERNAL;
                }
        return COMPILE_RESULT_SCRIPT;
}

static CompileResult run_build(Compilation *c) {
        const Kit *kit = c->world->kit;
        _cleanup_(buf_done) Buf manifest = BUF_INIT;
        if (!kit) {
                c->error = c->world->kit_error;
                return COMPILE_RESULT_KERNEL;
        }
        int r = manifest_to_json(c->manifest, &manifest);
        if (r < 0)
                return internal_error(c, r, "cannot describe the script");
        SourceVec files = embedded_sources(c);
        BuildInput in = { .name = c->module, .source = c->source.data, .source_len = c->source.len,
                          .manifest = manifest.data, .manifest_len = manifest.len,
                          .kernel_headers = c->program->uses_embedded, .embedded = c->program->uses_embedded,
                          .files = files.items, .n_files = files.n, .directory = c->directory,
                          .sign_key = c->sign_key, .sign_certificate = c->sign_certificate };
        if (!build_check_defines(c->arena, kit, c->request->defines.items, c->request->defines.n,
                                 c->request->guru, &c->diags, &in.defines, &in.n_defines))
                return COMPILE_RESULT_SCRIPT;
        BuildOutput out;
        r = build_module(c->arena, kit, &in, &c->diags, &out);
        if (r == BUILD_OK) {
                c->module_fd = out.fd;
                c->detail = arena_printf(c->arena, "%s; %zu bytes", out.detail, out.size);
        }
        return build_result(c, r);
}
