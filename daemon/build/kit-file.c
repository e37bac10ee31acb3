/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "build/kit-file.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <sys/stat.h>
#include "base/fds.h"
#include "build/digest.h"
#include "base/tree.h"

#define MAX_JSON ((size_t) 4 << 20)
#define MAX_DEPTH 4

static void json_putp(json_object **o) {
        json_object_put(*o);
}

/* ------------------------------------------------------------------ writing */

static json_object *json_words(const Argv *v) {
        json_object *list = json_object_new_array();
        vec_foreach(word, v)
                json_object_array_add(list, json_object_new_string(*word));
        return list;
}

static void add_string(json_object *o, const char *key, const char *value) {
        json_object_object_add(o, key, json_object_new_string(value));
}

static int add_file(json_object *list, const char *dir, const char *name) {
        char hex[DIGEST_HEX], path[PATH_MAX];
        uint64_t size;
        if (snprintf(path, sizeof(path), "%s/%s", dir, name) >= (int) sizeof(path))
                return -ENAMETOOLONG;
        int r = digest_file(AT_FDCWD, path, hex, &size);
        if (r < 0)
                return r;
        json_object *o = json_object_new_object();
        add_string(o, "name", name);
        json_object_object_add(o, "size", json_object_new_int64((int64_t) size));
        add_string(o, "sha256", hex);
        json_object_array_add(list, o);
        return 0;
}

