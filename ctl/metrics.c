/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stapctl metrics: what io.systemd.Metrics tells, as OpenMetrics text. org.stapd1.CompileSeconds is
 * stapd_compile_seconds there, with the endings that OpenMetrics wants: _total for counters, _info for
 * texts. With --http this is the answer to one request on standard input, which a socket unit that accepts
 * connections provides (stapd-metrics.socket).
 */
#include <ctype.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include "base/fds.h"
#include "ctl/client.h"
#include "ctl/main.h"
#include "ctl/output.h"

#define CONTENT_TYPE "application/openmetrics-text; version=1.0.0; charset=utf-8"
#define REQUEST_MAX 16384u

static const char usage[] =
        "stapctl metrics [--json | --http]\n\n"
        "Writes the metrics of stapd as OpenMetrics text.\n\n"
        "  --json  One JSON object a line, as io.systemd.Metrics.List has them\n"
        "  --http  Answer the HTTP request on standard input\n";

/* ------------------------------------------------------------------ asking */

static void collect(void *userdata, json_object *o) {
        json_object_array_add(userdata, json_object_get(o));
}

/* All replies of a call, as an array; NULL: *ret_status says how it failed. */
static json_object *ask(Client *c, const char *method, int *ret_status) {
        json_object *all = json_object_new_array();
        *ret_status = client_each(c, method, NULL, /* member= */ NULL, collect, all);
        if (*ret_status == EXIT_OK)
                return all;
        json_object_put(all);
        return NULL;
}

/* ------------------------------------------------------------------ OpenMetrics */

/* "org.stapd1.CompileSeconds": "stapd_compile_seconds". */
static void make_name(const char *full, char *ret, size_t size) {
        const char *name = strrchr(full, '.');
        size_t n = (size_t) snprintf(ret, size, "stapd");
        for (name = name ? name + 1 : full; *name && n + 3 < size; name++) {
                if (isupper((unsigned char) *name))
                        ret[n++] = '_';
                ret[n++] = isalnum((unsigned char) *name) ? (char) tolower((unsigned char) *name) : '_';
        }
        ret[n] = '\0';
}

static void add_escaped(Buf *out, const char *text) {
        for (; *text; text++) {
                if (*text == '\\' || *text == '"')
                        buf_char(out, '\\');
                if (*text == '\n')
                        buf_str(out, "\\n");
                else
                        buf_char(out, *text);
        }
}

static void add_label(Buf *out, bool *first, const char *name, const char *value) {
        buf_printf(out, "%s%s=\"", *first ? "{" : ",", name);
        add_escaped(out, value);
        buf_char(out, '"');
        *first = false;
}

static void add_sample(Buf *out, const char *name, const char *type, json_object *sample) {
        json_object *fields, *value;
        bool first = true, is_text = strcmp(type, "string") == 0;
        const char *object = member_text(sample, "object");
        if (!json_object_object_get_ex(sample, "value", &value))
                return;
        buf_printf(out, "%s%s", name, is_text ? "_info" : strcmp(type, "counter") == 0 ? "_total" : "");
        if (*object)
                add_label(out, &first, "session", object);
        if (json_object_object_get_ex(sample, "fields", &fields) &&
            json_object_is_type(fields, json_type_object)) {
                json_object_object_foreach(fields, key, v)
                        add_label(out, &first, key, v ? json_object_get_string(v) : "");
        }
        if (is_text) {
                const char *word = strrchr(name, '_');
                add_label(out, &first, word ? word + 1 : name, json_object_get_string(value) ?: "");
        }
        buf_printf(out, "%s %s\n", first ? "" : "}", is_text ? "1" : json_object_get_string(value) ?: "0");
}

static bool ends_with(const char *s, const char *end) {
        size_t n = strlen(s), m = strlen(end);
        return n > m && strcmp(s + n - m, end) == 0;
}

static void add_family(Buf *out, json_object *family, json_object *samples) {
        static const char *const units[] = { "seconds", "bytes" };
        const char *full = member_text(family, "name"), *type = member_text(family, "type");
        char name[128], end[16];
        make_name(full, name, sizeof(name));
        buf_printf(out, "# TYPE %s %s\n", name, strcmp(type, "string") == 0 ? "info" : type);
        for (size_t i = 0; i < ELEMENTSOF(units); i++) {
                snprintf(end, sizeof(end), "_%s", units[i]);
                if (ends_with(name, end))
                        buf_printf(out, "# UNIT %s %s\n", name, units[i]);
        }
        buf_printf(out, "# HELP %s ", name);
        add_escaped(out, member_text(family, "description"));
        buf_char(out, '\n');
        for (size_t i = 0; i < json_object_array_length(samples); i++) {
                json_object *sample = json_object_array_get_idx(samples, i);
                if (strcmp(member_text(sample, "name"), full) == 0)
                        add_sample(out, name, type, sample);
        }
}

