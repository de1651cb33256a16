"""Source files that clang-tidy can read as one.

Nearly all of clang-tidy's time goes into the standard library's and Catch2's headers, which it walks again
for every file. Files that are compiled alike are therefore put together, sixteen at a time, behind one that
includes them. Those that can't be (two unnamed namespaces with the same name in them) go into another batch.
"""

import re
import subprocess
from pathlib import Path

FILES_PER_BATCH = 16


def batches(names, flags_of):
    """Groups `names`, in order, by equal flags; at most FILES_PER_BATCH in one."""
    by_flags = {}
    for name in names:
        by_flags.setdefault(tuple(flags_of(name)), []).append(name)
    for alike in by_flags.values():
        for start in range(0, len(alike), FILES_PER_BATCH):
            yield alike[start:start + FILES_PER_BATCH]


def write_batch(root, path, names):
    path.write_text("".join(f'#include "{root}/{name}"  // NOLINT(bugprone-suspicious-include)\n'
                            for name in names))


def split_until_it_compiles(root, path, names, flags):
    """Batches of `names`, each of which compiles as one file (or is a single file)."""
    while names:
        together, apart = list(names), []
        while len(together) > 1:
            write_batch(root, path, together)
            process = subprocess.run(
                ["clang++-19", *flags, "-w", "-fsyntax-only", "-ferror-limit=0", str(path)],
                capture_output=True, text=True)
            if process.returncode == 0:
                break
            blamed = {name for name in together[1:]
                      if re.search(rf"^{re.escape(f'{root}/{name}')}:\d+:\d+: error:",
                                   process.stderr, re.MULTILINE)}
            blamed = blamed or {together[-1]}
            apart += [name for name in together if name in blamed]
            together = [name for name in together if name not in blamed]
        yield together
        names = apart


def prepare(root, folder, names, flags_of):
    """File with the includes → the names behind it."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    prepared = {}
    for group in batches(names, flags_of):
        scratch = folder / "trial.cc"
        for together in split_until_it_compiles(root, scratch, group, flags_of(group[0])):
            path = folder / f"batch_{len(prepared):03}.cc"
            write_batch(root, path, together)
            prepared[str(path)] = together
        scratch.unlink(missing_ok=True)
    return prepared
