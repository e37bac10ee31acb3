/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ctl/top-table.h"
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ctl/client.h"
#include "ctl/when.h"

void top_table_done(TopTable *t) {
        free(t->rows);
        *t = (TopTable) {};
}

int top_table_find(const TopTable *t, const char *id) {
        for (size_t i = 0; i < t->n; i++)
                if (strcmp(t->rows[i].id, id) == 0)
                        return (int) i;
        return -1;
}

/* ------------------------------------------------------------------ rows */

static void copy(char *ret, size_t size, const char *text) {
        snprintf(ret, size, "%s", text);
}

static void read_row(TopRow *r, json_object *s) {
        int64_t uid = member_number(s, "owner");
        const struct passwd *pw = getpwuid((uid_t) uid);
        const char *name = member_text(s, "sessionName");
        *r = (TopRow) { .created = member_number(s, "created"), .probes = member_number(s, "probes"),
                        .readers = member_number(s, "readers"), .hits = member_number(s, "hits"),
                        .records = member_number(s, "records"), .lost = member_number(s, "lost") };
        copy(r->id, sizeof(r->id), member_text(s, "id"));
        copy(r->name, sizeof(r->name), *name ? name : "-");
        copy(r->state, sizeof(r->state), member_text(s, "state"));
        copy(r->script, sizeof(r->script), member_text(s, "name"));
        if (pw)
                copy(r->owner, sizeof(r->owner), pw->pw_name);
        else
                snprintf(r->owner, sizeof(r->owner), "%lld", (long long) uid);
        when_format_age(r->created, r->age, sizeof(r->age));
}

static double rate(int64_t before, int64_t now, double seconds) {
        return now > before ? (double) (now - before) / seconds : 0;
}

static void compare_with(TopRow *r, const TopRow *before, double seconds) {
        r->hits_rate = rate(before->hits, r->hits, seconds);
        r->records_rate = rate(before->records, r->records, seconds);
        r->lost_rate = rate(before->lost, r->lost, seconds);
}

/* ------------------------------------------------------------------ order */

#define DESCENDING(name, member)                                                        \
        static int name(const void *a, const void *b) {                                 \
                const TopRow *x = a, *y = b;                                            \
                int r = (y->member > x->member) - (y->member < x->member);              \
                return r ?: strcmp(x->id, y->id); /* so that rows stay where they are */ \
        }
DESCENDING(by_hits, hits_rate)
DESCENDING(by_records, records_rate)
DESCENDING(by_lost, lost)
DESCENDING(by_age, created)

static int by_name(const void *a, const void *b) {
        const TopRow *x = a, *y = b;
        return strcmp(x->name, y->name) ?: strcmp(x->script, y->script) ?: strcmp(x->id, y->id);
}

static const struct {
        char key;
        int (*compare)(const void *a, const void *b);
} sorts[_SORT_MAX] = {
        [SORT_HITS] = { 'h', by_hits }, [SORT_RECORDS] = { 'r', by_records }, [SORT_LOST] = { 'l', by_lost },
        [SORT_AGE] = { 'a', by_age },   [SORT_NAME] = { 'n', by_name },
};

static void sort(TopTable *t) {
        if (t->n > 1)
                qsort(t->rows, t->n, sizeof(*t->rows), sorts[t->sort].compare);
}

bool top_table_sort_by(TopTable *t, char key) {
        for (TopSort s = 0; s < _SORT_MAX; s++) {
                if (sorts[s].key != key)
                        continue;
                t->sort = s;
                sort(t);
                return true;
        }
        return false;
}

int top_table_update(TopTable *t, json_object *sessions, uint64_t usec) {
        size_t n = json_object_array_length(sessions);
        TopRow *rows = calloc(n + 1, sizeof(*rows));
        if (!rows)
                return -ENOMEM;
        for (size_t i = 0; i < n; i++) {
                read_row(&rows[i], json_object_array_get_idx(sessions, i));
                int before = top_table_find(t, rows[i].id);
                if (before >= 0 && usec > t->usec)
                        compare_with(&rows[i], &t->rows[before], (double) (usec - t->usec) / 1e6);
        }
        free(t->rows);
        t->rows = rows;
        t->n = n;
        t->usec = usec;
        sort(t);
        return 0;
}

/* ------------------------------------------------------------------ text */

/* What another wrote may not move the cursor. */
static void add_clean(Buf *out, const char *text) {
        for (; *text; text++)
                buf_char(out, (unsigned char) *text < 32 || *text == 127 ? '?' : *text);
}

void top_table_print(const TopTable *t, Buf *out, int selected, size_t max_rows) {
        buf_printf(out, "%-12s %-14s %-10s %-9s %6s %6s %7s %10s %10s %8s %10s  %s\n", "ID", "NAME", "OWNER",
                   "STATE", "AGE", "PROBES", "READERS", "HITS/s", "RECORDS/s", "LOST/s", "LOST", "SCRIPT");
        for (size_t i = 0; i < t->n && i < max_rows; i++) {
                const TopRow *r = &t->rows[i];
                buf_str(out, (int) i == selected ? "\033[7m" : "");
                buf_printf(out,
                           "%-12.12s %-14.14s %-10.10s %-9.9s %6s %6lld %7lld %10.1f %10.1f %8.1f %10lld  ",
                           r->id, r->name, r->owner, r->state, r->age, (long long) r->probes,
                           (long long) r->readers, r->hits_rate, r->records_rate, r->lost_rate,
                           (long long) r->lost);
                add_clean(out, r->script);
                buf_str(out, (int) i == selected ? "\033[m\n" : "\n");
        }
}
