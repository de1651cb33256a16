"""Source files that clang-tidy can read as one.

Nearly all of clang-tidy's time goes into the standard library's and Catch2's headers, which it walks again
for every file. Files that are compiled alike are therefore put together, dozens at a time, behind one that
includes them; files that use a name for different things (in an unnamed namespace) are kept apart.
"""

import re
import shutil
from functools import cache
from pathlib import Path

import source_tree

FILES_PER_BATCH = 32

_UNNAMED = re.compile(r"^namespace \{\n(.*?)^\}  // namespace$", re.DOTALL | re.MULTILINE)
# What is declared in a namespace begins its line, since clang-format indents nothing there.
_DECLARED = re.compile(
    r"^(?:struct|class|union|enum(?: class)?|concept|using) (\w+)\b(?! \w)(?!:)|"
    r"^(?!using |namespace |template|static_assert)\w.*?\b([a-z]\w*) ?[({=;\[]",
    re.MULTILINE)
_MAIN = re.compile(r"^int (main)\(", re.MULTILINE)
_INCLUDE = re.compile(r'^#include "(.+)"', re.MULTILINE)


def declared(code):
    return {match.group(1) or match.group(2)
            for match in _DECLARED.finditer(source_tree.without_comments_and_strings(code))}


class Names:
    """What a file calls its own things and sees of others'; rather one name too many than one too few."""

    def __init__(self, root, name):
        text = source_tree.read(root, name)
        self.own = set().union(*map(declared, _UNNAMED.findall(text)), _MAIN.findall(text))
        self.seen = set().union(*(declared_by_header(root, header) for header in headers(root, name)))
        self.own -= self.seen

    def go_with(self, others):
        return not (self.own & others.own or self.own & others.seen or self.seen & others.own)

    def add(self, others):
        self.own |= others.own
        self.seen |= others.seen


@cache
def headers(root, name):
    """The project's headers that a file reaches."""
    found = set()
    for header in _INCLUDE.findall(source_tree.read(root, name)):
        if header not in found and (Path(root) / header).is_file():
            found |= {header} | headers(root, header)
    return found


@cache
def declared_by_header(root, header):
    return declared(source_tree.read(root, header))


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


def batches(root, names, flags_of):
    """Puts each of `names` into the first batch of files compiled alike that has room for its local names.

    Yields (names, flags); files that differ only in places get those of all of them.
    """
    alike = {}
    for name in names:
        places, rest = split_flags(flags_of(name))
        group, all_places = alike.setdefault(rest, ([], {}))
        group.append(name)
        all_places.update(dict.fromkeys(places))
    for rest, (group, all_places) in alike.items():
        flags = [*rest, *(word for place in all_places for word in place)]
        open_batches = []
        for name in group:
            names_of_file = Names(root, name)
            for together, taken in open_batches:
                if len(together) < FILES_PER_BATCH and names_of_file.go_with(taken):
                    taken.add(names_of_file)
                    break
            else:
                together = []
                open_batches.append((together, names_of_file))
            together.append(name)
        for together, _ in open_batches:
            yield together, flags


def prepare(root, folder, batches_of_names):
    """(names, flags)… → file with the includes → (the names behind it, their flags)."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    # Found there, rather than named on the command line, the checks of names skip the headers of /usr.
    shutil.copy(f"{root}/.clang-tidy", folder)
    prepared = {}
    for names, flags in batches_of_names:
        path = folder / f"batch_{len(prepared):03}.cc"
        path.write_text("".join(
            f"#undef LLVMFuzzerTestOneInput\n#define LLVMFuzzerTestOneInput LLVMFuzzer{number}  // NOLINT\n"
            f'#include "{root}/{name}"  // NOLINT(bugprone-suspicious-include)\n'
            for number, name in enumerate(names)))
        prepared[str(path)] = (names, flags)
    return prepared
