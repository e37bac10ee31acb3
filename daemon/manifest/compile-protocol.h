/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * How stapd talks to its compiler. Shared by both sides and known to nobody else.
 *
 * `stapd-compile --zygote` gets a SOCK_SEQPACKET socket as descriptor COMPILE_ZYGOTE_FD. When it is ready it
 * sends one message on it:
 *
 *   {"ready": true, "kernel": RELEASE, "buildId": HEX, "libraryDigest": HEX, "kit": ID or null,
 *    "compiler": TEXT, "version": STAPD_VERSION, "error": text or null}
 *
 * and after that one {"exited": JOB, "status": N} per child that ended. stapd sends it one message per job:
 * {"job": N, "kind": "script" | "prepare" | "list", "seconds": N} with one descriptor, the child's end of a
 * new SOCK_SEQPACKET pair; seconds: what it may take. {"cancel": N} kills it. The zygote forks, and never
 * reads what is on the job's socket. End of file on its own ends the zygote and its children.
 *
 * The child reads one request from the job's socket:
 *
 *   {"name": "test.stp", "args": ["a"], "module": "stap_...", "guru": false, "optimize": true,
 *    "defines": ["MAXACTION=5"], "globals": ["x=3"], "noWarnings": false, "warningsFatal": false,
 *    "tapsets": [{"name": "DIR/mine.stp", "text": "..."}] (or not there), "compatible": "5.0" (or not there), "hideGlobals": false, "skipBadVariables": false,
 *    "stopAfter": "build", "keepSource": false, "color": false}            with [0] the script (a memory file)
 *
 * and answers with any number of
 *
 *   {"started": true}                                            at once
 *   {"pass": "parse", "usec": 812, "detail": text or null}      as each pass ends
 *   {"progress": "Building the kernel kit ... "}                 for the terminal
 *
 * and one last message, after which it exits:
 *
 *   {"result": RESULT, "diagnostics": [...], "text": "diagnostics with carets", "source": C text or null,
 *    "error": text or null}                                      with [0] the sealed module for "ok"
 *
 * A socket that ends without a result means that the child died: of a limit, when the zygote tells of its
 * exit; else with the zygote, and the job is done again. A "prepare" job's request is {"kernel": RELEASE
 * or null, "output": DIRECTORY}; it builds the kernel kit into DIRECTORY/ID, and its last message has
 * "kit": ID. DIRECTORY is below the zygote's --kit-dir, which it can see in its own mount namespace also
 * when that is below /tmp. A "list" job's request is {"what": KIND, "pattern": TEXT or null, "limit": N}
 * (elaborate/list.h), and its last message has "lines": [...] and "total": N. For "stopAfter" before
 * "build", and with "keepSource", "source" is what the last pass made: the tree as text, or the C.
 */
#include <stdbool.h>

#define COMPILE_ZYGOTE_FD 3
#define COMPILE_MESSAGE_MAX (8u << 20) /* bytes of one message; larger ones travel as a sealed memory file whose
                                        * descriptor comes with {"large": true} */
#define COMPILE_MAX_SCRIPT (4u << 20)
#define COMPILE_MAX_ARGS 999
#define COMPILE_MAX_TAPSETS 256
#define COMPILE_MAX_TAPSET_BYTES (1u << 20) /* of all of them */
/* The digest of a script without tapsets is sha256 of its bytes; of one with them, of this text with its NUL, then of the
 * script, and of name and bytes of each tapset, with the length (64 bits) before each. No script begins so. */
#define COMPILE_TAPSETS_MARK "stapd: a script with tapsets"
/* Seconds on the wall, where stapd.conf does not say others: the child ends itself then, and says so; one
 * that has not a while later never will. */
#define COMPILE_SECONDS 120
#define COMPILE_PREPARE_SECONDS 600

#define COMPILE_RESULTS(X)                                                              \
        X(OK, "ok")                                                                     \
        X(SCRIPT, "script-error")     /* the script is wrong: diagnostics say how */    \
        X(LIMIT, "compile-limit")     /* memory, time, processes */                     \
        X(KERNEL, "kernel-missing")   /* headers, BTF, compiler, configuration: `error` says what to install */ \
        X(INTERNAL, "internal-error") /* a bug of ours */

typedef enum CompileResult {
#define X(name, text) COMPILE_RESULT_##name,
        COMPILE_RESULTS(X)
#undef X
        _COMPILE_RESULT_MAX,
        _COMPILE_RESULT_INVALID = -22,
} CompileResult;

const char *compile_result_to_string(CompileResult r);
CompileResult compile_result_from_string(const char *s);
