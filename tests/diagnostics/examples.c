/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every code has an example or says why not; each example gives its code, and its right form nothing. */
#include <stdio.h>
#include <stdlib.h>
#include "small.h"
#include "translate/translate.h"

static void translate_it(Script *s, Program *p) {
        _cleanup_(manifest_freep) Manifest *m = manifest_new();
        _cleanup_(buf_done) Buf code = BUF_INIT;
        char **texts[] = { &m->module, &m->script, &m->digest, &m->kernel, &m->kernel_build_id, &m->version };
        for (size_t i = 0; i < ELEMENTSOF(texts); i++)
                *texts[i] = strdup("0");
        (void) translate(p, &(TranslateOptions) { .module = "stap_example" }, &s->diags, m, &code);
}

/* Whether the diagnostics of `text` begin with `code`; DIAG_NONE: there are none. */
static bool gives(DiagCode code, const char *text) {
        Script s;
        script_init_text(&s, ".", "example.stp", text, strlen(text));
        Program *p = small_elaborate(&s);
        if (p && !diags_failed(&s.diags))
                translate_it(&s, p);
        DiagCode first = s.diags.list.n ? s.diags.list.items[0]->code : DIAG_NONE;
        if (first != code) {
                _cleanup_(buf_done) Buf out = BUF_INIT;
                diags_render_text(&s.diags, false, &out);
                fprintf(stderr, "%s\n%s", text, out.data ?: "(nothing is wrong)\n");
        }
        script_done(&s);
        return first == code;
}

static bool check(DiagCode code) {
        const char *right, *wrong = diag_code_example(code, &right);
        if (strlen(diag_code_explanation(code)) < 20 || !*diag_code_title(code) ||
            !wrong == !diag_code_no_example(code))
                return false;
        return !wrong || (gives(code, wrong) && (!right || gives(DIAG_NONE, right)));
}

int main(int argc, char **argv) {
        int failed = 0;
        for (DiagCode c = DIAG_NONE + 1; c < _DIAG_CODE_MAX; c++) {
                bool good = check(c);
                failed += !good;
                printf("%s %d - %s\n", good ? "ok" : "not ok", (int) c, diag_code_name(c));
        }
        printf("1..%d\n", _DIAG_CODE_MAX - 1);
        return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
