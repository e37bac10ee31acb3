# SPDX-License-Identifier: GPL-2.0-or-later
"""Values for calls that nobody meant: made after the types that an interface says of itself, and then spoilt. The same seed
makes the same calls. Runs under any python3; no module of ours."""
import json
import random
import re

TOKEN = re.compile(r'#[^\n]*|\s+|(->|[\w.]+|\[string\]|\[\]|[?(),:])')
NUMBERS = (0, 1, -1, 2, 7, 64, 255, 4096, 65535, 1 << 20, (1 << 31) - 1, 1 << 31, -(1 << 31), (1 << 32) - 1, 1 << 32,
           (1 << 53) + 1, (1 << 63) - 1, -(1 << 63))
WORDS = ('', 'x', '../../../etc/shadow', '/dev/stapd', '-D', '-g', '--guru', '%s%n', '\x7f', '\u202e', '\U0001f600', 'a' * 300,
         'é' * 2100, 'org.stapd1', 'root', '0', '-1', '1e400', 'null', '"', '\\', '$(id)', '`id`', ';id', '*', '?', '[', '@',
         '\n', '\t', 'drain', 'immediate', 'text', 'json', 'jsonSeq', 'record', 'start', 'detached', 'login', 'probes', 'syscall.*',
         '6.1.0', '..', '.', 's=0;b=0;q=1;x=0', 'q=18446744073709551615', 'MAXACTION=1', 'STP_OVERLOAD_THRESHOLD=0')
SCRIPTS = ('', 'probe', 'probe begin {', 'probe begin { exit() }', 'probe begin { printf("%s", $1) }', '%{ %}', '\0', '}' * 50,
           'probe begin { println(@1) exit() }', 'global x[99999999] probe begin { x[1]=1 }', 'probe syscall.* { }', '@define',
           'probe begin { ' + '(' * 4000 + ' }', 'probe kernel.function("*") { }', 'function f() { return f() } probe end { f() }')


# -------------------------------------------------------------------- what an interface says of itself

class Interface:
    """The methods of a Varlink interface: {name: type of its parameters}. A type is a string, or a tuple of its parts."""

    def __init__(self, text):
        self.words = [m[1] for m in TOKEN.finditer(text) if m[1]]
        self.name = self.words[1]
        self.types, self.methods = {}, {}
        self.read(2)

    def read(self, at):
        while at < len(self.words):
            kind, name = self.words[at], self.words[at + 1]
            type_, at = self.type(at + 2)
            if kind == 'method':
                self.methods[name] = type_
                _, at = self.type(at + 1)
            elif kind == 'type':
                self.types[name] = type_

    def type(self, at):
        word = self.words[at]
        if word in ('?', '[]', '[string]'):
            inner, at = self.type(at + 1)
            return (word, inner), at
        return self.members(at + 1) if word == '(' else (word, at + 1)

    def members(self, at):
        """After the parenthesis: an enum's words, or a struct's members."""
        members = {}
        while self.words[at] != ')':
            name, at = self.words[at], at + 1
            members[name] = None
            if self.words[at] == ':':
                members[name], at = self.type(at + 1)
            at += self.words[at] == ','
        return ('struct' if not members or any(members.values()) else 'enum', members), at + 1


# -------------------------------------------------------------------- values

class Maker:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.ids = ['0123456789abcdef0123456789abcdef', '0123', 'name']

    def chance(self, percent):
        return self.random.randrange(100) < percent

    def text(self):
        r = self.random
        if self.chance(15):
            return ''.join(chr(r.choice((r.randrange(1, 128), r.randrange(128, 0xd800)))) for _ in range(r.randrange(40)))
        return r.choice(WORDS) * r.choice((1, 1, 1, 1, 2, 30)) if self.chance(80) else r.choice(self.ids)

    def number(self):
        return self.random.choice(NUMBERS) + self.random.choice((0, 0, 0, 1, -1))

    def anything(self, depth=0):
        r = self.random
        kind = r.randrange(8 if depth < 4 else 6)
        return (lambda: None, lambda: self.chance(50), self.number, self.text, lambda: r.random() * 10 ** r.randrange(-300, 300),
                lambda: {}, lambda: [self.anything(depth + 1) for _ in range(r.randrange(5))],
                lambda: {self.text(): self.anything(depth + 1) for _ in range(r.randrange(5))})[kind]()

    def value(self, interface, type_, name=''):
        """Mostly of that type."""
        r = self.random
        if self.chance(4):
            return self.anything()
        if isinstance(type_, str):
            if type_ in interface.types:
                return self.value(interface, interface.types[type_], name)
            if name == 'script':
                return r.choice(SCRIPTS)
            if name == 'id' and self.chance(60):
                return r.choice(self.ids)
            return {'bool': lambda: self.chance(50), 'int': self.number, 'string': self.text,
                    'float': r.random}.get(type_, self.anything)()
        kind, inner = type_
        if kind == '?':
            return None if self.chance(10) else self.value(interface, inner, name)
        if kind == '[]':
            return [self.value(interface, inner) for _ in range(r.choice((0, 1, 2, 5, 1000) if self.chance(5) else (0, 1, 2)))]
        if kind == '[string]':
            return {self.text(): self.value(interface, inner) for _ in range(r.randrange(4))}
        if kind == 'enum':
            return r.choice(list(inner))
        optional = r.choice((2, 10, 60))  # percent
        given = {k: self.value(interface, t, k) for k, t in inner.items()
                 if self.chance(optional if isinstance(t, tuple) and t[0] == '?' else 97)}
        if self.chance(10):
            given[self.text()] = self.anything()
        return given

    # ---- one call of Varlink, as bytes

    def message(self, interface):
        method = self.random.choice(list(interface.methods))
        parameters = self.value(interface, interface.methods[method])
        if method == 'Prepare' and isinstance(parameters, dict) and not parameters.get('kernel'):
            parameters['force'] = False  # it would do what it is told, for a minute
        call = {'method': f'{interface.name}.{method}', 'parameters': parameters}
        for flag, percent in (('more', 40), ('oneway', 4), ('upgrade', 25)):
            if self.chance(percent):
                call[flag] = True if self.chance(95) else self.anything()
        if self.chance(3):
            call['method'] = self.text()
        text = json.dumps(call, ensure_ascii=self.chance(50))
        return self.spoil(text.encode('utf-8', 'surrogatepass')) + b'\0' if self.chance(8) else text.encode() + b'\0'

    def spoil(self, data):
        r, data = self.random, bytearray(data)
        for _ in range(r.randrange(1, 4)):
            at = r.randrange(len(data) + 1)
            data = (lambda: data[:at] + bytes([r.randrange(256)]) + data[at + 1:], lambda: data[:at],
                    lambda: data[:at] + data[at // 2:], lambda: data[:at] + b'[' * r.choice((1, 33, 5000)) + data[at:],
                    lambda: data[:at] + b'\0' + data[at:])[r.randrange(5)]()
        return bytes(data)
