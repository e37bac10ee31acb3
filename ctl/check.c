/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stapctl check: compiles a script, as the user and without the daemon, and says what is wrong with it. */
#include "ctl/main.h"
#include "ctl/policy.h"
#include "ctl/run-options.h"

int verb_check(int argc, char **argv) {
        RunOptions o;
        int r = run_options_read(argc, argv, &o);
        int status = r < 0 ? EXIT_USAGE : EXIT_OK;
        if (r > 0 && o.policy) {
                status = policy_test(&o, /* user= */ -1);
        } else if (r > 0) {
                if (o.last_pass == 5)
                        o.last_pass = 3; /* what can be wrong with a script shows by then */
                status = run_options_exec_compiler(&o);
        }
        run_options_done(&o);
        return status;
}
