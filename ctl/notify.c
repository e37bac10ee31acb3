/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ctl/notify.h"
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-daemon.h>

static char state_word[32] = "starting", words[256], last_result[32];
static bool ready;

static void tell(void) {
        (void) sd_notifyf(0, "STATUS=%s%s%s", state_word, *words ? ": " : "", words);
}

static void be_ready(void) {
        if (!ready)
                (void) sd_notify(0, "READY=1");
        ready = true;
}

void notify_state(const char *state) {
        snprintf(state_word, sizeof(state_word), "%s", state);
        if (strcmp(state, "running") == 0)
                be_ready();
        else if (ready && strcmp(state, "stopping") == 0)
                (void) sd_notify(0, "STOPPING=1");
        tell();
}

void notify_words(const char *text) {
        snprintf(words, sizeof(words), "%.*s", (int) strcspn(text, "\n"), text);
        tell();
}

void notify_progress(const char *text) {
        (void) sd_notifyf(0, "STATUS=%s: %.*s", state_word, (int) strcspn(text, "\n"), text);
}

/* A script that ran and was over before anybody saw it running has started as well. */
void notify_end(const char *result) {
        snprintf(state_word, sizeof(state_word), "%s", result);
        snprintf(last_result, sizeof(last_result), "%s", result);
        if (strcmp(result, "success") == 0)
                be_ready();
        tell();
}

const char *notify_result(void) {
        return last_result;
}
