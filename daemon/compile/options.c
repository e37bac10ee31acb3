/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compile/options.h"
#include <getopt.h>

enum {
        OPT_KERNEL = 256,
        OPT_STOP_AFTER,
        OPT_DUMP,
        OPT_JSON,
        OPT_PREPARE,
        OPT_ZYGOTE,
        OPT_LIST,
        OPT_COMPATIBLE,
        OPT_DUMP_PROBE_TYPES,
        OPT_DUMP_PROBE_ALIASES,
        OPT_DUMP_FUNCTIONS,
        OPT_KIT_DIR,
        OPT_USER,
        OPT_SIGN_KEY,
        OPT_SIGN_CERTIFICATE,
        OPT_DEBUG,
        OPT_HIDE_GLOBALS,
        OPT_SKIP_BAD_VARIABLES,
        OPT_UNPRIVILEGED,
        OPT_SUPPRESS_ERRORS,
        OPT_SUPPRESS_LIMITS,
        OPT_HELP,
        OPT_VERSION
};

static const struct option long_options[] = {
        { "kernel", required_argument, NULL, OPT_KERNEL },
        { "stop-after", required_argument, NULL, OPT_STOP_AFTER },
        { "dump", required_argument, NULL, OPT_DUMP },
        { "json", no_argument, NULL, OPT_JSON },
        { "list", required_argument, NULL, OPT_LIST },
        { "compatible", required_argument, NULL, OPT_COMPATIBLE },
        { "dump-probe-types", no_argument, NULL, OPT_DUMP_PROBE_TYPES },
        { "dump-probe-aliases", no_argument, NULL, OPT_DUMP_PROBE_ALIASES },
        { "dump-functions", no_argument, NULL, OPT_DUMP_FUNCTIONS },
        { "prepare", no_argument, NULL, OPT_PREPARE },
        { "zygote", no_argument, NULL, OPT_ZYGOTE },
        { "kit-dir", required_argument, NULL, OPT_KIT_DIR },
        { "user", required_argument, NULL, OPT_USER },
        { "sign-key", required_argument, NULL, OPT_SIGN_KEY },
        { "sign-certificate", required_argument, NULL, OPT_SIGN_CERTIFICATE },
        { "no-global-var-display", no_argument, NULL, OPT_HIDE_GLOBALS },
        { "unprivileged", no_argument, NULL, OPT_UNPRIVILEGED },
        { "skip-badvars", no_argument, NULL, OPT_SKIP_BAD_VARIABLES },
        { "suppress-handler-errors", no_argument, NULL, OPT_SUPPRESS_ERRORS },
        { "suppress-time-limits", no_argument, NULL, OPT_SUPPRESS_LIMITS },
        { "debug", no_argument, NULL, OPT_DEBUG },
        { "help", no_argument, NULL, OPT_HELP },
        { "version", no_argument, NULL, OPT_VERSION },
        {},
};

