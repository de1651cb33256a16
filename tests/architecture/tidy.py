#!/usr/bin/env python3
"""clang-tidy over every source file that the build compiles.

    tidy.py <source directory> <build directory> [<file>…]

What passed is remembered in the build directory, by a digest of all that the verdict depends on: the
checks, the compiler's flags, the files and every header they reach (as ninja recorded them). So a first
run takes minutes and the next one seconds.
"""

import hashlib
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import run_in_parallel
import source_tree
import tidy_batches
from compile_commands import CompileCommands

# Compiles somebody else's sources.
NOT_OURS = ("transport/asio.cc",)


def files_by_source(build):
    """Source file → the files it was last compiled from; lacks what ninja does not know."""
    listing = subprocess.run(["ninja", "-C", build, "-t", "deps"], capture_output=True, text=True)
    sources = {}
    block = []
    for line in [*listing.stdout.split("\n"), ""]:
        if line.startswith("    "):
            block.append(str((Path(build) / line.strip()).resolve()))
        elif block:
            # A sanitizer's list of exceptions may come before the source.
            sources.update((path, block) for path in block if path.endswith(".cc"))
            block = []
    return sources


@cache
def file_digest(path):
    try:
        return hashlib.sha256(Path(path).read_bytes()).digest()
    except OSError:
        return b"missing"


def problem_of(process):
    if process.returncode == 0:
        return None
    return process.stdout + "\n".join(
        line for line in process.stderr.split("\n") if "warnings generated" not in line)


def check(batches):
    """Returns how many batches have findings, those that passed, those whose files don't go together."""
    passed, torn = [], []

    def command_of(batch):
        return ["clang-tidy-19", "--quiet", batch, "--", *batches[batch][1]]

    def problem_of_batch(process):
        batch = next(word for word in process.args if word in batches)
        if "[clang-diagnostic-" in process.stdout and len(batches[batch][0]) > 1:
            torn.append(batch)
            return None
        return problem_of(process)

    failed = run_in_parallel.run_all(list(batches), command_of, problem_of_batch, passed.append)
    return failed, [batch for batch in passed if batch not in torn], torn


def main(root, build, chosen):
    os.nice(10)  # What runs beside it may be waiting for an answer.
    root, build = str(Path(root).resolve()), str(Path(build).resolve())
    commands = CompileCommands(root, build)
    names = [name for name in chosen or source_tree.code_files(root)
             if name.endswith(".cc") and commands.flags(name) and name not in NOT_OURS]
    reached = files_by_source(build)
    config = f"{root}/.clang-tidy"
    tool = subprocess.run(["clang-tidy-19", "--version"], capture_output=True).stdout

    def verdict_key(name):
        files = reached.get(f"{root}/{name}")
        if not files:
            return None
        flags = "\0".join(commands.flags(name)).encode()
        return run_in_parallel.digest(
            [tool, file_digest(config), flags, *(file_digest(path) for path in files)])

    remembered = Path(build) / "tidy_passed"
    remembered.mkdir(exist_ok=True)
    keys = {name: verdict_key(name) for name in names}
    to_check = [name for name in names if not (keys[name] and (remembered / keys[name]).exists())]
    folder = build + "/tidy_batches"
    failed = 0
    waiting = list(tidy_batches.batches(root, to_check, commands.flags))
    while waiting:
        batches = tidy_batches.prepare(root, folder, waiting)
        print(f"{len(names)} files, {len(to_check)} to check, in {len(batches)} batches", flush=True)
        more_failed, passed, torn = check(batches)
        failed += more_failed
        for batch in passed:
            for name in batches[batch][0]:
                if keys[name]:
                    (remembered / keys[name]).touch()
        # A name that the packing overlooked. The compiler's word counts for a file by itself only.
        waiting = [([name], commands.flags(name)) for batch in torn for name in batches[batch][0]]
    return 1 if failed or not names else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
