"""What it costs that several devices have one folder."""

import time

from usage import PeakMemory, processor_seconds
from works.edits import Edits
from works.observed import LOOK_SECONDS, Observed
from workloads import SmallFiles

FILES = 1000
EDITS = 40


class Meshed(Observed):
    """Files that one device makes, until all have them; then edits by each in its turn."""

    def __init__(self, devices):
        self.receivers = devices - 1
        self.files = SmallFiles(FILES)
        self.edits = Edits(EDITS)
        self.name = f"a folder of {devices} devices"

    def prepare(self, aside, masters):
        self.files.prepare(aside, masters)
        self.content_bytes = self.files.content_bytes

    def measure(self, contender, patience):
        contender.start()
        hosts = range(1, self.receivers + 2)
        figures = {}

        def used():
            return [processor_seconds(contender.lab.namespace(host)) for host in hosts]

        def timed(name, act, times):
            before = used()
            with PeakMemory(contender.lab, hosts) as memory:
                begin = time.monotonic()
                act()
                seconds = time.monotonic() - begin
            spent = [now - then for then, now in zip(before, used())]
            figures[f"{name}: seconds"] = round(seconds / times, 4)
            figures[f"{name}: processor seconds of all"] = round(sum(spent) / times, 4)
            figures[f"{name}: processor seconds, the most of one"] = round(max(spent) / times, 4)
            figures[f"{name}: peak MiB"] = round(max(memory.peaks.values()) / 2**20, 1)

        timed(f"{FILES:,} files", lambda: self._give_files(contender, patience), 1)
        timed("an edit", lambda: list(self.edits.edit(contender, EDITS, patience)), EDITS)
        return figures

    def _give_files(self, contender, patience):
        self.files.act(contender.source)
        deadline = time.monotonic() + patience
        while not all(map(self.files.done, contender.targets)):
            if time.monotonic() > deadline:
                raise TimeoutError("the files do not come")
            time.sleep(LOOK_SECONDS)
