#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""fake_manager.py STATE COMMAND...: of a service manager what stapd needs to be adopted: a socket for notifications, a store of
descriptors, and a restart with all of them. SIGHUP: kill -9 and start again. SIGTERM: stop it, and empty the store. What is
in the store is told in STATE, a name a line; STATE.pid is the pid of the command, and STATE.log what it notified."""
import array
import os
import signal
import socket
import sys
import time

FIRST = 3


class Manager:
    def __init__(self, state, command, watchdog=None):
        """watchdog: seconds that the command may be silent."""
        self.state, self.command, self.watchdog = state, command, watchdog
        self.store = []  # (name, fd)
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notify.bind(f'\0fake-manager-{os.getpid()}')
        self.pid = 0
        self.heard = 0
        self.ended = False
        self.meanwhile = None  # is called with the store, once, when the command is dead

    def start(self):
        names, fds = [n for n, _ in self.store], [os.dup(fd) for _, fd in self.store]
        self.pid = os.fork()
        if self.pid == 0:
            high = max([FIRST + len(fds), *fds]) + 1
            moved = [os.dup2(fd, high + i) for i, fd in enumerate(fds)]
            for i, fd in enumerate(moved):
                os.dup2(fd, FIRST + i, inheritable=True)
            os.closerange(FIRST + len(fds), high + len(fds) + 64)
            environment = {**os.environ, 'NOTIFY_SOCKET': f'@fake-manager-{os.getppid()}'}
            if self.watchdog:
                environment |= {'WATCHDOG_PID': str(os.getpid()), 'WATCHDOG_USEC': str(int(self.watchdog * 1e6))}
            if fds:
                environment |= {'LISTEN_PID': str(os.getpid()), 'LISTEN_FDS': str(len(fds)), 'LISTEN_FDNAMES': ':'.join(names)}
            os.execve(self.command[0], self.command, environment)
        for fd in fds:
            os.close(fd)
        self.heard = time.monotonic()
        with open(self.state + '.pid', 'w', encoding='ascii') as f:
            f.write(f'{self.pid}\n')

    def tell(self):
        with open(self.state + '.new', 'w', encoding='ascii') as f:
            f.writelines(name + '\n' for name, _ in self.store)
        os.rename(self.state + '.new', self.state)

    def receive(self):
        message, ancillary, _, _ = self.notify.recvmsg(65536, socket.CMSG_SPACE(64 * 4), socket.MSG_CMSG_CLOEXEC)
        fds = array.array('i')
        for _, _, data in ancillary:
            fds.frombytes(data[:len(data) - len(data) % 4])
        self.heard = time.monotonic()
        fields = dict(line.split('=', 1) for line in message.decode().splitlines() if '=' in line)
        with open(self.state + '.log', 'a', encoding='utf-8') as f:
            f.write(message.decode() + '\n')
        if fields.get('FDSTORE') == '1':
            self.store += [(fields['FDNAME'], fd) for fd in fds]
        elif fields.get('FDSTOREREMOVE') == '1':
            for name, fd in self.store:
                if name == fields['FDNAME']:
                    os.close(fd)
            self.store = [(name, fd) for name, fd in self.store if name != fields['FDNAME']]
        self.tell()

    def drain(self):
        """What it had said before it was killed counts."""
        self.notify.setblocking(False)
        try:
            while True:
                self.receive()
        except BlockingIOError:
            self.notify.setblocking(True)

    def restart(self, *_):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        self.drain()
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile:
            meanwhile(self.store)
        self.start()

    def look(self, seconds):
        """Hears what there is, restarts what has died or does not speak; says whether it did."""
        self.notify.settimeout(seconds)
        try:
            self.receive()
        except (TimeoutError, BlockingIOError):
            pass
        dead = os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if dead or (self.watchdog and time.monotonic() > self.heard + self.watchdog):
            self.restart()
            return True
        return False

    def stop(self, *_):
        os.kill(self.pid, signal.SIGTERM)
        self.ended = True

    def run(self):
        self.tell()
        signal.signal(signal.SIGHUP, self.restart)
        signal.signal(signal.SIGTERM, self.stop)
        self.start()
        self.notify.settimeout(0.2)
        while not self.ended or os.waitpid(self.pid, os.WNOHANG)[0] == 0:
            try:
                self.receive()
            except (TimeoutError, BlockingIOError):
                self.notify.settimeout(0.2)
        self.drain()
        return len(self.store)


if __name__ == '__main__':
    sys.exit(Manager(sys.argv[1], sys.argv[2:]).run() > 0)
