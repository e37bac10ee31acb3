/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* Folders of tapsets (-I): read here, with the user's rights, and sent along with the script. */
#include <json-c/json.h>

/* Adds the files of a folder to *list, which is made when it is NULL. Negative errno, printed. */
int tapsets_read(const char *dir, json_object **list);
