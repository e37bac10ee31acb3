# SPDX-License-Identifier: GPL-2.0-or-later
"""A stapd that says what a test tells it to: for what stapctl does with sessions that run, on machines that can run none.
What it answers has the form of org.stapd1.varlink; what it does not, is no test of stapd."""
import json
import socket
import tempfile
import threading

IDS = ['0123456789abcdef0123456789abcdef', 'fedcba9876543210fedcba9876543210']


def session(number=0, **more):
    """As List gives it."""
    return {'id': IDS[number], 'name': 'opens.stp', 'sessionName': None, 'owner': 0, 'ownerPid': 1, 'lifetime': 'detached',
            'state': 'running', 'result': None, 'module': 'stap_' + IDS[number][:24], 'digest': '0' * 64, 'probes': 3,
            'readers': 1, 'created': 1_700_000_000_000_000, 'started': 1_700_000_000_000_000, 'hits': 1000, 'records': 900,
            'lost': 0, 'skipped': 0, 'errors': 0, **more}


def outcome(result='success', **more):
    return {'result': result, 'errors': 0, 'skipped': 0, 'hits': 1, 'records': 1, 'lost': 0, **more}


class Connection:
    def __init__(self, stapd, connection):
        self.stapd = stapd
        self.socket = connection
        self.upgraded = False

    def reply(self, parameters=None, continues=False):
        message = {'parameters': parameters or {}, **({'continues': True} if continues else {})}
        self.socket.sendall(json.dumps(message).encode() + b'\0')

    def error(self, name, **parameters):
        self.socket.sendall(json.dumps({'error': f'org.stapd1.{name}', 'parameters': parameters}).encode() + b'\0')

    def stream(self, data):
        """After an upgrade: what it carries, and its end."""
        self.upgraded = True
        self.reply()
        self.socket.sendall(data)
        self.socket.shutdown(socket.SHUT_WR)


class FakeStapd:
    """handlers: {'List': function(connection, parameters)}; calls has what came, in order."""

    def __init__(self, **handlers):
        self.handlers = handlers
        self.calls = []
        self.directory = tempfile.TemporaryDirectory(prefix='stapd-fake-')
        self.path = f'{self.directory.name}/socket'
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(self.path)
        self.socket.listen()
        self.threads = [threading.Thread(target=self.accept, daemon=True)]
        self.threads[0].start()

    def accept(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            thread = threading.Thread(target=self.serve, args=(connection,), daemon=True)
            self.threads.append(thread)
            thread.start()

    def serve(self, connection):
        buffer = b''
        with connection:
            while True:
                try:
                    data = connection.recv(65536)
                    if not data:
                        return
                    buffer += data
                    while b'\0' in buffer:
                        text, buffer = buffer.split(b'\0', 1)
                        self.answer(Connection(self, connection), json.loads(text))
                except OSError:
                    return

    def answer(self, connection, call):
        method = call['method'].removeprefix('org.stapd1.')
        self.calls.append((method, call.get('parameters', {})))
        handler = self.handlers.get(method)
        if handler:
            handler(connection, call.get('parameters', {}))
        else:
            connection.socket.sendall(json.dumps({'error': 'org.varlink.service.MethodNotFound',
                                                  'parameters': {'method': method}}).encode() + b'\0')

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.directory.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
