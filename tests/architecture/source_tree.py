"""The files of the project, as the checks of this folder see them."""

import re
import subprocess
from pathlib import Path

CODE_SUFFIXES = {".h", ".cc"}


def tracked_files(root):
    """Paths relative to `root` of what git tracks; of everything but builds where there is no git."""
    try:
        # A checkout that belongs to somebody else (a container's) is still ours to read.
        listing = subprocess.run(
            ["git", "-c", "safe.directory=*", "-C", root, "ls-files", "-z"],
            check=True, capture_output=True, text=True).stdout
        names = [name for name in listing.split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        names = [str(path.relative_to(root)) for path in Path(root).rglob("*")
                 if path.is_file() and path.relative_to(root).parts[0] not in ("build", ".git")]
    return sorted(name for name in names if (Path(root) / name).is_file())


def code_files(root):
    return [name for name in tracked_files(root) if Path(name).suffix in CODE_SUFFIXES]


def read(root, name):
    """A file's text; None if it is not text."""
    try:
        return (Path(root) / name).read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return None


_TOKEN = re.compile(
    r"""//[^\n]* | /\*.*?\*/ | R"(?P<d>[^(\s]*)\(.*?\)(?P=d)" | "(?:\\.|[^"\\\n])*" """,
    re.DOTALL | re.VERBOSE)


def without_comments_and_strings(text):
    """The code alone, with its line numbers kept. #include lines keep their names."""
    def blank(match):
        token = match.group(0)
        line_start = text.rfind("\n", 0, match.start()) + 1
        if token[0] == '"' and text[line_start:match.start()].lstrip().startswith("#"):
            return token
        return '""' + "\n" * token.count("\n") if token[0] in 'R"' else "\n" * token.count("\n")
    return _TOKEN.sub(blank, text)


def numbered_lines(text):
    return enumerate(text.split("\n"), start=1)


def report(root, violations):
    """Prints what `violations` finds in the code beneath `root`; the exit status."""
    files = {name: read(root, name) for name in code_files(root)}
    found = list(violations(files))
    for name, line, reason in found:
        print(f"{name}:{line}: {reason}")
    print(f"{len(files)} files, {len(found)} violations")
    return 1 if found or not files else 0
