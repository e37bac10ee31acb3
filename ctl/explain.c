/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stapctl explain: what stands behind the code of an error or a warning. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include "ctl/main.h"
#include "diag/diag.h"

static void print_wrapped(const char *text) {
        size_t column = 0;
        while (*text) {
                size_t word = strcspn(text, " \n");
                if (column > 0 && column + 1 + word > 78) {
                        putchar('\n');
                        column = 0;
                }
                if (column > 0)
                        putchar(' ');
                column += (column > 0) + word;
                printf("%.*s", (int) word, text);
                text += word;
                if (*text == '\n') {
                        putchar('\n');
                        column = 0;
                }
                text += *text != 0;
        }
        putchar('\n');
}

static void print_script(const char *title, const char *text) {
        if (!text)
                return;
        printf("\n%s\n\n", title);
        for (size_t n; *text; text += n + (text[n] == '\n')) {
                n = strcspn(text, "\n");
                printf("    %.*s\n", (int) n, text);
        }
}

int verb_explain(int argc, char **argv) {
        if (argc != 2 || strcmp(argv[1], "--help") == 0) {
                puts("stapctl explain CODE        for example: stapctl explain E0101");
                return argc == 2 ? EXIT_OK : EXIT_USAGE;
        }
        for (char *c = argv[1]; *c; c++)
                *c = (char) toupper((unsigned char) *c);
        DiagCode code = diag_code_find(argv[1]);
        if (code == DIAG_NONE) {
                fprintf(stderr, "stapctl: there is no code '%s'; they look like E0101 or W0201\n", argv[1]);
                return EXIT_USAGE;
        }
        printf("%s: %s\n\n", diag_code_name(code), diag_code_title(code));
        print_wrapped(diag_code_explanation(code));
        const char *right, *wrong = diag_code_example(code, &right);
        print_script("For example:", wrong);
        print_script("Without it:", right);
        return EXIT_OK;
}
