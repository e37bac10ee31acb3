/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stapd: options, configuration, event loop. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include "api/bus.h"
#include "api/server.h"
#include "base/cleanup.h"
#include "base/log.h"
#include "base/paths.h"
#include "base/tree.h"
#include "config.h"
#include "session/adopt.h"
#include "session/audit-kernel.h"
#include "session/policy.h"
#include "session/revoke.h"
#include "session/scripts.h"
#include "session/service.h"

#define STOP_USEC 20000000ull
/* Ahead of the streams, which are ahead of the rest: it does little, and who asks it waits. */
#define NICE (-15)

static const char usage[] =
        "stapd [OPTIONS]\n\n"
        "Compiles, runs and streams tracing scripts for those whom the policy lets in.\n\n"
        "  --socket=PATH      Listen there (" STAPD_SOCKET "); ignored with socket activation\n"
        "  --config=FILE      Read this instead of " STAPD_SYSCONF_DIR "/stapd.conf\n"
        "  --policy-dir=DIR   Read rules there instead of " STAPD_SYSCONF_DIR "/policy.d and\n"
        "                     " STAPD_LIB_DIR "/policy.d\n"
        "  --scripts-dir=DIR  Read the catalogue there instead of scripts.d in " STAPD_SYSCONF_DIR ",\n"
        "                     " STAPD_RUNTIME_DIR " and " STAPD_LIB_DIR "\n"
        "  --cache-dir=DIR    Kernel kits and compiled scripts (" STAPD_CACHE_DIR ")\n"
        "  --state-dir=DIR    What outlives a boot (" STAPD_STATE_DIR ")\n"
        "  --kernel=RELEASE   Compile for this kernel instead of the running one\n"
        "  --group=NAME       Group= of the configuration\n"
        "  --bus=ADDRESS      Serve on this D-Bus, too: an address, \"system\" (the default) or \"none\"\n"
        "  --log-level=LEVEL  err, warning, info or debug\n"
        "  --version, --help\n";

typedef struct Options {
        const char *socket, *config;
        const char *policy_dir, *scripts_dir, *cache_dir, *state_dir, *kernel, *group, *bus;
        int log_level;
} Options;

enum {
        OPT_SOCKET = 256,
        OPT_CONFIG,
        OPT_POLICY_DIR,
        OPT_SCRIPTS_DIR,
        OPT_CACHE_DIR,
        OPT_STATE_DIR,
        OPT_KERNEL,
        OPT_GROUP,
        OPT_BUS,
        OPT_LOG_LEVEL,
        OPT_VERSION
};

static const struct option long_options[] = {
        { "socket", required_argument, NULL, OPT_SOCKET },
        { "config", required_argument, NULL, OPT_CONFIG },
        { "policy-dir", required_argument, NULL, OPT_POLICY_DIR },
        { "scripts-dir", required_argument, NULL, OPT_SCRIPTS_DIR },
        { "cache-dir", required_argument, NULL, OPT_CACHE_DIR },
        { "state-dir", required_argument, NULL, OPT_STATE_DIR },
        { "kernel", required_argument, NULL, OPT_KERNEL },
        { "group", required_argument, NULL, OPT_GROUP },
        { "bus", required_argument, NULL, OPT_BUS },
        { "log-level", required_argument, NULL, OPT_LOG_LEVEL },
        { "version", no_argument, NULL, OPT_VERSION },
        { "help", no_argument, NULL, 'h' },
        {},
};

/* 1: go on; 0: all is said; negative: wrong. */
static int read_options(int argc, char **argv, Options *o) {
        for (int c; (c = getopt_long(argc, argv, "h", long_options, NULL)) >= 0;) {
                switch (c) {
                case OPT_SOCKET: o->socket = optarg; break;
                case OPT_CONFIG: o->config = optarg; break;
                case OPT_POLICY_DIR: o->policy_dir = optarg; break;
                case OPT_SCRIPTS_DIR: o->scripts_dir = optarg; break;
                case OPT_CACHE_DIR: o->cache_dir = optarg; break;
                case OPT_STATE_DIR: o->state_dir = optarg; break;
                case OPT_KERNEL: o->kernel = optarg; break;
                case OPT_GROUP: o->group = optarg; break;
                case OPT_BUS: o->bus = optarg; break;
                case OPT_LOG_LEVEL:
                        o->log_level = log_level_from_string(optarg);
                        if (o->log_level < 0) {
                                fprintf(stderr, "stapd: --log-level takes err, warning, info or debug\n");
                                return -EINVAL;
                        }
                        break;
                case OPT_VERSION: puts("stapd " STAPD_VERSION); return 0;
                case 'h': fputs(usage, stdout); return 0;
                default: return -EINVAL;
                }
        }
        if (optind < argc) {
                fprintf(stderr, "stapd: no arguments are expected, and there is '%s'\n", argv[optind]);
                return -EINVAL;
        }
        return 1;
}

