"""What such a work has."""

import statistics
import time

from workloads import Workload

LOOK_SECONDS = 0.05


class Observed(Workload):
    """prepare() as of any work; then measure() does everything, the start of the contender
    included, and returns figures by name (unit last). The first of them is what contenders are
    compared by."""

    def takes(self, kind):
        """Whether a kind of contender can take part: by default those that follow by themselves."""
        return kind.follows

    def prepare(self, aside, masters):
        pass

    def measure(self, contender, patience):
        raise NotImplementedError


class WithFiles(Observed):
    """One that begins with the files of another workload in all folders."""

    def __init__(self, files):
        self.files = files

    def prepare(self, aside, masters):
        self.files.prepare(aside, masters)
        self.content_bytes = self.files.content_bytes

    def start(self, contender, patience):
        contender.start()
        self.files.act(contender.source)
        contender.sync()
        deadline = time.monotonic() + patience
        while not all(map(self.files.done, contender.targets)):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{contender.name}: no files to begin with")
            time.sleep(LOOK_SECONDS)


def distribution_ms(seconds):
    """Of how long something took, many times."""
    in_order = sorted(seconds)

    def percentile(percent):
        place = min(len(in_order) - 1, len(in_order) * percent // 100)
        return round(in_order[place] * 1000, 1)
    return {"p50 ms": round(statistics.median(in_order) * 1000, 1), "p90 ms": percentile(90),
            "p99 ms": percentile(99), "max ms": percentile(100), "times": len(in_order)}