void options_print_help(FILE *f) {
        fputs("Usage: stapd-compile [OPTION...] FILE|- [ARGUMENT...]\n"
              "       stapd-compile [OPTION...] -e SCRIPT [ARGUMENT...]\n"
              "       stapd-compile [OPTION...] -l|-L PATTERN\n"
              "       stapd-compile [OPTION...] --list=functions|aliases|forms [PATTERN]\n"
              "       stapd-compile --prepare [--kernel RELEASE] [--kit-dir DIRECTORY]\n"
              "\n"
              "Compiles a script to a kernel module.\n"
              "\n"
              "  -e SCRIPT               the script itself\n"
              "  -o FILE                 where the module goes (default: MODULE.ko here)\n"
              "  -m NAME                 name of the module\n"
              "  -g                      guru mode: embedded C, writes\n"
              "  -u                      do not drop what nothing uses\n"
              "  -w, -W                  no warnings; warnings are errors\n"
              "  -D NAME=VALUE           set a limit (MAXACTION=20000)\n"
              "  -G NAME=VALUE           initial value of a global\n"
              "  -t                      measure the handlers; the script prints it at its end\n"
              "      --suppress-handler-errors, --suppress-time-limits\n"
              "                          errors do not end the script; no MAXACTION and no overload (with -g)\n"
              "  -I DIRECTORY            more tapsets, with the rights of the script: no embedded C without -g\n"
              "      --compatible=VERSION of SystemTap, 4.3 to 5.6: what %( systemtap_v ... %) sees\n"
              "  -p N, --stop-after=PASS 1 parse, 2 elaborate, 3 translate, 4 build\n"
              "      --dump=PASS         print what a pass made\n"
              "      --kernel=RELEASE    for another kernel than the running one\n"
              "      --kit-dir=DIRECTORY where kernel kits are\n"
              "      --sign-key=FILE, --sign-certificate=FILE\n"
              "                          sign the module\n"
              "      --no-global-var-display\n"
              "                          do not print at the end what is collected and never read\n"
              "      --unprivileged      for its user's own processes alone\n"
              "      --skip-badvars      target variables that are not there are 0\n"
              "      --json              diagnostics as JSON on standard output\n"
              "  -l PATTERN              list the probe points that PATTERN means\n"
              "  -L PATTERN              list them with their variables\n"
              "      --list=KIND         list functions or aliases of the tapsets whose name matches PATTERN,\n"
              "                          or the forms of probe points\n"
              "      --dump-functions, --dump-probe-aliases, --dump-probe-types\n"
              "                          the same for all of them\n"
              "      --prepare           build the kernel kit, and nothing else\n"
              "  -v                      say what each pass did\n"
              "      --help, --version\n", f);
}

static bool fail(Arena *a, const char **ret_error, const char *fmt, ...)
        __attribute__((format(printf, 3, 4)));
static bool fail(Arena *a, const char **ret_error, const char *fmt, ...) {
        va_list ap;
        va_start(ap, fmt);
        *ret_error = arena_vprintf(a, fmt, ap);
        va_end(ap);
        return false;
}

static bool take_pass(Arena *a, const char *text, PassId *ret, const char **ret_error) {
        *ret = pass_from_string(text);
        return *ret >= 0 ||
               fail(a, ret_error, "no such pass: %s (parse, elaborate, translate, build, 1 to 4)", text);
}

static bool take_list(Options *o, ListKind kind, const char *pattern) {
        o->mode = MODE_LIST;
        o->list = kind;
        o->pattern = pattern;
        return true;
}

static bool take_list_kind(Arena *a, Options *o, const char *text, const char **ret_error) {
        ListKind kind = list_kind_from_string(text);
        if (kind < 0)
                return fail(a, ret_error,
                            "nothing to list is called %s (probes, variables, functions, aliases, forms)",
                            text);
        return take_list(o, kind, NULL);
}

