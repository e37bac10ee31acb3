# SPDX-License-Identifier: GPL-2.0-or-later
"""Random well-typed programs, and what they print.

Every piece of a program is made together with a function that does in Python what the language says it does: an
expression is its text and a function of the environment that gives its value (evaluated from left to right, with all
effects), a statement its text and a function that changes the environment. Nothing here knows how stapd does it.
"""
import collections
import re

MASK = (1 << 64) - 1
STRING_MAX = 511  # MAXSTRINGLEN - 1
INTERESTING = [0, 1, -1, 2, 3, 7, 10, 63, 64, 255, 256, 1000, 65535, 2**31 - 1, -2**31, 2**32, 2**53 + 1, 2**63 - 1]
LETTERS = "abcxyz019 _%+"
LONG, STRING = "long", "string"


def wrap(n):
    n &= MASK
    return n - (1 << 64) if n >> 63 else n


def cut(s):
    return s[:STRING_MAX]


class ScriptError(Exception):
    pass


class Break(Exception):
    pass


class Continue(Exception):
    pass


class Return(Exception):
    pass


class Next(Exception):
    pass


Expr = collections.namedtuple("Expr", "text value")
Var = collections.namedtuple("Var", "name type is_global")
Array = collections.namedtuple("Array", "name keys value room wraps")
Function = collections.namedtuple("Function", "name params result run")


def divide(a, b):
    if b == 0:
        raise ScriptError("division")
    return wrap(abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1))


def remainder(a, b):
    if b == 0:
        raise ScriptError("division")
    return wrap(abs(a) % abs(b) * (-1 if a < 0 else 1))


ARITHMETIC = {
    "+": lambda a, b: wrap(a + b), "-": lambda a, b: wrap(a - b), "*": lambda a, b: wrap(a * b),
    "&": lambda a, b: a & b, "|": lambda a, b: a | b, "^": lambda a, b: a ^ b,
    "<<": lambda a, b: wrap(a << (b & 63)), ">>": lambda a, b: a >> (b & 63),
    "/": divide, "%": remainder,
}
COMPARE = {
    "==": lambda a, b: int(a == b), "!=": lambda a, b: int(a != b), "<": lambda a, b: int(a < b),
    ">": lambda a, b: int(a > b), "<=": lambda a, b: int(a <= b), ">=": lambda a, b: int(a >= b),
}


def format_one(spec, value):
    """%[flags][width][.precision]conversion, as C."""
    flags, width, precision, conversion = spec
    if conversion in "sc":
        text = value if precision is None else value[:precision]
        return text.ljust(width) if "-" in flags else text.rjust(width)
    digits = {"d": str(abs(value)), "i": str(abs(value)), "p": "0x%x" % (value & MASK), "u": str(value & MASK), "x": "%x" % (value & MASK), "o": "%o" % (value & MASK),
              "X": "%X" % (value & MASK)}[conversion]
    sign = "" if conversion not in "di" else "-" if value < 0 else "+" if "+" in flags else ""
    if precision is not None:
        digits = digits.rjust(precision, "0")  # as in the kernel, %.0d of 0 is 0
    elif "0" in flags and "-" not in flags:
        digits = digits.rjust(width - len(sign), "0")
    text = sign + digits
    return text.ljust(width) if "-" in flags else text.rjust(width)


def variance(v):
    """Of the sample, rounded down."""
    n = len(v)
    return (n * sum(x * x for x in v) - sum(v) ** 2) // (n * (n - 1)) if n > 1 else 0


class Statistic:
    def __init__(self):
        self.values = []

    def get(self, op):
        v = self.values
        if op == "count":
            return len(v)
        if op == "sum":
            return wrap(sum(v))
        if not v:
            raise ScriptError("empty aggregate")
        return {"min": min, "max": max, "avg": lambda v: divide(wrap(sum(v)), len(v)), "variance": variance}[op](v)


