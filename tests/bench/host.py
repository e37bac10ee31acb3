# SPDX-License-Identifier: GPL-2.0-or-later
"""What can be measured without loading a module: compiling, the kernel kit, and stapd at rest."""
import contextlib
import os
import pathlib
import re
import resource
import shutil
import signal
import statistics
import subprocess
import tempfile
import time

import scripts
from stapd import BUILD, IS_ROOT, SOURCE, Daemon, context

# So that what is measured on this machine ends where a module would be loaded, also where it could be.
WITHOUT_MODULES = ['setpriv', '--bounding-set=-sys_module', '--inh-caps=-sys_module'] if IS_ROOT else []


# A child's peak as Python would tell it has Python's own in it.
TIME = ['time', '-f', '%M'] if shutil.which('time') else []


def make_daemon(release, cache, more=(), settings=(), **arguments):
    """One that does not mind that its compiler is stopped for a while."""
    return Daemon(options=[f'--kernel={release}', '--log-level=info', *more], cache=cache, wrapper=WITHOUT_MODULES,
                  settings=['HelperSeconds=3600', *settings], **arguments)


def kit_seconds(release, times=3):
    """Median of so many builds of the kernel kit, each from nothing."""
    taken = []
    for _ in range(times):
        directory = tempfile.mkdtemp(prefix='stapd-bench-')
        started = time.monotonic()
        subprocess.run([BUILD / 'daemon/stapd-compile', '--prepare', f'--kernel={release}', f'--kit-dir={directory}'],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        taken.append(time.monotonic() - started)
        shutil.rmtree(directory)
    return statistics.median(taken)


def ensure_kit(release, cache):
    daemon = make_daemon(release, cache)
    client = daemon.client()
    client.socket.settimeout(300)
    done = client.call('Prepare', more=True)[-1]
    assert 'error' not in done, done
    daemon.stop()
    daemon.remove()


def loadable(client, script, **more):
    """Seconds from the call to the module, and of each pass (empty from the cache)."""
    started = time.monotonic()
    client.send('Start', context(script, name='bench', **more), more=True)
    took, passes = None, {}
    for reply in client.replies():
        parameters = reply['parameters']
        if 'pass' in parameters:
            passes[parameters['pass']] = parameters['usec'] / 1e6
        if parameters.get('state') == 'loading':
            took = time.monotonic() - started
    assert took is not None and reply.get('error') == 'org.stapd1.ModuleRefused', reply
    return took, passes


def compile_seconds(release, cache, times=10):
    """Medians: {'cold': s, 'warm': s, 'cached': s, 'passes': {...}} of the first script of the SystemTap book."""
    cold, warm, cached, passes = [], [], [], []
    unique = iter(range(1 << 30))

    def script():
        return f'# {time.time()} {next(unique)}\n{scripts.WRITTEN}'

    for _ in range(times):
        started = time.monotonic()
        daemon = make_daemon(release, cache, ready=False)
        loadable(daemon.client(), script())
        cold.append(time.monotonic() - started)
        daemon.stop()
        daemon.remove()
    daemon = make_daemon(release, cache)
    client = daemon.client()
    for _ in range(times):
        text = script()
        took, told = loadable(client, text)
        warm.append(took)
        passes.append(told)
        cached.append(loadable(client, text)[0])
    daemon.stop()
    daemon.remove()
    return {'cold': statistics.median(cold), 'warm': statistics.median(warm), 'cached': statistics.median(cached),
            'passes': {name: statistics.median(p[name] for p in passes) for name in passes[0]}}


def long_script(release, cache, times=5):
    """Of a script of 1,000 lines: {'lines', 'early': seconds of passes 1 to 3, 'seconds', 'mib': most memory of the compiler
    without gcc, 'ko': bytes of the module}; and the bytes of the book's script's module."""
    text, taken = scripts.thousand_lines(), []
    with tempfile.TemporaryDirectory(prefix='stapd-bench-') as directory:
        def build(script, *options):
            path = pathlib.Path(directory) / 'bench.stp'
            path.write_text(script)
            return subprocess.run([*TIME, BUILD / 'daemon/stapd-compile', f'--kernel={release}',
                                   f'--kit-dir={cache / "kit"}', *options, path], check=True, capture_output=True, text=True)

        for _ in range(times):
            told = build(text, '-p3', '-v').stderr
            taken.append(sum(map(float, re.findall(r'^Pass [123]:.*?in ([0-9.]+) ms', told, re.M))) / 1e3)
            mib = int(told.split()[-1]) / 1024 if TIME else None
        build(text, '-o', f'{directory}/long.ko')
        build(scripts.WRITTEN, '-o', f'{directory}/short.ko')
        sizes = [os.path.getsize(f'{directory}/{name}.ko') for name in ('long', 'short')]
    return {'lines': text.count('\n'), 'early': statistics.median(taken), 'mib': mib, 'ko': sizes[0], 'short_ko': sizes[1]}


def precompile(release, cache, texts, **more):
    """Into the cache that the guest's stapd uses: an emulated gcc takes seconds."""
    daemon = make_daemon(release, cache)
    client = daemon.client()
    client.socket.settimeout(300)
    for text in texts:
        loadable(client, text, **more)
    daemon.stop()
    daemon.remove()


def traced_functions(release):
    """Names that kernel.function("tcp_*") means, without those of the kernel's start, whose code is gone."""
    there = set(subprocess.run([SOURCE / 'tests/vm/vmrun', '-k', release, '--', 'cat',
                                '/sys/kernel/tracing/available_filter_functions'],
                               check=True, capture_output=True, text=True).stdout.split())
    done = subprocess.run([BUILD / 'daemon/stapd-compile', f'--kernel={release}', '-p2', '--dump=elaborate', '-e',
                           'global n probe kernel.function("tcp_*") { n++ } probe end { println(n) }'],
                          check=True, capture_output=True, text=True)
    names = [line.split()[-1] for line in done.stdout.splitlines() if line.startswith('# attach: function ')]
    return [name for name in names if name in there]


def probes_seconds(release, *arguments, times=10):
    """Median seconds of `stapctl probes`, from its start to its end."""
    taken = []
    for _ in range(times):
        started = time.monotonic()
        subprocess.run([BUILD / 'ctl/stapctl', 'probes', f'--kernel={release}', *arguments], check=True,
                       stdout=subprocess.DEVNULL)
        taken.append(time.monotonic() - started)
    return statistics.median(taken)


# -------------------------------------------------------------------- at rest

def idle(release, cache):
    """Resident MiB of stapd without a session, and how often it wakes up in five seconds."""
    daemon = make_daemon(release, cache)
    time.sleep(1)

    def switches():
        text = pathlib.Path(f'/proc/{daemon.pid}/status').read_text()
        return sum(int(line.split()[1]) for line in text.splitlines() if 'ctxt_switches' in line)

    before = switches()
    time.sleep(5)
    woken = switches() - before
    resident = daemon.resident_bytes() / (1 << 20)
    daemon.stop()
    daemon.remove()
    return resident, woken


@contextlib.contextmanager
def storm(streams, rate=None):
    """So many streams with the priority that stapd gives to its own, at full speed or with so many records a second: each from
    a kernel's buffers in memory to a reader, which is a process like any other."""
    program = BUILD / 'tests/bench/bench-stream'
    command = f'exec {program}' if rate else f'while :; do {program}; done'
    environment = {**os.environ, 'NICE': '-10', **({'RATE': str(rate)} if rate else {'RECORDS': '1000000'})}
    # No session of its own, which would have a share of the CPUs of its own where the kernel groups by sessions.
    running = [subprocess.Popen(['sh', '-c', command], stdout=subprocess.DEVNULL, process_group=0, env=environment)
               for _ in range(streams)]
    time.sleep(2 if streams else 0)
    try:
        yield
    finally:
        for process in running:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def throughput(readers, records):
    """Records a second that one stream carries to so many readers, each of whom gets all: {'text', 'json'}, the best of three."""
    program = BUILD / 'tests/bench/bench-stream'
    environment = {**os.environ, 'READERS': str(readers), 'RECORDS': str(records)}
    best = {}
    for _ in range(3):
        out = subprocess.run([program], stdout=subprocess.PIPE, text=True, check=True, env=environment).stdout
        for name, rate in re.findall(r'^stream (\w+): .*: (\d+) records/s', out, re.M):
            best[name] = max(best.get(name, 0), int(rate))
    return best


def answering(release, cache, streams=10, times=300):
    """Seconds of Status while so many streams storm: median, and the slowest of a hundred."""
    daemon = make_daemon(release, cache)
    client = daemon.client()
    taken = []
    with storm(streams):
        for _ in range(times):
            started = time.monotonic()
            client.call('Status')
            taken.append(time.monotonic() - started)
            time.sleep(0.01)
    daemon.stop()
    daemon.remove()
    return statistics.median(taken), sorted(taken)[times * 99 // 100]


def listing(release, cache, sessions=500, times=10, streams=0, rate=None, method='List'):
    """Median seconds of List, or of another method with more, with so many sessions, while so many streams storm or have their
    rate; the asking client's own waiting for a CPU is in it. And those in which stapd ran, or waited for a CPU."""
    files = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(files[1], 4096), files[1]))
    daemon = make_daemon(release, cache, settings=[f'SessionsMax={sessions + 1}', f'SessionsPerUser={sessions + 1}'])
    zygote = daemon.zygote()
    os.kill(zygote, signal.SIGSTOP)  # they stay as they are: being compiled
    for i in range(sessions):
        daemon.client().send('Start', context(f'# {i}\n{scripts.WRITTEN}', name='bench'), more=True)
    while daemon.status()['sessions'] < sessions:
        time.sleep(0.01)
    taken, own = [], []

    def cpu():
        return sum(map(int, pathlib.Path(f'/proc/{daemon.pid}/schedstat').read_text().split()[:2])) / 1e9

    with storm(streams, rate):
        for _ in range(times):
            client = daemon.client()
            before = cpu()
            started = time.monotonic()
            client.send(method, more=True)
            last = data = client.socket.recv(1 << 20)  # ours to parse is not what is measured
            while not last.endswith(b'\0') or b'"continues"' in last.rsplit(b'\0', 2)[-2]:
                last = (last + client.socket.recv(1 << 20))[-65536:]
            taken.append(time.monotonic() - started)
            own.append(cpu() - before)
            daemon.drop(client)
    os.kill(zygote, signal.SIGCONT)
    daemon.stop()
    daemon.remove()
    return statistics.median(taken), statistics.median(own)
