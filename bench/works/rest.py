"""What a program costs while nothing happens."""

import time

from usage import resident_bytes, scheduled
from works.observed import WithFiles
from workloads import SmallFiles

# What is put off until nothing happens has been done by then.
SETTLE_SECONDS = 15


class AtRest(WithFiles):
    """Connected and in sync: over a while, on the host where it is most."""

    def __init__(self, count, seconds):
        super().__init__(SmallFiles(count))
        self.seconds = seconds
        self.name = f"{seconds} s at rest, with {count:,} files"

    def measure(self, contender, patience):
        self.start(contender, patience)
        time.sleep(SETTLE_SECONDS)
        hosts = range(1, len(contender.targets) + 2)
        namespaces = [contender.lab.namespace(host) for host in hosts]
        before = [scheduled(namespace) for namespace in namespaces]
        time.sleep(self.seconds)
        spent = [(now.seconds - then.seconds, now.turns - then.turns)
                 for then, now in zip(before, map(scheduled, namespaces))]
        return {"% of a core": round(max(seconds for seconds, _ in spent) / self.seconds * 100, 4),
                "wake-ups a second": round(max(turns for _, turns in spent) / self.seconds, 2),
                "resident MiB": round(max(map(resident_bytes, namespaces)) / 2**20, 1)}
