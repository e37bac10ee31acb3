/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ctl/client.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include "ctl/agent.h"
#include "ctl/main.h"
#include "ctl/remote.h"

#define REPLY_MAX (16u << 20) /* bytes: a generated source may be in one */
#define READ_SIZE 65536
#define INTERFACE "org.stapd1."

static int complain(int error, const char *what) {
        fprintf(stderr, "stapctl: %s: %s\n", what, strerror(-error));
        return error;
}

/* For a retry: says nothing, starts no agent. */
static int connect_socket(int *ret) {
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        if (strlen(arg_socket) >= sizeof(address.sun_path))
                return -ENAMETOOLONG;
        strcpy(address.sun_path, arg_socket);
        _cleanup_(closep) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (fd < 0 || connect(fd, (struct sockaddr *) &address, sizeof(address)) < 0)
                return -errno;
        *ret = TAKE_FD(fd);
        return 0;
}

int client_reconnect(Client *c) {
        int fd = -1, r = arg_host ? remote_connect(arg_host, arg_socket) : connect_socket(&fd);
        if (r < 0)
                return r;
        *c = (Client) { .fd = arg_host ? r : fd, .in.limit = REPLY_MAX, .heard = c->heard };
        return 0;
}

static int complain_unreachable(int error) {
        fprintf(stderr, "stapctl: cannot reach stapd at %s: %s\n", arg_socket, strerror(-error));
        if (error == -ENOENT || error == -ECONNREFUSED)
                fputs("  Is it running? Start it with: systemctl start stapd\n", stderr);
        return error;
}

int client_connect_alone(Client *c) {
        int fd, r = connect_socket(&fd);
        if (r < 0)
                return complain_unreachable(r);
        *c = (Client) { .fd = fd, .in.limit = REPLY_MAX };
        return 0;
}

int client_connect(Client *c) {
        if (!arg_host) {
                int r = client_connect_alone(c);
                if (r >= 0)
                        agent_start();
                return r;
        }
        int r = client_reconnect(c);
        return r < 0 ? complain(r, "ssh") : 0;
}

void client_done(Client *c) {
        c->fd = close_fd(c->fd);
        buf_done(&c->in);
}

static int send_all(int fd, const char *data, size_t len) {
        while (len > 0) {
                ssize_t n = send(fd, data, len, MSG_NOSIGNAL);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return -errno;
                data += n;
                len -= (size_t) n;
        }
        return 0;
}

/* Polkit may be asked about all but what everybody may. */
static bool may_ask(const char *method) {
        static const char *const free_methods[] = { "Status", "Describe", "Subscribe", "ListJobs", "CheckPolicy", "ShowPolicy" };
        for (size_t i = 0; i < ELEMENTSOF(free_methods); i++)
                if (strcmp(free_methods[i], method) == 0)
                        return false;
        return arg_ask_password;
}

int client_post(Client *c, const char *method, json_object *parameters, const char *flag) {
        char full[64];
        snprintf(full, sizeof(full), "%s%s", strchr(method, '.') ? "" : INTERFACE, method);
        json_object *o = json_object_new_object();
        json_object_object_add(o, "method", json_object_new_string(full));
        parameters = parameters ?: json_object_new_object();
        if (may_ask(method))
                json_object_object_add(parameters, "allowInteractiveAuthentication",
                                       json_object_new_boolean(true));
        json_object_object_add(o, "parameters", parameters);
        if (flag)
                json_object_object_add(o, flag, json_object_new_boolean(true));
        size_t len;
        const char *text = json_object_to_json_string_length(o, JSON_C_TO_STRING_PLAIN, &len);
        int r = text ? send_all(c->fd, text, len + 1) : -ENOMEM;
        json_object_put(o);
        return r;
}

int client_send(Client *c, const char *method, json_object *parameters, const char *flag) {
        int r = client_post(c, method, parameters, flag);
        return r < 0 ? complain(r, "sending to stapd") : 0;
}

void reply_done(Reply *r) {
        json_object_put(r->message);
        *r = (Reply) {};
}

int client_take(Client *c, Reply *ret) {
        const char *nul = c->in.len > 0 ? memchr(c->in.data, 0, c->in.len) : NULL;
        if (!nul)
                return 0;
        size_t len = (size_t) (nul - c->in.data);
        json_object *o = json_tokener_parse(c->in.data), *v;
        buf_consume(&c->in, len + 1);
        if (!json_object_is_type(o, json_type_object)) {
                json_object_put(o);
                return -EBADMSG;
        }
        Reply r = { .message = o };
        if (json_object_object_get_ex(o, "error", &v))
                r.error = json_object_get_string(v);
        if (json_object_object_get_ex(o, "continues", &v))
                r.continues = json_object_get_boolean(v);
        if (!json_object_object_get_ex(o, "parameters", &r.parameters) || !r.parameters) {
                r.parameters = json_object_new_object();
                json_object_object_add(o, "parameters", r.parameters);
        }
        *ret = r;
        c->heard = true;
        return 1;
}

int client_receive(Client *c) {
        char *room = buf_reserve(&c->in, READ_SIZE);
        if (!room)
                return -EMSGSIZE;
        ssize_t n = recv(c->fd, room, READ_SIZE, 0);
        if (n < 0)
                return errno == EINTR || errno == EAGAIN ? 1 : -errno;
        c->in.len += (size_t) n;
        return n > 0;
}

