/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "build/process.h"
#include <signal.h>
#include "unit/test.h"

static Arena *arena;

static ProcessResult run(const char *const *argv, const char *directory, const char *const *env) {
        arena_free(arena);
        arena = arena_new(64 << 20);
        ProcessSpec spec = { .argv = argv, .directory = directory, .temporary = "/nowhere", .extra_environment = env };
        ProcessResult r = {};
        ASSERT_OK(process_run(arena, &spec, &r));
        return r;
}
#define SH(script) ((const char *const[]) { "sh", "-c", script, NULL })

TEST(status_and_output) {
        ProcessResult r = run(SH("echo out; echo err >&2; exit 3"), NULL, NULL);
        ASSERT_EQ(r.status, 3);
        ASSERT_STREQ(r.output, "out\nerr\n");
        ASSERT_EQ(r.len, 8);
}

TEST(directory_and_environment_are_ours_to_say) {
        setenv("SECRET", "x", 1);
        setenv("CC", "evil", 1);
        ProcessResult r = run(SH("pwd; env | LC_ALL=C sort | grep -v ^PWD= | grep -v ^_="), "/usr",
                              (const char *const[]) { "ARCH=x86", NULL });
        ASSERT_STREQ(r.output, "/usr\nARCH=x86\nHOME=/\nLC_ALL=C\nPATH=" PROCESS_PATH
                               "\nSOURCE_DATE_EPOCH=0\nTMPDIR=/nowhere\n");
}

TEST(input_is_empty_and_signals_are_default) {
        ProcessResult r = run(SH("cat; trap"), NULL, NULL);
        ASSERT_EQ(r.status, 0);
        ASSERT_EQ(r.len, 0);
        (void) signal(SIGPIPE, SIG_IGN);
        r = run(SH("kill -PIPE $$; echo alive"), NULL, NULL);
        (void) signal(SIGPIPE, SIG_DFL);
        ASSERT_EQ(r.status, -SIGPIPE);
}

TEST(missing_programs_are_a_result) {
        ProcessResult r = run((const char *const[]) { "no-such-program", NULL }, NULL, NULL);
        ASSERT_EQ(r.status, 127);
        ASSERT(strstr(r.output, "no-such-program"));
        r = run((const char *const[]) { "./none", NULL }, "/usr", NULL);
        ASSERT_EQ(r.status, 127);
}

TEST(a_signal_is_told) {
        ProcessResult r = run(SH("kill -9 $$"), NULL, NULL);
        ASSERT_EQ(r.status, -SIGKILL);
        ASSERT(process_hit_limit(&r));
        r = run(SH("echo 'cc1: out of memory allocating 1 bytes'; exit 1"), NULL, NULL);
        ASSERT(process_hit_limit(&r));
        r = run(SH("echo 'error: x'; exit 1"), NULL, NULL);
        ASSERT(!process_hit_limit(&r));
        r = run(SH("echo 'Cannot allocate memory'; exit 0"), NULL, NULL);
        ASSERT(!process_hit_limit(&r));
}

TEST(endless_output_is_cut_and_read_to_the_end) {
        ProcessResult r = run(SH("head -c 5000000 /dev/zero | tr '\\0' x; exit 7"), NULL, NULL);
        ASSERT_EQ(r.status, 7);
        ASSERT_EQ(r.len, PROCESS_MAX_OUTPUT);
}
