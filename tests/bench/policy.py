# SPDX-License-Identifier: GPL-2.0-or-later
"""How long a decision takes: the rules alone, and what they add to a script that comes from the cache, with polkit and without."""
import json
import pathlib
import shutil
import statistics
import subprocess
import tempfile
import time

import host
from private_bus import Bus
from stapd import BUILD, SOURCE, as_user, wait_until

SCRIPT = 'probe begin { println("bench") exit() }'
DENY, ASK = 'Effect=deny', 'Effect=ask'
OTHERS = ''.join(f'[Rule]\nEffect=allow\nUser={1000000 + i}\n' for i in range(999))


def decisions():
    """{'rules', 'readMs', 'perSecond'}"""
    return json.loads(subprocess.run([BUILD / 'tests/bench/bench-policy'], capture_output=True, text=True, check=True).stdout)


def start_seconds(daemon, times):
    """Median from the call of a stranger's Start to its answer; the script is in the cache."""
    taken = []
    with as_user():
        client = daemon.client()
    for _ in range(times + 1):
        started = time.monotonic()
        reply = client.call('Start', {'context': {'script': SCRIPT}})
        assert reply['error'].endswith('PolicyDenied'), reply
        taken.append(time.monotonic() - started)
    daemon.drop(client)
    return statistics.median(taken[1:])


def reload(daemon, folder, text):
    (folder / 'bench.conf').write_text(text)
    assert 'error' not in daemon.client().call('Reload'), text


def answers(release, cache, times=200):
    """Seconds of a Start: refused by the only rule, by the last of a thousand, and by polkit, which says no at once."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix='stapd-bench-rules-'))
    folder.chmod(0o755)
    bus = Bus()
    mode = bus.directory / 'mode'
    mode.write_text('no')
    daemon = host.make_daemon(release, cache, more=[f'--policy-dir={folder}', f'--bus={bus.address}'])
    fake = None
    try:
        result = {}
        for name, text in (('one', ''), ('thousand', OTHERS)):
            reload(daemon, folder, f'{text}[Rule]\n{DENY}\nUser=nobody\n[Rule]\nEffect=allow\nUser=nobody\n')  # the last one lets him compile
            result[name] = start_seconds(daemon, times)
        fake = subprocess.Popen(['/usr/bin/python3', SOURCE / 'tests/api/fake-polkit.py', bus.address, mode, '122'],
                                stdout=subprocess.DEVNULL)
        wait_until('stapd has found polkit', lambda: daemon.status()['polkit'] != 'none')
        reload(daemon, folder, f'[Rule]\n{ASK}\nUser=nobody\n')
        result['polkit'] = start_seconds(daemon, times)
        return result
    finally:
        if fake:
            fake.kill()
            fake.wait()
        daemon.stop()
        daemon.remove()
        bus.remove()
        shutil.rmtree(folder)
