/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the dump of a program does not show: formats, flags, sharing, identity. */
#include <stdio.h>
#include "small.h"
#include "lang/walk.h"
#include "unit/test.h"

static Script script;
static Program *program;

static Program *compile(const char *text) {
        script_init_text(&script, ".", "t.stp", text, strlen(text));
        program = small_elaborate(&script);
        if (!program) {
                _cleanup_(buf_done) Buf out = BUF_INIT;
                diags_render_text(&script.diags, /* color= */ false, &out);
                test_fail(__FILE__, __LINE__, "%s", out.data ?: "no program");
        }
        return program;
}

static void done(void) {
        script_done(&script);
}

static bool find_print(Visitor *v, Expr **x) {
        ExprPrint **found = (ExprPrint **) (v + 1);
        if ((*x)->kind == EXPR_PRINT && !*found)
                *found = expr_as(Print, *x);
        return true;
}

static ExprPrint *first_print(Stmt *s) {
        struct {
                Visitor visitor;
                ExprPrint *found;
        } search = { .visitor = { .expr_pre = find_print } };
        walk_stmt(&search.visitor, &s);
        ASSERT_NOT_NULL(search.found);
        return search.found;
}

TEST(final_formats) {
        static const struct {
                const char *statement, *format;
                size_t n_args;
        } cases[] = {
                { "print(\"100%\")", "100%%", 0 },
                { "print(pid())", "%d", 1 },
                { "println(pid(), \"a%\", execname())", "%da%%%s\n", 2 },
                { "printd(\", \", pid(), execname())", "%d, %s", 2 },
                { "printdln(\"%\", pid(), 5)", "%d%%%d\n", 2 },
                { "println()", "\n", 0 },
                { "printf(\"%5d %-s %%\\n\", pid(), execname())", "%5d %-s %%\n", 2 },
                { "printf(\"%s\", sprint(pid(), \"x\"))", "%s", 1 },
        };
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                TEST_CASE("%s", cases[i].statement);
                char text[256];
                snprintf(text, sizeof(text), "probe begin { %s }", cases[i].statement);
                ExprPrint *p = first_print(compile(text)->probes.items[0]->body);
                ASSERT_STREQ(p->final_format, cases[i].format);
                ASSERT_EQ(p->args.n, cases[i].n_args);
                done();
        }
}

TEST(places_share_a_body_without_target_variables) {
        Program *p = compile("global n\nprobe kernel.function(\"vfs_*\") { n++ }\nprobe end { println(n) }");
        ASSERT_EQ(p->probes.n, 4);
        ASSERT(p->probes.items[0]->body == p->probes.items[1]->body);
        ASSERT(p->probes.items[0]->attach.may_fail);
        done();
        p = compile("probe kernel.function(\"vfs_*\") { println($$parms) }");
        ASSERT_EQ(p->probes.n, 3);
        ASSERT(p->probes.items[0]->body != p->probes.items[1]->body);
        done();
}

static const char *seen_by(size_t i) {
        static char text[512];
        *text = 0;
        vec_foreach(it, &program->probes.items[i]->sees)
                snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s", *text ? ", " : "", *it);
        return text;
}

TEST(what_probes_see) {
        static const struct {
                const char *script, *sees;
        } cases[] = {
                { "probe begin { println(1) }", "" },
                { "probe kernel.function(\"vfs_read\") { println($count) }", "$count" },
                { "probe kernel.function(\"vfs_read\") { x = $count }", "" }, /* left out: nothing reads x */
                { "probe kernel.function(\"vfs_read\") { println($file->f_flags, $file->f_flags) }", "$file->f_flags" },
                { "probe kernel.function(\"vfs_read\") { f = $file  println(f->f_flags) }", "$file, (struct file *)->f_flags" },
                { "probe kernel.function(\"vfs_read\") { println(@cast($count, \"file\")->f_flags) }",
                  "@cast(..., \"file\")->f_flags, $count" },
                { "@define f(x, m) %( @x->@m %) probe kernel.function(\"vfs_read\") { println(@f($file, f_flags)) }",
                  "$file->f_flags" },
                { "function n(f) { return @cast(f, \"file\")->f_flags } probe kernel.function(\"vfs_read\") { println(n($file)) }",
                  "$file, @cast(..., \"file\")->f_flags" },
                { "function c() { return $count } probe kernel.function(\"vfs_read\") { println(c()) }", "$count" },
                { "probe kernel.function(\"vfs_read\").return { println($return, @entry($count)) }", "$return, $count" },
                { "probe kernel.function(\"vfs_read\") { printf(\"%4m\", 1) }", "%m" },
                { "probe kernel.function(\"vfs_read\") { println(@uderef(1, $buf)) }", "@uderef(...), $buf" },
        };
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                TEST_CASE("%s", cases[i].script);
                compile(cases[i].script);
                ASSERT_STREQ(seen_by(0), cases[i].sees);
                done();
        }
        /* Arguments in the same place make the same handler, which two probes share; not what it is called. */
        compile("probe kernel.function(\"vfs_read\") { println($count) } probe kernel.function(\"vfs_write\") { println($pos) }");
        ASSERT_STREQ(seen_by(1), "$pos");
        done();
}

