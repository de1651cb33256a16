"""Looks for a story that the injured simulator ends badly and the sound one ends well."""

import re
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice

WORKERS = 2
# Stories of one run: a second or two of one processor.
BRIEF_BLOCK = 1000
OTHER_BLOCK = 40
BRIEF_BLOCKS_FIRST = 8
# The brief stories that the sound simulator is known to end well.
BRIEF_STORIES = 60_000
OTHER_PROFILES = ["crash", "conflict", "apart", "mixed", "churn", "disk", "watcher", "restore", "bulk",
                  "swaps"]
# What lasts longer than this is no story but a loop without end.
BLOCK_SECONDS_MAX = 120
SHORTEN_SECONDS_MAX = 40
# With how many other delays a story has to end well where nothing is broken.
OTHER_DELAYS = 50


@dataclass
class Outcome:
    """How one or more stories ended: `promise` is what was broken first, if anything was."""

    promise: str = ""
    what: str = ""
    seed: int = 0
    stories: int = 0


@dataclass
class Find:
    profile: str
    seed: int
    promise: str
    what: str
    seconds: float
    stories: int
    story: list = field(default_factory=list)


def play_block(program, profile, first, count):
    """Plays `count` stories from seed `first` on, until one ends badly."""
    command = [program, "--profile", profile, "--seed", str(first), "--count", str(count),
               "--no-shrink"]
    try:
        run = subprocess.run(command, capture_output=True, text=True, errors="replace",
                             timeout=BLOCK_SECONDS_MAX)
    except subprocess.TimeoutExpired:
        return Outcome(stories=count)
    if run.returncode < 0:
        return _narrow(program, profile, first, count, run.stderr)
    stories = re.findall(r"^(\d+) stories, ", run.stdout, re.MULTILINE)
    outcome = Outcome(stories=int(stories[-1]) if stories else 0)
    if bad := re.search(r"^seed (\d+) of \w+ ends badly: (\w+): (.*)$", run.stdout, re.MULTILINE):
        outcome.seed, outcome.promise, outcome.what = int(bad[1]), bad[2], bad[3]
    return outcome


def _narrow(program, profile, first, count, stderr):
    """An assertion ends the program, and with it the knowledge of the seed."""
    low, high = 1, count
    while low < high:
        middle = (low + high) // 2
        if play_block(program, profile, first, middle).promise:
            high = middle
        else:
            low = middle + 1
    lines = [line for line in stderr.splitlines() if "stories" not in line and line.strip()]
    return Outcome("assertion", lines[-1] if lines else "", first + low - 1, low)


def play_file(program, path):
    try:
        run = subprocess.run([program, path], capture_output=True, text=True, errors="replace",
                             timeout=BLOCK_SECONDS_MAX)
    except subprocess.TimeoutExpired:
        return Outcome("L5", "no end")
    if run.returncode < 0:
        return Outcome("assertion", run.stderr.strip().splitlines()[-1] if run.stderr else "")
    if run.returncode == 0:
        return Outcome()
    promise, _, what = run.stdout.strip().splitlines()[-1].partition(": ")
    return Outcome(promise, what)


