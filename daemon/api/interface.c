/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "api/interface.h"
#include <string.h>

const char *interface_description(const char *name) {
        for (size_t i = 0; i < n_interface_texts; i++)
                if (strcmp(interface_texts[i].name, name) == 0)
                        return interface_texts[i].text;
        return NULL;
}
