/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a compiled module to one that is loaded: its manifest is read, decide.c decides on it, it gets its
 * session's name, is signed, and goes into the kernel with its leash and its stream.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "base/cleanup.h"
#include "base/fault.h"
#include "base/fds.h"
#include "base/log.h"
#include "run/module.h"
#include "run/verify.h"
#include "session/adopt.h"
#include "session/kit.h"
#include "session/lifecycle.h"
#include "session/manager.h"

#define MODULE_MAX (64u << 20)
#define SUBBUF_SIZE 65536u

static int name_module(Session *s, int fd) {
        _cleanup_(freep) char *image = NULL;
        size_t len;
        int r = fds_read_all(fd, MODULE_MAX, &image, &len);
        if (r < 0)
                return r;
        if (s->request->module) {
                strcpy(s->module, s->request->module);
        } else {
                snprintf(s->module, sizeof(s->module), STP_MODULE_PREFIX "%.24s", s->id);
                r = module_rename(image, len, s->module);
                if (r < 0)
                        return r;
        }
        r = fds_new_sealed("stapd-module", image, len);
        if (r < 0)
                return r;
        s->module_fd = r;
        return 0;
}

#define FLIGHT_SUBBUFS_MIN 4u

/* 0: as the machine's memory allows. A flight recorder has in the kernel what its session keeps, each CPU a share. */
static uint32_t count_subbufs(const Request *r) {
        if (r->buffer_megabytes > 0)
                return (uint32_t) ((r->buffer_megabytes << 20) / SUBBUF_SIZE);
        if (!r->flight)
                return 0;
        long n_cpus = sysconf(_SC_NPROCESSORS_CONF);
        return MAX2((uint32_t) (request_keep(r) / SUBBUF_SIZE) / (uint32_t) MAX2(n_cpus, 1l), FLIGHT_SUBBUFS_MIN);
}

static int open_leash(Session *s) {
        LeashOptions o = { .module = s->module, .owner = s->owner.uid, .zone = s->request->zone,
                           .zone_west = (int32_t) -s->request->utc_offset,
                           .cpu_percent = (uint32_t) s->request->cpu_percent,
                           .memory = (uint64_t) s->request->memory_megabytes << 20,
                           .subbuf_size = SUBBUF_SIZE, .n_subbufs = count_subbufs(s->request),
                           .flags = s->request->flight ? STP_OPEN_OVERWRITE : 0 };
        int r = leash_open(&s->leash, &o);
        if (r >= 0 && s->request->target > 0)
                r = leash_set_target(&s->leash, (pid_t) s->request->target);
        return r;
}

#define JOURNAL_SOCKET "/run/systemd/journal/socket"

/* stapd-stream may not open a socket. */
static int connect_journal(void) {
        static const struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = JOURNAL_SOCKET };
        _cleanup_(closep) int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        if (fd < 0 || connect(fd, (const struct sockaddr *) &address, sizeof(address)) < 0)
                return -errno;
        return TAKE_FD(fd);
}

static void add_journal(Session *s) {
        const StreamerReader journal = { .format = "journal", .overflow = "drop", .uid = s->owner.uid };
        int fd = connect_journal();
        int r = fd < 0 ? fd : streamer_add_reader(s->streamer, fd, &journal);
        if (r < 0) {
                char text[160];
                snprintf(text, sizeof(text), "nothing goes to the journal: " JOURNAL_SOCKET ": %s",
                         strerror(-r));
                session_tell(s, "warning", text);
        }
}

StreamerOptions session_stream_options(const Session *s) {
        return (StreamerOptions) {
                .user = s->manager->config->stream_user,
                .session = s->id,
                .name = s->request->name,
                .owner = s->owner.uid,
                .mask = s->request->mask,
                .reader_fd = s->leash.reader_fd,
                .module_fd = s->module_fd,
                .keep = request_keep(s->request),
                .helper_usec = s->manager->config->helper_seconds * 1000000ull,
                .consume = s->request->keep_bytes > 0,
                .flight = s->request->flight,
        };
}

static int start_stream(Session *s) {
        StreamerOptions o = session_stream_options(s);
        int r = streamer_new(s->manager->event, &o, &session_stream_handler, s, &s->streamer);
        if (r >= 0 && s->request->journal)
                add_journal(s);
        return r;
}

static int sign(Session *s, const SigningKey *key) {
        int fd = module_sign(s->module_fd, key);
        if (fd == -ENOKEY)
                return 0;
        if (fd < 0)
                return fd;
        close_fd(s->module_fd);
        s->module_fd = fd;
        return 0;
}

/* Everything that can still say no, in the order of its cost. */
static int load(Session *s, const char **ret_error) {
        Manager *m = s->manager;
        if (!manager_can_load(m, ret_error))
                return -EPERM;
        SigningKey key = manager_signing_key(m);
        int r = kit_load_core(m->kit_dir, compiler_info(m->compiler).kit ?: "", s->manifest->abi_hash, &key);
        if (r >= 0)
                r = sign(s, &key);
        if (r >= 0)
                r = fault("core-loaded");
        if (r >= 0)
                r = open_leash(s);
        if (r >= 0)
                r = fault("leash-opened");
        if (r >= 0)
                r = module_load(s->module_fd, /* sealed= */ true);
        if (r >= 0) {
                s->module_loaded = true;
                r = fault("module-loaded");
        }
        if (r >= 0)
                r = start_stream(s);
        if (r >= 0)
                r = fault("stream-started");
        if (r < 0)
                *ret_error = loading_explain(r);
        return r;
}

static int read_manifest(Session *s, int fd) {
        const char *why = NULL;
        int r = manifest_read_module(fd, &s->manifest, &why);
        if (r >= 0 && strcmp(s->manifest->digest, s->digest) != 0) {
                why = "it is of another script";
                r = -EBADMSG;
        }
        if (r < 0)
                log_errno(r, "The compiled module of session %s has no usable manifest: %s", s->id, why ?: "?");
        return r;
}

/* Whoever compiled it has read foreign text: what it may call is looked at again. */
static int verify(const Session *s) {
        char text[VERIFY_TEXT_MAX];
        int r = module_verify(s->module_fd, s->manifest->privilege, text);
        if (r == -EBADMSG)
                log_error("The compiled module of session %s says that it is of class %s, and is not loaded: %s", s->id,
                          privilege_class_to_string(s->manifest->privilege), text);
        return r;
}

void session_load(Session *s, int fd) {
        int r = read_manifest(s, fd);
        if (r >= 0)
                r = name_module(s, fd);
        if (r >= 0)
                r = verify(s);
        close(fd);
        if (r < 0) {
                session_fail(s, FAILURE_INTERNAL, "load-failed", "the compiled module is damaged");
                return;
        }
        session_decide(s);
}

void session_loaded(Session *s) {
        if (s->request->hold)
                session_set_state(s, SESSION_HELD);
        else
                session_start(s);
}

void session_insert(Session *s) {
        session_set_state(s, SESSION_LOADING);
        const char *error;
        int r = load(s, &error);
        if (r < 0) {
                bool limit = r == -EDQUOT;
                session_fail_in_kernel(s, limit ? FAILURE_POLICY : FAILURE_MODULE, limit ? "policy" : "load-failed",
                                       error);
                return;
        }
        log_info("Session %s: %s of uid %u is loaded as %s (%u probes).", s->id, s->request->name,
                 s->owner.uid, s->module, s->manifest->n_probes);
        session_keep(s);
        (void) fault("kept");
        session_loaded(s);
}
