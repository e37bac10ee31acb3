#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""guest.py PART BUILD CACHE WORK: the part of tests/bench/run that loads modules, in a guest. Prints JSON lines.

PART: cost (a guest whose clock counts instructions), arming or records (two processors), or sessions. WORK has bench-write and functions.json.
"""
import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import threading
import time

PART, BUILD_DIR, CACHE, WORK = sys.argv[1:5]
os.environ['BUILD_ROOT'] = BUILD_DIR
os.environ['API_PATIENCE'] = '600'
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / 'api'), str(HERE.parent / 'e2e')]

import scripts  # noqa: E402
from fake_manager import Manager  # noqa: E402
from stapd import Client, Daemon, context  # noqa: E402

BENCH = f'{WORK}/bench-write'
OUTPUT = '/dev/shm/bench-output'
BPFTRACE = shutil.which('bpftrace')


def tell(**what):
    print(json.dumps(what), flush=True)


def note(text):
    print(f'bench: {text}', file=sys.stderr, flush=True)


def run(command, **more):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, **more)
    return done.returncode, done.stdout, done.stderr


def stapctl(daemon, script, command, *options):
    """Runs a script around a command; what the command printed. The script's name is part of the cache's key."""
    (pathlib.Path(OUTPUT).parent / 'bench').write_text(script)
    return run([f'{BUILD_DIR}/ctl/stapctl', f'--socket={daemon.socket}', 'run', '-o', OUTPUT, '-c', command, *options,
                './bench'], cwd=pathlib.Path(OUTPUT).parent)


def last_number(text):
    numbers = [line for line in text.splitlines() if re.fullmatch(r'[0-9.]+', line)]
    return float(numbers[-1]) if numbers else None


# -------------------------------------------------------------------- instructions of a hit

def cost(daemon):
    base = last_number(run([BENCH, 'cost'])[1])
    tell(what='base', instructions=base)
    for name, _, script, bpftrace, *_ in scripts.COSTS:
        note(name)
        # of sh, the pid is target(), and what writes is its child: no match
        command = f'sh -c "{BENCH} cost; true"' if name == 'filter' else f'{BENCH} cost'
        status, out, errors = stapctl(daemon, script, command)
        ours = last_number(out)
        lines = pathlib.Path(OUTPUT).read_text(errors='replace').splitlines()
        if status != 0 or not lines and name != 'print':
            note(f'stapctl: {status} {errors}')
        theirs = None
        if BPFTRACE:
            status, out, errors = run([BPFTRACE, '-o', '/dev/shm/bpftrace', '-e', bpftrace, '-c', f'{BENCH} cost'])
            theirs = last_number(out)
            if theirs is None:
                note(f'bpftrace: {status} {errors[-500:]}')
        tell(what='cost', name=name, stapd=ours and ours - base, bpftrace=theirs and theirs - base,
             shown=lines[:1])


def operations(daemon):
    """Instructions of one operation of the language, by the script's own clock."""
    (pathlib.Path(OUTPUT).parent / 'bench').write_text(scripts.operations())
    defines = [word for value in scripts.OPERATIONS_DEFINES for word in ('-D', value)]
    status, _, errors = run([f'{BUILD_DIR}/ctl/stapctl', f'--socket={daemon.socket}', 'run', '-o', OUTPUT, *defines, './bench'],
                            cwd=pathlib.Path(OUTPUT).parent)
    if status != 0:
        note(f'stapctl: {status} {errors}')
    found = re.findall(r'^([a-z]+) (\d+)$', pathlib.Path(OUTPUT).read_text(), re.M)
    tell(what='operations', **{name: int(value) for name, value in found})


# -------------------------------------------------------------------- arming

def arm(daemon, functions):
    """Seconds from the call, with the module in the cache, to armed probes; and from Stop to an empty kernel."""
    client, other = daemon.client(), daemon.client()
    started = time.monotonic()
    client.send('Start', context(scripts.arming(functions), name='bench'), more=True)
    identity = armed = None
    for reply in client.replies():
        parameters = reply['parameters']
        identity = parameters.get('id', identity)
        if parameters.get('state') == 'running':
            armed = time.monotonic() - started
            other.call('Stop', {'id': identity})
            started = time.monotonic()
    assert armed is not None and 'outcome' in reply['parameters'], reply
    assert reply['parameters']['outcome']['result'] == 'success', reply
    gone = time.monotonic() - started
    daemon.drop(client)
    daemon.drop(other)
    return armed, gone


