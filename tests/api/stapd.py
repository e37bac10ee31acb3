# SPDX-License-Identifier: GPL-2.0-or-later
"""What the API tests share: TAP, one stapd on a private socket, and clients that are as rude as they like.

A test is a function with @test. It gets a running Daemon; whatever it leaves open is closed after it, and then the daemon
must have no more descriptors and children than before: that is checked after each test, not once at the end.
"""
import contextlib
import json
import os
import pathlib
import pwd
import grp
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback

BUILD = pathlib.Path(os.environ.get('BUILD_ROOT', '.')).resolve()
SOURCE = pathlib.Path(__file__).resolve().parents[2]
SERVICE = 'org.varlink.service.'
STAPD = 'org.stapd1.'
IS_ROOT = os.geteuid() == 0
# Emulated, or with sanitizers on a busy machine, everything takes longer; nothing here waits this long when all is well.
PATIENCE = float(os.environ.get('API_PATIENCE', '60'))


class Skip(Exception):
    pass


def wait_until(what, condition, seconds=PATIENCE):
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < end, f'in vain: {what}'
        time.sleep(0.02)


def find_helper():
    """The user whom stapd's helpers run as: one who can reach the build tree, which may be under somebody's 0700 folder."""
    for user in ('nobody', os.environ.get('SUDO_USER')):
        if user and user != 'root' and subprocess.run(
                ['setpriv', f'--reuid={user}', f'--regid={pwd.getpwnam(user).pw_gid}', '--clear-groups', 'test', '-x',
                 str(BUILD / 'daemon/stapd-compile')], check=False).returncode == 0:
            return user
    print(f'1..0 # SKIP only root can read {BUILD}')
    raise SystemExit


class Client:
    """One connection. call() waits for the one reply, or gives all of them with more=True."""

    def __init__(self, path, fd=None):
        self.socket = socket.socket(fileno=fd) if fd is not None else socket.socket(socket.AF_UNIX)
        if fd is None:
            self.socket.connect(str(path))  # waits while more than may do so wait to be accepted
        self.socket.settimeout(PATIENCE)
        self.buffer = b''

    def close(self):
        self.socket.close()

    def send_raw(self, data):
        self.socket.sendall(data)

    def send(self, method, parameters=None, **flags):
        if '.' not in method:
            method = STAPD + method
        message = {'method': method, **flags}
        if parameters is not None:
            message['parameters'] = parameters
        self.send_raw(json.dumps(message, ensure_ascii=False).encode() + b'\0')

    def receive(self):
        """The next message; None at the end."""
        while b'\0' not in self.buffer:
            try:
                data = self.socket.recv(1 << 20)
            except ConnectionResetError:
                data = b''
            if not data:
                assert not self.buffer, f'the connection ended inside of {self.buffer!r}'
                return None
            self.buffer += data
        text, self.buffer = self.buffer.split(b'\0', 1)
        return json.loads(text.decode())  # also holds that it is UTF-8

    def replies(self):
        """To the end of a call that said more."""
        while True:
            reply = self.receive()
            assert reply is not None, 'the connection ended without the last reply'
            yield reply
            if not reply.get('continues'):
                return

    def call(self, method, parameters=None, **flags):
        self.send(method, parameters, **flags)
        if flags.get('more'):
            return list(self.replies())
        reply = self.receive()
        assert reply is not None, f'{method} was not answered'
        assert 'continues' not in reply, reply
        return reply

    def error(self, method, parameters=None, **flags):
        """Name without our interface, and parameters, of the error that a call must end with."""
        replies = self.call(method, parameters, **flags)
        reply = replies[-1] if flags.get('more') else replies
        assert 'error' in reply, f'{method} {parameters} succeeded: {reply}'
        return reply['error'].removeprefix(STAPD), reply['parameters']

    def is_closed(self):
        """Waits for the end; whatever still comes is dropped."""
        try:
            while self.socket.recv(1 << 16):
                pass
            return True
        except ConnectionResetError:
            return True
        except TimeoutError:
            return False


