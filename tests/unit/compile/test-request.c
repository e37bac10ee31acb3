/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compile/request.h"
#include "manifest/compile-protocol.h"
#include "unit/test.h"

static Arena *arena;
static const char *error;

static bool read_request(const char *json, CompileRequest *ret) {
        arena_free(arena);
        arena = arena_new(1 << 20);
        error = NULL;
        json_object *o = json_tokener_parse(json);
        ASSERT_NOT_NULL(o);
        bool ok = request_from_json(arena, o, ret, &error);
        json_object_put(o);
        return ok;
}

TEST(a_whole_request) {
        CompileRequest r;
        ASSERT(read_request(
                "{\"name\":\"t.stp\",\"args\":[\"a\",\"\"],\"module\":\"stap_x\",\"guru\":true,\"optimize\":false,"
                "\"defines\":[\"MAXACTION=5\"],\"globals\":[\"x=3\"],\"noWarnings\":true,\"warningsFatal\":true,"
                "\"stopAfter\":\"translate\",\"keepSource\":true,\"hideGlobals\":true,\"color\":true,\"later\":[1]}",
                &r));
        ASSERT_STREQ(r.name, "t.stp");
        ASSERT_STREQ(r.module, "stap_x");
        ASSERT(r.args.n == 2 && r.defines.n == 1 && r.globals.n == 1);
        ASSERT(r.guru && !r.optimize && r.no_warnings && r.warnings_fatal && r.keep_source && r.color &&
               r.hide_globals);
        ASSERT_EQ(r.stop_after, PASS_TRANSLATE);
}

TEST(defaults) {
        CompileRequest r;
        ASSERT(read_request("{\"module\":null}", &r));
        ASSERT(r.optimize && !r.guru && r.stop_after == PASS_BUILD && !r.module);
}

TEST(wrong_types_are_refused) {
        static const char *const bad[] = {
                "{\"name\":1}", "{\"module\":[]}", "{\"args\":\"a\"}", "{\"args\":[1]}", "{\"args\":[\"a\\u0000b\"]}",
                "{\"args\":[null]}", "{\"guru\":1}", "{\"guru\":\"true\"}", "{\"stopAfter\":5}", "{\"stopAfter\":\"load\"}",
                "{\"defines\":{}}", "{\"globals\":null}", "{\"color\":null}",
        };
        for (size_t i = 0; i < ELEMENTSOF(bad); i++) {
                CompileRequest r;
                TEST_CASE("%s", bad[i]);
                ASSERT(!read_request(bad[i], &r));
                ASSERT_NOT_NULL(error);
        }
}

TEST(limits) {
        CompileRequest r;
        request_init(&r);
        ASSERT(request_check(&r, &error));
        r.script_len = COMPILE_MAX_SCRIPT + 1;
        ASSERT(!request_check(&r, &error));
        request_init(&r);
        r.args.n = COMPILE_MAX_ARGS + 1;
        ASSERT(!request_check(&r, &error));
        request_init(&r);
        r.module = "../../etc/passwd";
        ASSERT(!request_check(&r, &error));
}

TEST(names_of_passes) {
        for (PassId p = 0; p < _PASS_MAX; p++)
                ASSERT_EQ(pass_from_string(pass_to_string(p)), p);
        ASSERT_EQ(pass_from_string("2"), PASS_ELABORATE);
        ASSERT(pass_from_string("0") < 0 && pass_from_string("5") < 0 && pass_from_string("") < 0 &&
               pass_from_string("11") < 0);
        ASSERT_NULL(pass_to_string(_PASS_MAX));
}
