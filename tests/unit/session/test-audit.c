/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the audit subsystem gets: nobody writes a field of his own into a record. */
#include <stdio.h>
#include <string.h>
#include "base/cleanup.h"
#include "session/audit-kernel.h"
#include "unit/test.h"

TEST(a_decision) {
        static const char *const fields[] = { "STAPD_VERB=run", "STAPD_DECISION=allowed", "STAPD_RULE=/etc/stapd/policy.d/a.conf:3",
                                              "STAPD_UID=1000", "STAPD_PID=77", "STAPD_SCRIPT=a.stp", "STAPD_DIGEST=0f", NULL };
        char text[AUDIT_TEXT_MAX];
        audit_kernel_text(fields, text);
        ASSERT_STREQ(text, "op=\"run\" rule=\"/etc/stapd/policy.d/a.conf:3\" caller_uid=1000 caller_pid=77 script=\"a.stp\" "
                           "sha256=0f");
}

TEST(names_that_say_more_than_a_name) {
        static const char *const names[] = { "x\" res=success", "a b", "new\nline", "\xff", "" };
        for (size_t i = 0; i < ELEMENTSOF(names); i++) {
                char field[64], text[AUDIT_TEXT_MAX];
                snprintf(field, sizeof(field), "STAPD_SCRIPT=%s", names[i]);
                const char *const fields[] = { field, "STAPD_UID=5", NULL };
                TEST_CASE("%s", names[i]);
                audit_kernel_text(fields, text);
                ASSERT(!strstr(text, "res=") && !strchr(text, '\n'));
                const char *last = strstr(text, " caller_uid=5");
                ASSERT(last && strlen(last) == strlen(" caller_uid=5"));
                ASSERT_EQ(memchr(text, ' ', (size_t) (last - text)), NULL);
        }
}

TEST(more_than_there_is_room_for) {
        static char field[3000];
        memset(field, 'x', sizeof(field) - 1);
        memcpy(field, "STAPD_RULE= ", 12);
        const char *const fields[] = { field, field, field, "STAPD_UID=5", NULL };
        char text[AUDIT_TEXT_MAX];
        audit_kernel_text(fields, text);
        ASSERT_EQ(strlen(text), AUDIT_TEXT_MAX - 1);
}
