/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The file: header, hash slots (index + 1 of an entry; open addressing, a power of two), entries, strings.
 * Names are NUL-terminated, and so is the last byte of the file, so that no lookup can run off its end.
 */
#include "build/symbols.h"
#include <errno.h>
#include <string.h>

#define MAGIC "stpsyms1"

typedef struct {
        char magic[8];
        uint32_t n_slots, n_entries;
        uint64_t strings; /* bytes of strings */
} Header;

typedef struct {
        uint32_t name, module; /* offsets into the strings */
        uint32_t crc, hash;
} Entry;

typedef struct {
        Entry *entries;
        size_t n, cap;
        uint32_t *slots;
        size_t n_slots;
        Buf strings;
        uint32_t last_module; /* offset of the string that was added last: modules come in runs */
} Maker;

static uint32_t hash_name(const char *s, size_t len) {
        uint32_t h = 2166136261u;
        for (size_t i = 0; i < len; i++)
                h = (h ^ (unsigned char) s[i]) * 16777619u;
        return h;
}

static void maker_done(Maker *m) {
        free(m->entries);
        free(m->slots);
        buf_done(&m->strings);
}

static uint32_t add_string(Maker *m, const char *s, size_t len) {
        uint32_t at = (uint32_t) m->strings.len;
        buf_add(&m->strings, s, len);
        buf_char(&m->strings, 0);
        return at;
}

/* "drivers/net/foo-bar" -> "foo_bar", the name that the loaded module has. */
static uint32_t add_module(Maker *m, const char *path, size_t len) {
        char name[64];
        const char *slash = memrchr(path, '/', len);
        const char *base = slash ? slash + 1 : path;
        size_t n = MIN2(len - (size_t) (base - path), sizeof(name) - 1);
        for (size_t i = 0; i < n; i++)
                name[i] = base[i] == '-' ? '_' : base[i];
        name[n] = 0;
        if (m->n > 0 && strcmp(m->strings.data + m->last_module, name) == 0)
                return m->last_module;
        return m->last_module = add_string(m, name, n);
}

static int make_room(Maker *m) {
        if (m->n < m->cap)
                return 0;
        size_t cap = m->cap ? m->cap * 2 : 16384;
        Entry *entries = reallocarray(m->entries, cap, sizeof(*entries));
        if (!entries)
                return -ENOMEM;
        m->entries = entries;
        m->cap = cap;
        free(m->slots);
        m->n_slots = cap * 2;
        m->slots = calloc(m->n_slots, sizeof(*m->slots));
        if (!m->slots)
                return -ENOMEM;
        for (size_t i = 0; i < m->n; i++) {
                size_t k = m->entries[i].hash & (m->n_slots - 1);
                while (m->slots[k])
                        k = (k + 1) & (m->n_slots - 1);
                m->slots[k] = (uint32_t) i + 1;
        }
        return 0;
}

static int add_symbol(Maker *m, uint32_t crc, const char *name, size_t len, const char *module,
                      size_t module_len) {
        int r = make_room(m);
        if (r < 0)
                return r;
        uint32_t hash = hash_name(name, len);
        size_t k = hash & (m->n_slots - 1);
        for (; m->slots[k]; k = (k + 1) & (m->n_slots - 1)) {
                const Entry *e = &m->entries[m->slots[k] - 1];
                const char *known = m->strings.data + e->name;
                if (e->hash == hash && strncmp(known, name, len) == 0 && known[len] == 0)
                        return 0;
        }
        uint32_t owner = add_module(m, module, module_len);
        m->entries[m->n] = (Entry) { add_string(m, name, len), owner, crc, hash };
        m->slots[k] = (uint32_t) ++m->n;
        return m->strings.failed || m->strings.len > UINT32_MAX / 2 ? -ENOMEM : 0;
}