class Daemon:
    def __init__(self, settings=(), options=(), cache=None, wrapper=(), ready=True, inherit=None):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix='stapd-api-'))
        self.directory.chmod(0o755)
        self.cache = pathlib.Path(cache) if cache else self.directory / 'cache'
        self.socket = self.directory / 'socket'
        self.config = self.directory / 'stapd.conf'
        who = f'Group={grp.getgrgid(os.getegid()).gr_name}'
        if IS_ROOT:
            who = 'CompileUser={0}\nStreamUser={0}'.format(find_helper())
        self.config.write_text('\n'.join(['[Daemon]', who, *settings]) + '\n')
        self.config.chmod(0o644)
        self.log = self.directory / 'log'
        self.executable = str(BUILD / 'daemon/stapd')
        self.command = [*wrapper, self.executable, f'--socket={self.socket}', f'--cache-dir={self.cache}',
                        f'--state-dir={self.directory / "state"}', f'--config={self.config}',
                        '--log-level=debug', '--bus=none', *options]
        self.inherit = inherit or {}
        self.clients = []
        self.process = None
        self.start(ready)

    def start(self, ready=True):
        with open(self.log, 'ab') as log:
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **self.inherit)
        wait_until('stapd listens', self.answers)
        if ready:
            self.await_compiler()

    def answers(self):
        assert self.process.poll() is None, f'stapd ended with {self.process.returncode}:\n{self.log.read_text()}'
        with contextlib.suppress(OSError):
            Client(self.socket).close()
            return True
        return False

    def await_compiler(self):
        """Until it can say what it can do, and its fds are those that it has when idle."""
        client = self.client()
        wait_until('the compiler has started',
                   lambda: client.call('Status')['parameters']['compiler'] != 'starting')
        self.drop(client)

    def client(self):
        client = Client(self.socket)
        self.clients.append(client)
        return client

    def drop(self, client):
        client.close()
        self.clients.remove(client)

    def status(self):
        client = self.client()
        reply = client.call('Status')['parameters']
        self.drop(client)
        return reply

    def sessions(self):
        client = self.client()
        replies = client.call('List', more=True)
        self.drop(client)
        return [r['parameters']['session'] for r in replies if r['parameters'].get('session')]

    # ---- what it holds

    @property
    def pid(self):
        return self.process.pid

    def fds(self):
        return len(os.listdir(f'/proc/{self.pid}/fd'))

    def children(self, name=None):
        found = []
        for task in pathlib.Path(f'/proc/{self.pid}/task').iterdir():
            for pid in (task / 'children').read_text().split():
                with contextlib.suppress(OSError):
                    if name in (None, pathlib.Path(f'/proc/{pid}/comm').read_text().strip()):
                        found.append(int(pid))
        return found

    def zygote(self):
        return wait_until('there is a compiler', lambda: self.children('stapd-compile'))[0]

    def compilations(self):
        """What the zygote has forked, and theirs."""
        found = []
        for zygote in self.children('stapd-compile'):
            with contextlib.suppress(OSError):
                found += [int(p) for p in pathlib.Path(f'/proc/{zygote}/task/{zygote}/children').read_text().split()]
        return found

    def cpu_seconds(self):
        fields = pathlib.Path(f'/proc/{self.pid}/stat').read_text().rsplit(')', 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')

    def resident_bytes(self):
        return int(pathlib.Path(f'/proc/{self.pid}/statm').read_text().split()[1]) * os.sysconf('SC_PAGE_SIZE')

    def is_sanitized(self):
        return 'asan' in pathlib.Path(f'/proc/{self.pid}/maps').read_text() or '__asan_init' in subprocess.run(
            ['nm', self.executable], capture_output=True, text=True, check=False).stdout

    def is_alive(self):
        return self.process.poll() is None

    def is_calm(self, fds):
        """No session, no compilation, and no more descriptors than it had."""
        assert self.is_alive(), f'stapd ended with {self.process.returncode}'
        return (self.status()['sessions'] == 0 and not self.compilations() and len(self.children()) <= 1
                and self.fds() <= fds)

    # ---- its end

    def signal(self, number):
        self.process.send_signal(number)

    def stop(self):
        for client in list(self.clients):
            self.drop(client)
        if self.is_alive():
            self.signal(signal.SIGCONT)
            self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError('stapd did not end on SIGTERM') from None
        return self.process.returncode

    def remove(self):
        shutil.rmtree(self.directory, ignore_errors=True)

    def complaints(self):
        """What a sanitizer or an assertion said, of it or of its children."""
        words = ('ERROR: AddressSanitizer', 'runtime error', 'LeakSanitizer', 'Assertion', 'SUMMARY:')
        return [line for line in self.log.read_text(errors='replace').splitlines() if any(w in line for w in words)]


def context(script, **more):
    return {'context': {'script': script, **more}}


@contextlib.contextmanager
def as_user(name='nobody'):
    """Everything that connects in here does so as somebody else."""
    if not IS_ROOT:
        raise Skip('needs root, to become somebody else')
    user = pwd.getpwnam(name)
    groups = os.getgroups()
    os.setgroups([user.pw_gid])
    os.setegid(user.pw_gid)
    os.seteuid(user.pw_uid)
    try:
        yield user
    finally:
        os.seteuid(0)
        os.setegid(0)
        os.setgroups(groups)


# -------------------------------------------------------------------- TAP

tests = []


def test(function):
    tests.append(function)
    return function


def run_one(function, daemon):
    fds = daemon.fds() if daemon else 0
    try:
        if daemon:
            function(daemon)
        else:
            function()
    finally:
        for client in list(daemon.clients) if daemon else ():
            daemon.drop(client)
    if daemon:
        wait_until(f'stapd is as it was: {fds} descriptors, no session, one child', lambda: daemon.is_calm(fds))


def main(daemon=None):
    """Runs the tests in the order of the file, prints TAP, and ends the process. daemon: a function that makes one for those
    that take one."""
    failed = 0
    number = 0

    def result(name, error=None):
        nonlocal failed, number
        number += 1
        failed += error is not None
        for line in (error or '').splitlines():
            print('#', line)
        print(f'{"ok" if error is None else "not ok"} {number} - {name}', flush=True)

    instance = daemon() if daemon else None
    for function in tests:
        name = ' '.join((function.__doc__ or function.__name__).split())
        try:
            run_one(function, instance if function.__code__.co_argcount else None)
            result(name)
        except Skip as reason:
            number += 1
            print(f'ok {number} - {name} # SKIP {reason}', flush=True)
        except Exception:
            result(name, traceback.format_exc())
            if instance:
                print('\n'.join('# stapd: ' + line for line in instance.log.read_text(errors='replace').splitlines()[-20:]))
                if not instance.is_alive():
                    instance.start()
    if instance:
        problems = []
        with contextlib.suppress(AssertionError):
            status = instance.stop()
        status = instance.process.returncode
        if status != 0:
            problems.append(f'stapd ended with {status}')
        problems += instance.complaints()
        result('stapd ends well', '\n'.join(problems) or None)
        instance.remove()
    print(f'1..{number}')
    sys.exit(failed > 0)
