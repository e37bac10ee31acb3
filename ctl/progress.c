/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ctl/progress.h"
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "base/cleanup.h"

static bool is_shown;

static const struct {
        const char *word, *text;
} states[] = {
        { "queued", "Waiting for the compiler" }, { "compiling", "Compiling: parse" }, { "loading", "Loading" },
}, passes[] = { /* what comes after each */
        { "parse", "Compiling: elaborate" }, { "elaborate", "Compiling: translate" }, { "translate", "Compiling: build" },
};

void progress_clear(void) {
        if (is_shown)
                fputs("\r\033[K", stderr);
        is_shown = false;
}

int progress_show(const char *text) {
        if (!isatty(STDERR_FILENO))
                return 0;
        fprintf(stderr, "\r\033[K%.*s", (int) strcspn(text, "\n"), text);
        fflush(stderr);
        is_shown = true;
        return 1;
}

void progress_show_state(const char *state) {
        for (size_t i = 0; i < ELEMENTSOF(states); i++)
                if (strcmp(states[i].word, state) == 0)
                        (void) progress_show(states[i].text);
}

void progress_show_pass(const char *ended) {
        for (size_t i = 0; i < ELEMENTSOF(passes); i++)
                if (strcmp(passes[i].word, ended) == 0)
                        (void) progress_show(passes[i].text);
}
