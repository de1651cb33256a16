"""What every program that is measured has."""

import os
import pathlib
import subprocess
import time

READY_SECONDS = 120


class NotInstalled(Exception):
    """The contender cannot take part here; the text says why."""


def first_line(*command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError as missing:
        raise NotInstalled(f"{missing.filename} is not installed") from missing
    return (done.stdout or done.stderr).splitlines()[0].strip()


def wait_for(condition, what, seconds=READY_SECONDS):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {seconds} s: {what}")
        time.sleep(0.02)


class Contender:
    """One program that keeps `source`, on the first host, and `targets`, one on each further host,
    alike. Made for one run; everything of it is beneath `root`.

    A contender that `follows` notices by itself what changes in the source. Another is told to
    sync(), and the time of that is the measured one.
    """

    name = ""
    follows = False
    copies_only = False  # Neither changes what is there nor deletes.
    durable = "no"  # What is synced to the disk before a file counts as there.
    settings = ""   # What is not as it comes.

    def __init__(self, lab, root, hosts):
        self.lab = lab
        self.root = pathlib.Path(root)
        self.source = self.root / "1" / "Folder"
        self.targets = [self.root / str(host) / "Folder" for host in range(2, hosts + 1)]
        for folder in (self.source, *self.targets):
            folder.mkdir(parents=True)

    @classmethod
    def version(cls):
        """In words. NotInstalled if there is none."""
        raise NotImplementedError

    def start(self):
        """Everything that a person does once, beforehand."""

    def sync(self):
        """Makes the targets like the source; for those that do not follow."""

    def halt(self):
        """Ends what keeps running, in order; for those that follow."""

    def resume(self, patience):
        """Starts it again, and returns when all are known to be in sync; of one that does not
        follow, sync()."""
        self.sync()

    def stop(self):
        """Ends what start() has begun."""

    def run_on(self, host, *command, environment=None, ok=(0,)):
        """A program on a host, to its end."""
        done = subprocess.run(self.lab.command(host, command), capture_output=True, check=False,
                              env={**os.environ, **(environment or {})}, text=True)
        if done.returncode not in ok:
            raise RuntimeError(f"{self.name}: {' '.join(map(str, command))} ended with "
                               f"{done.returncode}: {done.stderr.strip()[-500:]}")
        return done.stdout
