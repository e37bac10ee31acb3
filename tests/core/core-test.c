/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tests of stapd_core.ko, for a guest with two CPUs: core-test MODULES_DIR, as root, with the core loaded.
 * The scripts in scripts/ are written as generated code is. Prints TAP.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "session.h"
#include "tap.h"

static int null_fd;

static void write_bytes(unsigned n, unsigned size) {
        static char bytes[4096];
        unsigned i;

        for (i = 0; i < n; i++)
                if (write(null_fd, bytes, size) != (ssize_t) size)
                        abort();
}

static void pin(int cpu) {
        cpu_set_t set;

        CPU_ZERO(&set);
        CPU_SET(cpu, &set);
        sched_setaffinity(0, sizeof(set), &set);
}

static void check_clean(Session *s) {
        check_eq(s->bad, 0, "every sub-buffer and record is well formed");
        check_eq(s->early, 0, "no record came after a flush that promised it");
}

/* ------------------------------------------------------------------ each kind of probe */

#define WRITES 1000

static uint64_t odd_allocations;

/* kmalloc's arguments 3 to 5: (requested, allocated, flags) or, in newer kernels, (allocated, flags,
 * node). */
static void look_at_allocation(Session *s, const struct stp_record *r, const int64_t *v) {
        bool flags_last = v[0] <= v[1] && (v[2] & 0xffffffff) < 1 << 27 && v[2] & 0xc00;
        bool node_last = (int) v[2] >= -1 && (int) v[2] < 2 && v[1] & 0xc00;

        if (r->id == F_TRACE_MANY && !flags_last && !node_last)
                odd_allocations++;
}

static void allocate(void) {
        int p[2], i;

        for (i = 0; i < 20; i++)
                if (pipe(p) == 0) {
                        close(p[0]);
                        close(p[1]);
                }
}

static void test_kinds(void) {
        struct stp_stat st;
        Session s;
        uint64_t before;
        double slept;

        group("kinds of probes");
        if (!check_eq(session_load(&s, "stap_t_basic", 0, 0), 0, "loads"))
                return;
        s.on_record = look_at_allocation;
        check_eq(session_stat(&s).state, STP_STATE_LOADED, "is loaded");
        check_eq(session_start(&s), 0, "starts");
        st = session_stat(&s);
        check_eq(st.state, STP_STATE_RUNNING, "runs");
        check_eq(st.n_armed, 8, "armed");
        check_eq(ioctl(s.fd, STP_IOC_START) < 0 ? errno : 0, EALREADY, "a second start");
        check_eq(ioctl(s.fd, STP_IOC_TARGET, 1L) < 0 ? errno : 0, EBUSY, "another target while it runs");
        check_eq(module_unload("stap_t_basic"), -EWOULDBLOCK, "its module cannot be removed");
        check_eq(module_unload("stapd_core"), -EWOULDBLOCK, "nor can the core");
        before = now() * 1e9;
        write_bytes(WRITES, 7);
        allocate();
        slept = (double) (now() * 1e9 - before) / 1e9;
        usleep(200000);
        slept += 0.2;
        check_eq(session_stop(&s), 0, "stops");
        check_eq(ioctl(s.fd, STP_IOC_STOP), 0, "stopping it again is fine");
        reader_finish(&s);
        check_clean(&s);
        check(s.begin_time[1] && s.begin_time[1] <= s.begin_time[2] && s.begin_time[2] <= s.first_time,
              "begin probes by priority, and before all others");
        check_eq(s.records[F_FUNCTION], WRITES, "function entries");
        check_eq(s.last[F_FUNCTION][0], 7, "its third argument");
        check_eq(s.last[F_FUNCTION][1], 1, "its caller");
        check_eq(s.last[F_FUNCTION][2], getpid(), "its thread");
        check_eq(s.records[F_REGS], WRITES, "entries of a second probe there");
        check_eq(s.last[F_REGS][0], 7, "registers by name");
        check_eq(s.last[F_REGS][1], 1, "the stack pointer is at the return address");
        check_eq(s.records[F_RETURN], WRITES, "function returns");
        check_eq(s.last[F_RETURN][0], 7, "the result");
        check_eq(s.last[F_RETURN][1], 7, "what was saved at the entry");
        check_eq(s.last[F_RETURN][2], 1, "and the second word of it");
        check_eq(s.records[F_SYSCALL], WRITES, "system calls");
        check_eq(s.last[F_SYSCALL][0], null_fd, "fd");
        check_eq(s.last[F_SYSCALL][1], 7, "count");
        check_eq(s.last[F_SYSCALL][2], 1, "number");
        check_eq(s.records[F_SYSCALL_RETURN], WRITES, "returns of system calls");
        check_eq(s.last[F_SYSCALL_RETURN][0], 7, "its result");
        check_eq(s.last[F_SYSCALL_RETURN][1], 7, "its arguments are still there");
        check_eq(s.records[F_TRACE], WRITES, "a tracepoint");
        check_eq(s.last[F_TRACE][0], 7, "what its argument points to");
	check(s.records[F_TRACE_MANY] >= 20, "a tracepoint of many arguments: %lu",
	      (long)s.records[F_TRACE_MANY]);
	check_eq(odd_allocations, 0, "whose arguments beyond the registers are right");
        check_eq(s.last[F_END][0], WRITES, "the end probe's count");
        check(s.last[F_END][1] >= slept * 100 * 0.5 && s.last[F_END][1] <= slept * 100 * 1.6 + 5,
              "a timer of 10 ms: %lld ticks in %.2f s", s.last[F_END][1], slept);
        check_eq(s.last[F_END][2], 7 * WRITES, "the sum of an aggregate");
        check_eq(s.last[F_MAP][0], getpid(), "the map's key");
        check_eq(s.last[F_MAP][1], WRITES, "the map's value");
        check_eq(s.last[F_STATS][0], WRITES, "@count of an array by name and number");
        check(s.last[F_STATS][1] == 7 && s.last[F_STATS][2] == 7, "its @min and @max");
        st = session_stat(&s);
        check_eq(st.result, STP_RESULT_STOP, "because we stopped it");
	check_eq(st.lost + st.errors + st.skipped_lock + st.skipped_stack, 0,
		 "nothing lost, nothing failed");
	check_eq(st.records, s.all, "as many records as it says");
	note("skipped: busy %llu return %llu; armed in %.1f ms, disarmed in %.1f ms", st.skipped_busy,
	     st.skipped_return, st.arm_ns / 1e6, st.disarm_ns / 1e6);
	session_close(&s);
}

