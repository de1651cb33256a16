#!/usr/bin/env python3
"""What holds for every text file that is tracked.

    text_rules.py <source directory>

No path of somebody's machine (the tree must build and read the same anywhere), no file so long that it
holds more than one concept, nothing parked for later. Prints each violation as file:line: reason; exit
status 1 if there is one. Warnings are printed and do not fail.
"""

import re
import sys
from pathlib import PurePosixPath

import source_tree

LINES_WARNED = 400
LINES_MAX = 600

# A directory under /home, /root or /work is somebody's. Examples in documentation say ~ or <folder>.
MACHINE_PATH = re.compile(r"(?<![\w.~/<>-])/(?:home|root|work|Users)/[\w.-]+")
PARKED = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b(?!\()")
CONFLICT_MARK = re.compile(r"^(?:<{7} |>{7} |={7}$)")

# Material of others, kept byte for byte, and these checks' own examples.
FOREIGN = ("LICENSE", "tests/vectors/", "tests/golden/", "tests/fuzz/")
EXAMPLES = ("tests/architecture/text_rules.py", "tests/architecture/text_rules_test.py")
CODE = {".h", ".cc", ".py", ".sh", ".cmake", ".proto"}


def violations(files):
    """`files`: name → text. Yields (name, line, reason, is_warning)."""
    for name, text in files.items():
        if name.startswith(FOREIGN) or name in EXAMPLES:
            continue
        for number, line in source_tree.numbered_lines(text):
            if MACHINE_PATH.search(line):
                yield name, number, "names a path of one machine", False
            if CONFLICT_MARK.search(line):
                yield name, number, "a merge conflict was left here", False
            if PurePosixPath(name).suffix in CODE and PARKED.search(line):
                yield name, number, "parked work: do it, or say in docs/ why not", False
        length = text.count("\n")
        if PurePosixPath(name).suffix in CODE and length > LINES_WARNED:
            yield (name, length, f"{length} lines: extract a noun", length <= LINES_MAX)
        if text and not text.endswith("\n"):
            yield name, length + 1, "the last line has no end", False


def main(root):
    files = {name: source_tree.read(root, name) for name in source_tree.tracked_files(root)}
    found = list(violations({name: text for name, text in files.items() if text is not None}))
    for name, line, reason, is_warning in found:
        print(f"{name}:{line}: {'warning: ' if is_warning else ''}{reason}")
    errors = sum(1 for violation in found if not violation[3])
    print(f"{len(files)} files, {errors} violations, {len(found) - errors} warnings")
    return 1 if errors or not files else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