class Program:
    """One program: its declarations, its handler, and what it prints."""

    def __init__(self, random, number):
        self.random, self.number = random, number
        self.prefix = "p%d_" % number
        self.declarations, self.globals, self.arrays, self.functions = [], [], [], []
        self.statistics, self.stat_arrays = [], []
        self.locals = []
        self.busy = []  # arrays that are being looped over: nobody may change them
        self.depth, self.in_loop, self.in_function, self.counter = 0, False, None, 0
        self.trying, self.shown = 0, False
        self.initial = {}
        self.pins = []  # so that what is used in one way only has a type all the same
        self.declare()
        body = [(pin, lambda env: None) for pin in self.pins]
        body += [self.statement() for _ in range(random.randint(4, 12))]
        body.append(self.show_all())
        self.handler = body

    # ---------------------------------------------------------------- declarations

    def name(self, kind):
        self.counter += 1
        return "%s%s%d" % (self.prefix, kind, self.counter)

    def declare(self):
        for _ in range(self.random.randint(1, 3)):
            self.declare_global()
        for _ in range(self.random.randint(1, 3)):
            self.declare_array()
        if self.random.random() < .6:
            name = self.name("s")
            self.declarations.append("global %s" % name)
            self.statistics.append(name)
        if self.random.random() < .4:
            name = self.name("t")
            self.declarations.append("global %s" % name)
            self.stat_arrays.append(name)
        for _ in range(self.random.randint(0, 3)):
            self.declare_function()

    def declare_global(self):
        type = self.random.choice([LONG, LONG, STRING])
        name = self.name("g")
        if self.random.random() < .5:
            literal = self.literal(type)
            self.declarations.append("global %s = %s" % (name, literal.text.strip("()")))
            self.initial[name] = literal.value({})
        else:
            self.declarations.append("global %s" % name)
            self.initial[name] = 0 if type == LONG else ""
            self.pins.append('%s = %s' % (name, "0" if type == LONG else '""'))
        self.globals.append(Var(name, type, True))

    def declare_array(self):
        keys = [self.random.choice([LONG, LONG, STRING]) for _ in range(self.random.choice([1, 1, 1, 2, 3]))]
        value = self.random.choice([LONG, LONG, STRING])
        wraps = self.random.random() < .2
        room = self.random.randint(2, 6) if wraps else 0
        name = self.name("a")
        self.declarations.append("global %s%s" % (name, "%%[%d]" % room if wraps else ""))
        self.arrays.append(Array(name, keys, value, room, wraps))
        key = ", ".join("0" if k == LONG else '""' for k in keys)
        self.pins.append('%s[%s] = %s; delete %s' % (name, key, "0" if value == LONG else '""', name))

    def declare_function(self):
        params = [Var(self.name("x"), self.random.choice([LONG, LONG, STRING]), False)
                  for _ in range(self.random.randint(0, 3))]
        result = self.random.choice([LONG, LONG, STRING])
        name = self.name("f")
        outer = self.locals
        self.in_function, self.depth = result, 1
        bodies = [self.function_body(params, result, overloads > i + 1)
                  for overloads in [self.random.choice([1, 1, 1, 2])] for i in range(overloads)]
        self.locals, self.in_function, self.depth = outer, None, 0
        typed = len(bodies) > 1 or self.random.random() < .5
        for body in bodies:
            self.declarations.append("function %s%s(%s) {\n%s\n}" % (
                name, ":" + result if typed else "", ", ".join(p.name + (":" + p.type if typed else "") for p in params),
                ";\n".join(s[0] for s in body)))

        def run(env, arguments):
            for body in bodies:
                frame = Environment(env.world)
                frame.locals.update(zip((p.name for p in params), arguments))
                try:
                    for s in body:
                        s[1](frame)
                except Return as r:
                    return r.args[0]
                except Next:
                    continue

        self.functions.append(Function(name, params, result, run))

    def function_body(self, params, result, leaves_to_next):
        """Statements, of which the last returns; with another overload behind this one, it may have the call instead."""
        self.locals = list(params)
        body = [self.leave_to_next()] if leaves_to_next else []
        body += [self.statement() for _ in range(self.random.randint(0, 4))]
        return body + [self.result(self.expression(result))]

    @staticmethod
    def result(x):
        def run(env):
            raise Return(x.value(env))
        return "return " + x.text, run

    def leave_to_next(self):
        condition = self.expression(LONG, 3)

        def run(env):
            if condition.value(env):
                raise Next
        return "if (%s) next" % condition.text, run

    # ---------------------------------------------------------------- expressions

    def literal(self, type):
        if type == STRING:
            text = "".join(self.random.choice(LETTERS) for _ in range(self.random.choice([0, 1, 1, 2, 3, 8])))
            return Expr('"%s"' % text, lambda env: text)
        n = self.random.choice(INTERESTING) if self.random.random() < .5 else self.random.randint(-20, 20)
        shown = "%d" % n if self.random.random() < .8 or n < 0 else "0x%x" % n
        return Expr("(%s)" % shown if n < 0 else shown, lambda env: n)

    def expression(self, type, depth=0):
        if depth > 4 or self.random.random() < .15 + .1 * depth:
            return self.leaf(type)
        makers = self.LONG_MAKERS if type == LONG else self.STRING_MAKERS
        made = None
        while not made:
            made = self.random.choice(makers)(self, depth + 1)
        return made

    def variables(self, type):
        return [v for v in self.globals + self.locals if v.type == type]

    def leaf(self, type):
        known = self.variables(type)
        if known and self.random.random() < .65:
            v = self.random.choice(known)
            return Expr(v.name, lambda env: env.get(v))
        return self.literal(type)

    def arithmetic(self, depth):
        op = self.random.choice(list(ARITHMETIC))
        left, right = self.expression(LONG, depth), self.expression(LONG, depth)
        if op in "/%" and not self.can_fail():
            right = Expr("((%s) | 1)" % right.text, lambda env, r=right: r.value(env) | 1)

        def value(env):
            a = left.value(env)
            return ARITHMETIC[op](a, right.value(env))
        return Expr("(%s %s %s)" % (left.text, op, right.text), value)

    def can_fail(self):
        """Only what is printed: of a value that nobody uses it does not matter that it would have failed."""
        return self.trying > 0 and self.shown

    def comparison(self, depth):
        op = self.random.choice(list(COMPARE))
        type = self.random.choice([LONG, LONG, STRING])
        left, right = self.expression(type, depth), self.expression(type, depth)

        def value(env):
            a = left.value(env)
            return COMPARE[op](a, right.value(env))
        return Expr("(%s %s %s)" % (left.text, op, right.text), value)

    def logical(self, depth):
        left, right = self.expression(LONG, depth), self.expression(LONG, depth)
        if self.random.random() < .5:
            return Expr("(%s && %s)" % (left.text, right.text), lambda env: int(bool(left.value(env) and right.value(env))))
        return Expr("(%s || %s)" % (left.text, right.text), lambda env: int(bool(left.value(env) or right.value(env))))

    def unary(self, depth):
        operand = self.expression(LONG, depth)
        op, f = self.random.choice([("-", lambda n: wrap(-n)), ("!", lambda n: int(not n)), ("~", lambda n: ~n)])
        return Expr("(%s(%s))" % (op, operand.text), lambda env: f(operand.value(env)))

    def ternary(self, type, depth):
        condition, yes, no = self.expression(LONG, depth), self.expression(type, depth), self.expression(type, depth)
        return Expr("(%s ? %s : %s)" % (condition.text, yes.text, no.text),
                    lambda env: yes.value(env) if condition.value(env) else no.value(env))

    def long_ternary(self, depth):
        return self.ternary(LONG, depth)

    def string_ternary(self, depth):
        return self.ternary(STRING, depth)

    def step(self, depth):
        known = self.variables(LONG)
        if not known:
            return None
        v, by, prefix = self.random.choice(known), self.random.choice([1, -1]), self.random.random() < .5
        if v.is_global and self.in_function:
            return None

        def value(env):
            old = env.get(v)
            env.set(v, wrap(old + by))
            return wrap(old + by) if prefix else old
        sign = "++" if by > 0 else "--"
        return Expr("(%s%s)" % ((sign, v.name) if prefix else (v.name, sign)), value)

    def assigned(self, depth):
        known = self.variables(LONG)
        if not known:
            return None
        v, x = self.random.choice(known), self.expression(LONG, depth)
        if v.is_global and self.in_function:
            return None

        def value(env):
            n = x.value(env)
            env.set(v, n)
            return n
        return Expr("(%s = %s)" % (v.name, x.text), value)

    def keys_of(self, a, depth=3):
        keys = []
        for type in a.keys:
            if type == LONG and self.random.random() < .7:
                inner = self.expression(LONG, depth)
                keys.append(Expr("(%s) & 3" % inner.text, lambda env, x=inner: x.value(env) & 3))
            elif self.random.random() < .6:
                keys.append(self.literal(LONG) if type == LONG else
                            Expr('"%s"' % "abc"[len(keys) % 3], lambda env, n=len(keys): "abc"[n % 3]))
            else:
                keys.append(self.expression(type, depth))
        return ", ".join(k.text for k in keys), lambda env: tuple(k.value(env) for k in keys)

    def element(self, type):
        known = [a for a in self.arrays if a.value == type]
        if not known:
            return None
        a = self.random.choice(known)
        text, keys = self.keys_of(a)
        return Expr("%s[%s]" % (a.name, text), lambda env: env.element(a, keys(env)))

    def long_element(self, depth):
        return self.element(LONG)

    def string_element(self, depth):
        return self.element(STRING)

    def element_step(self, depth):
        known = self.free_arrays(LONG)
        if not known:
            return None
        a, by, prefix = self.random.choice(known), self.random.choice([1, -1]), self.random.random() < .5
        text, keys = self.keys_of(a)

        def value(env):
            k = keys(env)
            old = env.element(a, k)
            env.store(a, k, wrap(old + by))
            return wrap(old + by) if prefix else old
        sign = "++" if by > 0 else "--"
        return Expr("(%s%s[%s]%s)" % (sign if prefix else "", a.name, text, "" if prefix else sign), value)

    def slice_of(self, a):
        """Some of the keys, the others `*`: the text, and of the environment whether a key matches."""
        wanted = [None if self.random.random() < .5 else self.keys_of(a._replace(keys=[k]), 4) for k in a.keys]

        def matcher(env):
            values = [w and w[1](env)[0] for w in wanted]
            return lambda key: all(w is None or v == k for w, v, k in zip(wanted, values, key))
        return ", ".join("*" if w is None else w[0] for w in wanted), matcher

    def slice_membership(self, depth):
        known = [a for a in self.arrays if len(a.keys) > 1]
        if not known:
            return None
        a = self.random.choice(known)
        text, matcher = self.slice_of(a)
        return Expr("([%s] in %s)" % (text, a.name), lambda env: int(any(map(matcher(env), env.array(a)))))

    def pattern(self, depth=0):
        """A regular expression that Python reads as POSIX does."""
        part = self.random.choice(["a", "b", "x", "1", "[a-c]", "[^a]", "[019]", "[[:digit:]]", ".", "_"])
        if depth < 3 and self.random.random() < .5:
            inner = self.pattern(depth + 1)
            part = self.random.choice(["(%s)", "(%s|b)", "(%s)?", "(%s)*", "(%s){2}"]) % inner
        elif self.random.random() < .4:
            part += self.random.choice(["*", "+", "?", "{1,2}"])
        return part + (self.pattern(depth + 1) if depth < 3 and self.random.random() < .6 else "")

    def match(self, depth):
        subject, pattern = self.expression(STRING, depth), self.pattern()
        pattern = self.random.choice(["%s", "%s", "^%s", "%s$", "^%s$"]) % pattern
        compiled = re.compile(pattern.replace("[:digit:]", "0-9").replace("$", r"\Z"), re.S)
        negated = self.random.random() < .3
        return Expr('(substr(%s, 0, 12) %s "%s")' % (subject.text, "!~" if negated else "=~", pattern),  # Python backtracks
                    lambda env: int((compiled.search(subject.value(env)[:12]) is None) == negated))

    def membership(self, depth):
        a = self.random.choice(self.arrays)
        text, keys = self.keys_of(a)
        return Expr("([%s] in %s)" % (text, a.name), lambda env: int(keys(env) in env.array(a)))

    def statistic(self, depth):
        if not self.statistics:
            return None
        name, op = self.random.choice(self.statistics), self.random.choice(["count", "sum", "min", "max", "avg", "variance"])
        if op in ("min", "max", "avg", "variance"):
            if not self.can_fail():
                return Expr("(@count(%s) ? @%s(%s) : -7)" % (name, op, name),
                            lambda env: env.statistic(name).get(op) if env.statistic(name).values else -7)
        return Expr("@%s(%s)" % (op, name), lambda env: env.statistic(name).get(op))

    def call(self, type, depth):
        known = [f for f in self.functions if f.result == type]
        if not known or depth > 3:
            return None
        f = self.random.choice(known)
        arguments = [self.expression(p.type, depth + 1) for p in f.params]
        return Expr("%s(%s)" % (f.name, ", ".join(a.text for a in arguments)),
                    lambda env: f.run(env, [a.value(env) for a in arguments]))

    def long_call(self, depth):
        return self.call(LONG, depth)

    def string_call(self, depth):
        return self.call(STRING, depth)

    def library_call(self, depth):
        kind = self.random.randint(0, 3)
        if kind == 0:
            s = self.expression(STRING, depth)
            return Expr("strlen(%s)" % s.text, lambda env: len(s.value(env)))
        if kind == 1:
            s, part = self.expression(STRING, depth), self.expression(STRING, depth)

            def value(env):
                text = s.value(env)
                return text.find(part.value(env))
            return Expr("strpos(%s, %s)" % (s.text, part.text), value)
        if kind == 2:
            n = self.expression(LONG, depth)
            return Expr("strtol(sprint(%s), 10)" % n.text, lambda env: n.value(env))
        return Expr("pid()", lambda env: 42)

    def concat(self, depth):
        left, right = self.expression(STRING, depth), self.expression(STRING, depth)

        def value(env):
            a = left.value(env)
            return cut(a + right.value(env))
        return Expr("(%s . %s)" % (left.text, right.text), value)

    def substr(self, depth):
        s = self.expression(STRING, depth)
        start, length = self.random.randint(0, 4), self.random.randint(1, 6)
        return Expr("substr(%s, %d, %d)" % (s.text, start, length), lambda env: s.value(env)[start:start + length])

    def sprint(self, depth):
        parts = [self.expression(self.random.choice([LONG, STRING]), depth) for _ in range(self.random.randint(1, 3))]
        return Expr("sprint(%s)" % ", ".join(p.text for p in parts),
                    lambda env: cut("".join([str(p.value(env)) for p in parts])))

    def formatted(self, depth):
        text, specs, arguments = "", [], []
        for _ in range(self.random.randint(1, 4)):
            conversion = self.random.choice("dddxxuuooXXssssipc")
            flags = "".join(f for f in "-0" if self.random.random() < .2)
            if conversion in "spc":
                flags = flags.replace("0", "")
            if conversion in "di" and self.random.random() < .1:
                flags += "+"
            width = self.random.choice([0, 0, 1, 5, 12])
            precision = self.random.choice([None, None, None, 0, 2, 5]) if conversion not in "pc" else None
            specs.append((flags, width, precision, conversion))
            text += "|%%%s%s%s%s" % (flags, width or "", "" if precision is None else ".%d" % precision, conversion)
            argument = self.expression(STRING if conversion == "s" else LONG, depth)
            arguments.append(self.character(argument) if conversion == "c" else argument)
        return text, arguments, lambda values: "".join("|" + format_one(s, v) for s, v in zip(specs, values))

    @staticmethod
    def character(x):
        return Expr("((%s) & 63) + 32" % x.text, lambda env: chr((x.value(env) & 63) + 32))

    def sprintf(self, depth):
        text, arguments, make = self.formatted(depth)
        return Expr('sprintf("%s", %s)' % (text, ", ".join(a.text for a in arguments)),
                    lambda env: cut(make([a.value(env) for a in arguments])))

    LONG_MAKERS = [arithmetic] * 5 + [comparison, comparison, logical, unary, long_ternary, step, assigned, long_element,
                   membership, statistic, long_call, long_call, library_call, element_step, slice_membership, match]
    STRING_MAKERS = [concat, concat, substr, sprint, sprintf, string_ternary, string_element, string_call]

    # ---------------------------------------------------------------- statements

    def statement(self):
        self.depth += 1
        try:
            makers = self.SIMPLE if self.depth > 4 else self.SIMPLE + self.COMPOUND
            made = None
            while not made:
                made = self.random.choice(makers)(self)
            return made
        finally:
            self.depth -= 1

    def block(self, n=3):
        known = list(self.locals)
        body = [self.statement() for _ in range(self.random.randint(1, n))]
        self.locals = known  # a name that is first met in a branch has another value after it

        def run(env):
            for s in body:
                s[1](env)
        return "{\n%s;\n}" % ";\n".join(s[0] for s in body), run

    def assign(self):
        type = self.random.choice([LONG, LONG, STRING])
        known = self.variables(type)
        if self.in_function:
            known = [v for v in known if not v.is_global]
        if known and self.random.random() < .6:
            v = self.random.choice(known)
        else:
            v = Var(self.name("l"), type, False)
        x = self.expression(type)
        if v not in self.locals and not v.is_global:
            self.locals.append(v)
        return "%s = %s" % (v.name, x.text), lambda env: env.set(v, x.value(env))

    def compound_assign(self):
        type = self.random.choice([LONG, LONG, STRING])
        known = [v for v in self.variables(type) if not (v.is_global and self.in_function)]
        if not known:
            return None
        v, x = self.random.choice(known), self.expression(type)
        if type == STRING:
            return "%s .= %s" % (v.name, x.text), lambda env: env.set(v, cut(self.both(env, v, x, lambda a, b: a + b)))
        op = self.random.choice(["+", "-", "*", "&", "|", "^", "<<", ">>"])
        return "%s %s= %s" % (v.name, op, x.text), lambda env: env.set(v, self.both(env, v, x, ARITHMETIC[op]))

    @staticmethod
    def both(env, v, x, f):
        """The value on the right is worked out before the variable is read: x += x++ adds to the new one."""
        value = x.value(env)
        return f(env.get(v), value)

    def free_arrays(self, type=None):
        if self.in_function:
            return []
        return [a for a in self.arrays if a.name not in self.busy and type in (None, a.value)]

    def store(self):
        known = self.free_arrays()
        if not known:
            return None
        a = self.random.choice(known)
        text, keys = self.keys_of(a)
        x = self.expression(a.value)

        def run(env):
            k = keys(env)
            env.store(a, k, x.value(env))
        return "%s[%s] = %s" % (a.name, text, x.text), run

    def store_step(self):
        known = self.free_arrays(LONG)
        if not known:
            return None
        a = self.random.choice(known)
        text, keys = self.keys_of(a)
        by = self.random.choice([1, -1])

        def run(env):
            k = keys(env)
            env.store(a, k, wrap(env.element(a, k) + by))
        return "%s[%s]%s" % (a.name, text, "++" if by > 0 else "--"), run

    def store_compound(self):
        known = self.free_arrays()
        if not known:
            return None
        a = self.random.choice(known)
        text, keys = self.keys_of(a)
        x, op = self.expression(a.value), self.random.choice(["+", "-", "*", "&", "|", "^", "<<", ">>"])
        change = ARITHMETIC[op] if a.value == LONG else lambda have, more: cut(have + more)

        def run(env):
            k = keys(env)
            value = x.value(env)
            env.store(a, k, change(env.element(a, k), value))
        return "%s[%s] %s= %s" % (a.name, text, op if a.value == LONG else ".", x.text), run

    def remove_slice(self):
        known = [a for a in self.free_arrays() if len(a.keys) > 1]
        if not known:
            return None
        a = self.random.choice(known)
        text, matcher = self.slice_of(a)

        def run(env):
            matches = matcher(env)
            for key in [k for k in env.array(a) if matches(k)]:
                del env.array(a)[key]
        return "delete %s[%s]" % (a.name, text), run

    def remove(self):
        known = self.free_arrays()
        if not known:
            return None
        a = self.random.choice(known)
        if self.random.random() < .15:
            return "delete %s" % a.name, lambda env: env.array(a).clear()
        text, keys = self.keys_of(a)
        return "delete %s[%s]" % (a.name, text), lambda env: env.array(a).pop(keys(env), None)

    def add(self):
        if not self.statistics or self.in_function:
            return None
        name, x = self.random.choice(self.statistics), self.expression(LONG)
        small = Expr("(%s) %% 1000" % x.text, lambda env: remainder(x.value(env), 1000))
        return "%s <<< %s" % (name, small.text), lambda env: env.statistic(name).values.append(small.value(env))

    def add_to_element(self):
        if not self.stat_arrays or self.in_function or self.stat_arrays[0] in self.busy:
            return None
        name, key, x = self.random.choice(self.stat_arrays), self.expression(LONG), self.expression(LONG)

        def run(env):
            k = key.value(env) & 3
            value = remainder(x.value(env), 100)
            env.stat_array(name).setdefault(k, Statistic()).values.append(value)
        return "%s[(%s) & 3] <<< (%s) %% 100" % (name, key.text, x.text), run

    def output(self):
        self.shown = True
        try:
            return self.shown_output()
        finally:
            self.shown = False

    def shown_output(self):
        if self.random.random() < .5:
            parts = [self.expression(self.random.choice([LONG, STRING])) for _ in range(self.random.randint(1, 3))]

            def run(env):
                env.print(" ".join([str(p.value(env)) for p in parts]))
            return 'println("%d: ", %s)' % (self.number, ', " ", '.join(p.text for p in parts)), run
        text, arguments, make = self.formatted(1)
        return ('printf("%d: %s\\n", %s)' % (self.number, text, ", ".join(a.text for a in arguments)),
                lambda env: env.print(make([a.value(env) for a in arguments])))

    def effect(self):
        x = self.expression(self.random.choice([LONG, STRING]))
        return "(%s)" % x.text, lambda env: x.value(env)

    def jump(self):
        if not self.in_loop:
            return None
        word = self.random.choice(["break", "continue"])

        def run(env):
            raise Break if word == "break" else Continue
        condition = self.expression(LONG, 3)
        return "if (%s) %s" % (condition.text, word), lambda env: run(env) if condition.value(env) else None

    def leave(self):
        if not self.in_function:
            return None
        x, condition = self.expression(self.in_function), self.expression(LONG, 3)

        def run(env):
            if condition.value(env):
                raise Return(x.value(env))
        return "if (%s) return %s" % (condition.text, x.text), run

    def branch(self):
        condition = self.expression(LONG)
        yes, no = self.block(), self.block() if self.random.random() < .5 else None
        text = "if (%s) %s" % (condition.text, yes[0]) + (" else %s" % no[0] if no else "")

        def run(env):
            if condition.value(env):
                yes[1](env)
            elif no:
                no[1](env)
        return text, run

    def looped(self):
        before, self.in_loop = self.in_loop, True
        body = self.block()
        self.in_loop = before
        return body

    @staticmethod
    def turn(body, env):
        """False: the loop was left."""
        try:
            body[1](env)
        except Continue:
            pass
        except Break:
            return False
        return True

    def counted(self):
        v, n = Var(self.name("i"), LONG, False), self.random.randint(0, 5)
        body = self.looped()

        def run(env):
            for i in range(n):
                env.locals[v.name] = i
                if not self.turn(body, env):
                    return
            env.locals[v.name] = n
        if self.random.random() < .5:
            return "for (%s = 0; %s < %d; %s++) %s" % (v.name, v.name, n, v.name, body[0]), run
        # what `continue` skips in a while loop must not be the step
        return "%s = -1\nwhile (++%s < %d) %s" % (v.name, v.name, n, body[0]), run

    def foreach(self):
        known = [a for a in self.arrays if a.name not in self.busy]
        if not known or self.in_function:
            return None
        a = self.random.choice(known)
        keys = [Var(self.name("k"), type, False) for type in a.keys]
        value = Var(self.name("v"), a.value, False) if self.random.random() < .4 else None
        column = self.random.choice([None] + list(range(-1, len(keys))))
        direction = self.random.choice([1, -1])
        limit = self.random.choice([None, None, 0, 1, 2, 5])
        slice, matcher = self.slice_of(a) if self.random.random() < .3 else ("", None)
        sign = "+" if direction > 0 else "-"
        names = [k.name + (sign if column == i else "") for i, k in enumerate(keys)]
        head = "[%s]" % ", ".join(names) if len(names) > 1 else names[0]
        text = "%s%s in %s%s%s%s" % (value.name + " = " if value else "", head, a.name, "[%s]" % slice if slice else "",
                                     sign if column == -1 else "", "" if limit is None else " limit %d" % limit)
        self.busy.append(a.name)
        outer = list(self.locals)
        self.locals += keys + ([value] if value else [])
        body = self.looped()
        self.locals = outer
        self.busy.pop()

        def run(env):
            matches = matcher(env) if matcher else lambda key: True
            items = [item for item in env.array(a).items() if matches(item[0])]
            if column is not None:
                items.sort(key=lambda item: item[1] if column == -1 else item[0][column], reverse=direction < 0)
            for k, x in items[:limit]:
                env.locals.update(zip((n.name for n in keys), k))
                if value:
                    env.locals[value.name] = x
                if not self.turn(body, env):
                    return
        return "foreach (%s) %s" % (text, body[0]), run

    def foreach_statistic(self):
        if self.in_function or not self.stat_arrays or self.stat_arrays[0] in self.busy:
            return None
        t, key = self.stat_arrays[0], Var(self.name("k"), LONG, False)
        op = self.random.choice(["count", "sum", "min", "max", "avg", "variance"])
        direction, limit = self.random.choice([1, -1]), self.random.choice([None, 1, 2])
        self.busy.append(t)
        outer = list(self.locals)
        self.locals.append(key)
        body = self.looped()
        self.locals = outer
        self.busy.pop()

        def run(env):
            items = sorted(env.stat_array(t).items(), key=lambda item: item[1].get(op), reverse=direction < 0)
            for k, _ in items[:limit]:
                env.locals[key.name] = k
                if not self.turn(body, env):
                    return
        return "foreach (%s in %s @%s%s%s) %s" % (key.name, t, op, "+" if direction > 0 else "-",
                                                  "" if limit is None else " limit %d" % limit, body[0]), run

    def attempt(self):
        if self.in_loop or self.in_function:
            return None  # break and continue out of a try are their own matter
        self.trying += 1
        body = self.block()
        if self.random.random() < .3:
            message = "e%d" % self.random.randint(0, 9)

            def fail(env, inner=body):
                inner[1](env)
                raise ScriptError(message)
            body = ("%s error(\"%s\") }" % (body[0][:-1], message), fail)
        self.trying -= 1
        handler, caught = self.block(2), self.name("m")
        told = self.random.random() < .5

        def run(env):
            try:
                body[1](env)
            except ScriptError as e:
                if told:
                    env.print("caught " + str(e)[:2])
                handler[1](env)
        if not told:
            return "try %s catch %s" % (body[0], handler[0]), run
        show = 'println("%d: caught ", substr(%s, 0, 2));' % (self.number, caught)  # behind it is the place
        return "try %s catch (%s) {\n%s%s" % (body[0], caught, show, handler[0][1:]), run

    SIMPLE = [assign, assign, assign, compound_assign, store, store, store_step, store_compound, remove, remove_slice, add,
              add_to_element, output, output, effect, jump, leave]
    COMPOUND = [branch, branch, counted, foreach, foreach_statistic, attempt]

    # ---------------------------------------------------------------- the whole

    def show_all(self):
        """Everything that the program has, in the end."""
        lines, shows = [], []
        for v in self.globals + self.locals:
            lines.append('println("%d: %s=", %s)' % (self.number, v.name, v.name))
            shows.append(lambda env, v=v: env.print("%s=%s" % (v.name, env.get(v))))
        for a in self.arrays:
            names = ["k%d" % i for i in range(len(a.keys))]
            kinds = "".join("l" if k == LONG else "s" for k in a.keys)
            names = ["%s%s%s" % (self.prefix, n, kinds) for n in names]
            lines.append('foreach (%s in %s) println("%d: %s[", %s, "]=", %s[%s])' % (
                "[%s]" % ", ".join(names) if len(names) > 1 else names[0], a.name, self.number, a.name,
                ', ",", '.join(names), a.name, ", ".join(names)))
            shows.append(lambda env, a=a: [env.print("%s[%s]=%s" % (a.name, ",".join(map(str, k)), v))
                                           for k, v in env.array(a).items()])
        for s in self.statistics:
            lines.append('println("%d: %s=", @count(%s), " ", @sum(%s), " ", @count(%s) ? @min(%s) : 0, " ", @count(%s) ? '
                         '@max(%s) : 0)' % ((self.number,) + (s,) * 7))
            shows.append(lambda env, s=s: env.print("%s=%d %d %d %d" % (s, *summary(env.statistic(s)))))
            b, n = self.prefix + "hb", self.prefix + "hn"
            lines.append('if (@count(%s)) foreach (%s = %s in @hist_log(%s)) if (%s) println("%d: %s.", %s, "=", %s)' % (
                s, n, b, s, n, self.number, s, b, n))
            shows.append(lambda env, s=s: [env.print("%s.%d=%d" % (s, b, n))
                                           for b, n in buckets(env.statistic(s), log_bucket)])
        for t in self.stat_arrays:
            k = self.prefix + "kt"
            lines.append('foreach (%s+ in %s) println("%d: %s[", %s, "]=", @count(%s[%s]), " ", @sum(%s[%s]), " ", '
                         '@min(%s[%s]), " ", @max(%s[%s]))' % ((k, t, self.number, t, k) + (t, k) * 4))
            shows.append(lambda env, t=t: [env.print("%s[%d]=%d %d %d %d" % (t, k, *summary(v)))
                                           for k, v in sorted(env.stat_array(t).items())])
            b, low, step = self.prefix + "hb", self.random.randint(-300, 100), self.random.randint(1, 40)
            high = low + step * self.random.randint(1, 128) + self.random.randrange(step)
            hist = "@hist_linear(%s[%s], %d, %d, %d)" % (t, k, low, high, step)
            lines.append('foreach (%s+ in %s) foreach (%s in %s) if (%s[%s]) println("%d: %s[", %s, "].", %s, "=", %s[%s])' % (
                k, t, b, hist, hist, b, self.number, t, k, b, hist, b))
            shows.append(lambda env, t=t, shape=(low, high, step): [
                env.print("%s[%d].%d=%d" % (t, k, b, n)) for k, v in sorted(env.stat_array(t).items())
                for b, n in buckets(v, lambda x: linear_bucket(x, *shape))])
        return "\n".join(lines), lambda env: [show(env) for show in shows]

    def text(self):
        return "%s\nprobe begin(%d) {\n%s\n}\n" % ("\n".join(self.declarations), self.number,
                                                 ";\n".join(s[0] for s in self.handler))

    def expected(self):
        env = Environment(World(self.number, dict(self.initial)))
        for s in self.handler:
            s[1](env)
        return "".join(env.world.lines)


