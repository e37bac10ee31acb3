/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that are not what they should be: each gets an error, and harms nothing. */
#include "debuginfo/image.h"
#include "fixture.h"

static int open_file(const char *release, const void *data, size_t len, const char **ret_error) {
        Fixture f = {};
        Kernel *k = NULL;
        fixture_write(&f, data, len);
        int r = kernel_open(&(KernelOptions) { .release = release, .btf_path = f.path }, &k, ret_error);
        unlink(f.path);
        kernel_close(k);
        return r;
}

TEST(releases_that_are_paths_are_refused) {
        static const char *const names[] = { "", "..", ".", "../../etc", "a/b", "6.1 0", "6.1\n", "6.1%s" };
        for (size_t i = 0; i < ELEMENTSOF(names); i++) {
                TEST_CASE("\"%s\"", names[i]);
                const char *error = NULL;
                Kernel *k = NULL;
                ASSERT_ERROR(kernel_open(&(KernelOptions) { .release = names[i] }, &k, &error), -ENOENT);
                ASSERT_NOT_NULL(strstr(error, "no kernel release"));
        }
}

TEST(a_missing_kernel_says_what_to_install) {
        const char *error = NULL;
        Kernel *k = NULL;
        ASSERT_ERROR(kernel_open(&(KernelOptions) { .release = "5.4.0-none" }, &k, &error), -ENOENT);
        ASSERT_STREQ(
                error,
                "no BTF of kernel 5.4.0-none: install linux-image-5.4.0-none or linux-headers-5.4.0-none");
}

TEST(broken_btf_is_refused) {
        static const char empty[1] = "", text[] = "not BTF at all", elf[] = "\177ELF\2\1\1";
        char magic[64] = "\x9f\xeb\1",
             huge[24] = "\x9f\xeb\1\0\x18\0\0\0\0\0\0\0\xff\xff\xff\xff\0\0\0\0\xff\xff\xff";
        const struct { const char *what; const void *data; size_t len; } cases[] = {
                { "empty", empty, 0 }, { "text", text, sizeof(text) }, { "cut ELF", elf, sizeof(elf) },
                { "magic and zeroes", magic, sizeof(magic) }, { "magic alone", magic, 2 }, { "huge sections", huge, sizeof(huge) },
        };
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                TEST_CASE("%s", cases[i].what);
                const char *error = NULL;
                ASSERT_ERROR(open_file("0.0.0-fixture", cases[i].data, cases[i].len, &error), -ENOENT);
                ASSERT_NOT_NULL(strstr(error, "no BTF in "));
        }
}

/* Types that name each other in a circle, ids and name offsets out of range. */
TEST(btf_with_circles_ends) {
        Fixture f;
        fixture_init(&f);
        int first = btf__type_cnt(f.btf);
        ASSERT_OK(btf__add_typedef(f.btf, "around", first + 1));
        ASSERT_OK(btf__add_const(f.btf, first));
        ASSERT_OK(btf__add_array(f.btf, f.uint, first + 2, 2)); /* of itself */
        ASSERT_OK(btf__add_struct(f.btf, "selfish", 8));
        ASSERT_OK(btf__add_field(f.btf, NULL, first + 3, 0, 0));
        ASSERT_OK(btf__add_ptr(f.btf, 1000000));
        ASSERT_OK(btf__add_typedef(f.btf, "lost", first + 4));
        _cleanup_(kernel_closep) Kernel *k = fixture_open(&f);
        _cleanup_(arena_freep) Arena *a = arena_new(16 << 20);
        const TypeRef *around = kernel_find_type(k, "around"), *lost = kernel_find_type(k, "lost");
        Member m;
        ASSERT_EQ(type_kind(around), KIND_VOID);
        ASSERT_EQ(type_size(around), 0);
        ASSERT_NOT_NULL(type_text(a, around));
        ASSERT(!type_find_member(kernel_find_type(k, "struct selfish"), "x", &m));
        ASSERT_EQ(type_kind(type_target(lost)), KIND_VOID);
        ASSERT_NOT_NULL(type_text(a, lost));
}

TEST(broken_images_are_refused) {
        char image[1024] = "";
        const struct { unsigned offset, length; int sectors; const char *what; } cases[] = {
                { 0, 16, 0, "payload behind the end" }, { 0xfffffff0, 16, 1, "offset out of range" },
                { 0, 0xfffffff0, 1, "length out of range" }, { 0, 4, 0, "no payload" },
        };
        const char *tool = NULL;
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                TEST_CASE("%s", cases[i].what);
                Fixture f = {};
                memcpy(image + 0x202, "HdrS", 4);
                image[0x1f1] = (char) cases[i].sectors;
                memcpy(image + 0x248, &cases[i].offset, 4);
                memcpy(image + 0x24c, &cases[i].length, 4);
                fixture_write(&f, image, sizeof(image));
                ASSERT_ERROR(image_unpack(f.path, &tool), -EBADMSG);
                unlink(f.path);
        }
        ASSERT_ERROR(image_unpack("/nowhere/vmlinuz", &tool), -ENOENT);
}

TEST(a_small_image_is_unpacked) {
        static const unsigned char gz[] = { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xcb, 0xc8, 0xe4, 2, 0, 0x7a, 0x7a, 0x6f, 0xed,
                                            3, 0, 0, 0 }; /* "hi\n" */
        char image[1024 + sizeof(gz) + 4] = "", text[8] = "";
        unsigned length = sizeof(gz) + 4;
        memcpy(image + 0x202, "HdrS", 4);
        image[0x1f1] = 1;
        memcpy(image + 0x24c, &length, 4);
        memcpy(image + 1024, gz, sizeof(gz));
        Fixture f = {};
        const char *tool = NULL;
        fixture_write(&f, image, sizeof(image));
        int fd = image_unpack(f.path, &tool);
        unlink(f.path);
        ASSERT_OK(fd);
        ASSERT_EQ(pread(fd, text, sizeof(text), 0), 3);
        ASSERT_STREQ(text, "hi\n");
        close(fd);
}

TEST(build_ids_of_notes) {
        static const unsigned char good[] = { 4, 0, 0, 0, 2, 0, 0, 0, 9, 0, 0, 0, 'X', 'e', 'n', 0, 1, 2, 0, 0, /* another's */
                                              4, 0, 0, 0, 3, 0, 0, 0, 3, 0, 0, 0, 'G', 'N', 'U', 0, 0xab, 0xcd, 0xef, 0 };
        char *id = NULL;
        Fixture f = {};
        fixture_write(&f, good, sizeof(good));
        int fd = open(f.path, O_RDONLY | O_CLOEXEC);
        ASSERT_OK(image_read_build_id(fd, &id));
        ASSERT_STREQ(id, "abcdef");
        free(id);
        close(fd);
        for (size_t cut = 0; cut < sizeof(good) - 1; cut++) {
                TEST_CASE("cut at %zu", cut);
                ASSERT_OK(truncate(f.path, (off_t) cut));
                fd = open(f.path, O_RDONLY | O_CLOEXEC);
                ASSERT_ERROR(image_read_build_id(fd, &id), -ENODATA);
                close(fd);
                fixture_write(&f, good, sizeof(good));
        }
        unlink(f.path);
}
