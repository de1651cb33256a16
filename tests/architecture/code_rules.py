#!/usr/bin/env python3
"""What the code of a folder may not do (docs/style.md, "Shape").

    code_rules.py <source directory>

Finds by name, not by meaning: it reads code without comments and strings, line by line. Prints each
violation as file:line: reason; exit status 1 if there is one.
"""

import re
import sys
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

import source_tree


class Rule:
    """`pattern` is refused in files that match `where` and none of `but_not`."""

    def __init__(self, reason, pattern, where, but_not=()):
        self.reason = reason
        self.pattern = re.compile(pattern)
        self.where = where
        self.but_not = but_not

    def applies_to(self, name):
        return (any(fnmatchcase(name, pattern) for pattern in self.where) and
                not any(fnmatchcase(name, pattern) for pattern in self.but_not))


PURE_CORE = {"where": ["core/*"], "but_not": ["core/os/*"]}
SHELL = ["core/os/*", "discovery/*", "transport/*", "library/*"]
OURS = ["core/*", "discovery/*", "transport/*", "library/*", "cli/*"]

# A call of a free function, and not a declaration (`Result<void> rename(`) nor a member's
# (`.open(`, `Segment::open(`): what stands before it is told apart.
_CALL = r"(?:^|(?<!:):|[=({{,;!&|?)]|\breturn|\bco_return)\s*(?:::|std::)?(?:{})\s*\("
# A system call is written ::call; functions of our own have some of the same names.
_QUALIFIED_CALL = r"(?:(?<![\w>])|\bstd)::(?:{})\s*\("

DIVERTED = "a whole path can be diverted: use the *at calls on a held descriptor"
UNMISTAKABLE_CALLS = (
    "open64|creat|fopen|freopen|unlink|mkdir|rmdir|mknod|mkfifo|symlink|chmod|chown|lchown|truncate|"
    "utimes|lstat|readlink|realpath|opendir|scandir|nftw|ftw|chdir|mkstemp|mkdtemp")
WHOLE_PATH_CALLS = UNMISTAKABLE_CALLS + "|open|rename|remove|link|stat|access|utime"

# A share's root is opened by its path, once; an index is our own file, nowhere near a share.
OWN_PATHS = ["core/os/share_root.cc", "core/os/sqlite*"]

RULES = [
    Rule("the core is told the time", r"\b(?:system|steady|high_resolution|utc|file)_clock::now\b",
         **PURE_CORE),
    Rule("the core is told the time",
         _CALL.format("time|clock_gettime|gettimeofday|localtime(?:_r)?|mktime"),
         **PURE_CORE),
    Rule("the core is given its randomness",
         r"#\s*include\s*<random>|\b(?:random_device|mt19937(?:_64)?|randombytes\w*|RAND_bytes)\b",
         **PURE_CORE),
    Rule("the core is given its randomness", _CALL.format("rand|random|getrandom|getentropy"),
         **PURE_CORE),
    Rule("the core is given its randomness", r"\bcrypto_\w+(?:(?<!_seed)_keypair|_keygen|_random)\s*\(",
         **PURE_CORE),
    Rule("the core has no threads",
         r"#\s*include\s*<(?:thread|mutex|shared_mutex|condition_variable|future|semaphore|latch|"
         r"barrier|atomic|stop_token)>",
         **PURE_CORE),
    Rule("the core has no threads", r"\b(?:thread_local|std::j?thread|sleep_for|sleep_until)\b",
         **PURE_CORE),
    Rule("the core does no I/O",
         r"#\s*include\s*<(?:fstream|iostream|filesystem|print)>|\bstd::(?:cout|cerr|cin)\b",
         **PURE_CORE),
    Rule("the core does no I/O",
         _CALL.format("fopen|fdopen|fwrite|fread|printf|fprintf|puts|fputs|perror|getenv"),
         where=["core/*"], but_not=["core/os/*", "core/base/assert.cc"]),
    Rule("the core has no coroutines: state is data with names", r"\bco_(?:await|yield|return)\b",
         **PURE_CORE),

    # One way to a shared folder: descriptors held by core/os, one name at a time, never a whole path.
    Rule("paths are touched only in core/os, beneath a held descriptor",
         _CALL.format("openat|openat2|renameat|renameat2|unlinkat|mkdirat|mknodat|symlinkat|linkat|"
                      "fchmodat|fchownat|utimensat|fstatat|statx|readlinkat|name_to_handle_at"),
         where=OURS, but_not=["core/os/*"]),
    Rule(DIVERTED, _QUALIFIED_CALL.format(WHOLE_PATH_CALLS), where=SHELL, but_not=OWN_PATHS),
    Rule(DIVERTED, _CALL.format(UNMISTAKABLE_CALLS), where=SHELL, but_not=OWN_PATHS + ["core/os/*"]),
    Rule(DIVERTED, r"#\s*include\s*<(?:filesystem|fstream)>|\bstd::filesystem\b", where=SHELL,
         but_not=OWN_PATHS),
    Rule("processes are started only by the program",
         _QUALIFIED_CALL.format("system|popen|fork|posix_spawnp?|exec[lv]\\w*"),
         where=OURS, but_not=["cli/*"]),

    Rule("assert() is off in a release: LANSYNC_ASSERT", r"#\s*include\s*<(?:cassert|assert\.h)>",
         where=OURS),
    Rule("GCC 12 has no std::format", r"#\s*include\s*<(?:format|print)>|\bstd::format\b",
         where=OURS + ["tests/*", "bench/*"]),
    Rule("frames are structured: a child never outlives its parent",
         r"\b(?:enable_shared_from_this|asio::detached)\b", where=OURS),
    Rule("no using-directive in a header", r"^\s*using\s+namespace\b", where=["*.h"]),
    Rule("a name for what was not understood",
         r"\b(?:class|struct)\s+\w*(?:Manager|Helper|Utils?|Singleton)\b", where=OURS),
    Rule("GCC 12 destroys the Result before the loop begins: name it on the line before (P2718)",
         r"\bfor\s*\([^;]*[^:]:\s*\*[^;)]*\(", where=OURS + ["tests/*", "bench/*"]),
    Rule("tests do not sleep", r"\bsleep_(?:for|until)\b|(?<![\w.>:])(?:::)?u?sleep\s*\(",
         where=["tests/*"], but_not=["tests/e2e/*"]),
]

_VAGUE_FILE = re.compile(r"(?:^|_)(?:utils?|helpers?|common|misc|manager)(?:_|\.|$)")


def _file_violations(name, text):
    path = PurePosixPath(name)
    if _VAGUE_FILE.search(path.name):
        yield name, 1, "a name for what was not understood"
    if not re.fullmatch(r"[a-z0-9_]+\.(?:h|cc)", path.name):
        yield name, 1, "files are snake_case.h and snake_case.cc"
    if path.suffix == ".h" and text.count("#pragma once") != 1:
        yield name, 1, "a header has #pragma once"


def violations(files, rules=None):
    """`files`: name → text. Yields (name, line, reason)."""
    for name, text in files.items():
        yield from _file_violations(name, text)
        applicable = [rule for rule in rules or RULES if rule.applies_to(name)]
        for number, line in source_tree.numbered_lines(
                source_tree.without_comments_and_strings(text)):
            for rule in applicable:
                if rule.pattern.search(line):
                    yield name, number, rule.reason


if __name__ == "__main__":
    sys.exit(source_tree.report(sys.argv[1], violations))
