/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a line goes is decided once: a terminal, file or pipe gets it plain. When standard error is the
 * journal's stream (systemd says so in JOURNAL_STREAM) the entry is sent with its fields; a process whose
 * sandbox forbids that socket writes "<N>text", which the journal understands as well.
 */
#include "base/log.h"
#include <stdbool.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/uio.h>
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>
#include "base/cleanup.h"

#define LINE_MAX_BYTES 2048

typedef enum LogTarget { TARGET_PLAIN, TARGET_PREFIXED, TARGET_JOURNAL } LogTarget;

static struct {
        const char *identifier;
        int max_level;
        LogTarget target;
} setup = { .max_level = LOG_INFO };

/* True when standard error is the stream that systemd connected to the journal. */
static bool stderr_is_journal(void) {
        const char *s = getenv("JOURNAL_STREAM");
        unsigned long long dev, ino;
        struct stat st;
        return s && sscanf(s, "%llu:%llu", &dev, &ino) == 2 && fstat(STDERR_FILENO, &st) == 0 &&
               st.st_dev == dev && st.st_ino == ino;
}

void log_setup(const char *identifier, int max_level) {
        setup.identifier = identifier;
        setup.max_level = max_level;
        setup.target = stderr_is_journal() ? TARGET_JOURNAL : TARGET_PLAIN;
}

int log_max_level(void) {
        return setup.max_level;
}

int log_level_from_string(const char *s) {
        static const struct {
                const char *name;
                int level;
        } names[] = {
                { "emerg", LOG_EMERG }, { "alert", LOG_ALERT }, { "crit", LOG_CRIT }, { "err", LOG_ERR },
                { "error", LOG_ERR }, { "warning", LOG_WARNING }, { "warn", LOG_WARNING },
                { "notice", LOG_NOTICE }, { "info", LOG_INFO }, { "debug", LOG_DEBUG },
        };
        if (!s)
                return -EINVAL;
        for (size_t i = 0; i < ELEMENTSOF(names); i++)
                if (strcasecmp(names[i].name, s) == 0)
                        return names[i].level;
        return s[0] >= '0' && s[0] <= '7' && !s[1] ? s[0] - '0' : -EINVAL;
}

static bool send_journal(int level, int error, const char *file, int line, const char *text) {
        if (error)
                return sd_journal_send("MESSAGE=%s", text, "PRIORITY=%i", level, "CODE_FILE=%s", file,
                                       "CODE_LINE=%i", line, "SYSLOG_IDENTIFIER=%s", setup.identifier,
                                       "ERRNO=%i", error, NULL) >= 0;
        return sd_journal_send("MESSAGE=%s", text, "PRIORITY=%i", level, "CODE_FILE=%s", file,
                               "CODE_LINE=%i", line, "SYSLOG_IDENTIFIER=%s", setup.identifier, NULL) >= 0;
}

/* In one write, so that lines of several processes do not mix. */
static void write_line(int level, const char *text) {
        char line[LINE_MAX_BYTES + 128];
        int n = setup.target == TARGET_PLAIN ?
                        snprintf(line, sizeof(line), "%s%s%s\n", setup.identifier ? setup.identifier : "",
                                 setup.identifier ? ": " : "", text) :
                        snprintf(line, sizeof(line), "<%d>%s\n", level, text);
        if (n >= (int) sizeof(line)) {
                n = sizeof(line);
                line[n - 1] = '\n';
        }
        if (n > 0 && write(STDERR_FILENO, line, (size_t) n) < 0)
                return; /* nobody is left to tell */
}

int log_full(int level, int error, const char *file, int line, const char *fmt, ...) {
        int saved = errno;
        error = error < 0 ? -error : error;
        if (level > setup.max_level) {
                errno = saved;
                return -error;
        }
        char text[LINE_MAX_BYTES];
        va_list ap;
        va_start(ap, fmt);
        errno = error;
        vsnprintf(text, sizeof(text), fmt, ap);
        va_end(ap);
        if (setup.target == TARGET_JOURNAL && !send_journal(level, error, file, line, text))
                setup.target = TARGET_PREFIXED;
        if (setup.target != TARGET_JOURNAL)
                write_line(level, text);
        errno = saved;
        return -error;
}

#define EVENT_FIELDS_MAX 32

static struct iovec field_of(const char *text) {
        return (struct iovec) { .iov_base = (void *) text, .iov_len = strlen(text) };
}

static bool send_event(int level, const char *message_id, const char *const *fields, const char *text) {
        char message[LINE_MAX_BYTES + 16], id[64], priority[16], identifier[64];
        snprintf(message, sizeof(message), "MESSAGE=%s", text);
        snprintf(id, sizeof(id), "MESSAGE_ID=%s", message_id);
        snprintf(priority, sizeof(priority), "PRIORITY=%d", level);
        snprintf(identifier, sizeof(identifier), "SYSLOG_IDENTIFIER=%s", setup.identifier);
        struct iovec all[EVENT_FIELDS_MAX + 4] = { field_of(message), field_of(id), field_of(priority), field_of(identifier) };
        int n = 4;
        for (; *fields && n < EVENT_FIELDS_MAX + 4; fields++)
                all[n++] = field_of(*fields);
        return sd_journal_sendv(all, n) >= 0;
}

static void add_fields(char *text, size_t size, const char *message_id, const char *const *fields) {
        size_t n = strlen(text);
        n += (size_t) snprintf(text + n, size - n, " [MESSAGE_ID=%s", message_id);
        for (; *fields && n < size; fields++)
                n += (size_t) snprintf(text + n, size - n, " %s", *fields);
        if (n < size - 1)
                strcpy(text + n, "]");
}

void log_event(int level, const char *message_id, const char *const *fields, const char *fmt, ...) {
        int saved = errno;
        char text[LINE_MAX_BYTES];
        va_list ap;
        va_start(ap, fmt);
        vsnprintf(text, sizeof(text), fmt, ap);
        va_end(ap);
        if (setup.target == TARGET_JOURNAL && !send_event(level, message_id, fields, text))
                setup.target = TARGET_PREFIXED;
        if (setup.max_level >= LOG_DEBUG && setup.target != TARGET_JOURNAL)
                add_fields(text, sizeof(text), message_id, fields);
        if (setup.target != TARGET_JOURNAL && level <= setup.max_level)
                write_line(level, text);
        errno = saved;
}
