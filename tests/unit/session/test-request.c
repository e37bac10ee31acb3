/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What clients may ask for, and what the key of a compiled script depends on. */
#include "session/request.h"
#include "unit/test.h"

static int parse(const char *json, Request **ret, const char **field) {
        json_object *o = json_tokener_parse(json);
        ASSERT_NOT_NULL(o);
        int r = request_from_json(o, ret, field);
        json_object_put(o);
        return r;
}

TEST(wrong_requests) {
        static const struct {
                const char *json, *field;
        } rows[] = {
                { "[]", "context" },
                { "{}", "script" },
                { "{\"script\":5}", "script" },
                { "{\"script\":\"x\",\"name\":7}", "name" },
                { "{\"script\":\"x\",\"name\":\"a\\u0000b\"}", "name" },
                { "{\"script\":\"x\",\"arguments\":\"a\"}", "arguments" },
                { "{\"script\":\"x\",\"arguments\":[1]}", "arguments" },
                { "{\"script\":\"x\",\"guru\":1}", "guru" },
                { "{\"script\":\"x\",\"bufferMegabytes\":0}", "bufferMegabytes" },
                { "{\"script\":\"x\",\"bufferMegabytes\":100000}", "bufferMegabytes" },
                { "{\"script\":\"x\",\"target\":-1}", "target" },
                { "{\"script\":\"x\",\"target\":4294967296}", "target" },
                { "{\"script\":\"x\",\"module\":\"../evil\"}", "module" },
                { "{\"script\":\"x\",\"module\":\"\"}", "module" },
                { "{\"script\":\"x\",\"module\":\"a123456789012345678901234567890123456789012345678901\"}", "module" },
                { "{\"script\":\"x\",\"defines\":[\"-fplugin=x\"]}", "defines" },
                { "{\"script\":\"x\",\"defines\":[\"A B\"]}", "defines" },
                { "{\"script\":\"x\",\"defines\":[\"A=1\\n#include\"]}", "defines" },
        };
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                TEST_CASE("%s", rows[i].json);
                Request *r = NULL;
                const char *field = NULL;
                ASSERT_ERROR(parse(rows[i].json, &r, &field), -EINVAL);
                ASSERT_STREQ(field, rows[i].field);
                ASSERT_NULL(r);
        }
}

TEST(a_whole_request) {
        Request *r;
        const char *field;
        ASSERT_OK(parse(
                "{\"script\":\"a\\u0000b\",\"name\":\"t.stp\",\"arguments\":[\"1\"],\"module\":\"mine\","
                "\"optimize\":false,\"target\":7,\"name2\":[]}",
                &r, &field));
        ASSERT_EQ(r->script_len, 3);
        ASSERT_MEMEQ(r->script, "a\0b", 3);
        ASSERT_STREQ(r->module, "stap_mine");
        ASSERT(!r->optimize);
        ASSERT(r->cache);
        ASSERT_EQ(r->target, 7);
        json_object *job = request_to_compile_job(r, r->module), *v;
        ASSERT(json_object_object_get_ex(job, "name", &v));
        ASSERT_STREQ(json_object_get_string(v), "t.stp");
        json_object_put(job);
        request_free(r);
}

static void key_of(const char *json, const char *world, char *ret) {
        Request *r;
        const char *field;
        ASSERT_OK(parse(json, &r, &field));
        request_key(r, world, ret);
        request_free(r);
}

TEST(the_key_depends_on_everything_that_matters) {
        static const char *const requests[] = {
                "{\"script\":\"x\"}",
                "{\"script\":\"y\"}",
                "{\"script\":\"x\",\"name\":\"n\"}",
                "{\"script\":\"x\",\"arguments\":[\"a\",\"b\"]}",
                "{\"script\":\"x\",\"arguments\":[\"ab\"]}",
                "{\"script\":\"x\",\"defines\":[\"A\"]}",
                "{\"script\":\"x\",\"globals\":[\"A\"]}",
                "{\"script\":\"x\",\"guru\":true}",
                "{\"script\":\"x\",\"optimize\":false}",
                "{\"script\":\"x\",\"module\":\"m\"}",
                "{\"script\":\"x\",\"tapsets\":[{\"name\":\"a.stp\",\"text\":\"b\"}]}",
                "{\"script\":\"x\",\"tapsets\":[{\"name\":\"b.stp\",\"text\":\"b\"}]}",
                "{\"script\":\"x\",\"tapsets\":[{\"name\":\"a.stp\",\"text\":\"c\"}]}",
                "{\"script\":\"x\",\"tapsets\":[{\"name\":\"a.stp\",\"text\":\"\"},{\"name\":\"b.stp\",\"text\":\"b\"}]}",
        };
        char keys[ELEMENTSOF(requests) + 1][KEY_LENGTH + 1];
        for (size_t i = 0; i < ELEMENTSOF(requests); i++)
                key_of(requests[i], "world", keys[i]);
        key_of(requests[0], "another kernel", keys[ELEMENTSOF(requests)]);
        for (size_t i = 0; i <= ELEMENTSOF(requests); i++)
                for (size_t j = 0; j < i; j++) {
                        TEST_CASE("%zu and %zu", i, j);
                        ASSERT(strcmp(keys[i], keys[j]) != 0);
                }
        char again[KEY_LENGTH + 1];
        key_of("{\"script\":\"x\",\"target\":5,\"timeoutUSec\":9,\"hold\":true}", "world", again);
        ASSERT_STREQ(again, keys[0]); /* what only matters when it runs */
}

TEST(digest_is_sha256) {
        Request r = { .script = (char *) "abc", .script_len = 3 };
        char digest[KEY_LENGTH + 1];
        request_digest(&r, digest);
        ASSERT_STREQ(digest, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}
