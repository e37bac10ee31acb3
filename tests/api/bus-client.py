#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A client of the bus that is not ours (Debian's python3-dbus), for what busctl cannot do: descriptors, signals, and a client
that stays. bus-client.py ADDRESS COMMAND [ARGS], one JSON line per thing that happens."""
import json
import os
import sys

import dbus
import dbus.mainloop.glib
from gi.repository import GLib


def say(**what):
    print(json.dumps(what, default=str), flush=True)


def memory(text):
    fd = os.memfd_create('script')
    os.write(fd, text.encode())
    return dbus.types.UnixFd(fd)


def call(function, *arguments):
    try:
        say(reply=function(*arguments))
    except dbus.DBusException as e:
        say(error=e.get_dbus_name(), message=e.get_dbus_message())


def main(address, command, *arguments):
    dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
    bus = dbus.bus.BusConnection(address)
    manager = dbus.Interface(bus.get_object('org.stapd1', '/org/stapd1', introspect=False), 'org.stapd1.Manager')
    none, properties, flags = dbus.Array([], 's'), dbus.Dictionary({}, 'sv'), dbus.UInt64(0)
    if command == 'start':  # SCRIPT: and stays, so that the session has its client
        call(manager.StartSession, memory(arguments[0]), none, properties, flags)
    elif command == 'start-file':  # PATH: a file is no memory
        call(manager.StartSession, dbus.types.UnixFd(os.open(arguments[0], os.O_RDONLY)), none, properties, flags)
    elif command == 'attach':  # ID FORMAT
        try:
            stream, cursor = manager.AttachStream(*arguments, properties, flags)
        except dbus.DBusException as e:
            say(error=e.get_dbus_name(), message=e.get_dbus_message())
            return
        say(cursor=cursor)
        with os.fdopen(stream.take(), 'rb') as f:
            for line in f:
                say(line=line.decode())
    elif command == 'watch':
        bus.add_signal_receiver(lambda *a, member, interface, path: say(signal=member, interface=interface, path=path, arguments=a),
                                sender_keyword=None, member_keyword='member', interface_keyword='interface',
                                path_keyword='path', bus_name='org.stapd1')
        manager.Subscribe()
        say(subscribed=True)
    if command in ('start', 'watch'):
        GLib.MainLoop().run()


main(*sys.argv[1:])
