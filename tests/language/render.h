/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANGUAGE_RENDER_H
#define LANGUAGE_RENDER_H

/* Prints the records in a log as text, by the formats of the manifest in a file. 0, or 1 when they do not
 * fit. */
int render_log(const char *manifest, const void *log, unsigned size);

#endif
