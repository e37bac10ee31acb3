/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ctl/run-options.h"
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include "base/cleanup.h"
#include "base/buf.h"
#include "base/paths.h"
#include "ctl/main.h"
#include "ctl/tapsets.h"
#include "ctl/when.h"

#define SCRIPT_MAX (1u << 20)
#define PASS_RUN 5

static const char usage[] =
        "stapctl run [OPTIONS] FILE [ARGS...]\n"
        "stapctl run [OPTIONS] - [ARGS...]\n"
        "stapctl run [OPTIONS] -e SCRIPT [ARGS...]\n"
        "stapctl run [OPTIONS] NAME [KEY=VALUE...]\n"
        "stapctl run -l|-L PATTERN\n\n"
        "  -c CMD            Run CMD, end with it; target() is its pid\n"
        "  -x PID            target() is PID\n"
        "  -o FILE           Write the output there\n"
        "  --json            Events as JSON lines instead of text\n"
        "  --json-seq        The same with a record separator in front of each (RFC 7464)\n"
        "  --keep=SIZE       Keep so much of the youngest records for readers to come (256K to 1G; 1M)\n"
        "  --flight          Flight recorder: print the records that are kept (16M of them) when it ends\n"
        "  --journal         Also an entry in the systemd journal for each record\n"
        RECORDING_USAGE
        "  -g                Guru: embedded C and writes\n"
        "  -I DIR            More tapsets: the .stp and .stpm files there\n"
        "  -D NAME[=VALUE]   Define a macro: MAXACTION, MAXSTRINGLEN ...\n"
        "  -G NAME=VALUE     Set a global\n"
        "  -T TIME           End after this time: seconds, or with ms, min, h, d\n"
        "  --until TIME      End at this time: 18:00, 2026-11-23 18:00, @SECONDS\n"
        "  --detach          Return when it runs; it goes on until it is stopped\n"
        "  --login           It also goes on, until this login ends\n"
        "  --persist[=DIR]   Define it as session NAME of this machine, which systemd starts, now and at boot;\n"
        "                    with DIR, only write its files there\n"
        "  --name NAME       Name of the session, for attach, stop, wait ...\n"
        "  -s MB             Buffer for each CPU (1 to 8, by the memory and the CPUs)\n"
        "  -m NAME           Name of the module\n"
        "  -w, -W            No warnings; warnings are errors\n"
        "  -u                Do not optimise\n"
        "  -t                At the end, how often each probe ran and how long it took\n"
        "  -v                What each pass did and how long it took\n"
        "  -k                Keep the generated C and say where\n"
        "  -p N              Stop after pass N: 1 parse, 2 elaborate, 3 translate, 4 build\n"
        "  -l PATTERN        List the probe points that PATTERN means; -L: with their variables\n"
        "  --kernel RELEASE  Compile for this kernel (with -p 1 to 4)\n"
        "  --suppress-handler-errors  Errors in handlers do not end the script\n"
        "  --suppress-time-limits     No MAXACTION, no overload (with -g)\n"
        "  --fail-on-loss    Exit with 5 when records were lost\n"
        "  --trace-self      Do not leave stapd's own processes and this one out of what is traced\n"
        "  --compatible V    The version of SystemTap that %( systemtap_v ... %) sees, 4.3 to 5.6\n"
        "  --no-global-var-display  Do not print at the end what the script collected and never read\n"
        "  --skip-badvars    Target variables that are not there are 0, and no error\n"
        "  --unprivileged    Watch your own processes alone, for which the policy asks less\n"
        "  --no-cache        Compile, whether it was before or not\n"
        "  --policy          Of check: ask stapd whether the policy lets you run it\n\n"
        "Options may stand after FILE, too; ARGS that begin with a dash need -- before them.\n";

enum {
        OPT_UNTIL = 256,
        OPT_DETACH,
        OPT_LOGIN,
        OPT_NAME,
        OPT_JSON,
        OPT_KERNEL,
        OPT_FAIL_ON_LOSS,
        OPT_TRACE_SELF,
        OPT_NO_CACHE,
        OPT_COMPATIBLE,
        OPT_HIDE_GLOBALS,
        OPT_SKIP_BAD_VARIABLES,
        OPT_SUPPRESS_ERRORS,
        OPT_SUPPRESS_LIMITS,
        OPT_POLICY,
        OPT_UNPRIVILEGED,
        OPT_PRIVILEGE
};
enum { OPT_JSON_SEQ = 512, OPT_KEEP, OPT_FLIGHT, OPT_JOURNAL, OPT_PERSIST }; /* what becomes of the output */

