"""lansync, as it comes."""

import concurrent.futures
import pathlib
import sys

from contenders.contender import Contender, first_line, wait_for

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
        self.start_daemons()
        self.join_all()

    def start_daemons(self):
        self.devices = []
        for host, folder in enumerate((self.source, *self.targets), 1):
            device = Device(self.lab, host, self.root / str(host), find_binary())
            device.folder = folder
            device.start_daemon()
            self.devices.append(device)

    def join_all(self):
        first, *others = self.devices
        code = first.create()
        for number, other in enumerate(others):
            other.join(code if number == 0 else first.invite())
            first.wait_for_member(other)
        for device in self.devices:
            for other in self.devices:
                if other is not device:
                    device.wait_for_member(other)
        first.flush()

    def halt(self):
        for device in self.devices:
            device.stop_daemon()

    def resume(self, patience):
        with concurrent.futures.ThreadPoolExecutor() as threads:
            list(threads.map(lambda device: device.start_daemon(), self.devices))
        wait_for(lambda: all(map(self._in_sync, self.devices)), "all in sync", patience)

    def _in_sync(self, device):
        share = device.share()
        others = sum(member["online"] and member["in_sync"] for member in share["members"])
        return share["in_sync"] and others == len(self.devices) - 1

    def stop(self):
        for device in self.devices:
            if device.foreground.poll() is None:
                device.stop_daemon()