static void add_openmetrics(Buf *out, json_object *families, json_object *samples) {
        for (size_t i = 0; i < json_object_array_length(families); i++)
                add_family(out, json_object_array_get_idx(families, i), samples);
        buf_str(out, "# EOF\n");
}

static void add_json(Buf *out, json_object *families, json_object *samples) {
        for (size_t i = 0; i < json_object_array_length(samples); i++)
                buf_printf(out, "%s\n", json_object_to_json_string_ext(json_object_array_get_idx(samples, i),
                                                                       JSON_C_TO_STRING_PLAIN));
}

static int gather(Buf *out, void (*add)(Buf *out, json_object *families, json_object *samples)) {
        _cleanup_(client_done) Client c = CLIENT_INIT;
        int status = EXIT_USAGE;
        if (client_connect(&c) < 0)
                return status;
        json_object *families = ask(&c, "io.systemd.Metrics.Describe", &status);
        json_object *samples = families ? ask(&c, "io.systemd.Metrics.List", &status) : NULL;
        if (samples)
                add(out, families, samples);
        json_object_put(families);
        json_object_put(samples);
        return status;
}

static int put(const Buf *out) {
        if (!out->failed && output_write(STDOUT_FILENO, out->data, out->len) >= 0)
                return EXIT_OK;
        fputs("stapctl: cannot write the metrics\n", stderr);
        return EXIT_USAGE;
}

/* ------------------------------------------------------------------ HTTP */

/* The first line of a request, after all of its head was read: a client that is hung up on before may not
 * read on. */
static bool read_request(char *ret, size_t size) {
        _cleanup_(buf_done) Buf in = { .limit = REQUEST_MAX };
        for (;;) {
                char *room = buf_reserve(&in, 1024);
                ssize_t n = room ? read(STDIN_FILENO, room, 1024) : -1;
                if (n <= 0)
                        return false;
                in.len += (size_t) n;
                in.data[in.len] = '\0';
                if (strstr(in.data, "\r\n\r\n") || strstr(in.data, "\n\n"))
                        break;
        }
        snprintf(ret, size, "%.*s", (int) strcspn(in.data, "\r\n"), in.data);
        return true;
}

static const char *judge(const char *request, bool *ret_head) {
        char method[8], path[128];
        *ret_head = false;
        if (sscanf(request, "%7s %127s HTTP/1.", method, path) != 2 || !strstr(request, " HTTP/1."))
                return "400 Bad Request";
        *ret_head = strcmp(method, "HEAD") == 0;
        if (!*ret_head && strcmp(method, "GET") != 0)
                return "405 Method Not Allowed";
        path[strcspn(path, "?")] = '\0';
        return strcmp(path, "/metrics") == 0 ? "200 OK" : "404 Not Found";
}

static int serve(void) {
        _cleanup_(buf_done) Buf body = BUF_INIT, answer = BUF_INIT;
        char request[256];
        bool head;
        if (!read_request(request, sizeof(request)))
                return EXIT_USAGE;
        const char *status = judge(request, &head);
        bool good = strcmp(status, "200 OK") == 0;
        if (good && gather(&body, add_openmetrics) != EXIT_OK) {
                status = "503 Service Unavailable";
                good = false;
        }
        if (!good) {
                buf_done(&body);
                buf_printf(&body, "%s: the metrics are at /metrics\n", status);
        }
        buf_printf(&answer,
                   "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\nConnection: close\r\n%s\r\n",
                   status, good ? CONTENT_TYPE : "text/plain; charset=utf-8", body.len,
                   strncmp(status, "405", 3) == 0 ? "Allow: GET, HEAD\r\n" : "");
        if (!head && body.data)
                buf_add(&answer, body.data, body.len);
        return put(&answer);
}

int verb_metrics(int argc, char **argv) {
        static const struct option options[] = {
                { "json", no_argument, NULL, 'j' }, { "http", no_argument, NULL, 't' }, { "help", no_argument, NULL, 'h' }, {},
        };
        bool json = false, http = false;
        for (int c; (c = getopt_long(argc, argv, "hj", options, NULL)) >= 0;) {
                switch (c) {
                case 'j': json = true; break;
                case 't': http = true; break;
                case 'h': fputs(usage, stdout); return EXIT_OK;
                default: return EXIT_USAGE;
                }
        }
        if (optind < argc || (json && http)) {
                fputs(usage, stderr);
                return EXIT_USAGE;
        }
        if (http)
                return serve();
        _cleanup_(buf_done) Buf out = BUF_INIT;
        int status = gather(&out, json ? add_json : add_openmetrics);
        return status == EXIT_OK ? put(&out) : status;
}
