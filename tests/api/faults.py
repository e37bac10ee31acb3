# SPDX-License-Identifier: GPL-2.0-or-later
"""The lives of sessions under faults: what tests/e2e/kill-matrix (in a guest, with a kernel that loads modules) and test-kill
(without) share. daemon/base/fault.h has what an order is."""
import contextlib
import json
import mmap
import os
import pathlib
import struct
import threading

from stapd import BUILD, Client, PATIENCE

SIZE = 4096


def is_built():
    return b'STAPD_FAULT' in (BUILD / 'daemon/stapd').read_bytes()


class Order:
    """The one thing that is to go wrong next."""

    def __init__(self, directory):
        self.path = pathlib.Path(directory) / 'fault'
        self.path.write_bytes(bytes(SIZE))
        self.path.chmod(0o666)  # the helpers are other users
        with open(self.path, 'r+b') as f:
            self.map = mmap.mmap(f.fileno(), SIZE)
        self.environment = {'STAPD_FAULT': str(self.path)}

    def give(self, point, action):
        text = f'{point} {action}\n'.encode()
        self.map[0] = 0
        self.map[1:len(text) + 1] = text[1:] + b'\0'
        self.map[0] = text[0]  # from here on it counts

    def was_obeyed(self):
        return self.map[0] == ord('#')

    def take_back(self):
        self.map[0] = 0


# -------------------------------------------------------------------- what a stapd leaves to the next one
# As daemon/session/memo.c writes it: two places, of which the one with the higher number counts.
MEMO_MAGIC, MEMO_PLACE, MEMO_HEAD = 0x4f4d454d, 256 << 10, '=IIQQ'


def memo_write(fd, text, magic=MEMO_MAGIC, number=1):
    total = 14695981039346656037
    for byte in text:
        total = ((total ^ byte) * 1099511628211) % (1 << 64)
    os.pwrite(fd, struct.pack(MEMO_HEAD, magic, len(text), number, total) + text, (number % 2) * MEMO_PLACE)


def memo_read(fd):
    """The newest one, and its number."""
    found = []
    for place in (0, MEMO_PLACE):
        head = os.pread(fd, struct.calcsize(MEMO_HEAD), place)
        magic, size, number, _ = struct.unpack(MEMO_HEAD, head) if head else (0, 0, 0, 0)
        if magic == MEMO_MAGIC:
            found.append((number, os.pread(fd, size, place + len(head))))
    number, text = max(found)
    return json.loads(text), number


class Gone(Exception):
    """The other side closed the connection."""


class Connection(Client):
    def receive(self):
        try:
            reply = super().receive()
        except (OSError, AssertionError) as e:
            raise Gone from e
        if reply is None:
            raise Gone
        return reply


class Life(threading.Thread):
    """One session from its start to its end, with a reader of all that it prints. It goes on when stapd does."""

    def __init__(self, path, script, enough=3, mode='drain', attached=True, **settings):
        super().__init__(daemon=True)
        self.path, self.script, self.settings, self.enough, self.mode = path, script, settings, enough, mode
        self.attached = attached
        self.states, self.lines = [], []
        self.id = self.outcome = self.error = self.own = self.reader = None
        self.failure = None       # of the test itself
        self.abandoned = False
        self.closed = threading.Event()  # the reader's end
        self.start()

    # ---- what a client does

    def run(self):
        try:
            with contextlib.suppress(Gone, OSError):
                self.live()
        except Exception as e:  # pylint: disable=broad-except
            self.failure = e
        finally:
            if self.own:
                self.own.close()
            if not self.attached or not self.reader:
                self.closed.set()

    def live(self):
        self.own = Connection(self.path)
        self.own.send('Start', {'context': {'script': self.script, 'hold': self.attached, **self.settings}}, more=True)
        if self.attached:
            if not self.until('held'):
                return
            self.attach()
            self.ask('Release')
            self.await_lines()
            self.ask('Stop', mode=self.mode)
        self.until('ended')

    def until(self, state):
        for reply in self.own.replies():
            parameters = reply['parameters']
            self.id = parameters.get('id', self.id)
            if 'error' in reply:
                self.error = reply['error'].rsplit('.', 1)[1]
                return False
            if 'state' in parameters:
                self.states.append(parameters['state'])
            if 'outcome' in parameters:
                self.outcome = parameters['outcome']['result']
            if parameters.get('state') == state:
                return True
        return False

    def ask(self, method, **parameters):
        """Of whoever is stapd now."""
        for _ in range(3):
            try:
                return self.connect().call(method, {'id': self.id, **parameters})
            except (Gone, OSError):
                if self.abandoned:
                    raise
        return None

    def connect(self):
        end = threading.Event()
        for _ in range(int(PATIENCE * 20)):
            with contextlib.suppress(OSError):
                return Connection(self.path)
            end.wait(0.05)
        raise Gone

    def attach(self):
        parameters = {'id': self.id, 'format': 'json', 'from': 'start', 'cursors': True}
        for _ in range(3):
            with contextlib.suppress(Gone, OSError):
                self.reader = self.connect()
                self.reader.send('Attach', parameters, upgrade=True)
                if 'error' in self.reader.receive():
                    raise Gone
                break
            self.reader = None
        else:
            raise Gone
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        with contextlib.suppress(OSError):
            self.reader.socket.settimeout(None)
            rest = self.reader.buffer
            while True:
                *lines, rest = rest.split(b'\n')
                self.lines += [json.loads(line) for line in lines]
                data = self.reader.socket.recv(1 << 16)
                if not data:
                    break
                rest += data
            if rest:
                self.failure = AssertionError(f'a torn line: {rest!r}')
        self.closed.set()

    def await_lines(self):
        end = threading.Event()
        for _ in range(int(PATIENCE * 50)):
            if len(self.events()) >= self.enough or self.closed.is_set() or self.abandoned:
                return
            end.wait(0.02)

    def kill(self):
        """As a client that was killed: all that it has open is closed."""
        self.abandoned = True
        for client in (self.own, self.reader):
            if client:
                with contextlib.suppress(OSError):
                    client.socket.shutdown(2)
                client.close()

    # ---- what came of it

    def events(self):
        return [line for line in self.lines if line['kind'] == 'event']

    def is_over(self):
        return not self.is_alive() and self.closed.is_set()

    def check(self, ends=('success',)):
        """What a reader was promised: each number once, in order; what is missing was told; the end, last."""
        if self.failure:
            raise self.failure
        if not self.reader or self.abandoned:
            return
        assert self.lines, 'the reader got nothing'
        last = self.lines[-1]
        assert last['kind'] == 'end', f'the last record is {last}'
        assert last['result'] in ends, f'it ended {last["result"]}, and not {ends}'
        lost = [line for line in self.lines if line['kind'] == 'lost']
        numbered = [line['seq'] for line in self.lines if line['kind'] not in ('header', 'heartbeat', 'segment', 'lost')]
        missing = sum(r['toSeq'] - r['fromSeq'] + 1 for r in lost if r.get('fromSeq'))
        assert len(numbered) + missing == numbered[-1] - numbered[0] + 1, f'a gap nobody told of: {numbered}, {lost}'
        values = [e['data']['n'] for e in self.events() if 'n' in e.get('data', {})]
        assert lost or values == list(range(1, len(values) + 1)), f'not each number once: {values}'


def tree(*roots):
    """All files below, as a set of names."""
    found = set()
    for root in roots:
        for directory, directories, files in os.walk(root):
            found |= {os.path.join(directory, name) for name in directories + files}
    return found
