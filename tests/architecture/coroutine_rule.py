#!/usr/bin/env python3
"""No lambda and no braced list inside an expression with co_await.

    coroutine_rule.py <source directory> <build directory> [<file>…]

GCC 12.2 copies such temporaries bitwise into the coroutine's frame and destroys them twice. They get a
name on the line before instead. Looks at every file with co_await, headers too, through clang-query;
stricter than the bug (a lambda without captures is safe), so that nobody has to remember its edges.
"""

import re
import sys
from pathlib import Path

import run_in_parallel
import source_tree
from compile_commands import CompileCommands

MATCHER = ("match coawaitExpr(isExpansionInMainFile(), "
           "anyOf(hasDescendant(lambdaExpr()), hasDescendant(initListExpr())))")


def problem_of(process):
    if process.returncode != 0 or re.search(r"\berror:", process.stdout + process.stderr):
        return "clang-query could not read it:\n" + process.stdout + process.stderr
    if process.stdout.rstrip().endswith("0 matches."):
        return None
    return process.stdout


def main(root, build, chosen):
    root, build = str(Path(root).resolve()), str(Path(build).resolve())
    commands = CompileCommands(root, build)
    names = [name for name in chosen or source_tree.code_files(root)
             if "co_await" in source_tree.without_comments_and_strings(source_tree.read(root, name))
             and (chosen or not name.startswith("tests/architecture/"))]

    unknown = [name for name in names if not commands.flags(name)]
    for name in unknown:
        print(f"{name}: nothing in this build compiles it")
    names = [name for name in names if name not in unknown]

    def command_of(name):
        return ["clang-query-19", "-c", "set output diag", "-c", MATCHER, f"{root}/{name}", "--",
                *commands.flags(name), "-Wno-pragma-once-outside-header"]

    failed = run_in_parallel.run_all(names, command_of, problem_of)
    return 1 if failed or unknown else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
