/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kbuild keeps the exact command of each target in .TARGET.cmd. A script is compiled with the same command,
 * so that it has the same ABI flags (retpolines, return thunks, straight-line speculation, stack protector,
 * IBT) whatever the kernel's configuration, minus what would tie it to kernel headers or only cost time.
 * What is taken out stands in one table.
 */
#include "build/command.h"

void argv_add(Arena *a, Argv *v, const char *word) {
        vec_push(a, v, word);
}

void argv_add_all(Arena *a, Argv *v, const Argv *more) {
        vec_foreach(word, more)
                vec_push(a, v, *word);
}

void argv_end(Arena *a, Argv *v) {
        vec_push(a, v, NULL);
        v->n--;
}

const char *command_recorded(Arena *a, const char *text) {
        while (text && *text) {
                const char *end = strchr(text, '\n');
                size_t len = end ? (size_t) (end - text) : strlen(text);
                if (strncmp(text, "cmd_", 4) == 0 || strncmp(text, "savedcmd_", 9) == 0) {
                        const char *assign = memmem(text, len, " := ", 4);
                        if (assign)
                                return arena_strndup(a, assign + 4, len - (size_t) (assign + 4 - text));
                }
                text = end ? end + 1 : NULL;
        }
        return NULL;
}

typedef struct {
        Arena *arena;
        const char *at;
        char word[16384];
        size_t len;
        bool has_word;
} Splitter;

static bool put(Splitter *s, char c) {
        if (s->len + 1 >= sizeof(s->word))
                return false;
        s->word[s->len++] = c;
        s->has_word = true;
        return true;
}

/* Inside quotes; `at` stands behind the opening one. */
static bool split_quoted(Splitter *s, char quote) {
        s->has_word = true;
        for (; *s->at && *s->at != quote; s->at++) {
                if (quote == '"' && (*s->at == '$' || *s->at == '`'))
                        return false;
                if (quote == '"' && *s->at == '\\' && s->at[1])
                        s->at++;
                if (!put(s, *s->at))
                        return false;
        }
        return *s->at++ == quote;
}

static void end_word(Splitter *s, Argv *current) {
        if (s->has_word)
                vec_push(s->arena, current, arena_strndup(s->arena, s->word, s->len));
        s->len = 0;
        s->has_word = false;
}

static void end_command(Splitter *s, Argv *current, ArgvList *list) {
        end_word(s, current);
        if (current->n > 0) {
                argv_end(s->arena, current);
                vec_push(s->arena, list, *current);
        }
        *current = (Argv) {};
}

bool command_split(Arena *a, const char *line, ArgvList *ret) {
        Splitter *s = arena_new0(a, Splitter);
        s->arena = a;
        s->at = line;
        Argv current = {};
        *ret = (ArgvList) {};
        while (*s->at) {
                char c = *s->at++;
                if (c == ' ' || c == '\t') {
                        end_word(s, &current);
                } else if (c == '\'' || c == '"') {
                        if (!split_quoted(s, c))
                                return false;
                } else if (c == ';' || (c == '&' && *s->at == '&')) {
                        s->at += c == '&';
                        end_command(s, &current, ret);
                } else if (strchr("|<>`&$(){}", c)) {
                        return false;
                } else {
                        if (c == '\\' && *s->at)
                                c = *s->at++;
                        if (!put(s, c))
                                return false;
                }
        }
        end_command(s, &current, ret);
        return true;
}

