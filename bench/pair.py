"""Two devices on two hosts in network namespaces, for what is measured in bench/."""

import pathlib
import shutil
import sys
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(SOURCE / "tests" / "e2e"))
from case import Lab, find_binary  # noqa: E402
from device import Device  # noqa: E402


class Pair:
    """Two devices with their daemons started, and nothing shared yet."""

    def __enter__(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="lansync-bench-"))
        self.lab = Lab(hosts=2)
        self.devices = [Device(self.lab, host, self.root / str(host), find_binary())
                        for host in (1, 2)]
        for device in self.devices:
            device.start_daemon()
        return self

    def __exit__(self, *_):
        self.lab.down()
        shutil.rmtree(self.root, ignore_errors=True)

    def join(self):
        one, two = self.devices
        two.join(one.create())
        two.flush()