def arm_bpftrace(functions):
    started = time.time()
    status, out, errors = run([BPFTRACE, '-o', '/dev/null', '-e', scripts.arming_bpftrace(functions), '-c',
                               '/bin/date +%s.%N'], env={**os.environ, 'BPFTRACE_MAX_PROBES': '2048'})
    end = time.time()
    armed = last_number(out)
    if armed is None:
        note(f'bpftrace: {status} {errors[-500:]}')
        return None, None
    return armed - started, end - armed


def arming(daemon):
    functions = json.loads((pathlib.Path(WORK) / 'functions.json').read_text())
    for n in scripts.ARMED:
        note(f'{n} functions')
        best = min(arm(daemon, functions[:n]) for _ in range(3))
        theirs = arm_bpftrace(functions[:n]) if BPFTRACE else (None, None)
        tell(what='arming', n=n, stapd=best, bpftrace=theirs)


# -------------------------------------------------------------------- records

def await_rest(path, process):
    """When the output last grew, on the monotonic clock; ends with the process."""
    size, grown = -1, time.monotonic()
    while process.poll() is None:
        now = os.stat(path).st_size if os.path.exists(path) else 0
        if now != size:
            size, grown = now, time.monotonic()
        time.sleep(0.02)
    return grown


def count_lines(path):
    with open(path, 'rb') as file:
        return sum(chunk.count(b'\n') for chunk in iter(lambda: file.read(1 << 20), b''))


def deliver(command, path):
    """Runs what traces `writer`, whose output goes to `path`: records delivered, and the seconds from the first write to
    the last byte of output."""
    for file in (path, f'{path}.start', f'{path}.pids'):
        pathlib.Path(file).unlink(missing_ok=True)
    with open('/dev/shm/stderr', 'w', encoding='utf-8') as errors:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors,
                                   cwd='/dev/shm')
        grown = await_rest(path, process)
    said = pathlib.Path('/dev/shm/stderr').read_text().splitlines()
    if not os.path.exists(f'{path}.start'):
        raise RuntimeError(f'{command[0]} did not start its command: {said[-5:]}')
    for pid in map(int, pathlib.Path(f'{path}.pids').read_text().split()):
        with contextlib.suppress(ProcessLookupError):  # writers that outlived a tracer which gave up
            os.kill(pid, signal.SIGKILL)
    start = float(pathlib.Path(f'{path}.start').read_text())
    return {'delivered': count_lines(path), 'seconds': grown - start,
            'told': [line for line in said if line.strip()][:4]}


def writer(*arguments, processes=1):
    """A shell command: the time on the monotonic clock into OUTPUT.start, then writers at once."""
    lines = [f'{BENCH} stamp >{OUTPUT}.start']
    lines += [f'{BENCH} {" ".join(map(str, arguments))} & echo $! >>{OUTPUT}.pids'] * processes + ['wait']
    script = pathlib.Path(f'/dev/shm/writer-{processes}-{"-".join(map(str, arguments))}')
    script.write_text('#!/bin/sh\n' + '\n'.join(lines) + '\n')
    return f'/bin/sh {script}'


def ours(daemon, command):
    pathlib.Path('/dev/shm/bench').write_text(scripts.RECORDS)
    return deliver([f'{BUILD_DIR}/ctl/stapctl', f'--socket={daemon.socket}', 'run', '-D',
                    scripts.NO_OVERLOAD, '-o', OUTPUT, '-c', command, './bench'], OUTPUT)


