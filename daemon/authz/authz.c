/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "authz/authz.h"
#include <errno.h>
#include <grp.h>
#include <string.h>

int policy_set_group(Policy *p, const char *name) {
        p->group = (gid_t) -1;
        free(p->group_name);
        p->group_name = NULL;
        if (!name || !*name)
                return 0;
        p->group_name = strdup(name);
        if (!p->group_name)
                return -ENOMEM;
        errno = 0;
        const struct group *g = getgrnam(name);
        if (!g)
                return errno > 0 && errno != ENOENT ? -errno : -ENOENT;
        p->group = g->gr_gid;
        return 0;
}

void policy_done(Policy *p) {
        free(p->group_name);
        *p = POLICY_INIT;
}

typedef enum {
        ANYBODY,     /* whoever can connect */
        MEMBER,      /* of the group */
        MEMBER_OWN,  /* of the group, on what is theirs */
        MEMBER_RUN,  /* of the group, if the manifest's class allows it */
} Who;

static const Who who_may[_VERB_MAX] = {
        [VERB_STATUS] = ANYBODY,   [VERB_COMPILE] = MEMBER, [VERB_RUN] = MEMBER_RUN,
        [VERB_PREPARE] = MEMBER,   [VERB_SEE] = MEMBER_OWN, [VERB_STOP] = MEMBER_OWN,
};

static bool decide_run(const Policy *p, const Manifest *manifest, const char **ret_rule) {
        if (manifest->privilege != PRIVILEGE_GURU || p->allow_guru) {
                *ret_rule = "the group may run scripts of this class";
                return true;
        }
        *ret_rule = "embedded C and writes to the kernel (-g) are root's alone; AllowGuru=yes in stapd.conf "
                    "lets the group use them";
        return false;
}

bool authz_decide(const Policy *p, const Caller *c, Verb verb, uid_t owner, const Manifest *manifest,
                  const char **ret_rule) {
        if (c->uid == 0) {
                *ret_rule = "root may do everything";
                return true;
        }
        if (who_may[verb] == ANYBODY) {
                *ret_rule = "everybody may";
                return true;
        }
        if (who_may[verb] == MEMBER_OWN && owner == c->uid) {
                *ret_rule = "the session is the caller's own";
                return true;
        }
        if (who_may[verb] == MEMBER_OWN) {
                *ret_rule = "the session belongs to another user";
                return false;
        }
        if (p->group == (gid_t) -1 || !caller_in_group(c, p->group)) {
                *ret_rule = p->group == (gid_t) -1
                        ? "only root may trace; Group= in stapd.conf names a group whose members may too"
                        : "the caller is not in the group that Group= in stapd.conf names; an administrator can "
                          "add a user with: usermod -aG GROUP USER";
                return false;
        }
        if (who_may[verb] == MEMBER_RUN)
                return decide_run(p, manifest, ret_rule);
        *ret_rule = "the caller is a member of the group";
        return true;
}
