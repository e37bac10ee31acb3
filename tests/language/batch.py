# SPDX-License-Identifier: GPL-2.0-or-later
"""Scripts in user space, many at a time: translated, compiled against the core's own files, run in one program.

A script is anything with `name`, `text`, `defines` (["-DMACRO=VALUE"]) and `options` (of compile.c). After run(), DIRECTORY has NAME.err
(its diagnostics), NAME.c if it has no errors, and NAME.out, what it printed.
"""
import os
import re
import subprocess

from together import put_together

CC = os.environ.get("CC", "gcc").split()
SANITIZE = ["-fsanitize=address,undefined", "-fno-sanitize-recover=undefined", "-fno-omit-frame-pointer"]
# The same checks in half the time of the compiler: ASan's by calls, and UBSan's end the program without a word.
BY_CALLS = "asan-instrumentation-with-call-threshold=0"
QUICKLY = ["-fsanitize-undefined-trap-on-error"] + (
    ["-mllvm", "-" + BY_CALLS] if "clang" in CC[-1] else ["--param", BY_CALLS])
CORE = "map map-agg map-slice agg hist iter sort string quote lock print context handler globals text ctime fp fp-text regex".split()
FLAGS = ["-std=gnu11", "-fwrapv", "-fno-strict-aliasing", "-DSTP_SHIM", "-DSTP_ABI_HASH=1ULL"]
# What generated code must be clean of, whatever the script.
STRICT = ["-Wall", "-Wextra", "-Wno-unused-parameter", "-Wno-sign-compare", "-Werror",
          "-Wno-missing-field-initializers", "-Wno-unused-label"]


def symbol(script):
    return "script_" + re.sub(r"\W", "_", script.name)


class Batch:
    """optimize: without -u. sanitize: everything with ASan and UBSan, which takes five times as long; quickly: see above.
    strict: gcc's warnings are errors, which is too much to ask of scripts that compare a variable with itself."""

    def __init__(self, compiler, root, libraries, directory, optimize=True, sanitize=True, strict=True, quickly=False):
        self.compiler, self.root, self.directory = compiler, root, directory
        self.libraries = libraries.split(",") + ["-ljson-c"]
        self.optimize = optimize
        self.sanitize = SANITIZE if sanitize else []
        self.strict = STRICT if strict else ["-w"]
        self.quickly = QUICKLY if sanitize and quickly else []
        self.here = os.path.join(root, "tests/language")
        self.includes = ["-I" + os.path.join(root, p) for p in
                         ("tests/language", "runtime/shim", "runtime", "runtime/script", "runtime/core")]

    def path(self, name):
        return os.path.join(self.directory, name)

    def read(self, name):
        path = self.path(name)
        return open(path, encoding="latin-1", newline="\n").read() if os.path.exists(path) else None

    def translate(self, scripts):
        arguments = [] if self.optimize else ["-u"]
        for s in scripts:
            for old in (".c", ".err", ".out", ".json"):
                if os.path.exists(self.path(s.name + old)):
                    os.unlink(self.path(s.name + old))
            with open(self.path(s.name + ".stp"), "w", encoding="latin-1", newline="\n") as f:
                f.write(s.text)
            arguments += s.options + [s.name]
        subprocess.run([self.compiler, os.path.join(self.root, "tapsets"), self.directory] + arguments, check=True)
        return [s for s in scripts if os.path.exists(self.path(s.name + ".c"))]

    def write_ninja(self, scripts):
        """ninja knows how many processors there are; the rules are few."""
        with open(self.path("build.ninja"), "w") as n:
            n.write("rule cc\n  description = $in\n  command = %s $flags -c $in -o $out\n"
                    "rule link\n  description = $out\n  command = %s %s $in $libs -o $out\n"
                    % (" ".join(CC), " ".join(CC), " ".join(SANITIZE)))  # the libraries may be sanitized
            objects = []

            def compile(source, object, flags, needs=""):
                objects.append(object)
                n.write("build %s: cc %s%s\n  flags = %s\n" % (object, source, needs, " ".join(self.sanitize + flags)))

            ours = FLAGS + ["-O1", "-g1", "-w", "-I."] + self.includes
            for f in CORE:
                compile(os.path.join(self.root, "runtime/core", f + ".c"), "core-" + f + ".o", ours)
            compile(os.path.join(self.here, "services.c"), "services.o", ours)
            compile(os.path.join(self.here, "run.c"), "run.o", ours, needs=" | cases.h")
            compile(os.path.join(self.here, "render.c"), "render.o",
                    ["-std=gnu17", "-D_GNU_SOURCE", "-O1", "-g1", "-I" + self.root, "-I" + os.path.join(self.root, "daemon"),
                     "-I" + self.here])
            compile(os.path.join(self.root, "runtime/format.c"), "format.o", ["-std=gnu11", "-O1", "-g1"])
            for name, defines in put_together(self.directory, [(s.name + ".c", symbol(s), s.defines) for s in scripts]):
                compile(name + ".c", name + ".o", FLAGS + ["-O0"] + self.quickly + self.strict + defines + self.includes)
            n.write("build run: link %s\n  libs = %s\n" % (" ".join(objects), " ".join(self.libraries)))
        with open(self.path("cases.h"), "w") as h:
            for s in scripts:
                h.write('CASE("%s", %s)\n' % (s.name, symbol(s)))

    def run(self, scripts):
        """What there is to say of what went wrong beside the scripts' own output, in lines."""
        runnable = self.translate(scripts)
        self.write_ninja(runnable)
        built = subprocess.run(["ninja", "-k", "0", "-C", self.directory], stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True)
        if built.returncode != 0:
            return [l for l in built.stdout.splitlines()
                    if ": error" in l or "FAILED" in l or "undefined ref" in l or "ninja: err" in l]
        done = subprocess.run([self.path("run"), self.directory], stdout=subprocess.PIPE, text=True,
                              env=dict(os.environ, ASAN_OPTIONS="detect_leaks=0", UBSAN_OPTIONS="print_stacktrace=1"))
        return done.stdout.splitlines()
