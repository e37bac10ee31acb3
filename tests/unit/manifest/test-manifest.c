/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "manifest/manifest.h"
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include "base/fds.h"
#include "manifest/bytes.h"
#include "unit/test.h"

static Manifest *example(void) {
        Manifest *m = manifest_new();
        m->module = strdup("stap_0123");
        m->script = strdup("t \"quoted\" \xff.stp");
        m->digest = strdup("ab");
        m->kernel = strdup("6.1.0-56-amd64");
        m->abi_hash = 0xfedcba9876543210;
        m->privilege = PRIVILEGE_GURU;
        ASSERT_EQ(manifest_add_function(m, "execname"), 0);
        ASSERT_EQ(manifest_add_function(m, "pid"), 1);
        for (int i = 0; i < 20; i++)
                ASSERT_EQ(manifest_add_probe(m, "kernel.function(\"vfs_read\")", "vfs.read"), i);
        ASSERT_EQ(manifest_add_sight(m, "$file->f_path"), 0);
        ASSERT_EQ(manifest_add_sight(m, "$count ="), 1);
        ASSERT_OK(manifest_add_seen(m, 1, 1));
        ASSERT_OK(manifest_add_seen(m, 1, 0));
        ASSERT_EQ(manifest_add_format(m, "%s %*d\xfe\n", "t.stp:1:1"), 0);
        ASSERT_EQ(manifest_add_field(m, 0, "execname", FIELD_STRING, false), 0);
        ASSERT_EQ(manifest_add_field(m, 0, "", FIELD_LONG, true), 1);
        ASSERT_EQ(manifest_add_field(m, 0, "count", FIELD_LONG, false), 2);
        ASSERT_EQ(manifest_add_format(m, "%*m\n", "t.stp:2:1"), 1);
        ASSERT_EQ(manifest_add_field(m, 1, "k", FIELD_STRING, false), 0);
        ASSERT_EQ(manifest_add_field(m, 1, "width", FIELD_LONG, true), 1);
        ASSERT_EQ(manifest_add_field(m, 1, "h", FIELD_HIST, false), 2);
        ASSERT_OK(manifest_set_agg(m, 1, &(ManifestAgg) { .kind = AGG_HIST, .name = "h", .n_keys = 1, .histogram = {
                .linear = true, .low = INT64_MIN, .high = INT64_MAX, .step = (int64_t) 1 << 60 } }));
        return m;
}

TEST(a_manifest_survives_json) {
        Manifest *m = example(), *n;
        Buf json = BUF_INIT, again = BUF_INIT;
        const char *error = "none";
        ASSERT_OK(manifest_to_json(m, &json));
        ASSERT_NULL(memchr(json.data, '\n', json.len));
        ASSERT(bytes_are_utf8(json.data, json.len));
        TEST_CASE("%s", json.data);
        ASSERT_OK(manifest_parse(json.data, json.len, &n, &error));
        ASSERT_STREQ(n->script, m->script);
        ASSERT_STREQ(n->version, "");
        ASSERT_EQ(n->abi_hash, m->abi_hash);
        ASSERT_EQ(n->privilege, PRIVILEGE_GURU);
        ASSERT_EQ(n->n_probes, 20);
        ASSERT_STREQ(n->probes[19].written, "vfs.read");
        ASSERT_EQ(n->n_sights, 2);
        ASSERT_STREQ(n->sights[0], "$file->f_path");
        ASSERT_EQ(n->probes[0].n_sees, 0);
        ASSERT_EQ(n->probes[1].n_sees, 2);
        ASSERT_EQ(n->probes[1].sees[0], 1);
        ASSERT_EQ(n->n_functions, 2);
        ASSERT_STREQ(n->functions[1], "pid");
        ASSERT_STREQ(n->formats[0].format, "%s %*d\xfe\n");
        ASSERT_EQ(n->formats[0].fields[1].hidden, true);
        ASSERT_NULL(n->formats[0].agg);
        ASSERT_EQ(n->formats[1].agg->kind, AGG_HIST);
        ASSERT_STREQ(n->formats[1].agg->name, "h");
        ASSERT_EQ(n->formats[1].agg->histogram.low, INT64_MIN);
        ASSERT_EQ(n->formats[1].agg->histogram.step, (int64_t) 1 << 60);
        ASSERT_OK(manifest_to_json(n, &again));
        ASSERT_STREQ(again.data, json.data);
        buf_done(&json);
        buf_done(&again);
        manifest_free(m);
        manifest_free(n);
}

