/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fixture.h"

static Kernel *open_small(Fixture *f) {
        fixture_init(f);
        int color = btf__add_enum(f->btf, "color", 4);
        ASSERT_OK(btf__add_enum_value(f->btf, "RED", 0));
        ASSERT_OK(btf__add_enum_value(f->btf, "GREEN", 5));
        int error = btf__add_enum(f->btf, "fault", 4);
        ASSERT_OK(btf__add_enum_value(f->btf, "BAD", -1));
        int user = btf__add_ptr(f->btf, btf__add_type_tag(f->btf, "user", f->char_));
        int proto = btf__add_func_proto(f->btf, f->int_);
        ASSERT_OK(btf__add_func_param(f->btf, "t", f->task_ptr));
        ASSERT_OK(btf__add_func_param(f->btf, NULL, 0));
        ASSERT_OK(btf__add_typedef(f->btf, "callback", btf__add_ptr(f->btf, proto)));
        ASSERT_OK(btf__add_typedef(f->btf, "color_t", btf__add_const(f->btf, color)));
        ASSERT_OK(btf__add_typedef(f->btf, "fault_t", error));
        ASSERT_OK(btf__add_typedef(f->btf, "user_string", user));
        ASSERT_OK(btf__add_typedef(f->btf, "const_string",
                                   btf__add_ptr(f->btf, btf__add_const(f->btf, f->char_))));
        ASSERT_OK(btf__add_typedef(f->btf, "string_const",
                                   btf__add_const(f->btf, btf__add_ptr(f->btf, f->char_))));
        return fixture_open(f);
}

TEST(types_are_found_by_name) {
        Fixture f;
        _cleanup_(kernel_closep) Kernel *k = open_small(&f);
        static const struct { const char *name; int kind; unsigned size; bool is_signed; } cases[] = {
                { "int", KIND_INT, 4, true },
                { "unsigned long", KIND_INT, 8, false },
                { "unsigned long int", KIND_INT, 8, false },
                { "long", KIND_INT, 8, true },
                { "bool", KIND_INT, 1, false },
                { "size_t", KIND_INT, 8, false },
                { "struct task", KIND_STRUCT, 40, false },
                { "task", KIND_STRUCT, 40, false },
                { " const struct  task *", KIND_POINTER, 8, false },
                { "struct task**", KIND_POINTER, 8, false },
                { "void", KIND_VOID, 0, false },
                { "void *", KIND_POINTER, 8, false },
                { "enum color", KIND_ENUM, 4, false },
                { "color_t", KIND_ENUM, 4, false },
                { "fault_t", KIND_ENUM, 4, true },
        };
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                TEST_CASE("%s", cases[i].name);
                const TypeRef *t = kernel_find_type(k, cases[i].name);
                ASSERT_NOT_NULL(t);
                ASSERT_EQ(type_kind(t), cases[i].kind);
                ASSERT_EQ(type_size(t), cases[i].size);
                ASSERT_EQ(type_is_signed(t), cases[i].is_signed);
        }
}

TEST(what_is_no_type_is_not_found) {
        Fixture f;
        _cleanup_(kernel_closep) Kernel *k = open_small(&f);
        char lengthy[600];
        memset(lengthy, 'x', sizeof(lengthy));
        lengthy[sizeof(lengthy) - 1] = 0;
        const char *names[] = { "", " ", "*", "struct", "struct ", "struct int", "union task", "nope", "nope *", "int task", lengthy };
        for (size_t i = 0; i < ELEMENTSOF(names); i++) {
                TEST_CASE("\"%.20s\"", names[i]);
                ASSERT_NULL(kernel_find_type(k, names[i]));
        }
}

TEST(pointers_are_the_same_each_time) {
        Fixture f;
        _cleanup_(kernel_closep) Kernel *k = open_small(&f);
        const TypeRef *task = kernel_find_type(k, "struct task");
        const TypeRef *p = kernel_pointer_to(k, task), *pp = kernel_pointer_to(k, p);
        ASSERT(kernel_pointer_to(k, task) == p);
        ASSERT(kernel_pointer_to(k, p) == pp);
        ASSERT(type_target(p) == task);
        ASSERT(type_target(type_target(pp)) == task);
        ASSERT_EQ(type_kind(type_target(kernel_find_type(k, "void *"))), KIND_VOID);
        ASSERT_NULL(type_target(task));
}