static int add_files(Arena *a, json_object *list, const char *dir, const char *sub, unsigned depth) {
        DIR *d = depth > MAX_DEPTH ? NULL : opendir(arena_printf(a, "%s/%s", dir, sub));
        if (!d)
                return depth > MAX_DEPTH ? -ELOOP : -errno;
        int r = 0;
        for (struct dirent *e; r == 0 && (e = readdir(d));) {
                if (e->d_name[0] == '.' || strcmp(e->d_name, KIT_FILE) == 0)
                        continue;
                const char *name = arena_printf(a, "%s%s%s", sub, *sub ? "/" : "", e->d_name);
                struct stat st;
                if (fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
                        r = -errno;
                else if (S_ISDIR(st.st_mode))
                        r = add_files(a, list, dir, name, depth + 1);
                else if (S_ISREG(st.st_mode))
                        r = add_file(list, dir, name);
        }
        closedir(d);
        return r;
}

static int64_t time_ns(const struct stat *st) {
        return (int64_t) st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec;
}

static int add_input(json_object *list, const char *path) {
        struct stat st;
        if (stat(path, &st) < 0)
                return -errno;
        json_object *o = json_object_new_object();
        add_string(o, "path", path);
        json_object_object_add(o, "size", json_object_new_int64(st.st_size));
        json_object_object_add(o, "time", json_object_new_int64(time_ns(&st)));
        json_object_array_add(list, o);
        return 0;
}

static json_object *json_tunables(const Kit *k) {
        json_object *list = json_object_new_array();
        for (const char *const *t = k->tunables; t && *t; t++)
                json_object_array_add(list, json_object_new_string(*t));
        return list;
}

static void add_facts(const Kit *k, json_object *o) {
        char hash[17];
        snprintf(hash, sizeof(hash), "%016" PRIx64, k->abi_hash);
        add_string(o, "id", k->id);
        add_string(o, "release", k->release);
        add_string(o, "compiler", k->compiler);
        add_string(o, "headers", k->headers_dir);
        add_string(o, "abiHash", hash);
        json_object_object_add(o, "modversions", json_object_new_boolean(k->modversions));
        json_object_object_add(o, "nameOffset", json_object_new_int64((int64_t) k->name_offset));
        json_object *cc = json_object_new_array();
        for (CommandUse use = 0; use < _COMMAND_USE_MAX; use++)
                json_object_array_add(cc, json_words(&k->cc[use]));
        json_object_object_add(o, "cc", cc);
        json_object_object_add(o, "objtool", json_words(&k->objtool));
        json_object_object_add(o, "ld", json_words(&k->ld));
        json_object_object_add(o, "tunables", json_tunables(k));
}

int kit_file_write(Arena *a, const Kit *k, const char *dir, const NameList *inputs) {
        _cleanup_(json_putp) json_object *o = json_object_new_object();
        json_object *files = json_object_new_array(), *from = json_object_new_array();
        add_facts(k, o);
        json_object_object_add(o, "files", files);
        json_object_object_add(o, "inputs", from);
        int r = add_files(a, files, dir, "", 0);
        for (size_t i = 0; r == 0 && i < inputs->n; i++)
                r = add_input(from, inputs->items[i]);
        if (r < 0)
                return r;
        const char *text = json_object_to_json_string_ext(o, JSON_C_TO_STRING_PRETTY);
        return fds_write_file_atomic(arena_printf(a, "%s/" KIT_FILE, dir), text, strlen(text), 0644);
}

/* ------------------------------------------------------------------ reading */

static const char *get_string(Arena *a, json_object *o, const char *key) {
        json_object *value;
        if (!json_object_object_get_ex(o, key, &value) || !json_object_is_type(value, json_type_string))
                return NULL;
        return arena_strdup(a, json_object_get_string(value));
}

static bool get_int(json_object *o, const char *key, int64_t *ret) {
        json_object *value;
        if (!json_object_object_get_ex(o, key, &value) || !json_object_is_type(value, json_type_int))
                return false;
        *ret = json_object_get_int64(value);
        return true;
}

static json_object *get_array(json_object *o, const char *key) {
        json_object *value;
        if (!json_object_object_get_ex(o, key, &value) || !json_object_is_type(value, json_type_array))
                return NULL;
        return value;
}

static bool read_words(Arena *a, json_object *list, Argv *ret) {
        if (!list || !json_object_is_type(list, json_type_array))
                return false;
        *ret = (Argv) {};
        for (size_t i = 0; i < json_object_array_length(list); i++) {
                const char *word = json_object_get_string(json_object_array_get_idx(list, i));
                if (!word)
                        return false;
                argv_add(a, ret, arena_strdup(a, word));
        }
        argv_end(a, ret);
        return true;
}

static bool read_facts(Arena *a, json_object *o, Kit *k) {
        json_object *cc = get_array(o, "cc"), *modversions;
        int64_t offset;
        const char *hash = get_string(a, o, "abiHash");
        Argv tunables;
        k->id = get_string(a, o, "id");
        k->release = get_string(a, o, "release");
        k->compiler = get_string(a, o, "compiler");
        k->headers_dir = get_string(a, o, "headers");
        if (!k->id || !k->release || !k->compiler || !k->headers_dir || !hash || !cc ||
            json_object_array_length(cc) != _COMMAND_USE_MAX || !get_int(o, "nameOffset", &offset) ||
            !json_object_object_get_ex(o, "modversions", &modversions))
                return false;
        k->abi_hash = strtoull(hash, NULL, 16);
        k->name_offset = (size_t) offset;
        k->modversions = json_object_get_boolean(modversions);
        for (CommandUse use = 0; use < _COMMAND_USE_MAX; use++)
                if (!read_words(a, json_object_array_get_idx(cc, use), &k->cc[use]) || k->cc[use].n == 0)
                        return false;
        if (!read_words(a, get_array(o, "objtool"), &k->objtool) ||
            !read_words(a, get_array(o, "ld"), &k->ld) ||
            !read_words(a, get_array(o, "tunables"), &tunables) || k->ld.n == 0)
                return false;
        k->tunables = tunables.items;
        return true;
}

/* NULL: as it was; else what is wrong. */
static const char *check_file(Arena *a, const char *dir, json_object *o) {
        struct stat st;
        int64_t size;
        char hex[DIGEST_HEX];
        const char *name = get_string(a, o, "name"), *digest = get_string(a, o, "sha256");
        if (!name || !digest || !get_int(o, "size", &size) || strstr(name, ".."))
                return KIT_FILE " cannot be read";
        const char *path = arena_printf(a, "%s/%s", dir, name);
        if (stat(path, &st) < 0)
                return arena_printf(a, "%s is missing", name);
        if (st.st_size != size)
                return arena_printf(a, "%s has %lld bytes instead of %lld", name, (long long) st.st_size,
                                    (long long) size);
        if (strcmp(name, KIT_PRECOMPILED) == 0)
                return NULL;
        if (digest_file(AT_FDCWD, path, hex, NULL) < 0 || strcmp(hex, digest) != 0)
                return arena_printf(a, "the content of %s has changed", name);
        return NULL;
}

static const char *check_input(Arena *a, json_object *o) {
        struct stat st;
        int64_t size, time;
        const char *path = get_string(a, o, "path");
        if (!path || !get_int(o, "size", &size) || !get_int(o, "time", &time))
                return KIT_FILE " cannot be read";
        if (stat(path, &st) < 0)
                return arena_printf(a, "%s, which it was made with, is gone", path);
        if (st.st_size != size || time_ns(&st) != time)
                return arena_printf(a, "%s, which it was made with, has changed", path);
        return NULL;
}

static bool has_file(json_object *files, const char *name) {
        for (size_t i = 0; i < json_object_array_length(files); i++) {
                json_object *value;
                if (json_object_object_get_ex(json_object_array_get_idx(files, i), "name", &value) &&
                    strcmp(json_object_get_string(value), name) == 0)
                        return true;
        }
        return false;
}

static const char *check_all(Arena *a, const char *dir, json_object *o, Kit *k) {
        json_object *files = get_array(o, "files"), *inputs = get_array(o, "inputs");
        static const char *const must[] = { KIT_CORE, KIT_TEMPLATE, KIT_SYMBOLS, KIT_SYMVERS,
                                            KIT_INCLUDE "/abi.h", KIT_INCLUDE "/script/stp.h" };
        if (!files || !inputs || !read_facts(a, o, k))
                return KIT_FILE " cannot be read";
        for (size_t i = 0; i < ELEMENTSOF(must); i++)
                if (!has_file(files, must[i]))
                        return arena_printf(a, KIT_FILE " does not name %s", must[i]);
        const char *wrong = NULL;
        for (size_t i = 0; !wrong && i < json_object_array_length(files); i++)
                wrong = check_file(a, dir, json_object_array_get_idx(files, i));
        for (size_t i = 0; !wrong && i < json_object_array_length(inputs); i++)
                wrong = check_input(a, json_object_array_get_idx(inputs, i));
        k->common_object = has_file(files, KIT_COMMON) ? arena_printf(a, "%s/" KIT_COMMON, dir) : NULL;
        k->precompiled = has_file(files, KIT_PRECOMPILED) ? arena_printf(a, "%s/" KIT_HEADER, dir) : NULL;
        return wrong;
}

int kit_file_read(Arena *a, const char *dir, Kit *k, const char **ret_reason) {
        _cleanup_(freep) char *text = NULL;
        size_t len;
        int r = fds_read_file(arena_printf(a, "%s/" KIT_FILE, dir), MAX_JSON, &text, &len);
        if (r == -ENOENT || r == -ENOTDIR)
                return KIT_MISSING;
        _cleanup_(json_putp) json_object *o = r < 0 ? NULL : json_tokener_parse(text);
        *ret_reason = o && json_object_is_type(o, json_type_object) ? check_all(a, dir, o, k)
                                                                    : KIT_FILE " cannot be read";
        return *ret_reason ? KIT_DAMAGED : KIT_OK;
}
