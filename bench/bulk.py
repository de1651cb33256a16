#!/usr/bin/env python3
"""How long much takes: one large file, many small ones, and a renamed folder of them.

  bulk.py [--mib N] [--files N]

Runs the program that LANSYNC_BINARY names (else build/release's) on two hosts in network namespaces;
needs root. What is synced is written beside the folder and moved in, so that the time begins when it
appears there, and ends when the other device has all of it at its place. A table goes to standard
error, one JSON document to standard output. Nothing is judged here.
"""

import argparse
import json
import pathlib
import random
import sys
import time

from pair import Pair, find_binary  # Also says where the next one is.
from trees import write_random

SMALL_BYTES = 4096
LOOK_SECONDS = 0.01
PATIENCE_SECONDS = 900


def count_files(folder):
    return sum(1 for entry in folder.iterdir()) if folder.is_dir() else 0


def timed(done):
    begin = time.monotonic()
    while not done():
        if time.monotonic() - begin > PATIENCE_SECONDS:
            raise TimeoutError(f"not done within {PATIENCE_SECONDS} s")
        time.sleep(LOOK_SECONDS)
    return time.monotonic() - begin


def resident_mib(device):
    kib = 0
    for pid in device.daemon_pids():
        for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                kib += int(line.split()[1])
    return round(kib / 1024, 1)


class Measurements:
    def __init__(self, pair):
        self.one, self.two = pair.devices
        self.aside = self.one.user_home / "aside"
        self.aside.mkdir()
        self.rows = {}

    def measure(self, name, act, done):
        before = self.two.received_bytes()
        act()
        seconds = timed(done)
        self.rows[name] = {"seconds": round(seconds, 2),
                           "received_mib": round((self.two.received_bytes() - before) / 2**20, 1)}
        self.two.flush(patience=PATIENCE_SECONDS)

    def large_file(self, mib):
        source = write_random(self.aside / "large", mib << 20, "large")
        self.measure(f"one file of {mib} MiB", lambda: source.rename(self.one.folder / "large"),
                     lambda: (self.two.folder / "large").exists())

    def small_files(self, count):
        source = self.aside / "many"
        source.mkdir()
        generator = random.Random("many")
        for number in range(count):
            (source / f"file {number}").write_bytes(generator.randbytes(SMALL_BYTES))
        target = self.two.folder / "many"
        self.measure(f"{count} files of 4 KiB", lambda: source.rename(self.one.folder / "many"),
                     lambda: count_files(target) == count)

    def renamed_folder(self, count):
        old, new = "many", "renamed"
        self.measure("their folder renamed",
                     lambda: (self.one.folder / old).rename(self.one.folder / new),
                     lambda: count_files(self.two.folder / new) == count
                     and not (self.two.folder / old).exists())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mib", type=int, default=512)
    parser.add_argument("--files", type=int, default=10_000)
    arguments = parser.parse_args()
    with Pair() as pair:
        pair.join()
        measurements = Measurements(pair)
        measurements.large_file(arguments.mib)
        measurements.small_files(arguments.files)
        measurements.renamed_folder(arguments.files)
        memory = [resident_mib(device) for device in pair.devices]
    print(f"{'':28}{'seconds':>10}{'MiB in':>10}", file=sys.stderr)
    for name, row in measurements.rows.items():
        print(f"{name:28}{row['seconds']:>10}{row['received_mib']:>10}", file=sys.stderr)
    print(f"resident memory at the end: {memory[0]} and {memory[1]} MiB", file=sys.stderr)
    print(json.dumps({"v": 1, "type": "bulk", "binary": str(find_binary()),
                      "rows": measurements.rows, "resident_mib": memory}))


if __name__ == "__main__":
    main()
