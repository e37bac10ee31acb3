/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* The sessions as a table with rates: what List gave, and how it has grown since the time before. */
#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>
#include "base/buf.h"

typedef struct TopRow {
        char id[40], name[72], owner[24], state[16], age[24], script[128];
        int64_t created, probes, readers, hits, records, lost;
        double hits_rate, records_rate, lost_rate; /* a second; 0 before there are two */
} TopRow;

typedef enum TopSort { SORT_HITS, SORT_RECORDS, SORT_LOST, SORT_AGE, SORT_NAME, _SORT_MAX } TopSort;

typedef struct TopTable {
        TopRow *rows;
        size_t n;
        uint64_t usec; /* CLOCK_MONOTONIC, when they were asked for */
        TopSort sort;
} TopTable;

void top_table_done(TopTable *t);
/* Takes what List gave: an array of sessions. -ENOMEM. */
int top_table_update(TopTable *t, json_object *sessions, uint64_t usec);
/* 'h', 'r', 'l', 'a', 'n': true if it is one. */
bool top_table_sort_by(TopTable *t, char key);
/* A heading, a line for each, and in reverse video the one at `selected` (-1: none). */
void top_table_print(const TopTable *t, Buf *out, int selected, size_t max_rows);
/* The row of that id; -1. */
int top_table_find(const TopTable *t, const char *id);