TEST(one_from_before_there_were_sights) {
        static const char before[] = "{\"manifest\":1,\"module\":\"m\",\"script\":\"s\",\"digest\":\"d\",\"kernel\":\"k\","
                                     "\"kernelBuildId\":\"\",\"stapdVersion\":\"\",\"abiHash\":\"0123456789abcdef\","
                                     "\"privilege\":\"own\",\"functions\":[],\"formats\":[],"
                                     "\"probes\":[{\"point\":\"begin\",\"written\":\"begin\"}]}";
        Manifest *m;
        ASSERT_OK(manifest_parse(before, strlen(before), &m, NULL));
        ASSERT_EQ(m->n_sights, 0);
        ASSERT_EQ(m->probes[0].n_sees, 0);
        manifest_free(m);
}

/* Replaces the first occurrence; what results must be refused with this text. */
static const struct {
        const char *name, *from, *to, *error;
} damages[] = {
        { "another version", "\"manifest\":1", "\"manifest\":2", "another version" },
        { "no version", "\"manifest\":1", "\"x\":1", "not a manifest" },
        { "version as text", "\"manifest\":1", "\"manifest\":\"1\"", "another version" },
        { "no module", "\"module\"", "\"modul\"", "lacks" },
        { "module as number", "\"stap_0123\"", "17", "should be text" },
        { "a long module name", "\"stap_0123\"", "\"stap_0123456789012345678901234567890123456789012345678901234\"",
          "module's name" },
        { "a NUL", "\"stap_0123\"", "\"stap\\u0000x\"", "NUL" },
        { "bad base64", "\"b64\":\"", "\"b64\":\"!", "base64" },
        { "unknown privilege", "\"guru\"", "\"god\"", "privilege" },
        { "a short hash", "fedcba9876543210", "fedc", "abiHash" },
        { "a hash of letters", "fedcba9876543210", "gedcba9876543210", "abiHash" },
        { "probes that are none", "\"probes\":[", "\"probes\":7,\"x\":[", "list" },
        { "a probe without point", "{\"point\":", "{\"pont\":", "lacks" },
        { "sights that are none", "\"sights\":[", "\"sights\":7,\"x\":[", "list" },
        { "sees a text", "\"sees\":[1,0]", "\"sees\":[\"1\"]", "not there" },
        { "sees what is not there", "\"sees\":[1,0]", "\"sees\":[2]", "not there" },
        { "sees what is before all", "\"sees\":[1,0]", "\"sees\":[-1]", "not there" },
        { "sees more than there is", "\"sees\":[1,0]", "\"sees\":[1,0,1]", "longer" },
        { "sees no list", "\"sees\":[1,0]", "\"sees\":1", "longer" },
        { "unknown field type", "\"type\":\"long\"", "\"type\":\"float\"", "unknown type" },
        { "a field too few", "{\"name\":\"count\",\"type\":\"long\"}", "{\"name\":\"count\",\"type\":\"string\"}",
          "not its arguments" },
        { "a star that is shown", ",\"hidden\":true", "", "not its arguments" },
        { "two of a name", "\"name\":\"count\"", "\"name\":\"execname\"", "same name" },
        { "a histogram that is none", "\"type\":\"hist\"}]", "\"type\":\"memory\"}]", "not its arguments" },
        { "buckets of no histogram", "\"agg\":", "\"agh\":", "not its arguments" },
        { "buckets of a map", "{\"type\":\"hist\",\"name\"", "{\"type\":\"map\",\"name\"", "not its arguments" },
        { "an unknown aggregate", "{\"type\":\"hist\",\"name\"", "{\"type\":\"heap\",\"name\"", "unknown type" },
        { "more keys than fields", "\"keys\":1", "\"keys\":2", "not its arguments" },
        { "fewer keys than fields", "\"keys\":1", "\"keys\":0", "not its arguments" },
        { "a negative number of keys", "\"keys\":1", "\"keys\":-1", "too many keys" },
        { "keys as text", "\"keys\":1", "\"keys\":\"1\"", "should be a number" },
        { "buckets of no width", ",1152921504606846976]", ",0]", "not its arguments" },
        { "too many buckets", ",1152921504606846976]", ",1]", "not its arguments" },
        { "no width", ",1152921504606846976]", "]", "three bounds" },
        { "buckets without an elision", "\"%*m", "\"%m", "not its arguments" },
        { "two histograms", "\"%*m", "\"%*m%*m", "not its arguments" },
        { "cut", "\"formats\":", "", "not JSON" },
        { "more after it", "\"manifest\":1", "\"manifest\":1}{\"x\":1", "not JSON" },
};