static const struct option long_options[] = {
        { "until", required_argument, NULL, OPT_UNTIL },
        { "detach", no_argument, NULL, OPT_DETACH },
        { "login", no_argument, NULL, OPT_LOGIN },
        { "name", required_argument, NULL, OPT_NAME },
        { "json", no_argument, NULL, OPT_JSON },
        { "json-seq", no_argument, NULL, OPT_JSON_SEQ },
        { "keep", required_argument, NULL, OPT_KEEP },
        RECORDING_OPTIONS,
        { "flight", no_argument, NULL, OPT_FLIGHT },
        { "journal", no_argument, NULL, OPT_JOURNAL },
        { "persist", optional_argument, NULL, OPT_PERSIST },
        { "kernel", required_argument, NULL, OPT_KERNEL },
        { "fail-on-loss", no_argument, NULL, OPT_FAIL_ON_LOSS },
        { "trace-self", no_argument, NULL, OPT_TRACE_SELF },
        { "no-cache", no_argument, NULL, OPT_NO_CACHE },
        { "compatible", required_argument, NULL, OPT_COMPATIBLE },
        { "no-global-var-display", no_argument, NULL, OPT_HIDE_GLOBALS },
        { "skip-badvars", no_argument, NULL, OPT_SKIP_BAD_VARIABLES },
        { "suppress-handler-errors", no_argument, NULL, OPT_SUPPRESS_ERRORS },
        { "suppress-time-limits", no_argument, NULL, OPT_SUPPRESS_LIMITS },
        { "policy", no_argument, NULL, OPT_POLICY },
        { "unprivileged", no_argument, NULL, OPT_UNPRIVILEGED },
        { "privilege", required_argument, NULL, OPT_PRIVILEGE },
        { "help", no_argument, NULL, 'h' },
        {},
};

static int wrong(const char *what, const char *value) {
        fprintf(stderr, "stapctl: %s: '%s'\n", what, value);
        return -EINVAL;
}

static int read_number(const char *what, const char *text, int64_t min, int64_t max, int64_t *ret) {
        char *end;
        errno = 0;
        long long n = strtoll(text, &end, 10);
        if (errno || end == text || *end || n < min || n > max) {
                fprintf(stderr, "stapctl: %s takes a number from %lld to %lld, not '%s'\n", what,
                        (long long) min, (long long) max, text);
                return -EINVAL;
        }
        *ret = n;
        return 0;
}

static int read_seconds(const char *text, int64_t *ret) {
        return when_read_span(text, ret) < 0
                       ? wrong("-T takes a number of seconds above 0, or one with ms, min, h or d", text)
                       : 0;
}

static int read_pass(const char *text, int *ret) {
        int64_t n;
        int r = read_number("-p", text, 1, PASS_RUN, &n);
        if (r >= 0)
                *ret = (int) n;
        return r;
}

static void append(json_object **list, const char *text) {
        if (!*list)
                *list = json_object_new_array();
        json_object_array_add(*list, json_object_new_string(text));
}

static int read_global(RunOptions *o, const char *text) {
        if (!strchr(text, '='))
                return wrong("-G takes NAME=VALUE", text);
        append(&o->globals, text);
        return 0;
}

/* SystemTap's groups, as far as they are about scripts. */
static int read_privilege(RunOptions *o, const char *text) {
        o->unprivileged = strcmp(text, "stapusr") == 0;
        return o->unprivileged || strcmp(text, "stapsys") == 0 || strcmp(text, "stapdev") == 0
                ? 0 : wrong("--privilege takes stapusr, stapsys or stapdev", text);
}

