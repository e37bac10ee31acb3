/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ctl/approval.h"
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/fds.h"
#include "ctl/main.h"
#include "ctl/plain.h"

#define SCRIPT_MAX (256u << 10)

int request_wrong_usage(const char *usage) {
        fputs(usage, stderr);
        return EXIT_USAGE;
}

/* One call, one reply, which is the caller's to end. EXIT_OK: it is in *ret. Takes the parameters. */
int request_call(const char *method, json_object *p, Reply *ret) {
        _cleanup_(client_done) Client c = CLIENT_INIT;
        if (client_connect(&c) < 0) {
                json_object_put(p);
                return EXIT_USAGE;
        }
        if (client_call(&c, method, p, ret) < 0)
                return EXIT_USAGE;
        return ret->error ? reply_print_error(ret) : EXIT_OK;
}

void request_add_text(json_object *o, const char *name, const char *value) {
        if (value)
                json_object_object_add(o, name, json_object_new_string(value));
}

char *request_read_file(const char *path, size_t *ret_len) {
        char *text = NULL;
        int r = fds_read_file(path, SCRIPT_MAX, &text, ret_len);
        if (r < 0)
                fprintf(stderr, "stapctl: cannot read %s: %s\n", path,
                        r == -EFBIG ? "a script that is asked for may have 256 KiB" : strerror(-r));
        return text;
}

json_object *request_of(const Reply *r) {
        json_object *o = NULL;
        return json_object_object_get_ex(r->parameters, "request", &o) ? o : NULL;
}

/* ------------------------------------------------------------------ on the terminal */

void request_format_time(int64_t usec, char *ret, size_t size) {
        time_t t = (time_t) (usec / 1000000);
        struct tm tm;
        if (usec <= 0 || !localtime_r(&t, &tm) || strftime(ret, size, "%F %T", &tm) == 0)
                snprintf(ret, size, "-");
}

const char *request_name_user(json_object *o, const char *member) {
        static char text[64];
        json_object *v = NULL;
        if (!json_object_object_get_ex(o, member, &v) || !v)
                return "-";
        const struct passwd *pw = getpwuid((uid_t) json_object_get_int64(v));
        snprintf(text, sizeof(text), "%s", pw ? pw->pw_name : json_object_get_string(v));
        return text;
}

static void print_one(const char *title, const char *text) {
        if (!*text)
                return;
        printf("%-11s", title);
        plain_print(stdout, text);
        puts("");
}

static void print_words(const char *title, json_object *o, const char *member) {
        json_object *list = NULL;
        size_t n = json_object_object_get_ex(o, member, &list) && list ? json_object_array_length(list) : 0;
        for (size_t i = 0; i < n; i++)
                print_one(i == 0 ? title : "", json_object_get_string(json_object_array_get_idx(list, i)));
}

static void append_words(Buf *out, json_object *o, const char *member, size_t max) {
        json_object *list = json_object_object_get(o, member);
        size_t n = list ? json_object_array_length(list) : 0;
        for (size_t i = 0; i < MIN2(n, max); i++)
                buf_printf(out, "%s%s", i > 0 ? " " : "",
                           json_object_get_string(json_object_array_get_idx(list, i)));
        if (n > max)
                buf_printf(out, " and %zu more", n - max);
}

#define PROBES_SHOWN 2

void sights_print(json_object *o, const char *first, const char *rest) {
        json_object *list = json_object_object_get(o, "sees");
        for (size_t i = 0; list && i < json_object_array_length(list); i++) {
                _cleanup_(buf_done) Buf line = BUF_INIT;
                json_object *sight = json_object_array_get_idx(list, i);
                append_words(&line, sight, "values", SIZE_MAX);
                buf_str(&line, " at ");
                append_words(&line, sight, "probes", PROBES_SHOWN);
                fputs(i == 0 ? first : rest, stdout);
                plain_print(stdout, line.failed ? "?" : line.data);
                puts("");
        }
}

static void print_block(const char *title, const char *text) {
        if (!*text)
                return;
        printf("\n%s\n", title);
        plain_print(stdout, text);
        puts("");
}

void request_print(json_object *o) {
        char requested[64], decided[64], until[64];
        request_format_time(member_number(o, "requested"), requested, sizeof(requested));
        request_format_time(member_number(o, "decided"), decided, sizeof(decided));
        request_format_time(member_number(o, "untilUSec"), until, sizeof(until));
        printf("%s: %s, %s\n", member_text(o, "id"), member_text(o, "name"), member_text(o, "state"));
        printf("%-11s%s, by %s\n", "Requested:", requested, request_name_user(o, "requester"));
        print_one("Reason:", member_text(o, "reason"));
        if (strcmp(decided, "-") != 0)
                printf("%-11s%s, by %s\n", "Decided:", decided, request_name_user(o, "decider"));
        print_one("Answer:", member_text(o, "answer"));
        if (strcmp(until, "-") != 0)
                print_one("Until:", until);
        print_one("Digest:", member_text(o, "digest"));
        print_one("Class:", member_text(o, "class"));
        print_words("Probes:", o, "probes");
        sights_print(o, "Sees:      ", "           ");
        print_words("Functions:", o, "functions");
        print_words("Prints:", o, "fields");
        print_block("Settings:", member_text(o, "settings"));
        print_block("Script:", member_text(o, "script"));
}
