"""How lansync bears many files: time and memory of each thing that it does with all of them."""

import time

from usage import PeakMemory, resident_bytes
from works.observed import Observed

FILES_IN_DIRECTORY = 1000
# What is freed is given back to the system once nothing has happened for a while.
SETTLE_SECONDS = 15


class Indexed(Observed):
    """`count` files of some 20 to 30 bytes, all different, are indexed by one device alone, looked
    at again, sent to an empty one, and known to both after a restart."""

    def __init__(self, count):
        self.count = count
        self.name = f"{count:,} files indexed"

    def takes(self, kind):
        return kind.name == "lansync"

    def prepare(self, aside, masters):
        self.folder = aside / "files"
        self.folder.mkdir()
        self.content_bytes = 0
        for number in range(self.count):
            directory = self.folder / f"{number // FILES_IN_DIRECTORY}"
            if number % FILES_IN_DIRECTORY == 0:
                directory.mkdir()
            text = f"this is file {number}\n"
            (directory / f"{number}.txt").write_text(text)
            self.content_bytes += len(text)

    def measure(self, contender, patience):
        contender.start()
        source, target = contender.devices
        target.stop_daemon()
        source.flush()  # Waits for a member that went a moment ago; from now on, nobody is expected.
        figures = {}

        def timed(name, act):
            with PeakMemory(contender.lab, [1, 2]) as memory:
                begin = time.monotonic()
                act()
                figures[f"{name}: seconds"] = round(time.monotonic() - begin, 3)
            figures[f"{name}: peak MiB"] = round(max(memory.peaks.values()) / 2**20, 1)

        def at_rest(name, hosts):
            time.sleep(SETTLE_SECONDS)
            resident = [resident_bytes(contender.lab.namespace(host)) for host in hosts]
            figures[f"{name}: resident MiB"] = round(max(resident) / 2**20, 1)

        self.folder.rename(contender.source / "files")
        timed("indexing", lambda: source.flush(patience=patience))
        at_rest("indexed", [1])
        figures["index: bytes a file"] = round(
            sum(file.stat().st_size for file in source.home.rglob("index.db*")) / self.count)
        timed("looking again", lambda: source.flush(patience=patience))
        timed("first exchange", lambda: self._exchange(source, target, patience))
        at_rest("exchanged", [1, 2])
        contender.halt()
        timed("restart", lambda: contender.resume(patience))
        at_rest("restarted", [1, 2])
        return figures

    def _exchange(self, source, target, patience):
        target.start_daemon()
        source.wait_for_member(target)
        source.flush(patience=patience)