TEST(numbers_are_unique_within_their_owner) {
        Program *p = compile("global a, b\nfunction f (x, y) { z = x + y; return z }\n"
                             "probe begin { l = f(a, b); m = l; println(l, m); a = 1; b = 2 }\n"
                             "probe end { println(a + b) }");
        ASSERT_EQ(p->globals.n, 2);
        ASSERT_EQ(p->globals.items[0]->id, 0);
        ASSERT_EQ(p->globals.items[1]->id, 1);
        Function *f = p->functions.items[0];
        ASSERT_EQ(f->id, 0);
        ASSERT_EQ(f->params.n, 2);
        ASSERT_EQ(f->params.items[1]->id, 1);
        ASSERT_EQ(f->locals.n, 1);
        ASSERT_EQ(f->locals.items[0]->id, 2);
        ASSERT_EQ(p->probes.items[0]->locals.n, 2);
        ASSERT_EQ(p->probes.items[0]->locals.items[1]->id, 1);
        ASSERT_EQ(p->probes.items[1]->id, 1);
        done();
}

TEST(names_of_probes) {
        static const struct {
                const char *point, *written, *resolved;
        } cases[] = {
                { "syscall.read", "syscall.read", "syscall.read" },
                { "syscall.r*", "syscall.read", "syscall.read" },
                { "syscall.newer.return", "syscall.newer.return", "syscall.stat.return" },
                { "kernel.function(\"vfs_f*\")", "kernel.function(\"vfs_fsync\")",
                  "kernel.function(\"vfs_fsync\")" },
                { "begin(3)", "begin(3)", "begin(3)" },
        };
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                TEST_CASE("%s", cases[i].point);
                char text[256];
                snprintf(text, sizeof(text), "probe %s { println(pid()) }", cases[i].point);
                Program *p = compile(text);
                ASSERT_EQ(p->probes.n, 1);
                ASSERT_STREQ(p->probes.items[0]->written, cases[i].written);
                ASSERT_STREQ(p->probes.items[0]->point, cases[i].resolved);
                done();
        }
}

TEST(statistics_keep_what_is_asked_for) {
        Program *p = compile("global s, t\nprobe begin { s <<< 1; t <<< 2 }\n"
                             "probe end { println(@max(s)); print(@hist_linear(s, 0, 10, 2)) }");
        ASSERT_EQ(p->globals.items[0]->stat_ops, 1u << STAT_MAX);
        ASSERT_EQ(p->globals.items[0]->hists.n, 1);
        ASSERT_EQ(p->shown.n, 1);
        ASSERT_STREQ(p->shown.items[0]->name, "t");
        ASSERT(p->shown.items[0]->stat_ops & 1u << STAT_AVG);
        done();
}

TEST(headers_only_for_embedded_code_of_scripts) {
        ASSERT(!compile("probe begin { println(pid(), registers()) }")->uses_embedded);
        done();
        ASSERT(compile("#~ guru\nfunction f:long () %{ STAP_RETVALUE = 1; %}\n"
                       "probe begin { println(f()) }")->uses_embedded);
        done();
        ASSERT(!compile("#~ guru\nfunction f:long () %{ /* pure */ %}\n"
                        "probe begin { x = f() }")->uses_embedded);
        done();
}

TEST(every_expression_has_a_type) {
        static const char *const texts[] = {
                "probe begin { x = y; z = x ? x : 3; w = u . \"\"; println(z, w) }",
                "function f (a) { return a } probe begin { println(f(f(1))) }",
                ("global a probe begin { a[x, \"k\"] = b; "
                 "foreach ([i, j] in a) println(i, j, a[i, j]) b = \"s\" }"),
        };
        for (size_t i = 0; i < ELEMENTSOF(texts); i++) {
                TEST_CASE("%s", texts[i]);
                Program *p = compile(texts[i]);
                vec_foreach(v, &p->probes.items[0]->locals)
                        ASSERT((*v)->type == TYPE_LONG || (*v)->type == TYPE_STRING);
                done();
        }
}

/* Mistakes without a place in the script. */
TEST(no_place) {
        static const struct {
                const char *text;
                DiagCode code;
        } cases[] = {
                { "#~ set nothing=1\nprobe begin { println(1) }", DIAG_E0204 },
                { "global x", DIAG_E0213 },
        };
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                TEST_CASE("%s", cases[i].text);
                script_init_text(&script, ".", "t.stp", cases[i].text, strlen(cases[i].text));
                ASSERT_NULL(small_elaborate(&script));
                ASSERT_EQ(script.diags.list.n, 1);
                ASSERT_EQ(script.diags.list.items[0]->code, cases[i].code);
                done();
        }
}

/* The handlers of two aliases, of whose variables nothing is used; and two that use them. */
TEST(handlers_that_came_out_the_same_are_one) {
        static const struct {
                const char *text;
                bool same;
        } cases[] = {
                { "global n probe vfs.read, vfs.write { n++ }", true },
                { "probe syscall.read, syscall.write { println(pid()) }", true },
                { "probe syscall.read, syscall.write { println(name) }", false },
                { "probe kernel.function(\"vfs_read\"), kernel.function(\"vfs_write\") { println($count) }", true },
                { "probe kernel.function(\"vfs_read\"), kernel.function(\"vfs_fsync\") { println($file, @defined($count)) }",
                  false },
                { "probe begin { println(1) } probe end { println(1) }", false }, /* an error would name its own place */
        };
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                TEST_CASE("%s", cases[i].text);
                Program *p = compile(cases[i].text);
                ASSERT_EQ(p->probes.n, 2);
                ASSERT_EQ(p->probes.items[0]->body == p->probes.items[1]->body, cases[i].same);
                done();
        }
}
