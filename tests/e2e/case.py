"""What every end-to-end test has: a lab, devices in it, and an end that leaves nothing behind."""

import os
import pathlib
import shutil
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "lab"))
from lab import Lab  # noqa: E402

from device import PATIENCE_SECONDS, Device, wait_until  # noqa: E402
from trees import differences, same  # noqa: E402

SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent
LOG_LINES_SHOWN = 60


def find_binary():
    """The program under test: what LANSYNC_BINARY names, else a build in its usual place."""
    named = os.environ.get("LANSYNC_BINARY")
    candidates = [pathlib.Path(named)] if named else [
        SOURCE / "build" / preset / "cli" / "lansync" for preset in ("release", "dev")]
    for candidate in candidates:
        if candidate.is_file():
            return candidate.resolve()
    raise FileNotFoundError(f"no lansync at {', '.join(map(str, candidates))}; "
                            "build it, or set LANSYNC_BINARY")


class EndToEndTest(unittest.TestCase):
    """A test has `hosts` hosts, each with one device, reached as self.devices or self.device(1)."""

    hosts = 2
    longMessage = True
    maxDiff = None

    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="lansync-e2e-"))
        self.addCleanup(shutil.rmtree, self.root, ignore_errors=True)
        self.lab = Lab(hosts=self.hosts)
        self.addCleanup(self.lab.down)
        self.devices = []
        for host in range(1, self.hosts + 1):
            self.add_device(host)
        self.addCleanup(self._check_faults)  # Runs before the lab goes down.

    def add_device(self, host):
        device = Device(self.lab, host, self.root / str(host), find_binary())
        self.devices.append(device)
        return device

    def add_device_on_new_host(self, host, plugged=True):
        self.lab.add_host(host, plugged)
        return self.add_device(host)

    def device(self, host):
        return self.devices[host - 1]

    def _check_faults(self):
        faults = [fault for device in self.devices for fault in device.faults()]
        if faults:
            self.fail("\n".join(faults))

    def logs(self):
        """The ends of all the daemons' logs, for a person who looks into a failure."""
        text = ""
        for device in self.devices:
            lines = device.log().splitlines()
            text += f"--- the log of {device.name}, {len(lines)} lines\n"
            text += "".join(line + "\n" for line in lines[-LOG_LINES_SHOWN:])
        return text

    # --- What most tests begin with, and end with ------------------------------------------------

    def share_folder(self):
        """Device 1 makes a share and the others join it, one after the other; all are connected."""
        first = self.device(1)
        code = first.create()
        for number, device in enumerate(self.devices[1:]):
            device.join(code if number == 0 else first.invite())
            first.wait_for_member(device)
            device.wait_for_member(first)
        return self.devices

    def wait_until_same(self, *devices, patience=PATIENCE_SECONDS):
        """Waits until the folders are equal in everything."""
        one, *others = devices or self.devices
        for other in others:
            try:
                wait_until(lambda: same(one.folder, other.folder), "equal folders", patience)
            except AssertionError as late:
                found = "\n".join(differences(one.folder, other.folder))
                raise AssertionError(f"{late}\n{found}\n{one.share()}\n{other.share()}") from None

    def assert_same(self, *devices):
        """The folders are equal now."""
        one, *others = devices or self.devices
        for other in others:
            self.assertEqual(differences(one.folder, other.folder), [],
                             f"{one.name} and {other.name} differ")

    def assert_refused(self, outcome, exit_code, *words):
        """The command failed in that way, in one line on standard error that has these words."""
        self.assertEqual(outcome.exit, exit_code, str(outcome))
        lines = [line for line in outcome.err.splitlines() if line.startswith("lansync: ")]
        self.assertEqual(len(lines), 1, str(outcome))
        for word in words:
            self.assertIn(word.lower(), lines[0].lower())
