#!/usr/bin/env python3
"""Who may include whom (docs/architecture.md, "Who may know whom").

    include_rules.py <source directory>

Prints each violation as file:line: reason; exit status 1 if there is one.
"""

import re
import sys
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

import source_tree

CORE = ["core/base", "core/crypto", "core/chunk", "core/fs", "core/index", "core/sync", "core/wire",
        "core/engine"]
# The rooms of the engine. Its floor (core/engine/*.h) is open to them; only the floor sees them all.
ENGINE_ROOMS = ["core/engine/" + room for room in ("apply", "history", "scan", "transfer", "verify")]
EVERYTHING = CORE + ENGINE_ROOMS + ["core/os", "discovery", "transport", "library", "cli"]

# What each folder may include of ours, beside itself.
LAYERS = {
    "core/base": [],
    "core/crypto": ["core/base"],
    "core/chunk": ["core/base"],
    "core/fs": ["core/base"],
    "core/index": ["core/base", "core/crypto", "core/chunk", "core/fs"],
    "core/sync": ["core/base", "core/crypto", "core/chunk", "core/fs", "core/index"],
    "core/wire": ["core/base", "core/crypto", "core/chunk", "core/fs", "core/index", "core/sync"],
    "core/engine": CORE + ENGINE_ROOMS,
    "core/engine/scan": CORE,
    "core/engine/history": CORE,
    "core/engine/transfer": CORE,
    "core/engine/apply": CORE + ["core/engine/scan", "core/engine/transfer"],
    "core/engine/verify": CORE + ["core/engine/scan"],
    "core/os": CORE,
    "discovery": ["core/base"],
    "transport": CORE,
    "library": CORE,
    "cli": EVERYTHING,
    "bench": EVERYTHING + ["tests/support"],
    "tests": EVERYTHING,
}

# The only homes of each package's headers (tests and bench meet every package but Asio freely).
THIRD_PARTY = {
    "asio*": ["transport/asio.h", "transport/asio.cc"],
    "sodium*": ["core/crypto/*.cc", "core/os/*.cc"],
    "openssl/*": ["core/crypto/*.cc", "core/os/*.cc"],
    "blake3.h": ["core/chunk/*.cc"],
    "xxhash.h": ["core/chunk/*.cc"],
    "utf8proc.h": ["core/fs/*.cc", "core/base/*.cc", "cli/*.cc"],
    "sqlite3.h": ["core/os/sqlite*"],
    "avahi-*": ["discovery/*.cc", "discovery/avahi_*.h"],
    "google/protobuf/*": ["core/wire/*.cc"],
    "zstd.h": ["core/wire/*.cc"],
    "fmt/*": ["*.cc"],
    "CLI/*": ["cli/*"],
    "spdlog/*": ["cli/*"],
    "toml++/*": ["cli/*"],
    "nlohmann/*": ["cli/*"],
    "qrcodegen*": ["cli/*"],
    "sys/auxv.h": ["core/crypto/*.cc"],  # What the processor can do.
    "catch2/*": [],
    "rapidcheck*": [],
}
GUARDED_IN_TESTS = ["asio*"]

# C and system headers: only where the operating system is met.
SYSTEM_FOLDERS = ["core/os", "discovery", "transport", "cli", "tests", "bench"]
STANDARD_HEADER = re.compile(r"[a-z_0-9]+")

_INCLUDE = re.compile(r'\s*#\s*include\s*(["<])([^">]+)[">]')


def folder_of(name):
    parts = PurePosixPath(name).parts
    if parts[0] != "core":
        return parts[0]
    is_room = parts[1] == "engine" and len(parts) > 3
    return "/".join(parts[:3 if is_room else 2])


def matches_any(name, patterns):
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def _own_include(name, folder, included):
    if included.endswith(".pb.h"):
        allowed = matches_any(name, ["core/wire/*.cc", "tests/*", "bench/*"])
        return None if allowed else "generated messages stop at core/wire/*.cc"
    if "/" not in included or ".." in included:
        return "include paths start at the root of the tree"
    target = folder_of(included)
    if target not in LAYERS:
        return f"{target} is no folder of code that may be included"
    if target == folder or target in LAYERS[folder]:
        return None
    # A part of a folder may be open where the whole is not.
    if any(f.startswith(target + "/") and included.startswith(f + "/") for f in LAYERS[folder]):
        return None
    return f"{folder} may not include {target}"


def _foreign_include(name, folder, included):
    for pattern, homes in THIRD_PARTY.items():
        if not fnmatchcase(included, pattern):
            continue
        free = folder in ("tests", "bench") and pattern not in GUARDED_IN_TESTS
        if free or matches_any(name, homes):
            return None
        return f"<{included}> may be met only in {', '.join(homes) or 'tests'}"
    if STANDARD_HEADER.fullmatch(included) or folder in SYSTEM_FOLDERS:
        return None
    return f"<{included}> is a system header or a package without a home"


def violations(files):
    """`files`: name → text. Yields (name, line, reason)."""
    for name, text in files.items():
        folder = folder_of(name)
        if folder not in LAYERS:
            if PurePosixPath(name).suffix in source_tree.CODE_SUFFIXES:
                yield name, 1, f"{folder} is not a folder of code"
            continue
        code = source_tree.without_comments_and_strings(text)
        for number, line in source_tree.numbered_lines(code):
            include = _INCLUDE.match(line)
            if not include:
                continue
            check = _own_include if include.group(1) == '"' else _foreign_include
            reason = check(name, folder, include.group(2))
            if reason:
                yield name, number, reason


if __name__ == "__main__":
    sys.exit(source_tree.report(sys.argv[1], violations))
