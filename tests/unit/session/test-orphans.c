/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which modules belong to nobody, and which of them are removed: a kernel of four modules, one of each
 * kind. */
#include <errno.h>
#include <string.h>

#define module_foreach fake_foreach
#define module_refcount fake_refcount
#define module_unload fake_unload
#define orphans_foreach tested_foreach
#include "session/orphans.c"
#include "unit/test.h"

static struct {
        const char *name;
        int users, unload;
        bool loaded;
} modules[4];

static void reset(void) {
        memcpy(modules, &(typeof(modules)) {
                { "stap_mine", 1, -EBUSY, true }, { "stap_inert", 0, 0, true },
                { "stap_others", 1, -EBUSY, true }, { "stap_stuck", 0, -EBUSY, true },
        }, sizeof(modules));
}

int fake_foreach(int (*found)(const char *name, void *userdata), void *userdata) {
        for (size_t i = 0; i < 4; i++)
                if (modules[i].loaded)
                        ASSERT_OK(found(modules[i].name, userdata));
        return 0;
}

static unsigned find(const char *name) {
        for (unsigned i = 0; i < 4; i++)
                if (strcmp(modules[i].name, name) == 0)
                        return i;
        ASSERT(false);
        return 0;
}

int fake_refcount(const char *name) {
        return modules[find(name)].users;
}

int fake_unload(const char *name) {
        unsigned i = find(name);
        modules[i].loaded = modules[i].unload < 0;
        return modules[i].unload;
}

static Orphan seen[4];
static unsigned n_seen;

static void see(void *userdata, const Orphan *o) {
        seen[n_seen++] = *o;
}

TEST(listed_and_left) {
        Session mine = { .module = "stap_mine" };
        Manager m = { .sessions = &mine };
        reset();
        n_seen = 0;
        ASSERT_EQ(orphans_foreach(&m, false, see, NULL), 0);
        ASSERT_EQ(n_seen, 3);
        ASSERT_STREQ(seen[0].module, "stap_inert");
        ASSERT_EQ(seen[0].users, 0);
        ASSERT_STREQ(seen[1].module, "stap_others");
        ASSERT_EQ(seen[1].users, 1);
        for (size_t i = 0; i < 4; i++)
                ASSERT(modules[i].loaded);
}

TEST(reaped) {
        Session mine = { .module = "stap_mine" };
        Manager m = { .sessions = &mine };
        reset();
        n_seen = 0;
        ASSERT_EQ(orphans_foreach(&m, true, see, NULL), 1);
        ASSERT(seen[0].removed && !modules[1].loaded);
        ASSERT(!seen[1].removed && seen[1].error == 0 && modules[2].loaded); /* not even tried */
        ASSERT_EQ(seen[2].error, -EBUSY);
        ASSERT(modules[0].loaded);
        ASSERT_EQ(orphans_foreach(&m, true, NULL, NULL), 0);
}

/* Without sessions, as at the start, that of another stapd stays as well. */
TEST(at_the_start) {
        Manager m = {};
        reset();
        modules[0].users = 0;
        modules[0].unload = 0;
        ASSERT_EQ(orphans_foreach(&m, true, NULL, NULL), 2);
        ASSERT(!modules[0].loaded && modules[2].loaded);
}
