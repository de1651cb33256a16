#!/usr/bin/env python3
"""shellcheck over every tracked shell script, by name or by its first line.

    shell_check.py <source directory>
"""

import re
import subprocess
import sys

import source_tree


def is_shell(root, name):
    text = source_tree.read(root, name) or ""
    return name.endswith(".sh") or re.match(r"#!(?:/usr)?/bin/(?:env )?(?:ba)?sh\b", text)


def main(root):
    names = [name for name in source_tree.tracked_files(root) if is_shell(root, name)]
    status = subprocess.run(["shellcheck", "--external-sources", *names], cwd=root).returncode
    print(f"{len(names)} scripts")
    return 1 if status or not names else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