static int replace(char **field, const char *value) {
        if (!value)
                return 0;
        free(*field);
        *field = strdup(value);
        return *field ? 0 : -ENOMEM;
}

static int read_config(const Options *o, Config *c) {
        const char *path = o->config ?: STAPD_SYSCONF_DIR "/stapd.conf", *error = NULL;
        unsigned line = 0;
        int r = config_read(c, path, &line, &error);
        if (r == -EINVAL)
                return log_errno(r, "%s:%u: %s", path, line, error);
        if (r == -EPERM)
                return log_errno(r, "%s can be written by others than root: not read", path);
        if (r < 0 && (r != -ENOENT || o->config))
                return log_errno(r, "Cannot read %s: %m", path);
        if (replace(&c->cache_dir, o->cache_dir) < 0 || replace(&c->state_dir, o->state_dir) < 0 ||
            replace(&c->kernel, o->kernel) < 0 || replace(&c->group, o->group) < 0 ||
            replace(&c->policy_dir, o->policy_dir) < 0 || replace(&c->scripts_dir, o->scripts_dir) < 0)
                return -ENOMEM;
        return 0;
}

/* From the service manager, or our own. */
static int get_socket(const Options *o, int passed) {
        if (passed >= 0)
                return passed;
        const char *path = o->socket ?: STAPD_SOCKET;
        if (!o->socket && tree_make(STAPD_RUNTIME_DIR, 0755) < 0)
                log_warning("Cannot make " STAPD_RUNTIME_DIR ".");
        int fd = server_listen(path);
        if (fd == -EADDRINUSE)
                return log_errno(fd, "Another stapd listens on %s", path);
        return fd < 0 ? log_errno(fd, "Cannot listen on %s: %m", path) : fd;
}

/* A helper's 0 to 2 are made from ours: they must not be a socket that was opened since. */
static int open_standard_fds(void) {
        int fd;
        do
                fd = open("/dev/null", O_RDWR);
        while (fd >= 0 && fd <= STDERR_FILENO);
        if (fd < 0)
                return -errno;
        close(fd);
        return 0;
}

/* What it has in memory are everybody's scripts: no dump of it lies about. */
static void set_limits(void) {
        struct rlimit files, core;
        if (getrlimit(RLIMIT_CORE, &core) >= 0) {
                core.rlim_cur = 0;
                (void) setrlimit(RLIMIT_CORE, &core);
        }
        if (setpriority(PRIO_PROCESS, 0, NICE) < 0)
                log_debug_errno(errno, "Not allowed a higher priority: %m");
        if (getrlimit(RLIMIT_NOFILE, &files) < 0)
                return;
        files.rlim_cur = files.rlim_max;
        (void) setrlimit(RLIMIT_NOFILE, &files);
}

static void on_stopped(void *userdata) {
        (void) sd_event_exit(userdata, 0);
}

static int on_stop_timeout(sd_event_source *s, uint64_t usec, void *userdata) {
        log_warning("Sessions did not end in time; they end now.");
        return sd_event_exit(sd_event_source_get_event(s), 0);
}

/* The first one ends all sessions as Stop does; the second does not wait for it. */
static int on_terminate(sd_event_source *s, const struct signalfd_siginfo *si, void *userdata) {
        Manager *m = userdata;
        sd_event *event = sd_event_source_get_event(s);
        if (!m || m->stopping)
                return sd_event_exit(event, 0);
        if (m->n_sessions > 0 && store_is_there() && service_is_restarting()) {
                log_info("Leaving %u session(s) to the next stapd.", m->n_sessions);
                manager_leave(m);
                return sd_event_exit(event, 0);
        }
        (void) sd_notify(0, "STOPPING=1\nSTATUS=Ending sessions.");
        if (m->n_sessions > 0)
                log_info("Ending %u session(s).", m->n_sessions);
        int r = sd_event_add_time_relative(event, NULL, CLOCK_MONOTONIC, STOP_USEC, 0, on_stop_timeout,
                                           NULL);
        if (r < 0)
                return sd_event_exit(event, 0);
        manager_stop(m, on_stopped, event);
        return 0;
}

static int block_signals(sd_event *event, sd_event_source **ret_term, sd_event_source **ret_interrupt) {
        sigset_t set;
        sigemptyset(&set);
        sigaddset(&set, SIGTERM);
        sigaddset(&set, SIGINT);
        sigaddset(&set, SIGHUP);
        sigaddset(&set, SIGCHLD);
        if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
                return -errno;
        (void) signal(SIGPIPE, SIG_IGN);
        int r = sd_event_add_signal(event, ret_term, SIGTERM, on_terminate, NULL);
        return r < 0 ? r : sd_event_add_signal(event, ret_interrupt, SIGINT, on_terminate, NULL);
}

