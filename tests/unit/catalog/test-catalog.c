/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Folders of scripts: which file stands for which, what is refused, and what a script's settings say. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/fds.h"
#include "base/tree.h"
#include "catalog/catalog.h"
#include "unit/test.h"

static char folder[] = "/tmp/stapd-catalog-XXXXXX";
static char etc[64], lib[64];

static void start(void) {
        if (*etc)
                ASSERT_OK(tree_remove(folder));
        strcpy(folder, "/tmp/stapd-catalog-XXXXXX");
        ASSERT_NOT_NULL(mkdtemp(folder));
        snprintf(etc, sizeof(etc), "%s/etc", folder);
        snprintf(lib, sizeof(lib), "%s/lib", folder);
        ASSERT_OK(mkdir(etc, 0755));
        ASSERT_OK(mkdir(lib, 0755));
}

static void put(const char *dir, const char *name, const char *text) {
        char path[160];
        snprintf(path, sizeof(path), "%s/%s", dir, name);
        ASSERT_OK(fds_write_file_atomic(path, text, strlen(text), 0644));
}

static void loosen(const char *dir, const char *name, mode_t mode) {
        char path[160];
        snprintf(path, sizeof(path), "%s/%s", dir, name);
        ASSERT_OK(chmod(path, mode));
}

static Catalog *load(void) {
        const char *const folders[] = { etc, lib, NULL };
        Catalog *c = NULL;
        ASSERT_OK(catalog_load(folders, &c));
        return c;
}

static const char *problem(const char *name) {
        static char text[512];
        Catalog *c = load();
        const CatalogScript *s = catalog_find(c, name);
        snprintf(text, sizeof(text), "%s", !s ? "none" : s->problem ?: "fine");
        catalog_free(c);
        return text;
}

#define CONF "[Script]\nTitle=Hello\n"
#define STP "probe begin { }"

TEST(one_script) {
        start();
        put(lib, "hello.stp", STP);
        put(lib, "hello.conf",
            "[Script]\nTitle=Hello\nDescription=one\nDescription=two\nUsers=65000\nGroups=300\nMask=argstr comm\n"
            "Sessions=2\nSeconds=60\nGuru=yes\nAction=org.stapd1.run-script\n");
        put(lib, "readme.txt", "x");
        put(lib, ".hidden.stp", "x");
        Catalog *c = load();
        ASSERT_EQ(c->n, 1);
        ASSERT_EQ(c->n_problems, 0);
        const CatalogScript *s = catalog_find(c, "hello");
        gid_t groups[] = { 300 };
        Caller named = { .uid = 65000 }, member = { .uid = 1, .groups = groups, .n_groups = 1 }, other = { .uid = 2 };
        ASSERT_STREQ(s->title, "Hello");
        ASSERT_STREQ(s->description, "one\ntwo");
        ASSERT_STREQ(s->text, STP);
        ASSERT(catalog_script_names(s, &named) && catalog_script_names(s, &member) && !catalog_script_names(s, &other));
        ASSERT_EQ(s->n_mask, 2);
        ASSERT_STREQ(s->mask[1], "comm");
        ASSERT_EQ(s->limits.sessions, 2);
        ASSERT_EQ(s->limits.seconds, 60);
        ASSERT(s->guru);
        ASSERT_STREQ(s->action, "org.stapd1.run-script");
        /* printf 'probe begin { }' | sha256sum */
        ASSERT_STREQ(s->digest, "7f34aa588e277be9a2abb4005574caf0620d88f1e99d8560c4215f5ad5e22559");
        ASSERT_NULL(catalog_find(c, "readme"));
        catalog_free(c);
}

TEST(files_of_an_earlier_folder_stand_for_those_of_a_later) {
        start();
        put(lib, "hello.stp", STP);
        put(lib, "hello.conf", CONF);
        put(etc, "hello.conf", "[Script]\nTitle=Ours\nUsers=*\n");
        Catalog *c = load();
        const CatalogScript *s = catalog_find(c, "hello");
        Caller anybody = { .uid = 12345 };
        ASSERT_STREQ(s->title, "Ours");
        ASSERT_STREQ(s->text, STP);
        ASSERT(catalog_script_names(s, &anybody));
        catalog_free(c);
        put(etc, "hello.stp", "probe end { }");
        c = load();
        ASSERT_STREQ(catalog_find(c, "hello")->text, "probe end { }");
        catalog_free(c);
        put(etc, "hello.stp", "");
        ASSERT_STREQ(problem("hello"), "none");
}

TEST(a_link_to_null_takes_it_away) {
        char path[160];
        start();
        put(lib, "hello.stp", STP);
        put(lib, "hello.conf", CONF);
        ASSERT_STREQ(problem("hello"), "fine");
        snprintf(path, sizeof(path), "%s/hello.conf", etc);
        ASSERT_OK(symlink("/dev/null", path));
        ASSERT_STREQ(problem("hello"), "none");
}

