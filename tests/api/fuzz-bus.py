#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Calls the members that org.stapd1 says it has on the bus, with values that nobody meant. fuzz-bus.py ADDRESS SEED RUNS;
prints how many were answered, and with which errors, as JSON; and of those that were not what they were, and how long a call
that waits for nothing took right then: a late machine is told from a call that is never answered."""
import collections
import json
import os
import re
import sys
import time
import xml.etree.ElementTree

import dbus

from fuzzing import SCRIPTS, Maker

TYPE = re.compile(r'a*(\{..\}|\([^)]*\)|.)')
INTERFACES = ('org.stapd1.', 'org.freedesktop.DBus.Properties')


def members(bus, path):
    """(interface, member, signature) of an object."""
    text = bus.call_blocking('org.stapd1', path, 'org.freedesktop.DBus.Introspectable', 'Introspect', '', ())
    for interface in xml.etree.ElementTree.fromstring(text).iter('interface'):
        for method in interface.iter('method') if interface.get('name').startswith(INTERFACES) else ():
            signature = ''.join(a.get('type') for a in method.iter('arg') if a.get('direction', 'in') == 'in')
            yield interface.get('name'), method.get('name'), signature


class Values:
    def __init__(self, maker):
        self.maker, self.random = maker, maker.random

    def text(self):
        return self.maker.text().replace('\0', '').encode('utf-8', 'ignore').decode()

    def memory(self):
        fd = os.memfd_create('script')
        os.write(fd, self.random.choice(SCRIPTS).encode())
        unix = dbus.types.UnixFd(fd)
        os.close(fd)
        return unix

    def variant(self):
        kind = self.random.choice(('s', 'b', 't', 'x', 'u', 'as', 'd', 'y', 'a{sv}', 'a{ss}'))
        value = self.of(kind)
        types = {'s': dbus.String, 'b': dbus.Boolean, 't': dbus.UInt64, 'x': dbus.Int64, 'u': dbus.UInt32, 'd': dbus.Double,
                 'y': dbus.Byte}
        if kind in types:
            return types[kind](value)
        return dbus.Array(value, 's') if kind == 'as' else dbus.Dictionary(value, kind[2:4])

    def of(self, kind):
        r, m = self.random, self.maker
        if kind == 'a{sv}':
            names = ('name', 'sessionName', 'lifetime', 'guru', 'defines', 'globals', 'module', 'bufferMegabytes', 'timeoutUSec',
                     'target', 'hold', 'keepBytes', 'zone', 'tail', 'afterCursor', 'segmentBytes', 'tapsets', self.text())
            return {r.choice(names): self.variant() for _ in range(r.randrange(4))}
        if kind == 'a{ss}':
            return {self.text() + r.choice(('.stp', '.stpm', '')): r.choice(SCRIPTS).replace('\0', '') for _ in range(r.randrange(4))}
        if kind.startswith('a'):
            return [self.of(kind[1:]) for _ in range(r.choice((0, 1, 3, 30)))]
        bits = {'u': 32, 't': 64, 'y': 8, 'q': 16}.get(kind)
        if bits:
            return 0 if m.chance(60) else m.number() % (1 << bits)
        if kind in 'xin':
            half = 1 << {'x': 63, 'i': 31, 'n': 15}[kind]
            return (m.number() + half) % (2 * half) - half
        return {'b': lambda: m.chance(50), 'd': r.random, 'h': self.memory, 'v': self.variant,
                'o': lambda: '/org/stapd1/session/' + r.choice(('x', '_', '0123')),
                's': lambda: r.choice(m.ids) if m.chance(20) else self.text()}[kind]()


PATIENCE = 60  # seconds


def how_late(bus):
    """What a plain call takes now, in seconds."""
    started = time.monotonic()
    try:
        bus.call_blocking('org.stapd1', '/org/stapd1', 'org.stapd1.Manager', 'Describe', '', (), timeout=10 * PATIENCE)
    except dbus.DBusException as e:
        return f'{e.get_dbus_name()} after {time.monotonic() - started:.1f}'
    return round(time.monotonic() - started, 1)


def main(address, seed, runs):
    maker = Maker(int(seed))
    values, r = Values(maker), maker.random
    bus = dbus.bus.BusConnection(address)
    paths = ('/org/stapd1', '/org/stapd1/session/x', '/org/stapd1/job/1', '/')
    known = sorted(set(members(bus, '/org/stapd1')))
    said, unanswered = collections.Counter(), []
    for _ in range(int(runs)):
        interface, member, signature = r.choice(known)
        if maker.chance(8):
            signature = ''.join(r.choice(('s', 'u', 't', 'as', 'a{sv}', 'h', 'b', 'v')) for _ in range(r.randrange(5)))
        arguments = [values.of(t[0]) for t in TYPE.finditer(signature)]
        if member == 'Prepare' and signature == 'sbt':
            arguments[:2] = [arguments[0] or 'none', False]
        path = paths[0] if maker.chance(85) else r.choice(paths)
        try:
            bus.call_blocking('org.stapd1', path, interface, member, signature, arguments, timeout=PATIENCE)
            said['answered'] += 1
        except dbus.DBusException as e:
            name = e.get_dbus_name()
            said[f'{name} from {member}' if name.endswith('NoReply') else name] += 1
            if name.endswith('NoReply'):
                unanswered.append({'call': f'{path} {interface}.{member}({signature})', 'arguments': repr(arguments)[:1000],
                                   'seconds of a plain call': how_late(bus)})
    print(json.dumps({'said': said, 'unanswered': unanswered}))


main(*sys.argv[1:])