static int read_option(RunOptions *o, int c) {
        switch (c) {
        case 'c': o->command = optarg; return 0;
        case 'x': return read_number("-x", optarg, 1, INT32_MAX, &o->target);
        case 'o': o->output = optarg; return 0;
        case 'p': return read_pass(optarg, &o->last_pass);
        case 't': append(&o->defines, "STP_TIMING"); return 0;
        case 'v': o->verbose = true; return 0;
        case 'k': o->keep = true; return 0;
        case 'm': o->module = optarg; return 0;
        case 'g': o->guru = true; return 0;
        case 'G': return read_global(o, optarg);
        case 'D': append(&o->defines, optarg); return 0;
        case 'I': append(&o->tapset_dirs, optarg); return 0;
        case 's': return read_number("-s", optarg, 1, 1024, &o->buffer_megabytes);
        case 'T': return read_seconds(optarg, &o->timeout_usec);
        case 'w': o->no_warnings = true; return 0;
        case 'W': o->warnings_fatal = true; return 0;
        case 'u': o->unoptimized = true; return 0;
        case OPT_HIDE_GLOBALS: o->hide_globals = true; return 0;
        case OPT_SKIP_BAD_VARIABLES: o->skip_bad_variables = true; return 0;
        case 'l':
        case 'L': o->list = optarg; o->list_variables = c == 'L'; return 0;
        case 'e': o->expression = optarg; return 0;
        case OPT_UNTIL: return when_read_until(optarg, &o->until_usec);
        case OPT_DETACH: o->lifetime = "detached"; return 0;
        case OPT_LOGIN: o->lifetime = "login"; return 0;
        case OPT_NAME: o->session_name = optarg; return 0;
        case OPT_JSON: o->json = true; return 0;
        case OPT_JSON_SEQ: o->json_seq = true; return 0;
        case OPT_KEEP: return read_size("--keep", optarg, 1, 256 << 10, 1 << 30, &o->keep_bytes);
        case OPT_JOURNAL: o->journal = true; return 0;
        case OPT_PERSIST: o->persist = optarg ?: ""; return 0;
        case OPT_FLIGHT: o->flight = true; return 0;
        case OPT_KERNEL: o->kernel = optarg; return 0;
        case OPT_FAIL_ON_LOSS: o->fail_on_loss = true; return 0;
        case OPT_TRACE_SELF: o->trace_self = true; return 0;
        case OPT_COMPATIBLE: o->compatible = optarg; return 0;
        case OPT_UNPRIVILEGED: o->unprivileged = true; return 0;
        case OPT_PRIVILEGE: return read_privilege(o, optarg);
        case OPT_POLICY: o->policy = true; return 0;
        case OPT_NO_CACHE: o->no_cache = true; return 0;
        case OPT_SUPPRESS_ERRORS: append(&o->defines, "STAP_SUPPRESS_HANDLER_ERRORS"); return 0;
        case OPT_SUPPRESS_LIMITS: append(&o->defines, "STAP_SUPPRESS_TIME_LIMITS"); return 0;
        default: return -EINVAL;
        }
}

static bool ends_in(const char *s, size_t n, const char *end) {
        return n > strlen(end) && strcmp(s + n - strlen(end), end) == 0;
}

/* A file has a / in it, or ends in .stp or .ko; what has neither is a script of the catalogue, whatever there may be
 * in the folder that one happens to be in. */
static bool is_catalog(const RunOptions *o, const char *verb) {
        size_t n = o->file ? strlen(o->file) : 0;
        if (n == 0 || strcmp(verb, "check") == 0 || o->last_pass < PASS_RUN || o->list)
                return false;
        return !strchr(o->file, '/') && strcmp(o->file, "-") != 0 && !ends_in(o->file, n, ".stp") && !ends_in(o->file, n, ".ko");
}

/* What stapd would refuse, in the words of the command line. */
static int check_catalog(const RunOptions *o) {
        const struct {
                const char *option;
                bool given;
        } rows[] = {
                { "-g", o->guru }, { "-D, -t", o->defines }, { "-G", o->globals }, { "-I", o->tapset_dirs }, { "-m", o->module }, { "-k", o->keep },
                { "--compatible", o->compatible }, { "--unprivileged", o->unprivileged }, { "--trace-self", o->trace_self },
                { "--skip-badvars", o->skip_bad_variables }, { "--persist", o->persist },
        };
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                if (!rows[i].given)
                        continue;
                fprintf(stderr, "stapctl: %s does not go with a script of the catalogue; for the file %s: stapctl run ./%s\n",
                        rows[i].option, o->catalog, o->catalog);
                return -EINVAL;
        }
        return 1;
}

/* What is of the machine that stapctl runs on, and how it is done on the other one. */
static int check_remote(const RunOptions *o) {
        const struct {
                bool said;
                const char *option, *way;
        } table[] = {
                { o->command, "-c",
                  "would start the command here, and the script runs there: start it there, and "
                  "give its pid with -x; or: ssh %s stapctl run -c COMMAND SCRIPT" },
                { recording_is_wanted(&o->recording), "a recording",
                  "is written where the script runs: stapctl -H HOST run --detach SCRIPT, then "
                  "ssh %s stapctl record -o FILE SESSION; what is printed goes to a file here with -o FILE alone" },
                { o->persist, "--persist",
                  "defines the session where it runs: ssh %s stapctl run --persist ..." },
                { o->last_pass < PASS_RUN, "-p",
                  "compiles here, and for this machine: ssh %s stapctl run -p N SCRIPT" },
        };
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                if (!table[i].said)
                        continue;
                fprintf(stderr, "stapctl: -H does not go with %s, which ", table[i].option);
                fprintf(stderr, table[i].way, arg_host);
                fputc('\n', stderr);
                return -EINVAL;
        }
        return 0;
}

