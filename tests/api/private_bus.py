# SPDX-License-Identifier: GPL-2.0-or-later
"""A message bus of a test's own, as the system's is: with the policy file that is installed, and room for a polkit."""
import os
import pathlib
import shutil
import subprocess
import tempfile

from stapd import SOURCE, wait_until

CONFIGURATION = '''<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type><listen>unix:path={0}/bus</listen><auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/><allow send_type="signal"/>
    <allow send_requested_reply="true" send_type="method_return"/><allow send_requested_reply="true" send_type="error"/>
    <allow receive_type="method_call"/><allow receive_type="method_return"/><allow receive_type="error"/>
    <allow receive_type="signal"/><allow send_destination="org.freedesktop.DBus"/>
  </policy>
  <policy context="default">
    <allow own="org.freedesktop.PolicyKit1"/><allow send_destination="org.freedesktop.PolicyKit1"/>
    <allow send_interface="org.freedesktop.PolicyKit1.AuthenticationAgent"/>
  </policy>
  <include>{0}/policy.conf</include>
</busconfig>
'''


class Bus:
    """A dbus-daemon with the policy file that is installed; not root, the policy lets us own the name instead."""

    def __init__(self):
        if not shutil.which('dbus-daemon') or not shutil.which('busctl') or not shutil.which('gdbus'):
            print('1..0 # SKIP dbus-daemon, busctl or gdbus is not installed; tests/setup installs them')
            raise SystemExit
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix='stapd-bus-'))
        self.directory.chmod(0o755)
        policy = (SOURCE / 'policy/org.stapd1.conf').read_text()
        (self.directory / 'policy.conf').write_text(policy.replace('user="root"', f'user="{os.geteuid()}"'))
        (self.directory / 'bus.conf').write_text(CONFIGURATION.format(self.directory))
        self.address = f'unix:path={self.directory}/bus'
        self.process = None
        self.start()

    def start(self):
        self.process = subprocess.Popen(['dbus-daemon', f'--config-file={self.directory}/bus.conf', '--nofork', '--nopidfile'])
        wait_until('the bus is there', (self.directory / 'bus').exists)

    def stop(self):
        self.process.terminate()
        self.process.wait()
        (self.directory / 'bus').unlink(missing_ok=True)

    def remove(self):
        self.stop()
        shutil.rmtree(self.directory)