static void test_many(void) {
        Session s;

        group("two probes on a function, without all registers");
        if (!check_eq(session_load(&s, "stap_t_many", 0, 0), 0, "loads"))
                return;
        check_eq(session_start(&s), 0, "starts");
        write_bytes(100, 7);
        session_stop(&s);
        reader_finish(&s);
        check_clean(&s);
        check_eq(s.records[F_REGS], 100, "the first ran");
        check_eq(s.records[F_FUNCTION], 100, "so did the second");
        check_eq(s.last[F_REGS][1], 1, "the stack pointer is at the return address");
        check_eq(s.last[F_REGS][2], 1, "the address is known");
        check_eq(s.last[F_FUNCTION][1], 0, "and is that of vfs_write");
        session_close(&s);
}

/* ------------------------------------------------------------------ CPUs that come and go */

static bool cpu_online(int online) {
        int fd = open("/sys/devices/system/cpu/cpu1/online", O_WRONLY | O_CLOEXEC);
        bool ok = fd >= 0 && write(fd, online ? "1" : "0", 1) == 1;

        if (fd >= 0)
                close(fd);
        return ok;
}

static void test_hotplug(void) {
        Session s;

        group("a CPU goes and comes back");
        if (!check_eq(session_load(&s, "stap_t_storm", 0, 0), 0, "loads"))
                return;
        check_eq(session_start(&s), 0, "starts");
        pin(1);
        write_bytes(100, 1);
        pin(0);
        if (!check(cpu_online(0), "it goes"))
                goto out;
        reader_finish(&s);
        check(s.records[F_FUNCTION] >= 100, "what it wrote is flushed: %lu", (long) s.records[F_FUNCTION]);
        write_bytes(100, 1);
        check(cpu_online(1), "it comes back");
        pin(1);
        write_bytes(100, 1);
        pin(0);
        reader_finish(&s); /* room, and the flush of a CPU that is there again */
out:
        session_stop(&s);
        reader_finish(&s);
        check_clean(&s);
	check_eq(s.all + session_stat(&s).lost, s.last[F_END][0] + 1,
		 "read + lost is what was hit, exactly");
	session_close(&s);
}

