"""Source files that clang-tidy can read as one.

Nearly all of clang-tidy's time goes into the standard library's and Catch2's headers, which it walks again
for every file. Files that are compiled alike are therefore put together, two dozen at a time, behind one that
includes them. Those that can't be (two unnamed namespaces with the same name in them) go into another batch.
"""

import re
import subprocess
from pathlib import Path

FILES_PER_BATCH = 24


def split_flags(flags):
    """Where headers are and what is defined, each with its word; and all the rest."""
    places, rest = [], []
    words = iter(flags)
    for word in words:
        if word in ("-isystem", "-I"):
            places.append((word, next(words)))
        elif word.startswith(("-I", "-D")):
            places.append((word,))
        else:
            rest.append(word)
    return places, tuple(rest)


def batches(names, flags_of):
    """Groups `names`, in order, by flags; files that differ only in places get those of all of them.

    Yields (names, flags) with at most FILES_PER_BATCH names.
    """
    alike = {}
    for name in names:
        places, rest = split_flags(flags_of(name))
        group, all_places = alike.setdefault(rest, ([], {}))
        group.append(name)
        all_places.update(dict.fromkeys(places))
    for rest, (group, all_places) in alike.items():
        flags = [*rest, *(word for place in all_places for word in place)]
        for start in range(0, len(group), FILES_PER_BATCH):
            yield group[start:start + FILES_PER_BATCH], flags


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
    """File with the includes → (the names behind it, their flags)."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    prepared = {}
    scratch = folder / "trial.cc"
    for group, flags in batches(names, flags_of):
        for together in split_until_it_compiles(root, scratch, group, flags):
            path = folder / f"batch_{len(prepared):03}.cc"
            write_batch(root, path, together)
            prepared[str(path)] = (together, flags)
    scratch.unlink(missing_ok=True)
    return prepared