def log_bucket(x):
    return 64 + x.bit_length() if x >= 0 else 64 - (-x).bit_length()


def linear_bucket(x, low, high, step):
    return 0 if x < low else min((x - low) // step + 1, (high - low) // step + 2)


def buckets(s, bucket):
    """Those that count something, in order."""
    return sorted(collections.Counter(bucket(x) for x in s.values).items())


def summary(s):
    v = s.values
    return len(v), wrap(sum(v)), min(v) if v else 0, max(v) if v else 0


class World:
    def __init__(self, number, globals):
        self.number, self.globals = number, globals
        self.arrays = collections.defaultdict(dict)
        self.statistics = collections.defaultdict(Statistic)
        self.lines = []


class Environment:
    """A frame: its locals, and the world."""

    def __init__(self, world):
        self.world, self.locals = world, {}

    def get(self, v):
        if v.is_global:
            return self.world.globals[v.name]
        return self.locals.get(v.name, 0 if v.type == LONG else "")

    def set(self, v, value):
        (self.world.globals if v.is_global else self.locals)[v.name] = value

    def array(self, a):
        return self.world.arrays[a.name]

    def element(self, a, key):
        return self.array(a).get(key, 0 if a.value == LONG else "")

    def store(self, a, key, value):
        array = self.array(a)
        if a.wraps and key not in array and len(array) == a.room:
            del array[next(iter(array))]
        array[key] = value

    def statistic(self, name):
        return self.world.statistics[name]

    def stat_array(self, name):
        return self.world.arrays[name]

    def print(self, text):
        self.world.lines.append("%d: %s\n" % (self.world.number, text))
