/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * zygote-client [-n TIMES] [-o MODULE] [-b] STAPD-COMPILE [ZYGOTE-OPTION...] -- REQUEST...
 *
 * Plays stapd: starts the zygote, prints what it says, sends it jobs one after the other and prints every
 * message. A request is "FILE", a script that is compiled with the defaults; "{...}", a script job's
 * request, with the script in "script" (its own key, which becomes the memory file); "prepare DIRECTORY
 * [KERNEL]";
 * "close FILE", a job whose socket is closed at once; "garbage", a job that gets bytes that are no JSON;
 * "pause SECONDS". -b prints only how long each job took, in milliseconds. -n repeats the requests.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <json-c/json.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include "base/cleanup.h"
#include "base/fds.h"
#include "manifest/compile-protocol.h"

static int zygote_socket, job_number;
static const char *output;
static int brief;

static double now_ms(void) {
        struct timespec t;
        clock_gettime(CLOCK_MONOTONIC, &t);
        return (double) t.tv_sec * 1e3 + (double) t.tv_nsec / 1e6;
}

static void __attribute__((noreturn)) die(const char *what) {
        perror(what);
        exit(EXIT_FAILURE);
}

/* 0: closed. *ret_fd: -1: none. */
static int receive(int socket, char **ret, int *ret_fd) {
        static char buffer[1 << 20];
        int fds[2];
        size_t n = ELEMENTSOF(fds);
        ssize_t len = fds_recv(socket, buffer, sizeof(buffer) - 1, fds, &n);
        if (len <= 0)
                return 0;
        buffer[len] = 0;
        size_t used = 0;
        *ret = strdup(buffer);
        if (strcmp(buffer, "{\"large\":true}") == 0 && n > 0) {
                size_t size;
                free(*ret);
                if (fds_read_all(fds[0], COMPILE_MESSAGE_MAX, ret, &size) < 0)
                        die("large message");
                close(fds[0]);
                used = 1;
        }
        *ret_fd = n > used ? fds[used] : -1;
        return 1;
}

static void keep_module(int fd) {
        _cleanup_(freep) char *data = NULL;
        size_t len;
        if (fds_is_sealed(fd) <= 0)
                die("the module is not sealed");
        if (output && (fds_read_all(fd, 64 << 20, &data, &len) < 0 ||
                       fds_write_file_atomic(output, data, len, 0644) < 0))
                die(output);
        close(fd);
}

static int start_job(const char *kind) {
        char message[128];
        int pair[2];
        if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
                die("socketpair");
        snprintf(message, sizeof(message), "{\"job\":%d,\"kind\":\"%s\"}", job_number++, kind);
        if (fds_send(zygote_socket, message, strlen(message), &pair[1], 1) < 0)
                die("the zygote is gone");
        close(pair[1]);
        return pair[0];
}

static void follow(int job) {
        char *text;
        double start = now_ms();
        for (int fd; receive(job, &text, &fd) > 0; free(text)) {
                if (!brief)
                        printf("%s\n", text);
                if (fd >= 0)
                        keep_module(fd);
        }
        if (brief)
                printf("%.1f\n", now_ms() - start);
        else
                printf("end of job\n");
        fflush(stdout);
        close(job);
}

static void send_script(int job, json_object *request, const char *text, size_t len) {
        int fd = fds_new_sealed("script", text, len);
        const char *json = json_object_to_json_string_ext(request, JSON_C_TO_STRING_PLAIN);
        if (fd < 0 || fds_send(job, json, strlen(json), &fd, 1) < 0)
                die("cannot send the script");
        close(fd);
}

static void run_json(const char *text) {
        json_object *o = json_tokener_parse(text), *script = NULL;
        if (!o || !json_object_object_get_ex(o, "script", &script))
                die(text);
        int job = start_job("script");
        send_script(job, o, json_object_get_string(script), strlen(json_object_get_string(script)));
        json_object_put(o);
        follow(job);
}

static void run_file(const char *path, int then_close) {
        _cleanup_(freep) char *text = NULL;
        size_t len;
        if (fds_read_file(path, 16 << 20, &text, &len) < 0)
                die(path);
        json_object *o = json_object_new_object();
        json_object_object_add(o, "name", json_object_new_string(path));
        int job = start_job("script");
        send_script(job, o, text, len);
        json_object_put(o);
        if (then_close)
                close(job);
        else
                follow(job);
}

static void run_prepare(char *words) {
        char *directory = strtok(words, " "), *kernel = strtok(NULL, " ");
        json_object *o = json_object_new_object();
        json_object_object_add(o, "output", json_object_new_string(directory));
        json_object_object_add(o, "kernel", kernel ? json_object_new_string(kernel) : NULL);
        int job = start_job("prepare");
        const char *json = json_object_to_json_string(o);
        if (fds_send(job, json, strlen(json), NULL, 0) < 0)
                die("cannot send the request");
        json_object_put(o);
        follow(job);
}

static void run_garbage(void) {
        int job = start_job("script");
        if (fds_send(job, "\0\1{]", 4, NULL, 0) < 0)
                die("cannot send the request");
        follow(job);
}

static void run_request(const char *request) {
        _cleanup_(freep) char *copy = strdup(request);
        if (request[0] == '{')
                run_json(request);
        else if (strncmp(copy, "prepare ", 8) == 0)
                run_prepare(copy + 8);
        else if (strncmp(copy, "close ", 6) == 0)
                run_file(copy + 6, 1);
        else if (strncmp(copy, "pause ", 6) == 0)
                usleep((useconds_t) (atof(copy + 6) * 1e6));
        else if (strcmp(copy, "garbage") == 0)
                run_garbage();
        else
                run_file(request, 0);
}

static pid_t start_zygote(char **argv) {
        int pair[2];
        if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
                die("socketpair");
        pid_t pid = fork();
        if (pid == 0) {
                if (dup2(pair[1], COMPILE_ZYGOTE_FD) < 0)
                        die("dup2");
                if (pair[1] == COMPILE_ZYGOTE_FD)
                        fcntl(COMPILE_ZYGOTE_FD, F_SETFD, 0);
                execv(argv[0], argv);
                die(argv[0]);
        }
        close(pair[1]);
        zygote_socket = pair[0];
        return pid;
}

int main(int argc, char **argv) {
        int c, times = 1, n = 0, status = 0;
        char *zygote[32], *text;
        while ((c = getopt(argc, argv, "+n:o:b")) != -1)
                switch (c) {
                case 'n': times = atoi(optarg); break;
                case 'o': output = optarg; break;
                case 'b': brief = 1; break;
                default: return 2;
                }
        for (; optind < argc && strcmp(argv[optind], "--") != 0 && n < 30; optind++) {
                zygote[n++] = argv[optind];
                if (n == 1)
                        zygote[n++] = (char *) "--zygote";
        }
        zygote[n] = NULL;
        if (n == 0 || optind == argc)
                return 2;
        int fd;
        pid_t pid = start_zygote(zygote);
        if (receive(zygote_socket, &text, &fd) <= 0)
                die("the zygote did not get ready");
        if (!brief)
                printf("%s\n", text);
        free(text);
        fflush(stdout);
        for (int i = 0; i < times; i++)
                for (int k = optind + 1; k < argc; k++)
                        run_request(argv[k]);
        close(zygote_socket);
        if (waitpid(pid, &status, 0) < 0)
                die("waitpid");
        if (!brief)
                printf("the zygote ended: %d\n", status);
        return status != 0;
}