/* ------------------------------------------------------------------ ways to end */

static void test_exit(void) {
        Session s;

        group("exit()");
        if (!check_eq(session_load(&s, "stap_t_exit", 0, 0), 0, "loads"))
                return;
        check_eq(session_start(&s), 0, "starts");
        write_bytes(100, 1);
        check_eq(session_wait(&s, STP_STATE_STOPPED, 5), 0, "ends by itself");
        reader_finish(&s);
        check_clean(&s);
        check_eq(s.records[F_FUNCTION], 10, "no hit after exit()");
        check_eq(s.records[F_END], 1, "the end probe ran");
        check_eq(s.records[F_ERROR], 0, "no error probe did");
        check_eq(session_stat(&s).result, STP_RESULT_EXIT, "the reason");
        session_close(&s);

        group("exit() in begin");
        if (!check_eq(session_load(&s, "stap_t_exitbegin", 0, 0), 0, "loads"))
                return;
        check_eq(session_start(&s), 0, "starts");
        check_eq(session_wait(&s, STP_STATE_STOPPED, 5), 0, "ends by itself");
        write_bytes(10, 1);
        reader_finish(&s);
        check_clean(&s);
        check_eq(s.records[F_BEGIN], 2, "its handler goes on, later ones do not run");
        check_eq(s.records[F_FUNCTION], 0, "nothing was armed");
        check_eq(s.records[F_END], 1, "the end probe ran");
        check_eq(session_stat(&s).n_armed, 0, "armed");
        session_close(&s);
}

static void test_errors(void) {
        struct stp_stat st;
        Session s;

        group("errors");
        if (!check_eq(session_load(&s, "stap_t_error", 0, 0), 0, "loads"))
                return;
        check_eq(session_start(&s), 0, "starts");
        write_bytes(10, 1);
        check_eq(session_wait(&s, STP_STATE_STOPPED, 5), 0, "ends by itself");
        reader_finish(&s);
        check_clean(&s);
        st = session_stat(&s);
        check_eq(st.result, STP_RESULT_ERRORS, "the reason");
        check_eq(st.errors, 2, "errors");
        check_eq(s.errors, 2, "error records");
	check(!strcmp(s.first_error, "kernel read fault at 0x8 near identifier '$x'"), "the first: %s",
	      s.first_error);
	check_eq(s.records[F_ERROR], 1, "the error probe ran");
        check_eq(s.records[F_END], 0, "the end probe did not");
        session_close(&s);
}

static void test_missing(void) {
        struct stp_stat st;
        Session s;

        group("a function that is not there");
        if (!check_eq(session_load(&s, "stap_t_missing", 0, 0), 0, "loads"))
                return;
        check_eq(session_start(&s), 0, "starts");
        check_eq(session_wait(&s, STP_STATE_STOPPED, 5), 0, "ends");
        st = session_stat(&s);
        check_eq(st.result, STP_RESULT_ARM, "the reason");
        check_eq(st.error, -ENOENT, "the error");
        check_eq(st.failed_probe, 2, "the probe");
        write_bytes(10, 1);
        reader_finish(&s);
        check_eq(s.records[F_FUNCTION], 1, "only begin ran");
        session_close(&s);
}

static void test_overload(void) {
        Session s;

        group("overload");
        if (!check_eq(session_load(&s, "stap_t_overload", 0, 0), 0, "loads"))
                return;
        check_eq(session_start(&s), 0, "starts");
        write_bytes(20000, 1);
        check_eq(session_wait(&s, STP_STATE_STOPPED, 5), 0, "ends by itself");
        check_eq(session_stat(&s).result, STP_RESULT_OVERLOAD, "the reason");
        reader_finish(&s);
        check_eq(s.records[F_ERROR], 1, "the error probe ran");
        session_close(&s);
}

static void test_limited(void) {
        Session s;

        group("limited");
        check_eq(session_open_with(&s, "stap_t_basic", (struct stp_open) { .cpu_percent = 101 }), -EINVAL, "101 %");
        check_eq(session_open_with(&s, "stap_t_basic", (struct stp_open) { .memory = 64 }) >= 0, 1, "64 bytes");
        check_eq(module_load("stap_t_basic"), -EDQUOT, "its arrays are larger");
        close(s.fd);
        check_eq(session_open_with(&s, "stap_t_overload", (struct stp_open) { .cpu_percent = 100, .memory = 64 }) >= 0, 1,
                 "another");
        check_eq(module_load("stap_t_overload"), 0, "has none");
        close(s.fd);
        check_eq(module_unload_wait("stap_t_overload"), 0, "goes");
}

