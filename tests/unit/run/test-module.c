/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Giving a compiled module its session's name, and everything that is no such module. */
#include <elf.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/fds.h"
#include "run/leash.h"
#include "run/loading.h"
#include "run/module.h"
#include "unit/test.h"

#define OLD "stap_0123456789abcdef01234567"
#define NEW "stap_fedcba9876543210fedcba98"

/* The least that module_rename() looks at: two sections and their names. */
typedef struct {
        Elf64_Ehdr header;
        Elf64_Shdr sections[4];
        char names[64];
        char modinfo[64];
        char this_module[128];
} Image;

static Image make_image(void) {
        static const char names[] = "\0.modinfo\0.gnu.linkonce.this_module\0.shstrtab";
        Image i = {
                .header = { .e_ident = ELFMAG, .e_shoff = offsetof(Image, sections), .e_shnum = 4,
                            .e_shentsize = sizeof(Elf64_Shdr), .e_shstrndx = 3 },
                .sections = {
                        [1] = { .sh_name = 1, .sh_type = SHT_PROGBITS, .sh_offset = offsetof(Image, modinfo),
                                .sh_size = sizeof(i.modinfo) },
                        [2] = { .sh_name = 10, .sh_type = SHT_PROGBITS, .sh_offset = offsetof(Image, this_module),
                                .sh_size = sizeof(i.this_module) },
                        [3] = { .sh_name = 36, .sh_type = SHT_STRTAB, .sh_offset = offsetof(Image, names),
                                .sh_size = sizeof(i.names) },
                },
                .modinfo = "license=GPL\0name=" OLD,
        };
        i.header.e_ident[EI_CLASS] = ELFCLASS64;
        memcpy(i.names, names, sizeof(names));
        strcpy(i.this_module + 24, OLD);
        return i;
}

TEST(rename_writes_both_places) {
        Image i = make_image();
        ASSERT_OK(module_rename(&i, sizeof(i), NEW));
        ASSERT_STREQ(i.this_module + 24, NEW);
        ASSERT_STREQ(i.modinfo + 12, "name=" NEW);
        ASSERT_STREQ(i.modinfo, "license=GPL");
}

TEST(rename_refuses_names_of_another_length) {
        Image i = make_image();
        ASSERT_ERROR(module_rename(&i, sizeof(i), "stap_short"), -EBADMSG);
        strcpy(i.modinfo + 12, "name=short");
        ASSERT_ERROR(module_rename(&i, sizeof(i), NEW), -EBADMSG);
}

TEST(rename_trusts_no_offset) {
        Image whole = make_image();
        for (size_t size = 0; size < sizeof(whole); size++) {
                TEST_CASE("cut to %zu bytes", size);
                Image *cut = malloc(size ?: 1); /* so that ASan sees a byte too far */
                memcpy(cut, &whole, size);
                int r = module_rename(cut, size, NEW);
                free(cut);
                ASSERT(r == -EBADMSG);
        }
        static const size_t fields[] = {
                offsetof(Image, header.e_shoff),        offsetof(Image, header.e_shnum),
                offsetof(Image, sections[1].sh_offset), offsetof(Image, sections[2].sh_size),
                offsetof(Image, sections[3].sh_offset), offsetof(Image, sections[3].sh_size),
                offsetof(Image, sections[1].sh_name),
        };
        for (size_t k = 0; k < sizeof(fields) / sizeof(fields[0]); k++) {
                TEST_CASE("field at %zu", fields[k]);
                Image i = make_image();
                memset((char *) &i + fields[k], 0xff, 2);
                ASSERT_ERROR(module_rename(&i, sizeof(i), NEW), -EBADMSG);
        }
}

TEST(load_refuses_what_can_still_change) {
        int fd = fds_new_sealed("x", "not a module", 12);
        ASSERT_OK(fd);
        ASSERT(module_load(fd, true) < 0); /* not a module, or no privilege; never loaded */
        close(fd);
        char path[] = "/tmp/stapd-test-XXXXXX";
        fd = mkstemp(path);
        ASSERT_OK(fd);
        unlink(path);
        ASSERT_ERROR(module_load(fd, true), -EPERM);
        close(fd);
}

TEST(every_answer_has_words) {
        for (ModuleLoading l = 0; l < _MODULE_LOADING_MAX; l++) {
                ASSERT(*loading_to_string(l));
                ASSERT((l == LOADING_ALLOWED) == (*loading_advice(l) == 0));
        }
        ASSERT_STREQ(leash_state_to_string(STP_STATE_RUNNING), "running");
        ASSERT_STREQ(leash_state_to_string(99), "unknown");
        ASSERT_STREQ(leash_result_to_string(STP_RESULT_OVERLOAD), "overload");
        ASSERT_STREQ(leash_result_to_string(99), "unknown");
}

TEST(without_the_core_there_is_no_leash) {
        if (access(STP_DEVICE, F_OK) == 0)
                SKIP("the core is loaded here");
        Leash l = LEASH_INIT;
        LeashOptions o = { .module = NEW };
        ASSERT_ERROR(leash_open(&l, &o), -ENODEV);
        ASSERT_EQ(l.fd, -1);
        leash_done(&l);
}
