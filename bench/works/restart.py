"""Nothing has changed, and the programs start."""

import time

from works.observed import WithFiles
from workloads import SmallFiles

# What is put off has been done by then.
SETTLE_SECONDS = 3


class Restart(WithFiles):
    """Of a program that follows: all of its daemons are stopped and started. Of one that is told
    to: it is told to once more. Until everything is known to be in sync again."""

    def __init__(self, count):
        super().__init__(SmallFiles(count))
        self.name = f"nothing changed in {count:,} files, restarted"

    def takes(self, kind):
        return not kind.copies_only

    def measure(self, contender, patience):
        self.start(contender, patience)
        if contender.follows:
            time.sleep(SETTLE_SECONDS)
            contender.halt()
        begin = time.monotonic()
        contender.resume(patience)
        return {"seconds": round(time.monotonic() - begin, 3)}