/* CRC \t NAME \t MODULE \t EXPORT... */
static int add_line(Maker *m, const char *line, size_t len) {
        const char *end = line + len, *name = memchr(line, '\t', len);
        const char *module = name ? memchr(name + 1, '\t', (size_t) (end - name - 1)) : NULL;
        const char *after = module ? memchr(module + 1, '\t', (size_t) (end - module - 1)) : NULL;
        if (!after || len < 3 || line[0] != '0' || line[1] != 'x')
                return -EBADMSG;
        uint32_t crc = (uint32_t) strtoul(line, NULL, 16);
        return add_symbol(m, crc, name + 1, (size_t) (module - name - 1), module + 1,
                          (size_t) (after - module - 1));
}

static int add_text(Maker *m, const char *text) {
        while (*text) {
                size_t len = strcspn(text, "\n");
                int r = len ? add_line(m, text, len) : 0;
                if (r < 0)
                        return r;
                text += len + (text[len] == '\n');
        }
        return 0;
}

int symbols_make(const char *const *texts, size_t n_texts, Buf *out) {
        _cleanup_(maker_done) Maker m = {};
        int r = make_room(&m);
        for (size_t i = 0; r == 0 && i < n_texts; i++)
                r = add_text(&m, texts[i]);
        if (r < 0)
                return r;
        buf_char(&m.strings, 0);
        if (m.strings.failed)
                return -ENOMEM;
        Header h = { .n_slots = (uint32_t) m.n_slots, .n_entries = (uint32_t) m.n, .strings = m.strings.len };
        memcpy(h.magic, MAGIC, sizeof(h.magic));
        buf_add(out, &h, sizeof(h));
        buf_add(out, m.slots, m.n_slots * sizeof(*m.slots));
        buf_add(out, m.entries, m.n * sizeof(*m.entries));
        buf_add(out, m.strings.data, m.strings.len);
        return out->failed ? -ENOMEM : 0;
}

static const uint32_t *index_slots(const SymbolIndex *s) {
        return (const uint32_t *) ((const char *) s->data + sizeof(Header));
}

static const Entry *index_entries(const SymbolIndex *s) {
        const Header *h = s->data;
        return (const Entry *) (index_slots(s) + h->n_slots);
}

int symbols_open(const void *data, size_t size, SymbolIndex *ret) {
        const Header *h = data;
        if (size < sizeof(*h) || memcmp(h->magic, MAGIC, sizeof(h->magic)) != 0)
                return -EBADMSG;
        uint64_t need = sizeof(*h) + (uint64_t) h->n_slots * sizeof(uint32_t) +
                        (uint64_t) h->n_entries * sizeof(Entry);
        if (h->n_slots == 0 || (h->n_slots & (h->n_slots - 1)) || h->n_entries >= h->n_slots ||
            h->strings == 0 || h->strings > size || need + h->strings != size ||
            ((const char *) data)[size - 1] != 0)
                return -EBADMSG;
        *ret = (SymbolIndex) { data, size };
        return 0;
}

bool symbols_find(const SymbolIndex *s, const char *name, Symbol *ret) {
        const Header *h = s->data;
        const Entry *entries = index_entries(s);
        const char *strings = (const char *) (entries + h->n_entries);
        uint32_t hash = hash_name(name, strlen(name));
        /* Bounded, for a file whose slots are all taken cannot come from us but may come from a disk. */
        for (uint32_t i = 0, k = hash; i < h->n_slots; i++, k++) {
                uint32_t slot = index_slots(s)[k & (h->n_slots - 1)];
                if (slot == 0 || slot > h->n_entries)
                        return false;
                const Entry *e = &entries[slot - 1];
                if (e->hash != hash || e->name >= h->strings || e->module >= h->strings ||
                    strcmp(strings + e->name, name) != 0)
                        continue;
                *ret = (Symbol) { strings + e->module, e->crc };
                return true;
        }
        return false;
}

size_t symbols_count(const SymbolIndex *s) {
        return ((const Header *) s->data)->n_entries;
}