int client_next(Client *c, Reply *ret) {
        for (;;) {
                int r = client_take(c, ret);
                if (r == 1)
                        return 0;
                if (r == 0)
                        r = client_receive(c);
                if (r == 0)
                        r = c->in.len > 0 ? -EBADMSG : -ECONNRESET;
                if (r < 0)
                        return r;
        }
}

int client_wait(Client *c, Reply *ret) {
        int r = client_next(c, ret);
        return r < 0 ? complain(r, "stapd went away") : 0;
}

/* ------------------------------------------------------------------ errors */

static const struct {
        const char *name;
        int status;
        const char *prefix, *parameter;
} errors[] = {
        { "CompileFailed", EXIT_COMPILE, "", "text" },
        { "CompileLimit", EXIT_COMPILE, "stapctl: ", "reason" },
        { "KernelMissing", EXIT_COMPILE, "stapctl: ", "reason" },
        { "ModuleRefused", EXIT_USAGE, "stapctl: the kernel did not take the script: ", "reason" },
        { "PolicyBroken", EXIT_USAGE, "stapctl: the rules stay as they were: ", "reason" },
        { "PolicyDenied", EXIT_POLICY, "stapctl: not allowed: ", "reason" },
        { "NoSuchRequest", EXIT_USAGE, "stapctl: there is no such request or script: ", "id" },
        { "RequestExists", EXIT_USAGE, "stapctl: you have asked for these bytes already: ", "id" },
        { "DigestMismatch", EXIT_USAGE, "stapctl: this is not what you have read; the script's sha256 is ", "digest" },
        { "SettingsInvalid", EXIT_USAGE, "stapctl: ", "reason" },
        { "NoSuchScript", EXIT_USAGE, "stapctl: ", "reason" },
        { "InvalidArgument", EXIT_USAGE, "stapctl: ", "reason" },
        { "NoSuchSession", EXIT_USAGE, "stapctl: there is no such session: ", "id" },
        { "InvalidState", EXIT_USAGE, "stapctl: not possible now: ", "state" },
        { "NameTaken", EXIT_USAGE, "stapctl: this name is taken: ", "name" },
        { "NoLogin", EXIT_USAGE, "stapctl: ", "reason" },
        { "NoSuchJob", EXIT_USAGE, "stapctl: there is no such job: ", "job" },
        { "ShuttingDown", EXIT_USAGE, "stapctl: ", "reason" },
        { "TooManySessions", EXIT_USAGE, "stapctl: too many sessions; the limit is ", "limit" },
        { "CursorInvalid", EXIT_USAGE, "stapctl: ", "reason" },
        { "QuotaExceeded", EXIT_POLICY, "stapctl: this is too much: ", "reason" },
        { "Internal", EXIT_USAGE, "stapctl: stapd failed: ", "reason" },
};

static const char *error_name(const Reply *r) {
        bool ours = r->error && strncmp(r->error, INTERFACE, strlen(INTERFACE)) == 0;
        return ours ? r->error + strlen(INTERFACE) : "";
}

bool reply_is_error(const Reply *r, const char *name) {
        return strcmp(error_name(r), name) == 0;
}

static void print_line(const char *prefix, const char *text) {
        size_t n = strlen(text);
        fprintf(stderr, "%s%s%s", prefix, text, n > 0 && text[n - 1] == '\n' ? "" : "\n");
}

int reply_print_error(const Reply *r) {
        const char *name = error_name(r);
        for (size_t i = 0; i < ELEMENTSOF(errors); i++) {
                if (strcmp(errors[i].name, name) != 0)
                        continue;
                print_line(errors[i].prefix, member_text(r->parameters, errors[i].parameter));
                return errors[i].status;
        }
        fprintf(stderr, "stapctl: stapd answers %s %s\n", r->error,
                json_object_to_json_string_ext(r->parameters, JSON_C_TO_STRING_PLAIN));
        return EXIT_USAGE;
}

int outcome_status(const char *result) {
        static const struct {
                const char *result;
                int status;
        } results[] = {
                { "success", EXIT_OK },           { "timeout", EXIT_OK },            { "logout", EXIT_OK },
                { "shutdown", EXIT_USAGE },       { "canceled", EXIT_USAGE },        { "client-gone", EXIT_USAGE },
                { "internal-error", EXIT_USAGE }, { "load-failed", EXIT_USAGE },     { "daemon-lost", EXIT_USAGE },
                { "revoked", EXIT_POLICY },        { "output-limit", EXIT_POLICY },
                { "policy", EXIT_POLICY },        { "compile-failed", EXIT_COMPILE }, { "compile-limit", EXIT_COMPILE },
                { "kernel-missing", EXIT_COMPILE },
        };
        for (size_t i = 0; i < ELEMENTSOF(results); i++)
                if (strcmp(results[i].result, result) == 0)
                        return results[i].status;
        return EXIT_SCRIPT;
}

const char *member_text(json_object *o, const char *name) {
        json_object *v;
        return json_object_object_get_ex(o, name, &v) && v ? json_object_get_string(v) : "";
}

int64_t member_number(json_object *o, const char *name) {
        json_object *v;
        return json_object_object_get_ex(o, name, &v) ? json_object_get_int64(v) : 0;
}

json_object *parameters_with_id(const char *id) {
        json_object *o = json_object_new_object();
        json_object_object_add(o, "id", json_object_new_string(id));
        return o;
}
