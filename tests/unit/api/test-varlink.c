/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The wire format: halves, several at once, and everything that is not a call. */
#include <stdlib.h>
#include "api/interface.h"
#include "api/varlink.h"
#include "base/cleanup.h"
#include "unit/test.h"

static void add(Buf *b, const char *text) {
        buf_add(b, text, strlen(text) + 1);
}

TEST(a_call_in_halves) {
        _cleanup_(buf_done) Buf b = BUF_INIT;
        VarlinkCall call;
        buf_str(&b, "{\"method\":\"a.b.C\",\"para");
        ASSERT_EQ(varlink_take_call(&b, &call), 0);
        add(&b, "meters\":{\"x\":1},\"more\":true}");
        ASSERT_EQ(varlink_take_call(&b, &call), 1);
        ASSERT_STREQ(call.method, "a.b.C");
        ASSERT(call.more && !call.oneway && !call.upgrade);
        ASSERT_EQ(json_object_object_length(call.parameters), 1);
        varlink_call_done(&call);
        ASSERT_EQ(b.len, 0);
}

TEST(two_calls_at_once) {
        _cleanup_(buf_done) Buf b = BUF_INIT;
        VarlinkCall call;
        add(&b, "{\"method\":\"one\"}");
        add(&b, "{\"method\":\"two\",\"parameters\":null}");
        ASSERT_EQ(varlink_take_call(&b, &call), 1);
        ASSERT_STREQ(call.method, "one");
        ASSERT_NOT_NULL(call.parameters);
        varlink_call_done(&call);
        ASSERT_EQ(varlink_take_call(&b, &call), 1);
        ASSERT_STREQ(call.method, "two");
        varlink_call_done(&call);
        ASSERT_EQ(varlink_take_call(&b, &call), 0);
}

TEST(what_is_no_call) {
        static const char *const rows[] = {
                "", "x", "[]", "5", "null", "{}", "{\"method\":5}", "{\"method\":\"a\"} x", "{\"method\":\"a\",}",
                "{\"method\":\"a\",\"parameters\":[]}", "{\"method\":\"a\",\"more\":1}", "{\"method\":\"a\"",
                "{\"method\":\"a\",\"parameters\":{\"a\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}}",
        };
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                TEST_CASE("%s", rows[i]);
                _cleanup_(buf_done) Buf b = BUF_INIT;
                VarlinkCall call;
                add(&b, rows[i]);
                ASSERT_ERROR(varlink_take_call(&b, &call), -EBADMSG);
        }
}

TEST(a_message_without_an_end) {
        _cleanup_(buf_done) Buf b = BUF_INIT;
        VarlinkCall call;
        char *blanks = malloc(VARLINK_MAX_MESSAGE);
        memset(blanks, ' ', VARLINK_MAX_MESSAGE);
        buf_add(&b, blanks, VARLINK_MAX_MESSAGE - 1);
        ASSERT_EQ(varlink_take_call(&b, &call), 0);
        buf_add(&b, blanks, 1);
        ASSERT_ERROR(varlink_take_call(&b, &call), -EMSGSIZE);
        free(blanks);
}

TEST(replies) {
        _cleanup_(buf_done) Buf b = BUF_INIT;
        varlink_add_reply(&b, NULL, true);
        ASSERT_STREQ(b.data, "{\"parameters\":{},\"continues\":true}");
        size_t first = b.len;
        varlink_add_error(&b, "org.stapd1.X", NULL);
        ASSERT_STREQ(b.data + first, "{\"error\":\"org.stapd1.X\",\"parameters\":{}}");
        ASSERT_EQ(b.data[b.len - 1], 0);
}

TEST(descriptions) {
        ASSERT(strstr(interface_description("org.stapd1"), "interface org.stapd1\n"));
        ASSERT(strstr(interface_description("org.varlink.service"), "method GetInfo()"));
        ASSERT_NULL(interface_description("org.example"));
}
