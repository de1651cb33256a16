"""The search believes only what a sound simulator contradicts. Tried on programs that pretend to be one."""

import sys
import tempfile
import unittest
from pathlib import Path

from search import Search, play_block, play_file

# Ends badly at the seeds in BAD and dies at those in DEADLY; a story file, if it says `bad`.
PRETENDER = """#!{python}
import os, sys
bad, deadly = {bad}, {deadly}
if not sys.argv[1].startswith("--"):
    hit = any({word!r} in open(name).read() for name in sys.argv[1:])
    print("S1: lost" if hit else "ends well")
    sys.exit(1 if hit else 0)
options = dict(zip(sys.argv[1::2], sys.argv[2::2]))
first = int(options["--seed"])
if "--print" in sys.argv:
    print("seed 1\\ndevice x\\nA good 1\\nA bad 2\\nA good 3")
    sys.exit(0)
count = int(options.get("--count", 1))
brief = options["--profile"] == "brief"
for seed in range(first, first + count):
    if brief and seed in deadly:
        print("assertion of seed", seed, file=sys.stderr, flush=True)
        os.abort()
    if brief and seed in bad:
        print(f"seed {{seed}} of brief ends badly: S1: lost")
        print(f"{{seed - first + 1}} stories, 1 bad")
        sys.exit(1)
print(f"{{count}} stories, 0 bad")
"""


class SearchTest(unittest.TestCase):
    def setUp(self):
        self._folder = tempfile.TemporaryDirectory()
        self.addCleanup(self._folder.cleanup)
        self.folder = Path(self._folder.name)

    def pretender(self, name, bad=(), deadly=(), word="never"):
        program = self.folder / name
        program.write_text(PRETENDER.format(python=sys.executable, bad=tuple(bad),
                                            deadly=tuple(deadly), word=word))
        program.chmod(0o755)
        return program

    def search(self, sound, injured, promise=""):
        return Search(sound, injured, self.folder / "stories", promise)

    def test_the_first_story_that_only_the_injury_ends_badly_is_found(self):
        find = self.search(self.pretender("sound", bad=[3]),
                           self.pretender("injured", bad=[3, 7, 1500])).run(60, brief_only=True)
        self.assertEqual((find.profile, find.seed, find.promise, find.what),
                         ("brief", 7, "S1", "lost"))

    def test_what_the_sound_one_ends_badly_too_is_no_find(self):
        search = self.search(self.pretender("sound", bad=[3]), self.pretender("injured", bad=[3]))
        self.assertIsNone(search.run(60, brief_only=True))
        self.assertEqual(search.stories, 60_000)

    def test_only_stories_of_the_named_promise_count(self):
        sound, injured = self.pretender("sound"), self.pretender("injured", bad=[7], deadly=[3])
        for promise, seed in (("", 3), ("S1", 7)):
            find = self.search(sound, injured, promise).run(60, brief_only=True)
            self.assertEqual(find.seed, seed)

    def test_an_assertion_is_a_find_with_a_seed(self):
        outcome = play_block(self.pretender("injured", deadly=[38]), "brief", 1, 100)
        self.assertEqual((outcome.promise, outcome.seed), ("assertion", 38))
        self.assertIn("assertion of seed 38", outcome.what)

    def test_a_story_is_made_short_as_long_as_the_two_disagree(self):
        sound = self.pretender("sound")
        injured = self.pretender("injured", bad=[7], word="bad")
        self.assertEqual(self.search(sound, injured).run(60, brief_only=True).story,
                         ["seed 1", "device x", "A bad 2"])

    def test_a_story_on_the_edge_is_no_find(self):
        sound = self.pretender("sound", word="seed 12\n")
        injured = self.pretender("injured", bad=[7], word="bad")
        self.assertIsNone(self.search(sound, injured).run(60, brief_only=True))

    def test_a_file_is_played(self):
        story = self.folder / "x.story"
        story.write_text("A bad")
        self.assertEqual(play_file(self.pretender("injured", word="bad"), story).promise, "S1")
        self.assertEqual(play_file(self.pretender("sound"), story).promise, "")


if __name__ == "__main__":
    unittest.main()
