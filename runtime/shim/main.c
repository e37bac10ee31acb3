/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * main() of a script in user space: [-o FILE] [-t TARGET] [-n RECORDS]. Writes the records, one after the
 * other as in abi.h, to FILE or to stdout; how it ended goes to stderr. Exit status: 0, 1 trouble, 2 the
 * script failed.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "run.h"

int init_module(void);
void cleanup_module(void);

static int usage(const char *name)
{
	fprintf(stderr, "usage: %s [-o FILE] [-t TARGET] [-n RECORDS]\n", name);
	return 1;
}

static int run(struct stp_shim_options *o)
{
	struct stp_shim_result result;
	int r = init_module();

	if (!r) {
		r = stp_shim_run(o, &result);
		cleanup_module();
	}
	if (r) {
		fprintf(stderr, "cannot run: %s\n", strerror(-r));
		return 1;
	}
	if (result.lost)
		fprintf(stderr, "lost %llu records\n", result.lost);
	if (result.errors)
		fprintf(stderr, "%llu errors\n", result.errors);
	return result.result == STP_RESULT_ERRORS || result.result == STP_RESULT_SKIPPED ? 2 : 0;
}

int main(int argc, char **argv)
{
	struct stp_shim_options o = { .record = stp_shim_write_record, .data = stdout };
	int opt, r;

	while ((opt = getopt(argc, argv, "o:t:n:")) != -1)
		switch (opt) {
		case 'o':
			o.data = fopen(optarg, "wb");
			if (!o.data) {
				perror(optarg);
				return 1;
			}
			break;
		case 't':
			o.target = atoll(optarg);
			break;
		case 'n':
			o.records_max = strtoull(optarg, NULL, 10);
			break;
		default:
			return usage(argv[0]);
		}
	r = run(&o);
	if (fclose(o.data)) {
		perror("output");
		return 1;
	}
	return r;
}
