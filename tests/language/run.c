/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs scripts in user space, on the core's own files: begin probes, a few rounds of the timers, then end or
 * error probes. Stands in for what the kernel gives: memory, time, who is running, and the buffers.
 *
 * language-run DIRECTORY: every script of the table, each in a process of its own, into DIRECTORY/NAME.out.
 */
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>
#include "cpu.h"
#include "globals.h"
#include "render.h"

#define ROUNDS 3
#define TARGET 4242
#define LOG_SIZE (4u << 20)

/* case.h: { "NAME", symbol }, ... */
#define CASE(name, symbol) struct stp_script *symbol(void);
#include "cases.h"
#undef CASE

static const struct test_case {
	const char *name;
	struct stp_script *(*script)(void);
} cases[] = {
#define CASE(name, symbol) { name, symbol },
#include "cases.h"
};

/* What generated code takes for its module. */
struct module {
	int unused;
} __this_module;

static struct stp_cpu cpu;
static u64 record_log[LOG_SIZE / 8];
static u32 log_used;
static u64 n_errors;

/* ------------------------------------------------------------------ what the core asks of its surroundings */

/* Aligned as pages are, as far as it matters. */
void *stp_alloc(size_t size)
{
	size_t whole = size ? (size + 63) & ~(size_t)63 : 64;
	void *p = aligned_alloc(64, whole);

	return p ? memset(p, 0, whole) : NULL;
}

unsigned long stp_stack_left(void)
{
	return 8192;
}

void *stp_transport_reserve(struct stp_cpu *k, u32 len)
{
	void *at = (char *)record_log + log_used;

	if (log_used + len > LOG_SIZE)
		return NULL;
	log_used += len;
	return at;
}

void stp_record_stamp(const struct stp_ctx *c, struct stp_record *r)
{
	r->tid = 43;
	r->pid = 42;
	r->uid = 1000;
	r->time = log_used;
}

void stp_session_skipped(struct stp_cpu *k)
{
}

u64 stp_session_errors(struct stp_cpu *k)
{
	return ++n_errors;
}

/* ------------------------------------------------------------------ running */

static void run_kind(struct stp_script *s, enum stp_attach kind)
{
	const struct stp_probe *p = NULL;

	while ((p = stp_probe_next(s, kind, p))) {
		stp_handler_run(&cpu, p, p->handler, p->locks);
                if (kind != STP_ERROR &&
                    ((kind == STP_BEGIN && cpu.c.todo.end) || cpu.result == STP_RESULT_ERRORS))
                        return;
	}
}

static void run_script(struct stp_script *s)
{
	char *frame = malloc(s->frame_size ? s->frame_size : 1);
	u32 round;
	int r = stp_script_check(s, 65536);

	if (!r)
		r = stp_globals_new(s, NULL);
	if (r) {
		printf("refused: %d\n", r);
		return;
	}
	memset(frame, 0xa5, s->frame_size);
	frame[s->frame_size - 1] = 0;
	stp_cpu_init(&cpu, NULL, s, 0, frame);
	cpu.c.target = TARGET;
	run_kind(s, STP_BEGIN);
	for (round = 0; round < ROUNDS && !cpu.c.todo.end; round++)
		run_kind(s, STP_TIMER);
	if (cpu.result == STP_RESULT_ERRORS) {
		cpu.result = 0;
		run_kind(s, STP_ERROR);
	} else {
		run_kind(s, STP_END);
		if (cpu.result == STP_RESULT_ERRORS) {
			cpu.result = 0;
			run_kind(s, STP_ERROR);
		}
	}
	if (cpu.c.frame != frame)
		printf("the frame is not back where it was: %td\n", cpu.c.frame - frame);
	if (cpu.n_open)
		printf("%u foreach loops are open\n", cpu.n_open);
	stp_globals_free(s);
	free(frame);
}

static int run_case(const char *dir, const struct test_case *t)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s.out", dir, t->name);
	if (!freopen(path, "w", stdout) || dup2(1, 2) < 0)
		return 1;
	run_script(t->script());
	snprintf(path, sizeof(path), "%s/%s.json", dir, t->name);
	return render_log(path, record_log, log_used);
}

int main(int argc, char **argv)
{
	size_t i;

	if (argc != 2)
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int status;
		pid_t pid = fork();

		if (!pid) {
			alarm(20);
			exit(run_case(argv[1], &cases[i]));
		}
		if (pid < 0 || waitpid(pid, &status, 0) < 0)
			return 1;
		if (status)
			printf("%s: status %#x\n", cases[i].name, status);
	}
	return 0;
}
