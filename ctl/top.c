/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stapctl top: the sessions that one may see, with what they do a second, again and again. On a terminal
 * keys sort, stop and attach; elsewhere the table is printed each time.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "ctl/client.h"
#include "ctl/main.h"
#include "ctl/output.h"
#include "ctl/terminal.h"
#include "ctl/top-table.h"
#include "ctl/when.h"

#define FRAME_LINES 4 /* besides the rows: what is said above, the heading, the keys */

typedef struct Top {
        Client client;
        TopTable table;
        int64_t interval_usec, times; /* 0: for ever */
        char selected[40];            /* id */
        char asking[40];              /* id of the one that is to be stopped, if yes */
        char message[160];
} Top;

static const char usage[] =
        "stapctl top [-d SECONDS] [-n TIMES] [-s KEY]\n\n"
        "Shows the sessions with their rates, until q is pressed.\n\n"
        "  -d SECONDS  Between two looks (2)\n"
        "  -n TIMES    So many looks, then it ends\n"
        "  -s KEY      Sort by h: hits, r: records, l: lost, a: age, n: name\n\n"
        "Keys: h r l a n to sort, up and down to select, s to stop the selected session, Enter to attach to it\n"
        "(Ctrl-C comes back), space to look at once, q to end. Not on a terminal the table is printed each time.\n";

/* ------------------------------------------------------------------ asking stapd */

static uint64_t now_usec(void) {
        struct timespec t;
        clock_gettime(CLOCK_MONOTONIC, &t);
        return (uint64_t) t.tv_sec * 1000000 + (uint64_t) t.tv_nsec / 1000;
}

static void on_session(void *userdata, json_object *s) {
        if (json_object_is_type(s, json_type_object))
                json_object_array_add(userdata, json_object_get(s));
}

static int look(Top *t) {
        json_object *sessions = json_object_new_array();
        int status = client_each(&t->client, "List", NULL, "session", on_session, sessions);
        if (status == EXIT_OK && top_table_update(&t->table, sessions, now_usec()) < 0)
                status = EXIT_USAGE;
        json_object_put(sessions);
        return status;
}

/* ------------------------------------------------------------------ what keys do */

static void stop(Top *t, const char *id) {
        _cleanup_(client_done) Client c = CLIENT_INIT; /* of its own: that of the list must not wait */
        _cleanup_(reply_done) Reply reply = {};
        if (client_connect(&c) < 0 || client_call(&c, "Stop", parameters_with_id(id), &reply) < 0)
                snprintf(t->message, sizeof(t->message), "cannot reach stapd");
        else if (reply.error)
                snprintf(t->message, sizeof(t->message), "%.12s was not stopped: %s", id,
                         member_text(reply.parameters, "reason"));
        else
                snprintf(t->message, sizeof(t->message), "%.12s is being stopped", id);
}

/* To the same stapd as we. */
static void __attribute__((noreturn)) run_attach(const char *id) {
        const char *argv[10] = { "stapctl", "--socket", arg_socket };
        size_t n = 3;
        if (arg_host) {
                argv[n++] = "--host";
                argv[n++] = arg_host;
        }
        if (!arg_ask_password)
                argv[n++] = "--no-ask-password";
        argv[n++] = "attach";
        argv[n++] = "--tail=10";
        argv[n++] = id;
        execv("/proc/self/exe", (char **) argv);
        _exit(127);
}

/* Another stapctl has the terminal meanwhile, Ctrl-C is for it. */
static void attach(Top *t, const char *id) {
        terminal_close();
        printf("-- %.12s, Ctrl-C comes back --\n", id);
        fflush(stdout);
        pid_t pid = fork();
        if (pid == 0)
                run_attach(id);
        (void) signal(SIGINT, SIG_IGN);
        while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
                ;
        if (terminal_open() < 0)
                t->times = 1;
}

static void move(Top *t, int by) {
        int i = top_table_find(&t->table, t->selected) + by;
        i = MAX2(0, MIN2(i, (int) t->table.n - 1));
        if (t->table.n > 0)
                snprintf(t->selected, sizeof(t->selected), "%s", t->table.rows[i].id);
}

static void answer(Top *t, int key) {
        if (key == 'y')
                stop(t, t->asking);
        else
                t->message[0] = 0;
        t->asking[0] = 0;
}

static void press(Top *t, int key) {
        bool is_selected = top_table_find(&t->table, t->selected) >= 0;
        if (*t->asking) {
                answer(t, key);
                return;
        }
        t->message[0] = 0;
        switch (key) {
        case KEY_UP: move(t, -1); break;
        case KEY_DOWN: move(t, 1); break;
        case 's':
                if (is_selected) {
                        strcpy(t->asking, t->selected);
                        snprintf(t->message, sizeof(t->message), "stop %.12s? (y)", t->selected);
                }
                break;
        case KEY_ENTER:
                if (is_selected)
                        attach(t, t->selected);
                break;
        default:
                if (key < 256)
                        (void) top_table_sort_by(&t->table, (char) key);
        }
}

