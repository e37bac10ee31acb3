/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Decisions a second, where a thousand rules are looked at and the last one decides. Prints JSON. */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "authz/authz.h"
#include "base/buf.h"

#define RULES 1000
#define DECISIONS 20000
#define UID 12345

static double now(void) {
        struct timespec t;
        clock_gettime(CLOCK_MONOTONIC, &t);
        return (double) t.tv_sec + (double) t.tv_nsec / 1e9;
}

/* Of the kinds that people write: of others, of other probes, of other scripts, of other arguments. */
static void add_rule(Buf *b, unsigned i) {
        static const char *const matches[] = {
                "User=%u\n", "Probe=kernel.function(\"tcp_%u*\") timer.*\n",
                "Digest=00000000000000000000000000000000000000000000000000000000%08u\n", "Argument=1 %u*\n",
        };
        buf_str(b, "[Rule]\nEffect=allow\n");
        buf_printf(b, matches[i % 4], 1000000 + i);
}

static unsigned decide(const Rules *rules, const Manifest *m) {
        static const char *const arguments[] = { "x" };
        Caller caller = { .uid = UID, .gid = UID };
        Policy p = { .group = (gid_t) -1, .rules = (Rules *) rules };
        Question q = { .caller = &caller, .verb = VERB_RUN, .owner = UID, .manifest = m, .arguments = arguments, .n_arguments = 1 };
        unsigned allowed = 0;
        for (unsigned i = 0; i < DECISIONS; i++)
                allowed += authz_decide(&p, &q).allowed;
        return allowed;
}

int main(void) {
        _cleanup_(buf_done) Buf text = BUF_INIT;
        _cleanup_(rules_freep) Rules *rules = NULL;
        _cleanup_(manifest_freep) Manifest *m = manifest_new();
        RulesError error = {};
        for (unsigned i = 1; i < RULES; i++)
                add_rule(&text, i);
        buf_printf(&text, "[Rule]\nEffect=allow\nUser=%u\nProbe=syscall.* begin end\n", UID);
        double started = now();
        if (text.failed || !m || rules_parse("bench.conf", text.data, &rules, &error) < 0 || rules->n != RULES)
                return 1;
        double read = now();
        m->privilege = PRIVILEGE_SYSTEM;
        m->digest = strdup("ff");
        for (unsigned i = 0; i < 10; i++)
                if (manifest_add_probe(m, i ? "syscall.write" : "begin", "x") < 0)
                        return 1;
        double begun = now();
        if (decide(rules, m) != DECISIONS)
                return 1;
        printf("{\"rules\": %u, \"readMs\": %.2f, \"perSecond\": %.0f}\n", RULES, (read - started) * 1e3,
               DECISIONS / (now() - begun));
        return 0;
}