TEST(every_damage_has_its_error) {
        Manifest *m = example(), *n = NULL;
        Buf json = BUF_INIT;
        ASSERT_OK(manifest_to_json(m, &json));
        for (size_t i = 0; i < ELEMENTSOF(damages); i++) {
                Buf bad = BUF_INIT;
                const char *at = strstr(json.data, damages[i].from), *error = "";
                TEST_CASE("%s", damages[i].name);
                ASSERT_NOT_NULL(at);
                buf_add(&bad, json.data, (size_t) (at - json.data));
                buf_str(&bad, damages[i].to);
                buf_str(&bad, at + strlen(damages[i].from));
                ASSERT_ERROR(manifest_parse(bad.data, bad.len, &n, &error), -EBADMSG);
                if (!strstr(error, damages[i].error))
                        test_fail(__FILE__, __LINE__, "the error is: %s", error);
                buf_done(&bad);
        }
        for (size_t len = 0; len < json.len; len++) {
                TEST_CASE("cut after %zu bytes", len);
                ASSERT_ERROR(manifest_parse(json.data, len, &n, NULL), -EBADMSG);
        }
        buf_done(&json);
        manifest_free(m);
}

TEST(big_deep_and_binary_input_is_refused) {
        Manifest *m;
        Buf b = BUF_INIT;
        const char *error;
        for (unsigned i = 0; i < 100000; i++)
                buf_char(&b, '[');
        ASSERT_ERROR(manifest_parse(b.data, b.len, &m, &error), -EBADMSG);
        ASSERT_ERROR(manifest_parse("\xff\xfe\0\0", 4, &m, &error), -EBADMSG);
        ASSERT_ERROR(manifest_parse("", 0, &m, &error), -EBADMSG);
        while (b.len <= MANIFEST_MAX_SIZE)
                buf_add(&b, "                ", 16);
        ASSERT_ERROR(manifest_parse(b.data, b.len, &m, &error), -EBADMSG);
        ASSERT_STREQ(error, "the manifest is too big");
        buf_done(&b);
}