static int check(const RunOptions *o) {
        if (o->list && o->tapset_dirs) {
                fputs("stapctl: -l and -L list what stapd has; with folders of tapsets: "
                      "stapd-compile -I DIR -l PATTERN\n", stderr);
                return -EINVAL;
        }
        if (o->list)
                return 1;
        if (o->catalog && check_catalog(o) < 0)
                return -EINVAL;
        if (!o->expression && !o->file && !o->catalog) {
                fputs("stapctl: no script is given; see: stapctl run --help\n", stderr);
                return -EINVAL;
        }
        if (arg_host && check_remote(o) < 0)
                return -EINVAL;
        if (o->command && o->target > 0) {
                fputs("stapctl: -c and -x exclude each other\n", stderr);
                return -EINVAL;
        }
        if (o->lifetime && (o->command || o->json)) {
                fputs("stapctl: a session that goes on by itself has no -c and no --json: see stapctl attach\n",
                      stderr);
                return -EINVAL;
        }
        if (recording_is_wanted(&o->recording) && (!o->output || strcmp(o->output, "-") == 0 || o->flight)) {
                fputs("stapctl: -S, --rotate-every, --compress and --min-free need a file to record to: -o FILE\n",
                      stderr);
                return -EINVAL;
        }
        if (o->kernel && o->last_pass == PASS_RUN) {
                fputs("stapctl: --kernel compiles for another kernel: say -p 4 as well\n", stderr);
                return -EINVAL;
        }
        return 1;
}

/* For what is not run now. */
static void keep_said(RunOptions *o, int c) {
        char text[64] = "";
        if (c < 256)
                snprintf(text, sizeof(text), "-%c", c);
        for (size_t i = 0; c >= 256 && long_options[i].name; i++)
                if (long_options[i].val == c)
                        snprintf(text, sizeof(text), "--%s", long_options[i].name);
        if (c == OPT_NAME || c == OPT_PERSIST || c == 'e' || c == 'v')
                return;
        append(&o->said, text);
        json_object_array_add(o->said, optarg ? json_object_new_string(optarg) : NULL);
}

/* As the user who may read them: stapd opens no file of a script's. */
static int read_tapsets(RunOptions *o) {
        for (size_t i = 0; o->tapset_dirs && i < json_object_array_length(o->tapset_dirs); i++) {
                const char *dir = json_object_get_string(json_object_array_get_idx(o->tapset_dirs, i));
                int r = tapsets_read(dir, &o->tapsets);
                if (r < 0)
                        return r;
        }
        return 1;
}

int run_options_read(int argc, char **argv, RunOptions *ret) {
        *ret = (RunOptions) { .last_pass = PASS_RUN, .recording = RECORDING_INIT, .said = json_object_new_array() };
        for (int c; (c = getopt_long(argc, argv, RECORDING_SHORT "c:x:o:p:tvkm:gG:D:I:s:T:wWue:l:L:h",
                                     long_options, NULL)) >= 0;) {
                if (c == 'h') {
                        fputs(usage, stdout);
                        return 0;
                }
                int r = recording_read_option(&ret->recording, c, optarg);
                r = r == 0 ? read_option(ret, c) : MIN2(r, 0);
                if (r < 0)
                        return r;
                keep_said(ret, c);
        }
        if (!ret->expression && optind < argc)
                ret->file = argv[optind++];
        ret->args = json_object_new_array();
        for (int i = optind; i < argc; i++)
                append(&ret->args, argv[i]);
        if (is_catalog(ret, argv[0]))
                ret->catalog = TAKE_PTR(ret->file);
        int r = check(ret);
        bool alone = ret->last_pass < PASS_RUN || (strcmp(argv[0], "check") == 0 && !ret->policy);
        return r <= 0 || alone ? r : read_tapsets(ret);
}

bool run_options_records(const RunOptions *o) {
        struct stat st;
        bool is_file = o->output && strcmp(o->output, "-") != 0 &&
                       (recording_is_wanted(&o->recording) || stat(o->output, &st) < 0 ||
                        S_ISREG(st.st_mode));
        return is_file && !arg_host && !o->flight && (o->json || recording_is_wanted(&o->recording));
}

void run_options_done(RunOptions *o) {
        recording_done(&o->recording);
        json_object_put(o->args);
        json_object_put(o->defines);
        json_object_put(o->globals);
        json_object_put(o->tapset_dirs);
        json_object_put(o->tapsets);
        json_object_put(o->said);
}