/* ------------------------------------------------------------------ who may load, who is left out */

static void test_refused(void) {
        struct stp_excluded x = { .n = 1, .tgid = { getpid() } };
        struct stp_version v;
        Session s, other;
        int device;

        group("refused");
        check_eq(module_load("stap_t_exit"), -ENODEV, "a script without a session");
        check_eq(session_open(&s, "stap_t_hash", 0, 0, 0) >= 0, 1, "a session");
        check_eq(session_open(&other, "stap_t_hash", 0, 0, 0), -EEXIST, "a second one of the name");
        check_eq(ioctl(s.fd, STP_IOC_START) < 0 ? errno : 0, ENODEV, "starting without a script");
        check_eq(module_load("stap_t_hash"), -ENOEXEC, "a script made for another core");
        check_eq(ioctl(s.fd, STP_IOC_BUFFER, 0L) < 0 ? errno : 0, ENOTTY, "a reader's request on a session");
        close(s.fd);
        check_eq(session_open(&s, "stap_x", 12345, 0, 0), -EINVAL, "a sub-buffer of 12345 bytes");
        check_eq(session_open(&s, "stap_x", 1 << 26, 1 << 16, 0), -EINVAL, "a buffer of 4 TB");
        check_eq(session_open(&s, "", 0, 0, 0), -EINVAL, "no name");
        check_eq(session_open(&s, "stap_x", 0, 0, 0x80), -EINVAL, "an unknown flag");
        device = device_open();
        check_eq(ioctl(device, STP_IOC_VERSION, &v), 0, "the version");
        check(v.abi == STP_ABI_VERSION && v.hash == 0x1234, "is what it was built with");
        close(device);

        group("excluded processes");
        if (!check_eq(session_load(&s, "stap_t_basic", 0, 0), 0, "loads"))
                return;
        check_eq(ioctl(s.fd, STP_IOC_EXCLUDE, &x), 0, "excluded");
        check_eq(session_start(&s), 0, "starts");
        write_bytes(100, 7);
        x.n = 0;
        check_eq(ioctl(s.fd, STP_IOC_EXCLUDE, &x), 0, "and let in");
        write_bytes(10, 7);
        session_stop(&s);
        reader_finish(&s);
        check_clean(&s);
        check_eq(s.records[F_FUNCTION], 10, "entries");
        check_eq(s.records[F_RETURN], 10, "returns");
        check_eq(s.records[F_SYSCALL_RETURN], 10, "system calls");
        check_eq(s.records[F_TRACE], 10, "tracepoints");
        session_close(&s);
}

/* ------------------------------------------------------------------ the leash */

static pid_t leash_holder(Session *s, int up[2]) {
        pid_t pid = fork();

        if (pid)
                return pid;
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (ioctl(s->fd, STP_IOC_TARGET, (long) getpid()) < 0 || session_start(s) < 0)
                _exit(1);
        write_bytes(50, 7);
        if (write(up[1], "x", 1) != 1)
                _exit(1);
        for (;;)
                write_bytes(100, 7);
}

