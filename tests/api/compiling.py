# SPDX-License-Identifier: GPL-2.0-or-later
"""A stapd that compiles for an installed kernel and may load nothing, so that sessions go as far on every machine; and how to
hold them in state compiling."""
import contextlib
import os
import signal
import subprocess
import time

from stapd import BUILD, SOURCE, IS_ROOT, PATIENCE, Daemon, context

GOOD = 'probe begin { println("x"); exit() }'


def kernel():
    done = subprocess.run([SOURCE / 'tests/vm/kernels'], capture_output=True, text=True, check=False)
    installed = done.stdout.split()
    if not installed:
        print('1..0 # SKIP no supported kernel is installed; tests/setup installs one')
        raise SystemExit
    return installed[0]


RELEASE = kernel()
CACHE = BUILD / 'api-cache'  # the kit stays from run to run
WRAPPER = ['setpriv', '--bounding-set=-sys_module', '--inh-caps=-sys_module'] if IS_ROOT else []


def make_daemon(**arguments):
    settings = ['CompileSlotsPerUser=2', 'HelperSeconds=60', *arguments.pop('settings', ())]
    daemon = Daemon(options=[f'--kernel={RELEASE}', *arguments.pop('options', ())], cache=CACHE, wrapper=WRAPPER,
                    settings=settings, **arguments)
    client = daemon.client()
    client.socket.settimeout(PATIENCE * 4)
    done = client.call('Prepare', more=True)[-1]
    assert 'error' not in done, done
    daemon.drop(client)
    daemon.await_compiler()
    return daemon


def unique(script=GOOD):
    """Not in the cache."""
    unique.n += 1
    return f'# {time.time()} {unique.n}\n{script}'


unique.n = 0


class frozen:
    """The compiler reads no job: sessions stay in state compiling, until it goes on."""

    def __init__(self, daemon):
        self.zygote = daemon.zygote()

    def __enter__(self):
        os.kill(self.zygote, signal.SIGSTOP)
        return self

    def __exit__(self, *_):
        with contextlib.suppress(ProcessLookupError):  # stapd may have ended meanwhile
            os.kill(self.zygote, signal.SIGCONT)


def start(daemon, script, **more):
    """A client with a Start on its way, in state compiling, and the session's id."""
    client = daemon.client()
    client.send('Start', context(script, **more), more=True)
    identity = None
    while True:
        reply = client.receive()
        assert 'error' not in reply, reply
        identity = reply['parameters'].get('id', identity)
        if reply['parameters'].get('state') == 'compiling':
            return client, identity


def last(client):
    return list(client.replies())[-1]
