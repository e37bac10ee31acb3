/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/conf.h"
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include "base/cleanup.h"
#include "base/fds.h"

int conf_parse_bool(const char *value, bool *ret) {
        static const char *const yes[] = { "yes", "true", "on", "1" }, *const no[] = { "no", "false", "off", "0" };
        for (size_t i = 0; i < ELEMENTSOF(yes); i++) {
                if (strcasecmp(value, yes[i]) == 0 || strcasecmp(value, no[i]) == 0) {
                        *ret = strcasecmp(value, yes[i]) == 0;
                        return 0;
                }
        }
        return -EINVAL;
}

int conf_parse_unsigned(const char *value, unsigned min, unsigned max, unsigned *ret) {
        char *end;
        errno = 0;
        unsigned long n = strtoul(value, &end, 10);
        if (errno || !isdigit((unsigned char) *value) || *end || n < min || n > max)
                return -EINVAL;
        *ret = (unsigned) n;
        return 0;
}

static char *strip(char *s) {
        while (isspace((unsigned char) *s))
                s++;
        char *end = s + strlen(s);
        while (end > s && isspace((unsigned char) end[-1]))
                *--end = 0;
        return s;
}

static int parse_line(char *line, const ConfReader *reader, bool *in_section, const char **ret_error) {
        line = strip(line);
        if (!*line || *line == '#' || *line == ';')
                return 0;
        if (*line == '[') {
                char *close = strchr(line, ']');
                *ret_error = "expected ] at the end of the section's name";
                if (!close || close[1])
                        return -EINVAL;
                *close = 0;
                *in_section = true;
                return reader->section(reader->userdata, line + 1, ret_error);
        }
        char *equals = strchr(line, '=');
        *ret_error = !equals ? "expected Setting=value" : "expected a [Section] before the first setting";
        if (!equals || !*in_section)
                return -EINVAL;
        *equals = 0;
        return reader->setting(reader->userdata, strip(line), strip(equals + 1), ret_error);
}

int conf_parse(char *text, const ConfReader *reader, unsigned *ret_line, const char **ret_error) {
        bool in_section = false;
        unsigned number = 0;
        for (char *line; (line = strsep(&text, "\n"));) {
                *ret_line = ++number;
                int r = parse_line(line, reader, &in_section, ret_error);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* systemd's way to say that a file of this name is not wanted: a link to /dev/null. */
static bool is_mask(const struct stat *st) {
        return S_ISCHR(st->st_mode) && st->st_rdev == makedev(1, 3);
}

int conf_read(int dir_fd, const char *path, const ConfReader *reader, unsigned *ret_line,
              const char **ret_error) {
        _cleanup_(closep) int fd = openat(dir_fd, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
        if (fd < 0)
                return -errno;
        struct stat st;
        if (fstat(fd, &st) < 0)
                return -errno;
        if (is_mask(&st))
                return 0;
        if (!S_ISREG(st.st_mode) || (st.st_uid != 0 && st.st_uid != geteuid()) || (st.st_mode & 022))
                return -EPERM;
        _cleanup_(freep) char *text = NULL;
        size_t len;
        int r = fds_read_all(fd, CONF_MAX_SIZE, &text, &len);
        if (r < 0)
                return r;
        *ret_line = 0;
        *ret_error = "there is a NUL byte in it";
        return strlen(text) == len ? conf_parse(text, reader, ret_line, ret_error) : -EINVAL;
}