/* Whoever can make links or files there, or change one, would decide what others run. */
TEST(what_others_could_change_is_refused) {
        char path[160], text[300];
        start();
        put(lib, "hello.stp", STP);
        put(lib, "hello.conf", CONF);
        put(lib, "fine.stp", STP);
        put(lib, "fine.conf", CONF);
        loosen(lib, "hello.stp", 0664);
        snprintf(text, sizeof(text), "%s/hello.stp: others than root can write it, or it is no regular file", lib);
        ASSERT_STREQ(problem("hello"), text);
        loosen(lib, "hello.stp", 0644);
        loosen(lib, "hello.conf", 0646);
        ASSERT(strstr(problem("hello"), "hello.conf: others than root can write it"));
        ASSERT_STREQ(problem("fine"), "fine");
        if (geteuid() == 0) {
                loosen(lib, "hello.conf", 0644);
                snprintf(path, sizeof(path), "%s/hello.stp", lib);
                ASSERT_OK(chown(path, 65000, 65000));
                ASSERT(strstr(problem("hello"), "hello.stp: others than root can write it"));
        }
        ASSERT_OK(chmod(lib, 0777));
        ASSERT_STREQ(problem("fine"), "none");
        Catalog *c = load();
        ASSERT_EQ(c->n, 0);
        ASSERT_EQ(c->n_problems, 1);
        ASSERT(strstr(c->problems[0], "no script of it is used"));
        catalog_free(c);
}

TEST(links_and_other_ways_out_are_not_followed) {
        char path[160];
        start();
        put(folder, "outside.stp", STP);
        put(lib, "hello.conf", CONF);
        snprintf(path, sizeof(path), "%s/hello.stp", lib);
        ASSERT_OK(symlink("../outside.stp", path));
        ASSERT(strstr(problem("hello"), "hello.stp: it is a link, and links are not followed here"));
        ASSERT_OK(unlink(path));
        ASSERT_OK(mkfifo(path, 0644));
        ASSERT(strstr(problem("hello"), "no regular file"));
        ASSERT_OK(unlink(path));
        ASSERT_OK(mkdir(path, 0755));
        ASSERT(strstr(problem("hello"), "no regular file"));
        /* The folder itself, too. */
        snprintf(path, sizeof(path), "%s/real", folder);
        ASSERT_OK(rename(lib, path));
        ASSERT_OK(symlink("real", lib));
        Catalog *c = load();
        ASSERT_EQ(c->n, 0);
        ASSERT_EQ(c->n_problems, 1);
        catalog_free(c);
        ASSERT(!catalog_is_name("../x") && !catalog_is_name("a/b") && !catalog_is_name(".x") && !catalog_is_name("") &&
               !catalog_is_name("x.stp") && !catalog_is_name("a b") && catalog_is_name("tcp-connects_2.0"));
}

TEST(a_digest_is_of_the_exact_bytes) {
        char conf[200], digest[CATALOG_DIGEST_LENGTH + 1];
        start();
        catalog_digest(STP, strlen(STP), digest);
        snprintf(conf, sizeof(conf), "[Script]\nDigest=%s\n", digest);
        put(lib, "hello.stp", STP);
        put(lib, "hello.conf", conf);
        ASSERT_STREQ(problem("hello"), "fine");
        put(lib, "hello.stp", STP "\n");
        ASSERT(strstr(problem("hello"), "which is not its Digest="));
}

TEST(one_that_is_wrong_takes_away_no_other) {
        const struct {
                const char *conf, *error;
        } rows[] = {
                { "[Script]\nTitel=x\n", "hello.conf:2: a script has no such setting" },
                { "Title=x\n", "hello.conf:1: expected a [Section] before the first setting" },
                { "[Script]\nUsers=no-such-user-here\n", "hello.conf:2: there is no such user" },
                { "[Script]\nDigest=12\n", "hello.conf:2: expected the 64 hex digits that sha256sum prints" },
                { "[Script]\nSeconds=0\n", "hello.conf:2: expected a number from 1 to 1000000000" },
                { "[Script]\nAction=org.freedesktop.other\n", "hello.conf:2: expected org.stapd1.run-approved" },
                { "[Script]\n[Argument]\nName=x\n", "hello.conf:4: the argument has no Type=" },
        };
        start();
        put(lib, "hello.stp", STP);
        put(lib, "fine.stp", STP);
        put(lib, "fine.conf", CONF);
        ASSERT(strstr(problem("hello"), "there is no hello.conf"));
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                TEST_CASE("%s", rows[i].error);
                put(lib, "hello.conf", rows[i].conf);
                const char *text = problem("hello");
                ASSERT(strstr(text, rows[i].error));
                ASSERT_STREQ(problem("fine"), "fine");
        }
        put(lib, "alone.conf", CONF);
        ASSERT_STREQ(problem("alone"), "there is no alone.stp");
        ASSERT_OK(tree_remove(folder));
}
