"""How each file is compiled, from a build's compile_commands.json."""

import json
import os
import shlex
from pathlib import Path


class CompileCommands:
    def __init__(self, root, build):
        self.root = Path(root).resolve()
        self._flags = {}
        for entry in json.loads((Path(build) / "compile_commands.json").read_text()):
            path = Path(os.path.normpath(Path(entry["directory"]) / entry["file"]))
            if path.is_relative_to(self.root):
                self._flags[str(path.relative_to(self.root))] = _flags(entry)

    def flags(self, name):
        """The compiler's flags for a source file; for a header, those of a source file near it."""
        if name in self._flags:
            return self._flags[name]
        if name.endswith(".h"):
            folder = Path(name).parent
            while True:
                for other, flags in self._flags.items():
                    if Path(other).is_relative_to(folder):
                        return ["-x", "c++", *flags]
                if folder == folder.parent:
                    break
                folder = folder.parent
        return None


def _flags(entry):
    words = shlex.split(entry["command"])[1:]
    flags = []
    skip = False
    for word in words:
        if skip:
            skip = False
        # What follows -Xclang is a precompiled header's: a check reads what a file itself includes.
        elif word in ("-o", "-c", "-Xclang"):
            skip = True
        elif not word.startswith("-O"):
            flags.append(word)
    return [f"-working-directory={entry['directory']}", "-fno-color-diagnostics", *flags]