const char *run_options_name(const RunOptions *o) {
        if (o->catalog)
                return o->catalog;
        if (o->expression || strcmp(o->file, "-") == 0)
                return "<input>";
        return o->file;
}

/* A script may come through a pipe, which has no size and no start to go back to. */
static int read_whole(int fd, char **ret, size_t *ret_len) {
        _cleanup_(buf_done) Buf text = { .limit = SCRIPT_MAX + 4096 };
        for (;;) {
                char *room = buf_reserve(&text, 4095);
                if (!room)
                        return text.len + 4096 > SCRIPT_MAX ? -EFBIG : -ENOMEM;
                ssize_t n = read(fd, room, 4095);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return -errno;
                text.len += (size_t) n;
                if (text.len > SCRIPT_MAX)
                        return -EFBIG;
                if (n == 0)
                        break;
        }
        *ret_len = text.len;
        *ret = buf_take(&text);
        return *ret ? 0 : -ENOMEM;
}

int run_options_script(const RunOptions *o, char **ret, size_t *ret_len) {
        if (o->catalog || o->expression) {
                *ret = strdup(o->catalog ? "" : o->expression);
                *ret_len = o->catalog ? 0 : strlen(o->expression);
                return *ret ? 0 : -ENOMEM;
        }
        bool is_stdin = strcmp(o->file, "-") == 0;
        _cleanup_(closep) int fd = is_stdin ? dup(STDIN_FILENO) : open(o->file, O_RDONLY | O_CLOEXEC);
        int r = fd < 0 ? -errno : read_whole(fd, ret, ret_len);
        if (r == -EFBIG)
                fprintf(stderr, "stapctl: %s: a script may have at most %u KiB\n", run_options_name(o),
                        SCRIPT_MAX >> 10);
        else if (r < 0)
                fprintf(stderr, "stapctl: cannot read %s: %s\n", run_options_name(o), strerror(-r));
        return r;
}

/* ------------------------------------------------------------------ the compiler, alone */

typedef struct {
        char **argv;
        size_t n, cap;
} Argv;

static void add(Argv *a, const char *word) {
        if (a->n + 1 >= a->cap) {
                a->cap = a->cap ? a->cap * 2 : 32;
                a->argv = realloc(a->argv, a->cap * sizeof(*a->argv));
                if (!a->argv)
                        abort();
        }
        a->argv[a->n++] = (char *) word;
        a->argv[a->n] = NULL;
}

static void add_option(Argv *a, const char *option, const char *value) {
        if (!value)
                return;
        add(a, option);
        add(a, value);
}

static void add_list(Argv *a, const char *option, json_object *list) {
        for (size_t i = 0; list && i < json_object_array_length(list); i++) {
                if (option)
                        add(a, option);
                add(a, json_object_get_string(json_object_array_get_idx(list, i)));
        }
}

static void add_flag(Argv *a, const char *option, bool given) {
        if (given)
                add(a, option);
}

int run_options_exec_compiler(const RunOptions *o) {
        char pass[16];
        snprintf(pass, sizeof(pass), "%d", MIN2(o->last_pass, PASS_RUN - 1));
        Argv a = {};
        add(&a, "stapd-compile");
        add_option(&a, "-p", pass);
        add_option(&a, "--kernel", o->kernel);
        add_option(&a, "-m", o->module);
        add_option(&a, "--compatible", o->compatible);
        add_option(&a, "-e", o->expression);
        add_option(&a, "-o", o->output);
        add_flag(&a, "-g", o->guru);
        add_flag(&a, "--unprivileged", o->unprivileged);
        add_flag(&a, "-u", o->unoptimized);
        add_flag(&a, "--no-global-var-display", o->hide_globals);
        add_flag(&a, "--skip-badvars", o->skip_bad_variables);
        add_flag(&a, "-w", o->no_warnings);
        add_flag(&a, "-W", o->warnings_fatal);
        add_flag(&a, "-v", o->verbose);
        add_flag(&a, "--json", o->json);
        add_list(&a, "-D", o->defines);
        add_list(&a, "-I", o->tapset_dirs);
        add_list(&a, "-G", o->globals);
        add(&a, "--");
        if (o->file)
                add(&a, o->file);
        add_list(&a, NULL, o->args);
        execv(paths_program("stapd-compile"), a.argv);
        fprintf(stderr, "stapctl: cannot run %s: %s\n", paths_program("stapd-compile"), strerror(errno));
        free(a.argv);
        return EXIT_USAGE;
}
