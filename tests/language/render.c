/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "manifest/manifest.h"
#include "render.h"
#include "runtime/abi.h"
#include "runtime/format.h"

static Manifest *manifest_load(const char *path) {
        static char json[1 << 20];
        const char *error = "cannot be read";
        Manifest *m = NULL;
        FILE *f = fopen(path, "re");
        size_t n = f ? fread(json, 1, sizeof(json), f) : 0;
        if (f)
                fclose(f);
        if (!n || manifest_parse(json, n, &m, &error) < 0) {
                printf("%s: %s\n", path, error);
                exit(1);
        }
        return m;
}

/* The rest of the format is a line's end, or nothing. */
static int render_hist(const ManifestFormat *f, const struct stp_value *values) {
        static char out[1 << 16];
        const struct stp_value *buckets = &values[f->n_fields - 1];
        if (buckets->len != 8 * histogram_buckets(&f->agg->histogram))
                return printf("a histogram of %u bytes\n", buckets->len), 1;
        size_t n = histogram_draw(&f->agg->histogram, buckets->s, buckets[-1].n, out, sizeof(out));
        fwrite(out, 1, n, stdout);
        fputs(f->format + strlen("%*m"), stdout);
        return 0;
}

static int render_print(const Manifest *m, const struct stp_record *r) {
        struct stp_value values[64];
        static char out[1 << 16];
        if (r->id >= m->n_formats || m->formats[r->id].n_fields > 64)
                return printf("format %u: there is none\n", r->id), 1;
        const ManifestFormat *f = &m->formats[r->id];
        const char *at = (const char *) (r + 1), *end = (const char *) r + r->len;
        for (unsigned i = 0; i < f->n_fields; i++) {
                values[i] = (struct stp_value) {};
                if (end - at < 8)
                        return printf("format %u: the record is too short\n", r->id), 1;
                if (f->fields[i].type == FIELD_LONG) {
                        values[i].n = *(const long long *) at;
                        at += 8;
                        continue;
                }
                values[i].len = *(const unsigned *) at;
                values[i].s = strndup(at + 4, values[i].len);
                if (f->fields[i].type == FIELD_MEMORY || f->fields[i].type == FIELD_HIST)
                        values[i].s = memcpy(malloc(values[i].len + 1), at + 4, values[i].len);
                at += (4 + values[i].len + 7) & ~7u;
        }
        if (at != end)
                return printf("format %u: %td bytes are left of the record\n", r->id, end - at), 1;
        if (f->agg && f->agg->kind == AGG_HIST)
                return render_hist(f, values);
        size_t n = stp_format(out, sizeof(out), f->format, values, f->n_fields);
        fwrite(out, 1, n, stdout);
        return 0;
}

int render_log(const char *manifest, const void *log, unsigned size) {
        Manifest *m = manifest_load(manifest);
        int failed = 0;
        for (unsigned at = 0; at < size;) {
                const struct stp_record *r = (const void *) ((const char *) log + at);
                const char *text = (const char *) (r + 1) + 4;
                if (r->kind == STP_RECORD_PRINT)
                        failed |= render_print(m, r);
                else
                        printf("%s: %.*s\n", r->kind == STP_RECORD_ERROR ? "ERROR" : "WARNING",
                               (int) ((const unsigned *) text)[-1], text);
                at += r->len;
        }
        return failed;
}
