/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "manifest/compile-protocol.h"
#include <string.h>

static const char *const results[_COMPILE_RESULT_MAX] = {
#define X(name, text) [COMPILE_RESULT_##name] = text,
        COMPILE_RESULTS(X)
#undef X
};

const char *compile_result_to_string(CompileResult r) {
        return r >= 0 && r < _COMPILE_RESULT_MAX ? results[r] : NULL;
}

CompileResult compile_result_from_string(const char *s) {
        for (CompileResult r = 0; r < _COMPILE_RESULT_MAX; r++)
                if (strcmp(results[r], s) == 0)
                        return r;
        return _COMPILE_RESULT_INVALID;
}
