"""How long a person waits from an edit to seeing it elsewhere: alone, and while much is under way."""

import contextlib
import time

from works.observed import Observed, distribution_ms
from workloads import MIB, has_size, write_stream

EDIT_BYTES = 4096
# Short beside what is measured, long enough not to take the processor from it.
LOOK_SECONDS = 0.0005


class Edits(Observed):
    """Each device in its turn; new files, and edits of the one before. Until all others show it."""

    def __init__(self, count):
        self.count = count
        self.content_bytes = count * EDIT_BYTES
        self.name = f"{count} edits, one after the other"

    def measure(self, contender, patience):
        contender.start()
        return distribution_ms(list(self.edit(contender, self.count, patience)))

    def edit(self, contender, count, patience):
        folders = (contender.source, *contender.targets)
        for number in range(count):
            name = f"edit {number // 4}"
            text = (f"{number} " * EDIT_BYTES)[:EDIT_BYTES].encode()
            here, *others = (folders[(number + place) % len(folders)] / name
                             for place in range(len(folders)))
            begin = time.monotonic()
            here.write_bytes(text)
            while not all(self._shows(there, text) for there in others):
                if time.monotonic() - begin > patience:
                    raise TimeoutError(f"{contender.name}: {name!r} did not arrive")
                time.sleep(LOOK_SECONDS)
            yield time.monotonic() - begin

    def _shows(self, path, text):
        with contextlib.suppress(FileNotFoundError):
            return path.read_bytes() == text
        return False


class EditsDuringBulk(Edits):
    """The same for as long as a large file is being transferred, from its appearance on."""

    def __init__(self, count, mib):
        super().__init__(count)
        self.bulk_bytes = mib * MIB
        self.content_bytes += self.bulk_bytes
        self.name = f"edits while {mib} MiB are transferred, {count} at most"

    def prepare(self, aside, masters):
        self.bulk = aside / "bulk.bin"
        write_stream(self.bulk, self.bulk_bytes, "bulk")

    def measure(self, contender, patience):
        contender.start()
        arrived = contender.targets[0] / "bulk.bin"
        self.bulk.rename(contender.source / "bulk.bin")
        seconds = []
        for one in self.edit(contender, self.count, patience):
            if has_size(arrived, self.bulk_bytes):
                break
            seconds.append(one)
        return distribution_ms(seconds)
