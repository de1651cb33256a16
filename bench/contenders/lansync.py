"""lansync, as it comes."""

import pathlib
import sys

from contenders.contender import Contender, first_line

SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(SOURCE / "tests" / "e2e"))
from case import find_binary  # noqa: E402
from device import Device  # noqa: E402


class Lansync(Contender):
    name = "lansync"
    follows = True
    durable = "each file and its name, and the index"

    @classmethod
    def version(cls):
        return first_line(find_binary(), "--version")

    def start(self):
        self.devices = []
        for host, folder in enumerate((self.source, *self.targets), 1):
            device = Device(self.lab, host, self.root / str(host), find_binary())
            device.folder = folder
            device.start_daemon()
            self.devices.append(device)
        first, *others = self.devices
        code = first.create()
        for number, other in enumerate(others):
            other.join(code if number == 0 else first.invite())
            first.wait_for_member(other)
        first.flush()

    def stop(self):
        for device in self.devices:
            device.stop_daemon()
