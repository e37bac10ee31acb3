/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "build/template.h"
#include "unit/test.h"

static const char mod_c[] =
        "#include <linux/module.h>\n#define INCLUDE_VERMAGIC\n#include <linux/vermagic.h>\n\n"
        "MODULE_INFO(vermagic, VERMAGIC_STRING);\nMODULE_INFO(name, KBUILD_MODNAME);\n\n"
        "__visible struct module __this_module\n__section(\".gnu.linkonce.this_module\") = {\n\t.name = KBUILD_MODNAME,\n};\n\n"
        "static const struct modversion_info ____versions[]\n__used __section(\"__versions\") = {\n"
        "\t{ 0xbdfb6dbb, \"__fentry__\" },\n};\n\nMODULE_INFO(depends, \"\");\n";

TEST(what_belongs_to_one_module_is_taken_out) {
        Arena *a = arena_new(1 << 20);
        const char *edited = template_edit(a, mod_c);
        ASSERT_NOT_NULL(edited);
        ASSERT(strstr(edited, "VERMAGIC_STRING") && strstr(edited, "__this_module"));
        ASSERT(strstr(edited, "#define KBUILD_MODNAME \"" TEMPLATE_PLACEHOLDER "\""));
        ASSERT(!strstr(edited, "____versions") && !strstr(edited, "fentry") &&
               !strstr(edited, "MODULE_INFO(name") && !strstr(edited, "MODULE_INFO(depends"));
        arena_free(a);
}

TEST(extended_versions_go_too) {
        Arena *a = arena_new(1 << 20);
        const char *edited = template_edit(a, arena_printf(a, "%s\nstatic const u32 ____version_ext_crcs[]\n= {\n\t1,\n};\n"
                                                              "static const char ____version_ext_names[]\n=\n\t\"x\\0\"\n;\n", mod_c));
        ASSERT(edited && !strstr(edited, "version_ext"));
        arena_free(a);
}

TEST(another_shape_is_refused) {
        Arena *a = arena_new(1 << 20);
        ASSERT_NULL(template_edit(a, ""));
        ASSERT_NULL(template_edit(a, "int x;\n"));
        ASSERT_NULL(template_edit(a, "__this_module\nconst struct modversion_info ____versions[] = {};\n"));
        ASSERT_NULL(template_edit(a, "__this_module\nstatic const struct modversion_info ____versions[] = {\n"));
        arena_free(a);
}

TEST(the_placeholder_stands_once) {
        char object[400] = {};
        size_t offset;
        ASSERT(!template_find_name(object, sizeof(object), &offset));
        memcpy(object + 100, TEMPLATE_PLACEHOLDER, strlen(TEMPLATE_PLACEHOLDER));
        ASSERT(template_find_name(object, sizeof(object), &offset));
        ASSERT_EQ(offset, 100);
        ASSERT(!template_find_name(object, 120, &offset));
        memcpy(object + 300, TEMPLATE_PLACEHOLDER, strlen(TEMPLATE_PLACEHOLDER));
        ASSERT(!template_find_name(object, sizeof(object), &offset));
}
