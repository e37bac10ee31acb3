# SPDX-License-Identifier: GPL-2.0-or-later
"""Many generated files in one: the compiler starts once for all of them, which takes longer than what it compiles.

Each file is included with names of its own for what it declares, and leaves no macro behind.
"""
import os
import re

SIZE = 40000        # bytes of C in one file: both processors have several to do
DECLARED = re.compile(r"^(?:static|struct)\b.*?\b((?!__)\w+)(?:\[[^=]*\])?(?:\(| = |;| \{)", re.M)
ENUMERATORS = re.compile(r"^enum \{\n(.*?)^\};", re.M | re.S)
ENUMERATOR = re.compile(r"^\t(\w+) =", re.M)
DEFINED = re.compile(r"^#define (STP_\w+)", re.M)
# What runtime/script/module.h makes of it.
OF_MODULE = ["stp_this_script"]
LEFT_BEHIND = ["STP_MODULE_H", "STP_CONDITIONS", "STP_N_CONDITIONS", "STP_SYMBOLS", "STP_N_SYMBOLS"]


def is_alone(text):
    """Other headers; what is measured, whose table is called as its type."""
    return '#include "stp-kernel.h"' in text or "stp_timed" in text


def declared(text):
    enumerators = [name for body in ENUMERATORS.findall(text) for name in ENUMERATOR.findall(body)]
    return dict.fromkeys(DECLARED.findall(text) + enumerators + OF_MODULE)


def part(number, symbol, source, text):
    names = {} if is_alone(text) else declared(text)
    macros = [m for m in dict.fromkeys(DEFINED.findall(text) + LEFT_BEHIND) if m != "STP_ABI_HASH"]
    lines = ["#define %s %s__%d" % (name, name, number) for name in names]
    lines += ["#define STP_SHIM_SYMBOL " + symbol, '#include "%s"' % source, "#undef STP_SHIM_SYMBOL"]
    lines += ["#undef " + name for name in list(names) + macros]
    return "\n".join(lines) + "\n"


def put_together(directory, scripts):
    """(name without .c, defines) of each file to compile, for scripts of (source, symbol, defines)."""
    groups, files = {}, []
    for number, (source, symbol, defines) in enumerate(scripts):
        with open(os.path.join(directory, source), encoding="latin-1") as f:
            text = f.read()
        key = tuple(defines) + ((source,) if is_alone(text) else ())
        group = groups.get(key)
        if group is None or group["size"] > SIZE:
            group = groups[key] = {"size": 0, "text": "", "defines": defines}
            files.append(group)
        group["size"] += len(text)
        group["text"] += part(number, symbol, source, text)
    for number, group in enumerate(files):
        with open(os.path.join(directory, "together-%d.c" % number), "w", encoding="latin-1") as f:
            f.write(group["text"])
    return [("together-%d" % number, group["defines"]) for number, group in enumerate(files)]