class Search:
    """`sound` and `injured` are two builds of lansync-sim; `folder` is for stories. Only those count
    that break `promise`, if one is named."""

    def __init__(self, sound, injured, folder, promise=""):
        self.sound = sound
        self.injured = injured
        self.folder = folder
        self.promise = promise
        self.stories = 0
        folder.mkdir(parents=True, exist_ok=True)

    def run(self, seconds_max, brief_only=False):
        """The first find in the order of blocks, which is always the same; None if there is none."""
        begin = time.monotonic()
        blocks = self._blocks(brief_only)
        with ThreadPoolExecutor(WORKERS) as pool:
            while time.monotonic() < begin + seconds_max:
                together = list(islice(blocks, WORKERS))
                if not together:
                    return None
                outcomes = list(pool.map(lambda block: self._look(*block), together))
                self.stories += sum(outcome.stories for outcome in outcomes)
                for outcome, (profile, _, _) in zip(outcomes, together):
                    if not outcome.promise:
                        continue
                    find = Find(profile, outcome.seed, outcome.promise, outcome.what,
                                time.monotonic() - begin, self.stories)
                    find.story = self._shorten(find)
                    if self._is_clearly_sound(find.story):
                        return find
        return None

    @staticmethod
    def _blocks(brief_only):
        """Brief stories first; then, as there are bugs that no brief story can meet, all in turn."""
        brief = iter(range(1, BRIEF_STORIES, BRIEF_BLOCK))
        for first in islice(brief, None if brief_only else BRIEF_BLOCKS_FIRST):
            yield "brief", first, BRIEF_BLOCK
        first = 1
        while not brief_only:
            for profile in OTHER_PROFILES:
                yield profile, first, OTHER_BLOCK
            yield from (("brief", seed, BRIEF_BLOCK) for seed in islice(brief, 1))
            first += OTHER_BLOCK

    def _look(self, profile, first, count):
        """What the sound simulator ends badly, too, says nothing about the injury."""
        stories = 0
        end = first + count
        while first < end:
            outcome = play_block(self.injured, profile, first, end - first)
            stories += outcome.stories
            outcome.stories = stories
            if not outcome.promise:
                break
            wanted = self.promise in ("", outcome.promise)
            if wanted and not play_block(self.sound, profile, outcome.seed, 1).promise:
                return outcome
            first = outcome.seed + 1
        return Outcome(stories=stories)

    # --- Making it short ---

    def _shorten(self, find):
        """The shortest story known that only the injury ends badly, as lines of text."""
        story = self._shortened_by_simulator(find)
        if story is None:
            story = self._shortened_here(find)
        return story

    def _is_clearly_sound(self, lines):
        """Some stories are on the edge of what the sound simulator can bear, and any change of the
        program, also one that breaks nothing, pushes them over. With other delays they show it."""
        paths = []
        for seed in range(1, OTHER_DELAYS + 1):
            path = self.folder / f"delays-{seed}.story"
            path.write_text("\n".join([f"seed {4 * seed}", *lines[1:]]) + "\n")
            paths.append(path)
        run = subprocess.run([self.sound, *paths], capture_output=True)
        for path in paths:
            path.unlink()
        return run.returncode == 0

    def _tells_apart(self, lines, promise):
        path = self.folder / "candidate.story"
        path.write_text("\n".join(lines) + "\n")
        return (play_file(self.injured, path).promise == promise
                and not play_file(self.sound, path).promise)

    def _shortened_by_simulator(self, find):
        saved = self.folder / f"{find.profile}-{find.seed}.story"
        saved.unlink(missing_ok=True)
        command = [self.injured, "--profile", find.profile, "--seed", str(find.seed),
                   "--save", self.folder]
        try:
            subprocess.run(command, capture_output=True, timeout=SHORTEN_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            return None
        if not saved.exists():
            return None
        lines = [line for line in saved.read_text().splitlines() if not line.startswith("//")]
        # Made short, it may have become the story of something else.
        return lines if self._tells_apart(lines, find.promise) else None

    def _shortened_here(self, find):
        """Leaves out steps as long as the two programs disagree."""
        text = subprocess.run([self.injured, "--profile", find.profile, "--seed", str(find.seed),
                               "--print"], capture_output=True, text=True).stdout
        lines = [line for line in text.splitlines() if line and " stories, " not in line]
        if not self._tells_apart(lines, find.promise):
            return lines
        begin = time.monotonic()
        first = next(i for i, line in enumerate(lines) if re.match(r"[A-E] |settle", line))
        size = max(1, (len(lines) - first) // 2)
        while time.monotonic() < begin + SHORTEN_SECONDS_MAX:
            at, shorter = first, False
            while at < len(lines):
                candidate = lines[:at] + lines[at + size:]
                if self._tells_apart(candidate, find.promise):
                    lines, shorter = candidate, True
                else:
                    at += size
            if size == 1 and not shorter:
                break
            size = max(1, size // 2)
        return lines
