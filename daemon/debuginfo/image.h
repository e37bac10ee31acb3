/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * Files that hold a kernel: ELF (vmlinux, with or without debug information), raw BTF, and x86's compressed
 * bzImage, which is unpacked into memory. All are foreign bytes; sizes are bounded and nothing is trusted.
 */
#include <stdbool.h>
#include <stddef.h>

#define IMAGE_MAX ((size_t) 1 << 30) /* bytes of an unpacked kernel */
#define BUILD_ID_MAX 64              /* bytes */

/*
 * Unpacks a bzImage into an unlinked memory file and returns its fd. -EBADMSG: no bzImage, or broken;
 * -ENOENT: no such file, or the program that unpacks its kind of compression is not installed, and then
 * *ret_tool names it.
 */
int image_unpack(const char *path, const char **ret_tool);

/* The .BTF section of an ELF file, which gzip, xz or zstd may have compressed, or all of a file that is
 * raw BTF. Caller frees. -ENODATA: no BTF. */
int image_read_btf(int fd, void **ret, size_t *ret_len);
/* The build-id in hex, from an ELF file's notes or from a file of bare notes (/sys/kernel/notes). Caller
 * frees. -ENODATA: there is none. */
int image_read_build_id(int fd, char **ret);
