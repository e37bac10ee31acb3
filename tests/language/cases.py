# SPDX-License-Identifier: GPL-2.0-or-later
"""Scripts of our own with what they print.

A case:   == NAME [-DMACRO=VALUE] [-GNAME=VALUE] [--no-global-var-display] [guru] [fails] [optimized]
          its script
          --
          what it prints (fails: what its diagnostics hold, a line each; optimized: that something is
          left out is what it is about)
The examples of doc/LANGUAGE.md are cases, too: a code block whose first line is ```stap NAME ...
"""
import glob
import os


class Case:
    def __init__(self, topic, header):
        words = header.split()
        self.name = topic + "-" + words[0]
        self.defines = [w for w in words[1:] if w.startswith("-D")]
        self.options = [w for w in words[1:] if w.startswith("-G") or w.startswith("--")]
        self.options += ["-g"] if "guru" in words else []
        self.options += ["-t"] if "-DSTP_TIMING" in words else []
        self.fails = "fails" in words
        self.optimized = "optimized" in words
        self.script, self.expected = [], []

    @property
    def text(self):
        return "".join(self.script)


def read_examples(root):
    """The code blocks of doc/LANGUAGE.md that are scripts with what they print."""
    part = None
    for line in open(os.path.join(root, "doc/LANGUAGE.md"), encoding="latin-1", newline="\n"):
        if line.startswith("```stap "):
            case = Case("doc", line[len("```stap "):])
            part = case.script
        elif line == "```\n" and part is not None:
            part = None
            yield case
        elif line == "--\n" and part is not None:
            part = case.expected
        elif part is not None:
            part.append(line)


def read_cases(root):
    cases = list(read_examples(root))
    for path in sorted(glob.glob(os.path.join(root, "tests/language/cases/*.cases"))):
        topic = os.path.basename(path)[:-len(".cases")]
        part = None
        for line in open(path, encoding="latin-1", newline="\n"):
            if line.startswith("== "):
                cases.append(Case(topic, line[3:]))
                part = cases[-1].script
            elif line == "--\n" and part is not None and part is cases[-1].script:
                part = cases[-1].expected
            elif part is not None:
                part.append(line)
    for c in cases:
        while c.expected and c.expected[-1] == "\n":
            c.expected.pop()
    return cases
