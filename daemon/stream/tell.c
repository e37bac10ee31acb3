/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages to stapd, for people: what the script's errors and warnings are, and sums of what was lost. */
#include <string.h>
#include <time.h>
#include "stream/stream-private.h"

#define MESSAGES_PER_SECOND 1000 /* stapd is one thread for everybody */

static void send_message(Stream *s, const char *severity, const char *text, size_t len) {
        control_send_message(s->control, ++s->ledger.now->messages, severity, text, len);
}

static void tell_left_out(Stream *s) {
        char text[128];
        if (s->messages_left_out == 0)
                return;
        int n = snprintf(text, sizeof(text), "%llu more messages were left out",
                         (unsigned long long) s->messages_left_out);
        s->messages_left_out = 0;
        send_message(s, "warning", text, (size_t) n);
}

void tell(Stream *s, const char *severity, const char *text, size_t len) {
        struct timespec t;
        clock_gettime(CLOCK_MONOTONIC, &t);
        uint64_t second = (uint64_t) t.tv_sec;
        if (second != s->messages_second) {
                s->messages_second = second;
                s->messages_n = 0;
                tell_left_out(s);
        }
        if (s->messages_n++ < MESSAGES_PER_SECOND)
                send_message(s, severity, text, len);
        else
                s->messages_left_out++;
}

static void tell_lost(Stream *s, uint64_t *count, const char *why) {
        char text[160];
        if (*count == 0)
                return;
        int n = snprintf(text, sizeof(text), "%llu records were lost: %s", (unsigned long long) *count, why);
        *count = 0;
        send_message(s, "warning", text, (size_t) n);
}

void tell_losses(Stream *s) {
        tell_lost(s, &s->lost_untold, "the buffers were full, or damaged");
        tell_lost(s, &s->reader_lost_untold, "a reader was too slow");
        tell_left_out(s);
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata) {
        tell_losses(userdata);
        return 0;
}

void tell_losses_soon(Stream *s) {
        int enabled = SD_EVENT_OFF;
        if (!s->message_timer) {
                if (sd_event_add_time_relative(s->event, &s->message_timer, CLOCK_MONOTONIC, 1000000, 0,
                                               on_timer, s) < 0)
                        s->message_timer = NULL; /* told at the end */
                return;
        }
        sd_event_source_get_enabled(s->message_timer, &enabled);
        if (enabled == SD_EVENT_OFF) {
                sd_event_source_set_time_relative(s->message_timer, 1000000);
                sd_event_source_set_enabled(s->message_timer, SD_EVENT_ONESHOT);
        }
}

static void tell_count(Stream *s, const char *what, uint64_t count) {
        char text[128];
        if (count == 0)
                return;
        int n = snprintf(text, sizeof(text), "%s: %llu", what, (unsigned long long) count);
        send_message(s, "warning", text, (size_t) n);
}

/* As staprun words it. Of locks that were not to be had in time the core says which. */
void tell_skipped(Stream *s, const struct stp_stat *stat) {
        char text[128];
        if (stat->errors == 0 && s->skipped == 0)
                return;
        int n = snprintf(text, sizeof(text), "Number of errors: %llu, skipped probes: %llu",
                         (unsigned long long) stat->errors, (unsigned long long) s->skipped);
        send_message(s, "warning", text, (size_t) n);
        tell_count(s, "Skipped due to reentrancy", stat->skipped_busy);
        tell_count(s, "Skipped due to low stack", stat->skipped_stack);
        tell_count(s, "Skipped due to missed returns, KRETACTIVE or .maxactive(N) may help",
                   stat->skipped_return);
}
