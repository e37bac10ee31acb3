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
