"""`flush` succeeds only when the folders are equal."""

import os
import random
import shutil

from case import EndToEndTest
from trees import make_tree, write_random

ROUNDS = 200


class FlushTest(EndToEndTest):
    def edit(self, folder, generator, number):
        """One change of some kind."""
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        files = [path for path in files if ".lansync" not in path.parts]
        kind = generator.randrange(6) if len(files) > 5 else 0
        victim = generator.choice(files) if files else None
        if kind == 0:
            write_random(folder / f"{number % 5}" / f"new {number}", generator.randrange(60_000),
                         number)
        elif kind == 1:
            with open(victim, "ab") as stream:
                stream.write(b"x" * generator.randrange(1, 5000))
        elif kind == 2:
            victim.unlink()
        elif kind == 3:
            victim.rename(victim.with_name(f"renamed {number}"))
        elif kind == 4:
            victim.chmod(generator.choice((0o600, 0o644, 0o755)))
            os.utime(victim, ns=(0, 1_600_000_000_000_000_000 + number))
        else:
            os.truncate(victim, generator.randrange(2000))

    def test_two_hundred_edits_from_alternating_sides(self):
        self.share_folder()
        generator = random.Random("flush")
        for number in range(ROUNDS):
            editor = self.devices[number % 2]
            self.edit(editor.folder, generator, number)
            answer = editor.flush()["shares"][0]
            self.assertTrue(answer["in_sync"])
            self.assertEqual(answer["online_members"], 1)
            try:
                self.assert_same()
            except AssertionError as error:
                raise AssertionError(f"round {number}, {editor.name}: {error}") from None

    def test_the_other_side_may_ask_too(self):
        one, two = self.share_folder()
        for number in range(20):
            make_tree(one.folder / f"{number}", number, 10)
            one.flush()  # What one did is in two.
            two.flush()
            self.assert_same()
            shutil.rmtree(two.folder / f"{number}")
            two.flush()
            self.assert_same()

    def test_it_fails_while_something_is_still_on_its_way(self):
        one, two = self.share_folder()
        self.lab.rate(2, 40)
        write_random(one.folder / "film", 24 << 20, "film")
        outcome = one.run("flush", one.folder, "--timeout", "1s")
        self.assertEqual(outcome.exit, 5, outcome)
        self.assertFalse((two.folder / "film").exists())
        self.lab.rate(2, 0)
        one.flush()
        self.assert_same()

    def test_nobody_there_is_said(self):
        one = self.device(1)
        one.create()
        write_random(one.folder / "file", 1000, "file")
        outcome = one.run("flush", one.folder)
        self.assertEqual(outcome.exit, 0, outcome)
        self.assertIn("no other device", outcome.out)
