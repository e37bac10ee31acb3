/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every kind of line, of the most awkward content, against doc/event-v1.schema.json. */
#include "manifest/bytes.h"
#include "stream/render.h"
#include <stdio.h>
#include <sys/wait.h>
#include "base/fds.h"
#include "unit/test.h"

static const char validator[] =
        "import json, sys, jsonschema\n"
        "schema = json.load(open(sys.argv[1]))\n"
        "jsonschema.Draft202012Validator.check_schema(schema)\n"
        "v = jsonschema.Draft202012Validator(schema)\n"
        "n = 0\n"
        "for line in open(sys.argv[2], 'rb'):\n"
        "    assert len(line) <= 65536 and line.endswith(b'\\n'), len(line)\n"
        "    v.validate(json.loads(line.decode()))\n"
        "    n += 1\n"
        "assert n == int(sys.argv[3]), n\n";

static Manifest *awkward(void) {
        Manifest *m = manifest_new();
        char **texts[] = { &m->module, &m->script, &m->digest, &m->kernel, &m->kernel_build_id, &m->version };
        for (size_t i = 0; i < ELEMENTSOF(texts); i++)
                *texts[i] = strdup("\"\\\n\xc3\xa9");
        for (unsigned i = 0; i < 5000; i++)
                manifest_add_probe(m, "kernel.function(\"a_function_with_a_long_name\")", "x");
        manifest_add_format(m, "%s %d %p %m %*d", "t.stp:1:1");
        manifest_add_field(m, 0, "a \"name\"", FIELD_STRING, false);
        manifest_add_field(m, 0, "n", FIELD_LONG, false);
        manifest_add_field(m, 0, "p", FIELD_LONG, false);
        manifest_add_field(m, 0, "m", FIELD_MEMORY, false);
        manifest_add_field(m, 0, "", FIELD_LONG, true);
        manifest_add_field(m, 0, "d", FIELD_LONG, false);
        manifest_add_format(m, "plain \xff\n", "t.stp:2:1");
        return m;
}

static Buf lines(unsigned *n) {
        static char big[16000];
        memset(big, 1, sizeof(big)); /* each byte takes six */
        Manifest *m = awkward();
        const char *const args[] = { "a", "\xff", big };
        Render *r;
        Buf out = BUF_INIT;
        Stamp st = { .seq = 7, .time_ns = UINT64_MAX, .time_usec = 1 };
        Origin o = { .cpu = 3, .pid = 1, .tid = 2, .uid = 4294967295u };
        big[sizeof(big) - 1] = 0;
        ASSERT_OK(render_new(m, &(RenderSession) { .id = "0123", .args = args, .n_args = 3 }, &r));
        struct stp_value small[] = { { .s = "\xc3\xa9", .len = 2 }, { .n = INT64_MIN }, { .n = -1 },
                                     { .s = "\0\xff", .len = 2 }, { .n = 3 }, { .n = 0 } };
        struct stp_value large[] = { { .s = big, .len = 15999 }, { .n = 1 }, { .n = 1 }, { .s = big, .len = 0 },
                                     { .n = INT64_MAX }, { .n = 0 } };
        struct stp_value bad = { .s = "\x80", .len = 1 };
        render_json_header(r, &st, &out);
        render_json_event(r, &st, &o, 0, small, &out);
        render_json_event(r, &st, &o, 0, large, &out);
        render_json_event(r, &st, &o, 1, NULL, &out);
        render_json_message(r, &st, &o, "error", &large[0], &out);
        render_json_message(r, &st, &o, "warning", &bad, &out);
        render_json_lost(r, &st, &(RenderLost) { .where = "kernel-buffer", .count = 5, .since = 1, .until = 9 }, &out);
        render_json_lost(r, &st, &(RenderLost) { .where = "transport-resync", .count = UINT64_MAX, .bytes = 3,
                                                 .cpu = -1 }, &out);
        render_json_lost(r, &st, &(RenderLost) { .where = "reader-queue", .count = 2, .from = 4, .to = 6, .cpu = -1 },
                         &out);
        render_json_state(r, &st, "running", NULL, &out);
        render_json_state(r, &st, "stopped", "exit", &out);
        render_json_end(r, &st, "exit", 0, 7, 5, &out);
        *n = 12;
        render_free(r);
        manifest_free(m);
        return out;
}

static const char *schema_path(char *buf, size_t size) {
        snprintf(buf, size, "%s/doc/event-v1.schema.json", getenv("SOURCE_ROOT") ?: ".");
        return buf;
}

TEST(every_line_is_of_the_schema) {
        char dir[] = "/tmp/test-schema-XXXXXX", path[128], script[128], schema[512], command[1024];
        unsigned n;
        Buf out = lines(&n);
        if (system("python3 -c 'import jsonschema; jsonschema.Draft202012Validator' 2>/dev/null") != 0)
                SKIP("python3-jsonschema is not installed");
        ASSERT_NOT_NULL(mkdtemp(dir));
        snprintf(path, sizeof(path), "%s/lines", dir);
        snprintf(script, sizeof(script), "%s/validate.py", dir);
        ASSERT_OK(fds_write_file_atomic(path, out.data, out.len, 0600));
        ASSERT_OK(fds_write_file_atomic(script, validator, strlen(validator), 0600));
        snprintf(command, sizeof(command), "python3 %s '%s' %s %u", script, schema_path(schema, sizeof(schema)), path, n);
        ASSERT_EQ(system(command), 0);
        snprintf(command, sizeof(command), "rm -r %s", dir);
        ASSERT_EQ(system(command), 0);
        buf_done(&out);
}

TEST(long_lines_are_cut_and_say_so) {
        unsigned n;
        Buf out = lines(&n);
        const char *second = strchr(out.data, '\n') + 1, *third = strchr(second, '\n') + 1;
        ASSERT_NOT_NULL(strstr(out.data, "\"truncated\":true"));
        ASSERT(strstr(out.data, "\"truncated\":true") < second);
        ASSERT(strstr(second, "\"truncated\":true") > third);
        ASSERT_NOT_NULL(strstr(second, "\"data\":{\"a \\\"name\\\"\":\"\xc3\xa9\",\"n\":-9223372036854775808,"
                                       "\"p\":\"0xffffffffffffffff\",\"m\":{\"b64\":\"AP8=\"},\"d\":0}}\n"));
        for (const char *p = out.data, *end; (end = strchr(p, '\n')); p = end + 1) {
                ASSERT(end + 1 - p <= (ptrdiff_t) RENDER_MAX);
                ASSERT(bytes_are_utf8(p, (size_t) (end - p)));
        }
        buf_done(&out);
}