/* From a real object file, made by the compiler at hand. */
TEST(the_section_of_a_module_is_found) {
        char dir[] = "/tmp/test-manifest-XXXXXX", command[512], path[64];
        Manifest *m = example(), *n = NULL;
        Buf json = BUF_INIT;
        const char *error = NULL;
        ASSERT_NOT_NULL(mkdtemp(dir));
        ASSERT_OK(manifest_to_json(m, &json));
        snprintf(path, sizeof(path), "%s/m.json", dir);
        ASSERT_OK(fds_write_file_atomic(path, json.data, json.len, 0600));
        snprintf(command, sizeof(command),
                 "cd %s && echo 'int x;' >x.c && cc -c x.c -o plain.o && "
                 "objcopy --add-section " STAPD_MANIFEST_SECTION "=m.json plain.o with.o", dir);
        if (system(command) != 0)
                SKIP("no cc or objcopy here");
        snprintf(path, sizeof(path), "%s/with.o", dir);
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        ASSERT_OK(manifest_read_module(fd, &n, &error));
        ASSERT_EQ(n->n_probes, 20);
        manifest_free(n);
        close(fd);
        snprintf(path, sizeof(path), "%s/plain.o", dir);
        fd = open(path, O_RDONLY | O_CLOEXEC);
        ASSERT_ERROR(manifest_read_module(fd, &n, &error), -ENODATA);
        ASSERT_STREQ(error, "the module has no manifest");
        close(fd);
        fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
        ASSERT_ERROR(manifest_read_module(fd, &n, &error), -EBADMSG);
        close(fd);
        snprintf(command, sizeof(command), "rm -rf %s", dir);
        ASSERT_EQ(system(command), 0);
        buf_done(&json);
        manifest_free(m);
}

TEST(utf8_is_judged_strictly) {
        static const struct {
                const char *s;
                bool good;
        } cases[] = {
                { "", true }, { "plain and long enough for words", true }, { "\xc3\xa9", true },
                { "\xe2\x82\xac", true }, { "\xf0\x9f\x90\xa7", true }, { "12345678\xf4\x8f\xbf\xbf", true },
                { "\x80", false }, { "\xc3", false }, { "\xc0\xaf", false }, { "\xe0\x80\xaf", false },
                { "\xed\xa0\x80", false }, { "\xf4\x90\x80\x80", false }, { "\xff", false }, { "1234567\xe2\x82", false },
                { "\xf8\x88\x80\x80\x80", false },
        };
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                TEST_CASE("case %zu", i);
                ASSERT_EQ(bytes_are_utf8(cases[i].s, strlen(cases[i].s)), cases[i].good);
        }
}

TEST(base64_goes_both_ways) {
        static const char *const pairs[][2] = {
                { "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" }, { "foo", "Zm9v" }, { "foob", "Zm9vYg==" },
                { "\xff\xfe\xfd", "//79" },
        };
        for (size_t i = 0; i < ELEMENTSOF(pairs); i++) {
                Buf out = BUF_INIT, back = BUF_INIT;
                TEST_CASE("%s", pairs[i][1]);
                bytes_add_base64(&out, pairs[i][0], strlen(pairs[i][0]));
                ASSERT_STREQ(out.data ?: "", pairs[i][1]);
                ASSERT_OK(bytes_from_base64(&back, pairs[i][1], strlen(pairs[i][1])));
                ASSERT_STREQ(back.data ?: "", pairs[i][0]);
                buf_done(&out);
                buf_done(&back);
        }
        static const char *const bad[] = { "Z", "Zg=", "Zg=A", "====", "Zm 9", "Zg==Zg==" };
        for (size_t i = 0; i < ELEMENTSOF(bad); i++) {
                Buf out = BUF_INIT;
                TEST_CASE("%s", bad[i]);
                ASSERT_ERROR(bytes_from_base64(&out, bad[i], strlen(bad[i])), -EBADMSG);
                buf_done(&out);
        }
}

TEST(json_text_has_no_raw_control_bytes) {
        Buf b = BUF_INIT;
        bytes_add_json(&b, "a\"\\\n\t\x01\x7f\xc3\xa9/", 10);
        ASSERT_STREQ(b.data, "\"a\\\"\\\\\\n\\t\\u0001\\u007f\xc3\xa9/\"");
        buf_done(&b);
        bytes_add_json(&b, "\xff\0", 2);
        ASSERT_STREQ(b.data, "{\"b64\":\"/wA=\"}");
        buf_done(&b);
}
