/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Embedded C of a script would see the kernel's headers here. */
#include <stdio.h>
#include <string.h>
#include "stp.h"
