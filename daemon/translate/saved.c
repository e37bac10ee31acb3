/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a return probe keeps of its entry: where each value stands among the 64-bit slots. A string takes as
 * much as it can need: literals and tapset functions that say so (pragma:length:N) less than MAXSTRINGLEN.
 */
#include <stdlib.h>
#include "translate/gen.h"

/* Slots of a string that is never long; 0: it may be. */
static unsigned short_string_slots(const Expr *e) {
        static const char pragma[] = "pragma:length:";
        const ExprString *literal = expr_as(String, (Expr *) e);
        const ExprCall *call = expr_as(Call, (Expr *) e);
        const Function *f = call && call->targets.n == 1 ? call->targets.items[0] : NULL;
        const char *says = f && f->from_library && f->embedded ? strstr(f->embedded, pragma) : NULL;
        unsigned long bytes = says ? strtoul(says + strlen(pragma), NULL, 10)
                            : literal ? strlen(literal->value) + 1 : 0;
        return bytes <= SURE_LENGTH + 1 ? (unsigned) (bytes + 7) / 8 : 0;
}

const char *saved_size(Gen *g, const Expr *e) {
        unsigned slots = short_string_slots(e);
        return slots ? text(g, "%u", slots * 8) : "MAXSTRINGLEN";
}

const char *saved_slot(Gen *g, const Probe *p, size_t index) {
        unsigned slots = 0, strings = 0;
        for (size_t i = 0; i < index; i++) {
                const Expr *e = p && i < p->saved.n ? p->saved.items[i] : NULL;
                unsigned few = e && e->type == TYPE_STRING ? short_string_slots(e) : 1;
                slots += few;
                strings += !few;
        }
        if (slots + strings * DEFAULT_STRING_SLOTS > STP_MAX_SAVED && p && index == p->saved.n)
                diag_add(g->diags, DIAG_E0507, p->span,
                         "a return probe can keep %u bytes of its entry, and here are %u "
                         "strings and %u bytes",
                         STP_MAX_SAVED * 8, strings, slots * 8);
        return strings ? text(g, "%u + %u * STP_STRING_SLOTS", slots, strings) : text(g, "%u", slots);
}