static bool take_option(Arena *a, Options *o, int option, char *value, const char **ret_error) {
        CompileRequest *r = &o->request;
        switch (option) {
        case 'e': o->script = value; return true;
        case 'o': o->output = value; return true;
        case 'm': r->module = value; return true;
        case 'g': r->guru = true; return true;
        case 'u': r->optimize = false; return true;
        case 'w': r->no_warnings = true; return true;
        case 'W': r->warnings_fatal = true; return true;
        case 'v': o->verbose = true; return true;
        case 'D': vec_push(a, &r->defines, value); return true;
        case 't': vec_push(a, &r->defines, "STP_TIMING"); return true;
        case OPT_SUPPRESS_ERRORS: vec_push(a, &r->defines, "STAP_SUPPRESS_HANDLER_ERRORS"); return true;
        case OPT_SUPPRESS_LIMITS: vec_push(a, &r->defines, "STAP_SUPPRESS_TIME_LIMITS"); return true;
        case 'G': vec_push(a, &r->globals, value); return true;
        case 'I': vec_push(a, &o->tapset_dirs, value); return true;
        case 'p':
        case OPT_STOP_AFTER: return take_pass(a, value, &r->stop_after, ret_error);
        case OPT_DUMP: return take_pass(a, value, &o->dump, ret_error);
        case OPT_KERNEL: o->kernel = value; return true;
        case OPT_KIT_DIR: o->kit_dir = value; return true;
        case OPT_USER: o->user = value; return true;
        case OPT_SIGN_KEY: o->sign_key = value; return true;
        case OPT_SIGN_CERTIFICATE: o->sign_certificate = value; return true;
        case OPT_JSON: o->json = true; return true;
        case 'l': return take_list(o, LIST_PROBES, value);
        case 'L': return take_list(o, LIST_VARIABLES, value);
        case OPT_LIST: return take_list_kind(a, o, value, ret_error);
        case OPT_DUMP_PROBE_TYPES: return take_list(o, LIST_FORMS, NULL);
        case OPT_DUMP_PROBE_ALIASES: return take_list(o, LIST_ALIASES, NULL);
        case OPT_DUMP_FUNCTIONS: return take_list(o, LIST_FUNCTIONS, NULL);
        case OPT_COMPATIBLE: r->compatible = value; return true;
        case OPT_PREPARE: o->mode = MODE_PREPARE; return true;
        case OPT_ZYGOTE: o->mode = MODE_ZYGOTE; return true;
        case OPT_HIDE_GLOBALS: r->hide_globals = true; return true;
        case OPT_UNPRIVILEGED: r->unprivileged = true; return true;
        case OPT_SKIP_BAD_VARIABLES: r->skip_bad_variables = true; return true;
        case OPT_DEBUG: o->debug = true; return true;
        case OPT_HELP: o->mode = MODE_HELP; return true;
        case OPT_VERSION: o->mode = MODE_VERSION; return true;
        default: return fail(a, ret_error, "unknown option");
        }
}

static bool check(Arena *a, Options *o, int rest, const char **ret_error) {
        if (o->mode == MODE_HELP || o->mode == MODE_VERSION)
                return true;
        if (o->mode == MODE_LIST)
                return rest == 0 || fail(a, ret_error, "one pattern is wanted");
        if (o->mode != MODE_COMPILE)
                return (rest == 0 && o->tapset_dirs.n == 0) ||
                       fail(a, ret_error,
                            rest ? "no script is wanted here" : "-I goes with a script, or a list");
        if (!o->script && !o->file)
                return fail(a, ret_error, "no script: give a file, or -e");
        if (!o->sign_key != !o->sign_certificate)
                return fail(a, ret_error, "--sign-key and --sign-certificate go together");
        if (o->dump == PASS_BUILD)
                return fail(a, ret_error, "a module cannot be dumped as text");
        if (o->dump > o->request.stop_after)
                return fail(a, ret_error, "--dump=%s wants what comes after the last pass",
                            pass_to_string(o->dump));
        return request_check(&o->request, ret_error);
}

bool options_parse(Arena *a, int argc, char **argv, Options *ret, const char **ret_error) {
        Options o = { .dump = _PASS_INVALID };
        request_init(&o.request);
        optind = 0;
        opterr = 0;
        /* `+`: what comes after the script is the script's. */
        for (int c; (c = getopt_long(argc, argv, "+:e:o:m:gutwWvD:G:I:p:l:L:", long_options, NULL)) != -1;) {
                if (c == ':' || c == '?')
                        return fail(a, ret_error, "%s: %s", argv[optind - 1],
                                    c == ':' ? "the option wants a value" : "no such option");
                if (!take_option(a, &o, c, optarg, ret_error))
                        return false;
        }
        if (o.mode == MODE_LIST && !o.pattern && optind < argc)
                o.pattern = argv[optind++];
        int rest = argc - optind;
        if (o.mode == MODE_COMPILE && !o.script && optind < argc)
                o.file = argv[optind++];
        for (; o.mode == MODE_COMPILE && optind < argc; optind++)
                vec_push(a, &o.request.args, argv[optind]);
        /* What is only to be shown goes no further than it must. */
        if (o.dump >= 0 && o.request.stop_after == PASS_BUILD && !o.output)
                o.request.stop_after = o.dump;
        if (!check(a, &o, rest, ret_error))
                return false;
        *ret = o;
        return true;
}
