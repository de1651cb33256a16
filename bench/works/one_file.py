"""What one file of a size takes, and how much memory meanwhile."""

import time

from usage import PeakMemory
from works.observed import Observed
from workloads import has_size, write_stream

LOOK_SECONDS = 0.005


class OneFile(Observed):
    """From its appearance until it is at its place on the other side."""

    def __init__(self, count_bytes):
        self.content_bytes = count_bytes
        self.name = f"one file of {count_bytes:,} bytes"

    def prepare(self, aside, masters):
        self.file = aside / "one.bin"
        write_stream(self.file, self.content_bytes, self.name)

    def measure(self, contender, patience):
        contender.start()
        arrived = contender.targets[0] / "one.bin"
        with PeakMemory(contender.lab, [1, 2]) as memory:
            begin = time.monotonic()
            self.file.rename(contender.source / "one.bin")
            while not has_size(arrived, self.content_bytes):
                if time.monotonic() - begin > patience:
                    raise TimeoutError("the file does not come")
                time.sleep(LOOK_SECONDS)
            seconds = time.monotonic() - begin
        return {"exchange: seconds": round(seconds, 3),
                "exchange: peak MiB": round(max(memory.peaks.values()) / 2**20, 1)}
