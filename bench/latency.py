#!/usr/bin/env python3
"""How long a person waits: from `join` to equal folders, and from an edit to seeing it elsewhere.

  latency.py [--joins N] [--edits N]

Runs the program that LANSYNC_BINARY names (else build/release's) on two hosts in network namespaces;
needs root. A table goes to standard error, one JSON document (seconds) to standard output. Nothing is
judged here.
"""

import argparse
import json
import statistics
import sys
import time

from pair import Pair, find_binary  # Also says where the next two are.
from device import wait_until
from trees import make_tree, same

SMALL_FOLDER_FILES = 50
EDIT_BYTES = 4096
# Short beside what is measured, long enough not to take the processor from it.
LOOK_SECONDS = 0.0005
PATIENCE_SECONDS = 60


def measure_join():
    """From both daemons started to both folders equal."""
    with Pair() as pair:
        one, two = pair.devices
        make_tree(one.folder, "join", SMALL_FOLDER_FILES)
        begin = time.monotonic()
        pair.join()
        wait_until(lambda: same(one.folder, two.folder), "equal folders")
        return time.monotonic() - begin


def measure_edit(source, target, text):
    """From the beginning of an edit to its being readable at the other device."""
    begin = time.monotonic()
    source.write_bytes(text)
    while True:
        try:
            if target.read_bytes() == text:
                return time.monotonic() - begin
        except FileNotFoundError:
            pass
        if time.monotonic() - begin > PATIENCE_SECONDS:
            raise TimeoutError(f"{source} did not arrive")
        time.sleep(LOOK_SECONDS)


def measure_edits(count):
    """Alternating between the devices, and between new files and edits of the one before."""
    with Pair() as pair:
        pair.join()
        seconds = []
        for number in range(count):
            name = f"file {number // 4}"
            text = (f"{number} " * EDIT_BYTES)[:EDIT_BYTES].encode()
            source, target = (pair.devices[side].folder / name
                              for side in (number % 2, 1 - number % 2))
            seconds.append(measure_edit(source, target, text))
        return seconds


def summary(seconds):
    seconds = sorted(seconds)

    def percentile(percent):
        return round(seconds[min(len(seconds) - 1, len(seconds) * percent // 100)], 4)
    return {"count": len(seconds), "median": round(statistics.median(seconds), 4),
            "p90": percentile(90), "p99": percentile(99), "max": round(seconds[-1], 4)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--joins", type=int, default=5)
    parser.add_argument("--edits", type=int, default=100)
    arguments = parser.parse_args()
    results = {"join_to_in_sync": summary([measure_join() for _ in range(arguments.joins)]),
               "edit_to_visible": summary(measure_edits(arguments.edits))}
    columns = ("count", "median", "p90", "p99", "max")
    print(f"{'seconds':20}" + "".join(f"{column:>10}" for column in columns), file=sys.stderr)
    for name, row in results.items():
        print(f"{name:20}" + "".join(f"{row[column]:>10}" for column in columns), file=sys.stderr)
    print(json.dumps({"v": 1, "type": "latency", "binary": str(find_binary()), **results}))


if __name__ == "__main__":
    main()