/* What is taken out of the compiler's command, and for which use. */
#define U(use) (1u << COMMAND_##use)
#define EMBEDDED (U(KERNEL) | U(PRECOMPILED))
#define ALL (U(HEADER_FREE) | EMBEDDED | U(TEMPLATE))
static const struct {
        const char *word;
        bool is_prefix, takes_next;
        unsigned uses;
} dropped[] = {
        { "-Wp,-M", true, false, ALL },        /* no dependency file */
        { "-g", false, false, ALL },           /* no debug information: it is most of the time and of the size */
        { "-g0", false, false, ALL },
        { "-gdwarf", true, false, ALL },
        { "-gz", true, false, ALL },
        { "-c", false, false, ALL },
        { "-o", false, true, ALL },
        { "-DKBUILD_", true, false, ALL },     /* the name is ours */
        { "-D__KBUILD_", true, false, ALL },
        { "-DSTP_", true, false, ALL },
        { "-include", false, true, U(HEADER_FREE) | U(PRECOMPILED) },
        { "-I", true, false, U(HEADER_FREE) },
        { "-D__KERNEL__", false, false, U(HEADER_FREE) },
        { "-DMODULE", false, false, U(HEADER_FREE) },
        { "-DCC_USING_", true, false, U(HEADER_FREE) },
        /* Warnings are for people; -Werror= of real mistakes is added. Those that are off stay off
         * (below). */
        { "-W", true, false, U(HEADER_FREE) | EMBEDDED },
        /* Handlers that ftrace could trace would be traced by themselves. */
        { "-pg", false, false, U(HEADER_FREE) | EMBEDDED },
        { "-mfentry", false, false, U(HEADER_FREE) | EMBEDDED },
        { "-mrecord-mcount", false, false, U(HEADER_FREE) | EMBEDDED },
        /* -O1 compiles in half the time of -O2, and handlers hardly differ. */
        { "-O2", false, false, U(HEADER_FREE) },
        { "-O3", false, false, U(HEADER_FREE) },
        { "-Os", false, false, U(HEADER_FREE) },
};

#define MISTAKES                                                                        \
        "-Werror=implicit-function-declaration", "-Werror=implicit-int", "-Werror=return-type", \
                "-Werror=int-conversion", "-Werror=incompatible-pointer-types"
static const char *const added[_COMMAND_USE_MAX][8] = {
        [COMMAND_HEADER_FREE] = { "-O1", MISTAKES, NULL },
        [COMMAND_KERNEL] = { MISTAKES, NULL },
        [COMMAND_PRECOMPILED] = { MISTAKES, NULL },
        [COMMAND_TEMPLATE] = { NULL },
};

static bool is_source(const char *word) {
        size_t n = strlen(word);
        return word[0] != '-' && n > 2 && strcmp(word + n - 2, ".c") == 0;
}

static bool is_dropped(const char *word, CommandUse use, bool *ret_next) {
        *ret_next = false;
        if (strncmp(word, "-Wno-", 5) == 0 && use != COMMAND_HEADER_FREE)
                return false;
        for (size_t i = 0; i < ELEMENTSOF(dropped); i++) {
                if (!(dropped[i].uses & (1u << use)))
                        continue;
                size_t len = strlen(dropped[i].word);
                if (strncmp(word, dropped[i].word, len) != 0 || (!dropped[i].is_prefix && word[len]))
                        continue;
                *ret_next = dropped[i].takes_next;
                return true;
        }
        return is_source(word);
}

Argv command_flags(Arena *a, const Argv *recorded, CommandUse use) {
        Argv v = {};
        for (size_t i = 0; i < recorded->n; i++) {
                bool next = false;
                if (i > 0 && is_dropped(recorded->items[i], use, &next))
                        i += next;
                else
                        vec_push(a, &v, recorded->items[i]);
        }
        for (const char *const *word = added[use]; *word; word++)
                vec_push(a, &v, *word);
        argv_end(a, &v);
        return v;
}

Argv command_objtool(Arena *a, const Argv *recorded) {
        Argv v = {};
        for (size_t i = 0; i + 1 < recorded->n; i++)
                vec_push(a, &v, recorded->items[i]);
        argv_end(a, &v);
        return v;
}

Argv command_ld(Arena *a, const Argv *recorded) {
        Argv v = {};
        for (size_t i = 0; i < recorded->n && strcmp(recorded->items[i], "-o") != 0; i++)
                vec_push(a, &v, recorded->items[i]);
        argv_end(a, &v);
        return v;
}