TEST(members) {
        Fixture f;
        _cleanup_(kernel_closep) Kernel *k = open_small(&f);
        const TypeRef *task = kernel_find_type(k, "struct task");
        static const struct { const char *name; unsigned offset, bit_offset, bit_size; } cases[] = {
                { "pid", 0, 0, 0 }, { "in_exec", 4, 0, 1 }, { "mode", 4, 1, 3 },
                { "comm", 8, 0, 0 }, { "a", 24, 0, 0 }, { "b", 24, 0, 0 }, { "parent", 32, 0, 0 },
        };
        Member m;
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                TEST_CASE("%s", cases[i].name);
                ASSERT(type_find_member(task, cases[i].name, &m));
                ASSERT_STREQ(m.name, cases[i].name);
                ASSERT_EQ(m.offset, cases[i].offset);
                ASSERT_EQ(m.bit_offset, cases[i].bit_offset);
                ASSERT_EQ(m.bit_size, cases[i].bit_size);
        }
        ASSERT(type_target(m.type) == task);
        ASSERT(!type_find_member(task, "nope", &m));
        ASSERT(!type_find_member(task, "", &m));
        ASSERT(!type_find_member(kernel_find_type(k, "int"), "pid", &m));
        ASSERT_EQ(type_n_members(task), 6);
        ASSERT(type_member(task, 4, &m));
        ASSERT_STREQ(m.name, "");
        ASSERT(!type_member(task, 6, &m));
        ASSERT(type_find_member(task, "comm", &m));
        ASSERT_EQ(type_count(m.type), 16);
        ASSERT(type_is_char(type_target(m.type)));
        ASSERT(!type_is_char(kernel_find_type(k, "bool")));
}

TEST(enumerators) {
        Fixture f;
        _cleanup_(kernel_closep) Kernel *k = open_small(&f);
        int64_t v = 0;
        ASSERT(kernel_find_enumerator(k, "GREEN", &v));
        ASSERT_EQ(v, 5);
        ASSERT(kernel_find_enumerator(k, "BAD", &v));
        ASSERT_EQ(v, -1);
        ASSERT(!kernel_find_enumerator(k, "PURPLE", &v));
        ASSERT_STREQ(type_enumerator_name(kernel_find_type(k, "color_t"), 5), "GREEN");
        ASSERT_STREQ(type_enumerator_name(kernel_find_type(k, "fault_t"), -1), "BAD");
        ASSERT_NULL(type_enumerator_name(kernel_find_type(k, "color_t"), 4));
        ASSERT_NULL(type_enumerator_name(kernel_find_type(k, "int"), 0));
}

TEST(user_pointers_are_told_by_their_tag) {
        Fixture f;
        _cleanup_(kernel_closep) Kernel *k = open_small(&f);
        ASSERT(type_is_user_pointer(kernel_find_type(k, "user_string")));
        ASSERT(!type_is_user_pointer(kernel_find_type(k, "const_string")));
        ASSERT(!type_is_user_pointer(kernel_find_type(k, "int")));
}

TEST(text_is_as_c_writes_it) {
        Fixture f;
        _cleanup_(kernel_closep) Kernel *k = open_small(&f);
        _cleanup_(arena_freep) Arena *a = arena_new(1 << 20);
        static const struct { const char *name, *text; } cases[] = {
                { "size_t", "size_t" }, { "struct task *", "struct task *" }, { "void **", "void **" },
                { "unsigned long", "long unsigned int" },
        };
        for (size_t i = 0; i < ELEMENTSOF(cases); i++)
                ASSERT_STREQ(type_text(a, kernel_find_type(k, cases[i].name)), cases[i].text);
        Member m;
        ASSERT(type_find_member(kernel_find_type(k, "task"), "comm", &m));
        ASSERT_STREQ(type_text(a, m.type), "char [16]");
}