/* What `systemctl status` shows. */
static void tell_status(const Manager *m) {
        if (m->stopping)
                return;
        if (m->n_sessions == 0)
                (void) sd_notify(0, "STATUS=Serving.");
        else
                (void) sd_notifyf(0, "STATUS=Serving %u session%s.", m->n_sessions,
                                  m->n_sessions == 1 ? "" : "s");
}

static void on_session(void *userdata, Session *s, Change change) {
        if (change != CHANGE_CHANGED)
                tell_status(userdata);
}

/* The service manager asks for it so (Type=notify-reload in systemd from 253 on). */
static int on_reload(sd_event_source *source, const struct signalfd_siginfo *si, void *userdata) {
        uint64_t now = 0;
        (void) sd_event_now(sd_event_source_get_event(source), CLOCK_MONOTONIC, &now);
        (void) sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" PRIu64, now);
        char error[POLICY_ERROR_MAX];
        int r = policy_reload(userdata, error);
        scripts_reload(userdata);
        if (r >= 0)
                (void) revoke_denied(userdata, /* ids= */ NULL);
        (void) sd_notify(0,
                         r < 0 ? "READY=1\nSTATUS=The policy has an error; the old one stays." : "READY=1");
        if (r >= 0)
                tell_status(userdata);
        return 0;
}

DEFINE_CLEANUP(Server *, server_freep, server_free)
DEFINE_CLEANUP(Store *, store_closep, store_close)
DEFINE_CLEANUP(Bus *, bus_freep, bus_free)
DEFINE_CLEANUP(sd_event_source *, source_freep, sd_event_source_disable_unref)
DEFINE_CLEANUP(sd_event *, event_unrefp, sd_event_unref)

static int run(const Options *o) {
        _cleanup_(config_done) Config config = {};
        _cleanup_(event_unrefp) sd_event *event = NULL;
        _cleanup_(source_freep) sd_event_source *term = NULL, *interrupt = NULL;
        _cleanup_(store_closep) Store *store = NULL;
        _cleanup_(manager_freep) Manager *manager = NULL;
        _cleanup_(server_freep) Server *server = NULL;
        _cleanup_(bus_freep) Bus *bus = NULL;

        int r = config_init(&config);
        if (r >= 0)
                r = read_config(o, &config);
        if (r < 0)
                return r;
        int fd = -1;
        r = store_open(&store, &fd);
        if (r < 0)
                return log_errno(r,
                                 "Cannot use what the service manager passed (one socket is expected): %m");
        fd = get_socket(o, fd);
        if (fd < 0)
                return fd;
        r = sd_event_new(&event);
        if (r >= 0)
                r = block_signals(event, &term, &interrupt);
        if (r >= 0)
                r = sd_event_set_watchdog(event, true);
        if (r >= 0)
                r = manager_new(event, &config, &manager);
        if (r >= 0)
                manager_adopt(manager, store);
        if (r >= 0)
                r = sd_event_add_signal(event, NULL, SIGHUP, on_reload, manager);
        if (r >= 0)
                r = server_new(event, manager, fd, &server);
        if (r >= 0 && strcmp(o->bus, "none") != 0)
                r = bus_new(event, manager, o->bus, &bus);
        if (r < 0)
                return log_errno(r, "Cannot start: %m");
        server_adopt(server);
        manager_go_on(manager);
        scripts_stop_gone(manager);
        (void) revoke_denied(manager, /* ids= */ NULL); /* the rules may have changed while there was no stapd */
        sd_event_source_set_userdata(term, manager);
        sd_event_source_set_userdata(interrupt, manager);

        Watcher watcher = { .session = on_session, .userdata = manager };
        manager_watch(manager, &watcher);
        (void) sd_notify(0, "READY=1");
        tell_status(manager);
        log_info("stapd " STAPD_VERSION " is serving.");
        r = sd_event_loop(event);
        manager_unwatch(manager, &watcher);
        (void) sd_notify(0, "STOPPING=1");
        return r;
}

int main(int argc, char **argv) {
        Options o = { .log_level = LOG_INFO, .bus = "system" };
        int r = read_options(argc, argv, &o);
        if (r <= 0)
                return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
        if (open_standard_fds() < 0)
                return EXIT_FAILURE;
        log_setup("stapd", o.log_level);
        umask(0022);
        set_limits();
        audit_kernel_open();
        r = run(&o);
        audit_kernel_close();
        return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
