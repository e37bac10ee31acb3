/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "translate/format.h"

static const char *scan_number(const char *p, bool *ret_arg, int *ret) {
        *ret_arg = *p == '*';
        if (*ret_arg)
                return p + 1;
        for (*ret = 0; isdigit((unsigned char) *p); p++)
                if (*ret < 1000000)
                        *ret = *ret * 10 + (*p - '0');
        return p;
}

static const char *scan_conversion(const char *p, Conversion *c) {
        int width = 0;
        p += strspn(p, "-+ 0#");
        p = scan_number(p, &c->width_arg, &width);
        if (*p == '.')
                p = scan_number(p + 1, &c->precision_arg, &c->precision);
        p += strspn(p, "hl");
        c->letter = *p;
        return *p ? p + 1 : p;
}

const char *format_next(const char *p, Conversion *ret) {
        while ((p = strchr(p, '%'))) {
                if (p[1] == '%') {
                        p += 2;
                        continue;
                }
                *ret = (Conversion) {.precision = -1};
                return scan_conversion(p + 1, ret);
        }
        return NULL;
}
