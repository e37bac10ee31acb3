/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "build/template.h"
#include "base/buf.h"

_Static_assert(sizeof(TEMPLATE_PLACEHOLDER) == 56, "the longest name that a kernel takes, with its NUL");

const char template_source[] =
        "/* SPDX-License-Identifier: GPL-2.0-or-later */\n"
        "#include <linux/module.h>\n"
        "static int __init template_init(void)\n{\n\treturn 0;\n}\n"
        "static void __exit template_exit(void)\n{\n}\n"
        "module_init(template_init);\n"
        "module_exit(template_exit);\n"
        "MODULE_LICENSE(\"GPL\");\n";

/* Statements of a .mod.c that are about the one module. Each ends at the first ';' after it. */
static const char *const own_statements[] = {
        "static const struct modversion_info ____versions",
        "static const u32 ____version_ext_crcs",     /* since Linux 6.14 */
        "static const char ____version_ext_names",   /* since Linux 6.14 */
        "MODULE_INFO(name,",
        "MODULE_INFO(depends,",
        "MODULE_INFO(srcversion,",
};

static size_t own_statement(const char *at) {
        for (size_t i = 0; i < sizeof(own_statements) / sizeof(own_statements[0]); i++)
                if (strncmp(at, own_statements[i], strlen(own_statements[i])) == 0) {
                        const char *end = strchr(at, ';');
                        return end ? (size_t) (end - at) + 1 : 0;
                }
        return 0;
}

char *template_edit(Arena *a, const char *mod_c) {
        _cleanup_(buf_done) Buf out = BUF_INIT;
        buf_str(&out, "#undef KBUILD_MODNAME\n#define KBUILD_MODNAME \"" TEMPLATE_PLACEHOLDER "\"\n");
        for (const char *p = mod_c; *p;) {
                size_t skip = p == mod_c || p[-1] == '\n' ? own_statement(p) : 0;
                if (skip == 0)
                        buf_char(&out, *p);
                p += skip ? skip : 1;
        }
        if (out.failed || !strstr(out.data, "__this_module") || strstr(out.data, "____versions"))
                return NULL;
        return arena_strndup(a, out.data, out.len);
}

bool template_find_name(const char *object, size_t size, size_t *ret_offset) {
        const size_t len = strlen(TEMPLATE_PLACEHOLDER);
        const char *found = memmem(object, size, TEMPLATE_PLACEHOLDER, len);
        if (!found)
                return false;
        size_t after = (size_t) (found - object) + len;
        if (memmem(object + after, size - after, TEMPLATE_PLACEHOLDER, len))
                return false;
        *ret_offset = (size_t) (found - object);
        return true;
}
