"""A copy of the sources in which things may be broken, and the programs that are built from it."""

import shutil
import subprocess
import sys

from injury import HERE, ROOT

sys.path.insert(0, str(HERE.parent / "architecture"))
import source_tree  # noqa: E402

# Fast to compile and fast to run; nothing here is a measurement of sanitizers.
OPTIONS = ["-DCMAKE_BUILD_TYPE=Debug", "-DCMAKE_CXX_FLAGS_DEBUG=-O1", "-DLANSYNC_E2E=OFF",
           "-DLANSYNC_STATIC_CHECKS=OFF", "-DLANSYNC_SANITIZE="]
PROGRAMS = {
    "lansync-sim": "tests/sim/lansync-sim",
    "sync_tests": "tests/core/sync/sync_tests",
    "lansync_engine_tests": "tests/core/engine/lansync_engine_tests",
}


class Workshop:
    """One copy for all injuries: each is applied, built and taken back, and only what it touches is
    compiled. `folder` is made, or taken as an earlier run left it."""

    def __init__(self, folder):
        self.folder = folder
        self.source = folder / "source"
        self.build_folder = folder / "build"
        self.programs = folder / "programs"
        self._copy()
        if not (self.build_folder / "build.ninja").exists():
            compiler = shutil.which("clang++-19")
            chosen = ([f"-DCMAKE_CXX_COMPILER={compiler}", "-DCMAKE_C_COMPILER=clang-19"]
                      if compiler else [])
            self._run("cmake", "-G", "Ninja", "-S", self.source, "-B", self.build_folder,
                      *OPTIONS, *chosen)

    def _copy(self):
        """What differs only, so that what was built stays good."""
        names = set(source_tree.tracked_files(ROOT))
        for name in names:
            copy = self.source / name
            text = (ROOT / name).read_bytes()
            if not copy.exists() or copy.read_bytes() != text:
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.write_bytes(text)
        for copy in list(self.source.rglob("*")):
            if copy.is_file() and str(copy.relative_to(self.source)) not in names:
                copy.unlink()

    @staticmethod
    def _run(*command):
        run = subprocess.run([str(part) for part in command], capture_output=True, text=True)
        if run.returncode != 0:
            raise RuntimeError(f"{command[0]} failed:\n{run.stdout[-4000:]}{run.stderr[-2000:]}")

    def build(self, name, programs):
        """Builds these programs from the sources as they are. Returns where each was put."""
        self._run("ninja", "-C", self.build_folder, *programs)
        folder = self.programs / name
        folder.mkdir(parents=True, exist_ok=True)
        for program in programs:
            shutil.copy2(self.build_folder / PROGRAMS[program], folder / program)
        return {program: folder / program for program in programs}

    def build_injured(self, injury, programs):
        sound = {self.source / name: (self.source / name).read_bytes() for name in injury.files}
        try:
            if problem := injury.apply(self.source):
                raise RuntimeError(f"{injury.name} does not apply:\n{problem}")
            return self.build(injury.name, programs)
        finally:
            for path, text in sound.items():
                path.write_bytes(text)
