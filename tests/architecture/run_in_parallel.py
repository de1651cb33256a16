"""One run of a tool per file, on every processor."""

import hashlib
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor


def run_all(names, command_of, problem_of, passed=lambda name: None):
    """Runs `command_of(name)` for each; `problem_of(process)` says what is wrong, or None.

    Prints each problem, calls `passed(name)` for the rest, and returns how many have one.
    """
    def problem(name):
        return problem_of(subprocess.run(command_of(name), capture_output=True, text=True))

    failed = 0
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        for name, found in zip(names, pool.map(problem, names)):
            if found is None:
                passed(name)
            else:
                failed += 1
                print(f"== {name}\n{found.rstrip()}", flush=True)
    print(f"{len(names)} runs, {failed} with problems")
    return failed


def digest(parts):
    total = hashlib.sha256()
    for part in parts:
        total.update(len(part).to_bytes(8, "big"))
        total.update(part)
    return total.hexdigest()