static void test_leash(void) {
        struct stp_stat st;
        Session s;
        int up[2], session;
        double killed;
        char c;
        pid_t pid;

        group("the leash");
        if (!check_eq(session_load(&s, "stap_t_basic", 0, 0), 0, "loads") || pipe(up) < 0)
                return;
        pid = leash_holder(&s, up);
        session = s.fd;
        s.fd = -1; /* STAT goes through the reader from here on */
        close(session);
        check(read(up[0], &c, 1) == 1, "its only owner is another process");
        check_eq(session_stat(&s).state, STP_STATE_RUNNING, "it runs");
        kill(pid, SIGKILL);
        killed = now();
        waitpid(pid, NULL, 0);
        check_eq(session_wait(&s, STP_STATE_STOPPED, 5), 0, "kill -9 of the owner ends it");
        killed = now() - killed;
        st = session_stat(&s);
        check(killed < 3, "soon: %.0f ms, disarming %.0f ms of it", killed * 1e3, st.disarm_ns / 1e6);
        check_eq(st.result, STP_RESULT_LEASH, "the reason");
        write_bytes(100, 1);
        check_eq(session_stat(&s).hits, st.hits, "no hit after it");
        check_eq(module_unload_wait("stap_t_basic"), 0, "its module is removable while the reader is open");
        reader_finish(&s);
	check(s.records[F_FUNCTION] >= 50, "and the reader gets what was left: %lu",
	      (long)s.records[F_FUNCTION]);
	check_eq(s.records[F_END], 0, "no end probe ran");
        check_eq(s.all, st.records, "as many records as were written");
        reader_close(&s);
        close(up[0]);
        close(up[1]);

        group("a leash that is let go before the start");
        check_eq(session_load(&s, "stap_t_exit", 0, 0), 0, "loads");
        session_close(&s);
        check_eq(session_load(&s, "stap_t_exit", 0, 0), 0, "loads again");
        check_eq(module_unload("stap_t_exit"), 0, "a module that was not started is removable");
        check_eq(session_stat(&s).state, STP_STATE_STOPPED, "and its session has stopped");
        reader_close(&s);
        close(s.fd);
}

/* ------------------------------------------------------------------ storms */

static pid_t writer(int cpu, unsigned n) {
        pid_t pid = fork();

        if (pid)
                return pid;
        pin(cpu);
        write_bytes(n, 1);
        _exit(0);
}

/* Two CPUs write as fast as they can; the reader is as slow as `pause_us` makes it. */
static void storm(const char *name, unsigned subbuf, unsigned n_subbufs, unsigned n, unsigned pause_us,
		  bool lossless)
{
	unsigned running = 2;
        struct stp_stat st;
        uint64_t lost = 0;
        double start;
        unsigned cpu;
        Session s;

        group(name);
        if (!check_eq(session_load(&s, "stap_t_storm", subbuf, n_subbufs), 0, "loads"))
                return;
        check_eq(session_start(&s), 0, "starts");
        start = now();
        writer(0, n);
        writer(1, n);
        while (running) {
                uint64_t t;

                if (reader_flush(&s, &t) < 0)
                        s.bad++;
                reader_drain(&s);
                s.flushed = t;
                if (pause_us)
                        usleep(pause_us);
                while (running && waitpid(-1, NULL, WNOHANG) > 0)
                        running--;
        }
        start = now() - start;
        reader_finish(&s); /* room for what the end probe says */
        session_stop(&s);
        reader_finish(&s);
        check_clean(&s);
        st = session_stat(&s);
        for (cpu = 0; cpu < s.n_cpus; cpu++)
                lost += s.lost[cpu];
        check_eq(s.all + st.lost, s.last[F_END][0] + 1, "read + lost is what was hit, exactly");
        check_eq(s.all, st.records, "read is what was written");
        check(lost <= st.lost, "no header told of a loss that was none");
        check(st.hits + st.skipped_busy >= 2 * (uint64_t) n, "no hit went uncounted");
        if (lossless)
                check_eq(st.lost, 0, "nothing was lost");
        else
                check(st.lost > 0, "something was lost: %llu of %llu", st.lost, st.hits);
        note("%.0f records/s written, busy %llu", st.records / start, st.skipped_busy);
        session_close(&s);
}

static void test_locks(void) {
        unsigned running = 2;
        struct stp_stat st;
        Session s;

        group("globals under locks");
        if (!check_eq(session_load(&s, "stap_t_lock", 0, 0), 0, "loads"))
                return;
        check_eq(session_start(&s), 0, "starts");
        writer(0, 50000);
        writer(1, 50000);
        while (running && waitpid(-1, NULL, 0) > 0)
                running--;
        session_stop(&s);
        reader_finish(&s);
        st = session_stat(&s);
        check(s.last[F_END][0] <= 100000 && s.last[F_END][0] + st.skipped_lock + st.skipped_busy >= 100000,
              "each handler that ran counted once: %lld", s.last[F_END][0]);
        check_eq(s.last[F_END][1], 0, "none saw another's half");
        check_eq(s.last[F_END][2], s.last[F_END][0], "the map agrees");
        note("skipped: lock %llu busy %llu", st.skipped_lock, st.skipped_busy);
        session_close(&s);
}

