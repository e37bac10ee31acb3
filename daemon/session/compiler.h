/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * The compiler as stapd sees it: a zygote process, a queue of jobs with a few running at a time, and what
 * the zygote told about its kernel. A zygote that dies is started again; the jobs that it took with it end
 * as COMPILE_RESULT_LIMIT or COMPILE_RESULT_INTERNAL, those that waited go on waiting for the next one.
 */
#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>
#include <sys/types.h>
#include "manifest/compile-protocol.h"

typedef struct Compiler Compiler;
typedef struct CompileJob CompileJob;

typedef struct CompilerOptions {
        const char *user;    /* to run as, when we are root */
        const char *kernel;  /* release; NULL: the running one */
        const char *kit_dir;
        unsigned slots;      /* jobs at a time */
        unsigned slots_per_user;
        unsigned seconds;    /* that a script may take */
        unsigned helper_seconds; /* a zygote that does not start a job for so long is stuck */
        void (*ready)(void *userdata); /* the zygote is up, or cannot come up: look at compiler_info() */
        void *userdata;
} CompilerOptions;

typedef struct CompilerInfo {
        bool ready;
        const char *error;    /* why it can compile nothing (no kernel headers ...), or NULL */
        const char *kernel, *build_id, *kit; /* kit: NULL when there is none for this kernel */
        const char *world;    /* all that compiled scripts depend on besides the request: part of their key */
} CompilerInfo;

/* What becomes of a job. After done(), or compile_job_cancel(), the job is gone. */
typedef struct CompileHandler {
        void (*pass)(void *userdata, const char *pass, int64_t usec, const char *detail);
        void (*progress)(void *userdata, const char *text);
        /* reply: the last message, borrowed; NULL when the job died. module_fd: sealed, the handler's to
         * close; -1 when there is none. */
        void (*done)(void *userdata, CompileResult result, json_object *reply, int module_fd);
} CompileHandler;

int compiler_new(sd_event *event, const CompilerOptions *o, Compiler **ret);
Compiler *compiler_free(Compiler *c);
CompilerInfo compiler_info(const Compiler *c);
/* Starts the zygote anew, so that it sees a new kernel kit. Jobs that run are started over. */
int compiler_restart(Compiler *c);

/* Queues a job; done() is never called before this returns. `request` is copied by reference; `script_fd`
 * is a sealed memory file that stays the caller's, or -1. kind: "script", "prepare" or "list"; uid: who asks. */
int compiler_submit(Compiler *c, const char *kind, uid_t uid, json_object *request, int script_fd,
                    const CompileHandler *handler, void *userdata, CompileJob **ret);
CompileJob *compile_job_cancel(CompileJob *j);
