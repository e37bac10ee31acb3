/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "build/symbols.h"
#include "base/arena.h"
#include "unit/test.h"

static const char kernel[] = "0x12345678\tprintk\tvmlinux\tEXPORT_SYMBOL\t\n"
                             "0x9ee9ab1c\tfoo_bar\tdrivers/net/foo-bar\tEXPORT_SYMBOL_GPL\t\n"
                             "0x00000000\tno_crc\tvmlinux\tEXPORT_SYMBOL\t\n";
static const char core[] = "0xdeadbeef\tstp_print\t/tmp/x/stapd_core\tEXPORT_SYMBOL_GPL\t\n"
                           "0x11111111\tprintk\tother\tEXPORT_SYMBOL\t\n";

TEST(symbols_of_both_files_are_found) {
        _cleanup_(buf_done) Buf out = BUF_INIT;
        const char *texts[] = { kernel, core };
        SymbolIndex index;
        Symbol s;
        ASSERT_OK(symbols_make(texts, 2, &out));
        ASSERT_OK(symbols_open(out.data, out.len, &index));
        ASSERT_EQ(symbols_count(&index), 4);
        ASSERT(symbols_find(&index, "foo_bar", &s));
        ASSERT_STREQ(s.module, "foo_bar");
        ASSERT_EQ(s.crc, 0x9ee9ab1c);
        ASSERT(symbols_find(&index, "stp_print", &s));
        ASSERT_STREQ(s.module, "stapd_core");
        TEST_CASE("the first entry counts");
        ASSERT(symbols_find(&index, "printk", &s));
        ASSERT_STREQ(s.module, "vmlinux");
        ASSERT_EQ(s.crc, 0x12345678);
        ASSERT(!symbols_find(&index, "print", &s) && !symbols_find(&index, "", &s) &&
               !symbols_find(&index, "printk2", &s));
}

TEST(forty_thousand_symbols) {
        _cleanup_(buf_done) Buf text = BUF_INIT, out = BUF_INIT;
        SymbolIndex index;
        Symbol s;
        for (unsigned i = 0; i < 40000; i++)
                buf_printf(&text, "0x%08x\tsymbol_%u\tvmlinux\tEXPORT_SYMBOL\t\n", i, i);
        const char *texts[] = { text.data };
        ASSERT_OK(symbols_make(texts, 1, &out));
        ASSERT_OK(symbols_open(out.data, out.len, &index));
        ASSERT_EQ(symbols_count(&index), 40000);
        for (unsigned i = 0; i < 40000; i++) {
                char name[32];
                snprintf(name, sizeof(name), "symbol_%u", i);
                ASSERT(symbols_find(&index, name, &s));
                ASSERT_EQ(s.crc, i);
        }
}

TEST(bad_lines_are_refused) {
        static const char *const bad[] = { "printk\n", "0x1\tprintk\n", "0x1\tprintk\tvmlinux\n", "12\ta\tb\tc\n", "\n\nx\n" };
        for (size_t i = 0; i < ELEMENTSOF(bad); i++) {
                _cleanup_(buf_done) Buf out = BUF_INIT;
                TEST_CASE("%s", bad[i]);
                ASSERT_ERROR(symbols_make(&bad[i], 1, &out), -EBADMSG);
        }
}

/* Whatever a disk made of the file: refused, or searched without leaving it (ASan looks on). */
TEST(damaged_indexes_do_no_harm) {
        _cleanup_(buf_done) Buf out = BUF_INIT;
        const char *texts[] = { kernel, core };
        ASSERT_OK(symbols_make(texts, 2, &out));
        SymbolIndex index;
        Symbol s;
        for (size_t len = 0; len < out.len; len += len < 64 ? 1 : 997) {
                _cleanup_(freep) char *cut = malloc(len ? len : 1);
                memcpy(cut, out.data, len);
                TEST_CASE("cut to %zu", len);
                ASSERT_ERROR(symbols_open(cut, len, &index), -EBADMSG);
        }
        unsigned seed = 1;
        for (unsigned round = 0; round < 3000; round++) {
                _cleanup_(freep) char *copy = malloc(out.len);
                memcpy(copy, out.data, out.len);
                /* mostly where there is something: the header, the entries and the strings at the end */
                for (unsigned k = 0; k < 8; k++) {
                        seed = seed * 1103515245 + 12345;
                        size_t at = (seed >> 8) % 200;
                        copy[seed & 1 ? at % 24
                                      : out.len - 1 - at % MIN2(out.len, (size_t) 200)] ^= (char) (seed >>
                                                                                                   16);
                }
                if (symbols_open(copy, out.len, &index) == 0)
                        (void) (symbols_find(&index, "printk", &s) && strlen(s.module));
        }
}
