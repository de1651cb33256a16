"""A fault that is put into the sources on purpose, as a patch with a header."""

import re
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent


class Injury:
    """`bugs/NAME.patch` or `mutants/NAME.patch`.

    The header stands before the first hunk: lines `Key: text`, continued by lines that begin with
    spaces. `What` says in one sentence what the patch does to lansync; for a bug, `Whose` says which
    tool had it and where that can be read. `Breaks` names a promise that nothing else in the table
    breaks: then it is stories of that kind that are looked for.
    """

    def __init__(self, path):
        self.path = Path(path)
        self.name = self.path.stem
        self.text = self.path.read_text()
        head = self.text.split("\n--- a/", 1)[0]
        self.header = {}
        key = None
        for line in head.splitlines():
            if match := re.match(r"([A-Z][a-z]+): (.*)", line):
                key = match.group(1)
                self.header[key] = match.group(2).strip()
            elif key and line.startswith(" "):
                self.header[key] += " " + line.strip()
        self.files = re.findall(r"^\+\+\+ b/(\S+)$", self.text, re.MULTILINE)

    @property
    def what(self):
        return self.header["What"]

    @property
    def whose(self):
        return self.header.get("Whose", "")

    @property
    def breaks(self):
        """The only promise that counts; none if any does."""
        return self.header.get("Breaks", "")

    def apply(self, tree, dry_run=False):
        """Applies it to the sources in `tree`; the error's text, or None if it went well."""
        command = ["patch", "--strip=1", "--force", "--no-backup-if-mismatch", "--reject-file=-",
                   f"--directory={tree}", *(["--dry-run"] if dry_run else [])]
        run = subprocess.run(command, input=self.text, text=True, capture_output=True)
        return None if run.returncode == 0 else run.stdout + run.stderr


def load(kind):
    """All of `bugs` or `mutants`, by name."""
    return [Injury(path) for path in sorted((HERE / kind).glob("*.patch"))]
