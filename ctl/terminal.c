/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ctl/terminal.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include "ctl/output.h"

#define ENTER "\033[?1049h\033[?25l"
#define LEAVE "\033[?25h\033[?1049l"
#define HOME "\033[H"
#define CLEAR_LINE "\033[K"
#define CLEAR_BELOW "\033[J"

static struct termios saved;
static bool is_open;
static volatile sig_atomic_t ended;

static void on_end(int number) {
        ended = 1;
}

static void on_resize(int number) {
        /* it interrupts poll(), which is all that it is for */
}

bool terminal_is_there(void) {
        return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

static void put(const char *text) {
        (void) output_write(STDOUT_FILENO, text, strlen(text));
}

static void watch_signals(void (*end)(int), void (*resize)(int)) {
        struct sigaction a = { .sa_handler = end };
        (void) sigaction(SIGINT, &a, NULL);
        (void) sigaction(SIGTERM, &a, NULL);
        (void) sigaction(SIGHUP, &a, NULL);
        a.sa_handler = resize;
        (void) sigaction(SIGWINCH, &a, NULL);
}

int terminal_open(void) {
        struct termios raw;
        if (tcgetattr(STDIN_FILENO, &saved) < 0)
                return -errno;
        raw = saved;
        raw.c_lflag &= ~(tcflag_t) (ICANON | ECHO);
        raw.c_cc[VMIN] = 0;
        raw.c_cc[VTIME] = 0;
        if (tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw) < 0)
                return -errno;
        is_open = true;
        watch_signals(on_end, on_resize);
        put(ENTER);
        return 0;
}

void terminal_close(void) {
        if (!is_open)
                return;
        is_open = false;
        put(LEAVE);
        watch_signals(SIG_DFL, SIG_DFL);
        (void) tcsetattr(STDIN_FILENO, TCSAFLUSH, &saved);
}

void terminal_size(unsigned *ret_lines, unsigned *ret_columns) {
        struct winsize w;
        bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_row > 0 && w.ws_col > 0;
        *ret_lines = known ? w.ws_row : 24;
        *ret_columns = known ? w.ws_col : 80;
}

/* Characters that are shown: bytes that go on a UTF-8 character do not count, what sets attributes
 * neither. */
static size_t fitting(const char *line, size_t length, unsigned columns) {
        size_t shown = 0;
        for (size_t i = 0; i < length; i++) {
                if (line[i] == '\033') {
                        while (i < length && line[i] != 'm')
                                i++;
                        continue;
                }
                if (((unsigned char) line[i] & 0xc0) != 0x80 && ++shown > columns)
                        return i;
        }
        return length;
}

void terminal_show(const Buf *text) {
        _cleanup_(buf_done) Buf out = BUF_INIT;
        unsigned lines, columns, n = 0;
        terminal_size(&lines, &columns);
        buf_str(&out, HOME);
        for (const char *p = text->data ?: ""; *p && n < lines; n++) {
                size_t length = strcspn(p, "\n");
                buf_printf(&out, "%s%.*s\033[m" CLEAR_LINE, n > 0 ? "\r\n" : "",
                           (int) fitting(p, length, columns), p);
                p += length + (p[length] == '\n');
        }
        buf_str(&out, CLEAR_BELOW);
        if (!out.failed)
                (void) output_write(STDOUT_FILENO, out.data, out.len);
}

static int read_key(void) {
        char c[8];
        ssize_t n = read(STDIN_FILENO, c, 1);
        if (n == 0)
                return KEY_END;
        if (n < 0)
                return errno == EINTR || errno == EAGAIN ? KEY_NONE : KEY_END;
        if (c[0] == '\r' || c[0] == '\n')
                return KEY_ENTER;
        if (c[0] == 3 || c[0] == 4)
                return KEY_END;
        if (c[0] != '\033')
                return (unsigned char) c[0];
        n = read(STDIN_FILENO, c, sizeof(c)); /* the rest of what a cursor key sends is there with it */
        return n == 2 && c[1] == 'A' ? KEY_UP : n == 2 && c[1] == 'B' ? KEY_DOWN : KEY_NONE;
}

int terminal_key(unsigned ms) {
        struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };
        if (ended)
                return KEY_END;
        int r = poll(&p, 1, (int) ms);
        if (r < 0 || ended)
                return ended ? KEY_END : KEY_NONE;
        return r == 0 ? KEY_NONE : read_key();
}
