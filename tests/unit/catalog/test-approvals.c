/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The store of approvals: what is written is what is there, how many there may be, and what goes when it is old. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/tree.h"
#include "catalog/approvals.h"
#include "unit/test.h"

static char folder[] = "/tmp/stapd-approvals-XXXXXX";

static Approvals *start(void) {
        Approvals *a = NULL;
        strcpy(folder, "/tmp/stapd-approvals-XXXXXX");
        ASSERT_NOT_NULL(mkdtemp(folder));
        ASSERT_OK(approvals_load(folder, &a));
        return a;
}

static Approvals *again(Approvals *a) {
        Approvals *fresh = NULL;
        approvals_free(a);
        ASSERT_OK(approvals_load(folder, &fresh));
        return fresh;
}

static void end(Approvals *a) {
        approvals_free(a);
        ASSERT_OK(tree_remove(folder));
}

static Approval *make(const char *name, uid_t requester, ApprovalState state, int64_t when) {
        Approval *x = approval_new(name);
        ASSERT_NOT_NULL(x);
        x->text = strdup("probe begin { }");
        x->text_len = strlen(x->text);
        catalog_digest(x->text, x->text_len, x->digest);
        x->settings = strdup("[Script]\nUsers=*\n");
        x->reason = strdup("to learn");
        x->requester = requester;
        x->requested_usec = when;
        x->state = state;
        return x;
}

TEST(what_is_written_is_there_again) {
        Approvals *a = start();
        Approval *x = make("mine", 1000, APPROVAL_APPROVED, 5);
        char id[APPROVAL_ID_LENGTH + 1];
        strcpy(id, x->id);
        x->guru = true;
        x->decider = 0;
        x->decided_usec = 7;
        x->until_usec = 100;
        ASSERT_OK(approvals_add(a, x));
        ASSERT_OK(approvals_add(a, make("older", 1000, APPROVAL_REQUESTED, 3)));
        a = again(a);
        ASSERT_EQ(a->n, 2);
        ASSERT_STREQ(a->items[0]->name, "older");
        const Approval *y = approvals_find(a, id);
        ASSERT_NOT_NULL(y);
        ASSERT_EQ(y->state, APPROVAL_APPROVED);
        ASSERT(y->guru && y->script->guru);
        ASSERT_EQ(y->requester, 1000);
        ASSERT_EQ(y->decider, 0);
        ASSERT_STREQ(y->text, "probe begin { }");
        ASSERT_STREQ(y->script->title, "to learn");
        ASSERT(approvals_find_approved(a, "mine", 99) == y);
        ASSERT_NULL(approvals_find_approved(a, "mine", 100));
        ASSERT_NULL(approvals_find_approved(a, "older", 1));
        ASSERT_NOT_NULL(approvals_find_open(a, 1000, y->digest));
        ASSERT_NULL(approvals_find_open(a, 1001, y->digest));
        end(a);
}

TEST(how_many_there_may_be) {
        Approvals *a = start();
        char name[32];
        for (unsigned i = 0; i < APPROVALS_PER_UID; i++) {
                snprintf(name, sizeof(name), "n%u", i);
                ASSERT_OK(approvals_add(a, make(name, 1000, APPROVAL_REQUESTED, i)));
        }
        Approval *x = make("more", 1000, APPROVAL_REQUESTED, 9);
        ASSERT_ERROR(approvals_add(a, x), -EDQUOT);
        x->requester = 1001;
        ASSERT_OK(approvals_add(a, x));
        a = again(a);
        ASSERT_EQ(a->n, APPROVALS_PER_UID + 1);
        end(a);
}

/* What is over goes, the oldest first; what is open, approved or revoked of a folder stays. */
TEST(history) {
        Approvals *a = start();
        Approval *mark = make("shipped", (uid_t) -1, APPROVAL_REVOKED, 0);
        char digest[CATALOG_DIGEST_LENGTH + 1];
        strcpy(digest, mark->digest);
        free(mark->text);
        mark->text = NULL;
        ASSERT_OK(approvals_add(a, mark));
        ASSERT_OK(approvals_add(a, make("open", 1000, APPROVAL_REQUESTED, 1)));
        for (unsigned i = 0; i < APPROVALS_HISTORY + 10; i++)
                ASSERT_OK(approvals_add(a, make(i % 2 ? "no" : "past", 1000, i % 2 ? APPROVAL_REJECTED : APPROVAL_REVOKED, 10 + i)));
        a = again(a);
        ASSERT_EQ(a->n_problems, 0);
        ASSERT_EQ(a->n, APPROVALS_HISTORY + 1 + 2); /* room is made before one is added */
        ASSERT_EQ(a->items[2]->requested_usec, 10 + 9);
        ASSERT_NOT_NULL(approvals_find_revoked(a, "shipped", digest));
        ASSERT_NULL(approvals_find_revoked(a, "past", digest));
        end(a);
}

TEST(a_change_that_cannot_be_written_does_not_count) {
        Approvals *a = start();
        ASSERT_OK(tree_remove(folder));
        Approval *x = make("mine", 1000, APPROVAL_REQUESTED, 1);
        ASSERT(approvals_add(a, x) < 0);
        ASSERT_EQ(a->n, 0);
        approval_free(x);
        approvals_free(a);
}