def flat_out(daemon):
    for n, processes in ((200000, 1), (200000, 2), (2000000, 1)):
        note(f'{n} records, {processes} writers')
        result = ours(daemon, writer('flat', n // processes, processes=processes))
        tell(what='flat', n=n, processes=processes, who='stapd', **result)
        if BPFTRACE and n == 200000:
            result = deliver([BPFTRACE, '-o', OUTPUT, '-e', scripts.RECORDS_BPFTRACE, '-c',
                              writer('flat', n // processes, processes=processes)], OUTPUT)
            result['delivered'] -= 1  # its own first line
            tell(what='flat', n=n, processes=processes, who='bpftrace', **result)


def at_rate(daemon, rate):
    """Records a second of a run of three seconds without a loss; 0: there was one, or they were late."""
    result = ours(daemon, writer('rate', rate, rate * 3))
    tell(what='rate', rate=rate, **result)
    if result['delivered'] < rate * 3 or any('lost' in line for line in result['told']) or result['seconds'] > 6:
        return 0
    return result['delivered'] / result['seconds']


def lossless(daemon):
    """The best that one of three runs at each of these rates reached: default buffer, output to a file."""
    best = 0
    for rate in (50000, 100000, 150000, 200000, 300000, 400000, 500000, 600000, 800000):
        note(f'{rate} records/s')
        reached = max(at_rate(daemon, rate) for _ in range(3))
        if reached == 0:
            break
        best = max(best, reached)
    tell(what='lossless', rate=best)


def private_kib(pid):
    text = pathlib.Path(f'/proc/{pid}/smaps_rollup').read_text()
    return sum(int(re.search(rf'^{name}:\s+(\d+)', text, re.M)[1]) for name in ('Private_Clean', 'Private_Dirty'))


def stream_memory(daemon):
    """Of a session that is quiet: KiB of stapd-stream that are its own."""
    client = daemon.client()
    client.send('Start', context(scripts.arming(['tcp_abort']), name='bench'), more=True)
    for reply in client.replies():
        if reply['parameters'].get('state') == 'running':
            break
    time.sleep(1)
    [pid] = daemon.children('stapd-stream')
    text = pathlib.Path(f'/proc/{pid}/smaps_rollup').read_text()
    tell(what='stream', private_kib=private_kib(pid), rss_kib=int(re.search(r'^Rss:\s+(\d+)', text, re.M)[1]))
    daemon.drop(client)


# -------------------------------------------------------------------- sessions

def start(client, script, **more):
    """The id of a session that runs."""
    client.send('Start', context(script, name='bench', **more), more=True)
    for reply in client.replies():
        assert 'error' not in reply, reply
        if reply['parameters'].get('state') == 'running':
            return reply['parameters']['id']
    raise RuntimeError('it did not run')


def latency(daemon):
    """Of records that come one by one: ns from the probe, as the record says, to a reader that waits for it."""
    starter, reader, taken = daemon.client(), daemon.client(), []
    identity = start(starter, scripts.BEATS)
    reader.send('Attach', {'id': identity, 'format': 'json'}, upgrade=True)
    reader.receive()
    buffer = reader.buffer
    while len(taken) < 200:
        while b'\n' not in buffer:
            buffer += reader.socket.recv(65536)
        now = time.clock_gettime_ns(time.CLOCK_BOOTTIME)
        line, buffer = buffer.split(b'\n', 1)
        record = json.loads(line)
        if record['kind'] == 'event':
            taken.append(now - int(record['tNs']))
    daemon.drop(reader)
    daemon.drop(starter)
    taken.sort()
    tell(what='latency', median_ns=taken[len(taken) // 2], p99_ns=taken[len(taken) * 99 // 100], most_ns=taken[-1])


def adoption(daemon):
    """Sessions that nobody owns, and a stapd that is killed and started again by a service manager with its descriptors."""
    n = 10
    daemon.stop()
    manager = Manager('/dev/shm/manager', daemon.command)
    manager.tell()
    manager.start()

    def ask(method):
        while True:
            manager.look(0.001)
            try:
                client = Client(daemon.socket)
            except OSError:
                continue
            client.socket.settimeout(60)
            try:
                return [reply['parameters'] for reply in client.call(method, more=True)]
            except (OSError, AssertionError):
                continue
            finally:
                client.close()

    def run(n):
        for _ in range(n):
            client = Client(daemon.socket)
            start(client, scripts.BEATS, lifetime='detached')
            client.close()

    def memory_with(more):
        """KiB of stapd with so many sessions more. What it sends to its manager has to be heard meanwhile."""
        thread = threading.Thread(target=run, args=[more])
        thread.start()
        while thread.is_alive():
            manager.look(0.01)
        for _ in range(100):
            manager.look(0.01)
        return private_kib(manager.pid)

    while ask('Status')[0]['compiler'] != 'ready':
        pass
    first = memory_with(1)
    kib = (memory_with(n - 1) - first) / (n - 1)
    taken = []
    for _ in range(5):
        started = time.monotonic()
        manager.restart()
        listed = ask('List')
        taken.append(time.monotonic() - started)
        running = sum(p['session']['state'] == 'running' for p in listed if p.get('session'))
        assert running == n, listed
    taken.sort()
    tell(what='adoption', sessions=n, seconds=taken[2], kib=kib)
    manager.stop()
    while os.waitpid(manager.pid, os.WNOHANG)[0] == 0:
        with contextlib.suppress(TimeoutError):
            manager.notify.settimeout(0.1)
            manager.receive()
    daemon.start()


def main():
    shutil.copytree(CACHE, '/var/cache/stapd-bench')  # root's, whoever built it
    daemon = Daemon(cache='/var/cache/stapd-bench', options=['--log-level=info'])
    try:
        for measure in {'cost': [operations, cost], 'arming': [stream_memory, arming], 'records': [flat_out, lossless],
                        'sessions': [latency, adoption]}[PART]:
            measure(daemon)
    finally:
        sys.stderr.write('\n'.join(daemon.log.read_text().splitlines()[-15:]) + '\n')
        daemon.stop()


main()
