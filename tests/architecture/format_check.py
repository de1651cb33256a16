#!/usr/bin/env python3
"""Every tracked C++ file is as clang-format would write it.

    format_check.py <source directory>          prints what differs
    format_check.py <source directory> --fix    and changes it
"""

import subprocess
import sys
from pathlib import Path

import source_tree


def main(root, options):
    names = [name for name in source_tree.code_files(root)
             if not name.startswith("tests/architecture/fixtures/")]
    mode = ["-i"] if "--fix" in options else ["--dry-run", "-Werror"]
    process = subprocess.run(["clang-format-19", *mode, *names], cwd=Path(root))
    print(f"{len(names)} files")
    return 1 if process.returncode or not names else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