/* ------------------------------------------------------------------ showing */

static void show(Top *t) {
        _cleanup_(buf_done) Buf out = BUF_INIT;
        unsigned lines, columns;
        terminal_size(&lines, &columns);
        if (top_table_find(&t->table, t->selected) < 0)
                t->selected[0] = 0;
        if (!*t->selected)
                move(t, 1);
        buf_printf(&out, "%zu session%s   %s\n\n", t->table.n, t->table.n == 1 ? "" : "s", t->message);
        top_table_print(&t->table, &out, top_table_find(&t->table, t->selected),
                        lines > FRAME_LINES ? lines - FRAME_LINES : 1);
        buf_str(&out, "sort: h r l a n   s stop   Enter attach   q end");
        terminal_show(&out);
}

static int print(Top *t, bool first) {
        _cleanup_(buf_done) Buf out = BUF_INIT;
        buf_str(&out, first ? "" : "\n");
        top_table_print(&t->table, &out, -1, SIZE_MAX);
        return out.failed || output_write(STDOUT_FILENO, out.data, out.len) < 0 ? EXIT_USAGE : EXIT_OK;
}

/* Keys until it is time to look again. False: it is to end. */
static bool use_keys(Top *t, uint64_t until) {
        for (uint64_t now; show(t), (now = now_usec()) < until;) {
                int key = terminal_key((unsigned) ((until - now + 999) / 1000));
                if (key == 'q' || key == KEY_END)
                        return false;
                if (key == ' ')
                        return true;
                if (key != KEY_NONE)
                        press(t, key);
        }
        return true;
}

static int watch(Top *t) {
        bool screen = terminal_is_there();
        if (screen && terminal_open() < 0)
                return EXIT_USAGE;
        int status = EXIT_OK;
        for (int64_t i = 0; t->times == 0 || i < t->times; i++) {
                uint64_t next = now_usec() + (uint64_t) t->interval_usec;
                status = look(t);
                if (status == EXIT_USAGE && screen) { /* it may be another stapd by now */
                        terminal_close(); /* what is said now must stay */
                        client_done(&t->client);
                        status = client_connect(&t->client) < 0 ? EXIT_USAGE : look(t);
                        if (status == EXIT_OK && terminal_open() < 0)
                                status = EXIT_USAGE;
                }
                if (status == EXIT_OK && !screen)
                        status = print(t, i == 0);
                if (status != EXIT_OK || (screen && !use_keys(t, next)))
                        break;
                if (!screen && (t->times == 0 || i + 1 < t->times))
                        (void) usleep((useconds_t) t->interval_usec);
        }
        terminal_close();
        return status;
}

static int read_times(const char *text, int64_t *ret) {
        char *end;
        *ret = strtoll(text, &end, 10);
        if (*text && !*end && *ret > 0 && *ret <= INT32_MAX)
                return 0;
        fprintf(stderr, "stapctl: -n takes a number above 0, not '%s'\n", text);
        return -EINVAL;
}

static int read_interval(const char *text, int64_t *ret) {
        if (when_read_span(text, ret) >= 0 && *ret >= 100000 && *ret <= INT64_C(3600000000))
                return 0;
        fprintf(stderr, "stapctl: -d takes a number of seconds from 0.1 to 3600, not '%s'\n", text);
        return -EINVAL;
}

static int read_sort(Top *t, const char *text) {
        if (strlen(text) == 1 && top_table_sort_by(&t->table, *text))
                return 0;
        fprintf(stderr, "stapctl: -s takes one of h, r, l, a and n, not '%s'\n", text);
        return -EINVAL;
}

static void top_done(Top *t) {
        client_done(&t->client);
        top_table_done(&t->table);
}

int verb_top(int argc, char **argv) {
        static const struct option options[] = {
                { "delay", required_argument, NULL, 'd' }, { "iterations", required_argument, NULL, 'n' },
                { "sort", required_argument, NULL, 's' },  { "help", no_argument, NULL, 'h' }, {},
        };
        _cleanup_(top_done) Top t = { .client = CLIENT_INIT, .interval_usec = 2000000 };
        for (int c; (c = getopt_long(argc, argv, "d:n:s:h", options, NULL)) >= 0;) {
                int r = 0;
                switch (c) {
                case 'd': r = read_interval(optarg, &t.interval_usec); break;
                case 'n': r = read_times(optarg, &t.times); break;
                case 's': r = read_sort(&t, optarg); break;
                case 'h': fputs(usage, stdout); return EXIT_OK;
                default: return EXIT_USAGE;
                }
                if (r < 0)
                        return EXIT_USAGE;
        }
        if (optind < argc) {
                fputs("stapctl: top takes no argument: it shows all sessions\n", stderr);
                return EXIT_USAGE;
        }
        return client_connect(&t.client) < 0 ? EXIT_USAGE : watch(&t);
}