/* ------------------------------------------------------------------ waking */

static void test_waking(void) {
        struct pollfd p = { .events = POLLIN };
        uint64_t t;
        double start;
        Session s;

        group("waking");
        if (!check_eq(session_load(&s, "stap_t_storm", 0, 0), 0, "loads"))
                return;
        check_eq(session_start(&s), 0, "starts");
        p.fd = s.reader;
        session_stat(&s);
        ioctl(s.reader, STP_IOC_STAT, &(struct stp_stat){ 0 });
        reader_finish(&s);
        s.flushed = 0;
        check_eq(poll(&p, 1, 100), 0, "a reader that has seen all sleeps");
        start = now();
        write_bytes(1, 1);
        check_eq(poll(&p, 1, 1000), 1, "one record wakes it");
        check(now() - start < 0.1, "promptly: %.2f ms", (now() - start) * 1e3);
        reader_flush(&s, &t);
        check_eq(reader_drain(&s), 1, "the record is in a full sub-buffer after a flush");
        check_eq(poll(&p, 1, 50), 0, "and it sleeps again");
        write_bytes(1, 1);
        check_eq(poll(&p, 1, 1000), 1, "the next record wakes it again");
        session_stop(&s);
        check_eq(poll(&p, 1, 1000), 1, "so does a change of state");
        reader_finish(&s);
        check_eq(s.records[F_FUNCTION], 2, "records");
        session_close(&s);
}

static void test_recorder(void) {
        struct stp_get g = { .cpu = 0 };
        struct stp_stat st;
        uint64_t t;
        Session s;
        int r;

        group("flight recorder");
        r = session_open(&s, "stap_t_storm", 4096, 4, STP_OPEN_OVERWRITE);
        if (!check(r >= 0, "opens") || !check_eq(module_load("stap_t_storm"), 0, "loads"))
                return;
        check_eq(reader_open(&s), 0, "a reader");
        pin(0);
        check_eq(session_start(&s), 0, "starts");
        write_bytes(5000, 1);
        reader_flush(&s, &t);
        check_eq(ioctl(s.reader, STP_IOC_GET, &g), 0, "asking while it runs");
        check_eq(g.ready, 3, "gives the last sub-buffers");
        check_eq(ioctl(s.reader, STP_IOC_PUT, 0ul), 0, "the oldest is as it was when it has been read");
        check_eq(ioctl(s.reader, STP_IOC_GET, &g), 0, "asking for the next");
        check_eq(g.ready, 2, "which is one less");
        write_bytes(1000, 1);
        check_eq(ioctl(s.reader, STP_IOC_PUT, 0ul) < 0 ? errno : 0, ESTALE, "it was overwritten meanwhile");
        session_stop(&s);
        reader_flush(&s, &t);
        check_eq(ioctl(s.reader, STP_IOC_GET, &g), 0, "asking when it has stopped");
        check(g.ready > 0 && g.ready <= 3, "gives the last sub-buffers: %u", g.ready);
        s.next_seq[0] = ((const struct stp_subbuf_header *) (s.map[0] + g.index * 4096ul))->seq;
        s.seen[0] = ((const struct stp_subbuf_header *) (s.map[0] + g.index * 4096ul))->records;
        reader_finish(&s);
        check_eq(s.bad, 0, "they are whole");
        st = session_stat(&s);
        check_eq(st.lost, 0, "none was refused");
        check(s.all > 100 && s.last[F_FUNCTION][0] > 5900, "the last of %llu records are there: up to %lld",
              st.records, s.last[F_FUNCTION][0]);
        session_close(&s);
}

int main(int argc, char **argv) {
        if (argc > 1)
                module_dir = argv[1];
        setvbuf(stdout, NULL, _IOLBF, 0);
        prctl(PR_SET_NAME, "core-test");
        null_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
        test_refused();
        test_kinds();
        test_many();
        test_exit();
        test_errors();
        test_missing();
        test_overload();
        test_limited();
        test_leash();
        test_waking();
        test_recorder();
        test_hotplug();
        test_locks();
        storm("a storm and a slow reader", 4096, 4, 40000, 20000, false);
        storm("a storm and a quick reader", 65536, 64, 40000, 1000, true);
        group("in the end");
        check_eq(module_unload("stapd_core"), 0, "the core is removable");
        return finish();
}
