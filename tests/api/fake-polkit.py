#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A polkit that answers what the file says at the moment of the question: fake-polkit.py ADDRESS FILE VERSION. One JSON line
per question and per question that is taken back. In the file stands one word:

yes, no, challenge   what it says
dismissed            somebody closed the dialog
hang                 nothing, ever
die                  it dies with the question open
lie                  an answer of another type
both                 yes, and more is wanted
error                an error
"""
import json
import os
import pathlib
import sys

import dbus
import dbus.lowlevel
import dbus.mainloop.glib
from gi.repository import GLib

NAME = 'org.freedesktop.PolicyKit1'


def say(**what):
    print(json.dumps(what, default=str), flush=True)


def plain(value):
    if isinstance(value, dbus.types.UnixFd):
        fd = value.take()
        text = next(line for line in open(f'/proc/self/fdinfo/{fd}') if line.startswith('Pid:'))
        os.close(fd)
        return {'pidfd': int(text.split()[1])}
    return int(value) if isinstance(value, int) else str(value)


def type_of(value):
    return type(value).__name__


def on_check(connection, message):
    subject, action, details, flags, cancellation = message.get_args_list()
    kind, properties = subject
    say(check=str(action), kind=str(kind), subject={str(k): plain(v) for k, v in properties.items()},
        types={str(k): type_of(v) for k, v in properties.items()}, details={str(k): str(v) for k, v in details.items()},
        interactive=bool(int(flags) & 1), id=str(cancellation))
    mode = pathlib.Path(sys.argv[2]).read_text().strip()
    if mode == 'die':
        os._exit(0)
    if mode == 'hang':
        return
    if mode == 'error':
        connection.send_message(dbus.lowlevel.ErrorMessage(message, NAME + '.Error.Failed', 'it is broken'))
        return
    reply = dbus.lowlevel.MethodReturnMessage(message)
    if mode == 'lie':
        reply.append(True, signature='b')
    else:
        more = {'polkit.dismissed': 'true'} if mode == 'dismissed' else {}
        reply.append((mode in ('yes', 'both'), mode in ('challenge', 'both', 'dismissed'), more), signature='(bba{ss})')
    connection.send_message(reply)


def on_message(connection, message):
    member = message.get_member()
    if message.get_type() != 1 or message.get_destination() not in (NAME, connection.get_unique_name()):
        return dbus.lowlevel.HANDLER_RESULT_NOT_YET_HANDLED
    if member == 'CheckAuthorization':
        on_check(connection, message)
    elif member == 'CancelCheckAuthorization':
        say(cancel=str(message.get_args_list()[0]))
        if not message.get_no_reply():
            connection.send_message(dbus.lowlevel.MethodReturnMessage(message))
    elif member == 'Get':
        reply = dbus.lowlevel.MethodReturnMessage(message)
        reply.append(dbus.String(sys.argv[3], variant_level=1), signature='v')
        connection.send_message(reply)
    else:
        return dbus.lowlevel.HANDLER_RESULT_NOT_YET_HANDLED
    return dbus.lowlevel.HANDLER_RESULT_HANDLED


dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
bus = dbus.bus.BusConnection(sys.argv[1])
bus.add_message_filter(on_message)
bus.request_name(NAME)
say(ready=True)
GLib.MainLoop().run()
