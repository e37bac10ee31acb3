/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "translate/gen.h"
#include "unit/translate/script.h"

/* Without tapsets: the script's functions are made theirs. */
static bool only_in_target(const char *body) {
        Translated t;
        Buf script = BUF_INIT;
        translated_init(&t);
        buf_printf(
                &script,
                "global n function pid() { return n } function target() { return n + 1 } function next_one() { n++ }"
                "probe begin { %s next_one() n += pid() + target() } probe end { %s }",
                "n++", body);
        script_elaborate(&t, script.data);
        vec_foreach(f, &t.program->functions) {
                (*f)->from_library = true;
                (*f)->embedded = strcmp((*f)->name, "pid") == 0    ? " /* pure */ STAP_RETVALUE = stp_pid(CONTEXT); "
                                 : strcmp((*f)->name, "target") == 0 ? " /* pure */ STAP_RETVALUE = CONTEXT->target; " : NULL;
        }
        ASSERT_EQ(t.program->probes.n, 2);
        bool only = gen_only_in_target(t.program->probes.items[1]->body);
        buf_done(&script);
        translated_done(&t);
        return only;
}

TEST(handlers_that_do_nothing_in_other_processes_are_found) {
        ASSERT(only_in_target("if (pid() == target()) n++"));
        ASSERT(only_in_target("{ if (target() == pid()) { n++ next_one() } }"));
        ASSERT(only_in_target("if (pid() == target() && n > 3 && n < 9) n++"));
        ASSERT(only_in_target("if (pid() != target()) next n++"));
        ASSERT(only_in_target("if (pid() != target() || n > 3) { next } n++ next_one()"));
}

TEST(all_others_run) {
        ASSERT(!only_in_target("if (pid() != target()) n++"));
        ASSERT(!only_in_target("if (pid() == target()) n++ else n--"));
        ASSERT(!only_in_target("if (pid() == target() || n > 3) n++"));
        ASSERT(!only_in_target("if (n > 3 && pid() == target()) n++"));
        ASSERT(!only_in_target("if (pid() == target()) n++ next_one()"));
        ASSERT(!only_in_target("n++ if (pid() != target()) next n++"));
        ASSERT(!only_in_target("if (pid() != target() && n > 3) next n++"));
        ASSERT(!only_in_target("if (pid() == pid() + 1) n++"));
}
