/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs a fuzz target without libFuzzer: once on every file of a corpus, then on FUZZ_RUNS (20000) mutations
 * of them, always the same ones. Prints TAP. With clang, the same target is also a libFuzzer program: see
 * meson.build.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/fds.h"
#include "base/cleanup.h"

#define INPUT_MAX (1u << 20)
#define FILES_MAX 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct Input {
        char *data;
        size_t len;
} Input;

static Input inputs[FILES_MAX];
static size_t n_inputs;

static void load(const char *directory) {
        DIR *d = opendir(directory);
        for (struct dirent *e; d && (e = readdir(d)) && n_inputs < FILES_MAX;) {
                char path[4096];
                snprintf(path, sizeof(path), "%s/%s", directory, e->d_name);
                if (e->d_name[0] != '.' &&
                    fds_read_file(path, INPUT_MAX, &inputs[n_inputs].data, &inputs[n_inputs].len) == 0)
                        n_inputs++;
        }
        if (d)
                closedir(d);
}

/* A copy of its own size, so that a sanitizer sees every byte read behind it. */
static void run(const char *data, size_t len) {
        uint8_t *copy = malloc(len ? len : 1);
        memcpy(copy, data, len);
        LLVMFuzzerTestOneInput(copy, len);
        free(copy);
}

static void flip(char *data, size_t len) {
        static const unsigned char interesting[] = { 0, 1, 0x7f, 0x80, 0xff, '"', '{', '\\', 8, 32 };
        size_t at = (size_t) random() % len;
        data[at] = random() % 2 ? (char) interesting[(size_t) random() % sizeof(interesting)] :
                                  (char) (data[at] ^ (1 << random() % 8));
}

/* Cuts, flips, and splices pieces of another input in. */
static void mutate(void) {
        const Input *a = &inputs[(size_t) random() % n_inputs], *b = &inputs[(size_t) random() % n_inputs];
        char *data = malloc(a->len + b->len + 1);
        size_t len = a->len;
        memcpy(data, a->data, a->len);
        if (random() % 4 == 0 && b->len > 0) {
                size_t from = (size_t) random() % b->len, n = (size_t) random() % (b->len - from + 1);
                size_t to = (size_t) random() % (len + 1);
                memcpy(data + to, b->data + from, n);
                len = to + n > len ? to + n : len;
        }
        if (random() % 4 == 0)
                len = (size_t) random() % (len + 1);
        for (long flips = random() % 8; flips > 0 && len > 0; flips--)
                flip(data, len);
        run(data, len);
        free(data);
}

int main(int argc, char **argv) {
        const char *runs = getenv("FUZZ_RUNS");
        unsigned long n = runs ? strtoul(runs, NULL, 10) : 20000;
        for (int i = 1; i < argc; i++)
                load(argv[i]);
        if (n_inputs == 0) {
                printf("Bail out! no corpus\n");
                return EXIT_FAILURE;
        }
        printf("1..2\n");
        run("", 0);
        for (size_t i = 0; i < n_inputs; i++)
                run(inputs[i].data, inputs[i].len);
        printf("ok 1 - corpus of %zu\n", n_inputs);
        srandom(1);
        for (unsigned long i = 0; i < n; i++)
                mutate();
        printf("ok 2 - %lu mutations\n", n);
        for (size_t i = 0; i < n_inputs; i++)
                free(inputs[i].data);
        return EXIT_SUCCESS;
}
