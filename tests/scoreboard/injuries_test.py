"""Every patch still fits the sources, and says what it is."""

import re
import shutil
import tempfile
import unittest
from pathlib import Path

from document import DOCUMENT
from injury import ROOT, Injury, load

COUNT_MIN = 20
SIMULATION = ROOT / "docs" / "simulation.md"
# What no injury breaks any more within the stories that are played, and the test that does.
BROKEN_BY_TESTS = {"S5": ROOT / "tests/sim/rest_test.cc"}
# The disk in memory stands in for core/os, which stories do without.
STAND_IN = "tests/support/memory_disk.cc"


EACH = [(kind, injury) for kind in ("bugs", "mutants") for injury in load(kind)]


class Injuries(unittest.TestCase):
    def test_there_are_enough(self):
        self.assertGreaterEqual(len(load("bugs")), COUNT_MIN)
        self.assertGreaterEqual(len(load("mutants")), COUNT_MIN)

    def test_each_applies_to_the_sources(self):
        for _, injury in EACH:
            with self.subTest(injury.name), tempfile.TemporaryDirectory() as tree:
                for name in injury.files:
                    (Path(tree) / name).parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy(ROOT / name, Path(tree) / name)
                self.assertIsNone(injury.apply(tree, dry_run=True))
                self.assertIsNone(injury.apply(tree))
                changed = [(Path(tree) / name).read_bytes() != (ROOT / name).read_bytes()
                           for name in injury.files]
                self.assertTrue(changed and all(changed))

    def test_each_says_what_it_does_and_whose_it_was(self):
        for kind, injury in EACH:
            with self.subTest(injury.name):
                self.assertRegex(injury.what, r"^[A-Z].*\.$")
                self.assertEqual(bool(injury.whose), kind == "bugs")

    def test_each_injures_what_is_shipped_and_not_the_tests(self):
        for kind, injury in EACH:
            with self.subTest(injury.name):
                folder = "core/" if kind == "bugs" else "core/sync/"
                self.assertTrue(all(name.startswith(folder) or name == STAND_IN
                                    for name in injury.files))

    def test_each_is_in_the_table(self):
        table = DOCUMENT.read_text()
        for _, injury in EACH:
            with self.subTest(injury.name):
                self.assertTrue(f"| {injury.name}" in table, "run scoreboard.py --only NAME")

    def test_each_promise_is_broken_by_something(self):
        """What checks a promise might be blind otherwise, and nobody would know."""
        promises = re.findall(r"^\| ([SLRP]\d+) \|", SIMULATION.read_text(), re.MULTILINE)
        self.assertGreaterEqual(len(promises), COUNT_MIN)
        table = DOCUMENT.read_text()
        for promise in promises:
            with self.subTest(promise):
                if test := BROKEN_BY_TESTS.get(promise):
                    self.assertIn(f'"{promise}"', test.read_text())
                else:
                    self.assertRegex(table, rf"\| {promise}( \||, seed)")

    def test_a_patch_that_does_not_fit_is_refused(self):
        with tempfile.TemporaryDirectory() as tree:
            (Path(tree) / "x.cc").write_text("int y;\n")
            patch = Path(tree) / "x.patch"
            patch.write_text("What: X.\n\n--- a/x.cc\n+++ b/x.cc\n@@ -1 +1 @@\n-int x;\n+int z;\n")
            self.assertIsNotNone(Injury(patch).apply(tree))
            (Path(tree) / "x.cc").write_text("int x;\n")
            self.assertIsNone(Injury(patch).apply(tree))
            self.assertEqual((Path(tree) / "x.cc").read_text(), "int z;\n")


if __name__ == "__main__":
    unittest.main()
