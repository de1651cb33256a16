"""The table of hostile inputs in docs/security.md says of every one where it is tried, and is right."""

import pathlib
import re
import unittest

from case import SOURCE

TESTS = SOURCE / "tests"
ROW = re.compile(r"^\| (B\d{3}) \| ([a-z]+) \| (.+) \|$", re.MULTILINE)
FILE = re.compile(r"`([a-z_0-9/]+(?:_test\.cc|_test\.py|CMakeLists\.txt))`: ((?:“[^”]+”(?:, )?)+)")
REASON = re.compile(r"\b(wait|waits|not promised|does not apply|not change|no name|nothing|"
                    r"reviewers|both ways|a number|no answer)\b", re.IGNORECASE)


class TableTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        text = (SOURCE / "docs/security.md").read_text(encoding="utf-8")
        cls.rows = {row[1]: (row[2], row[3]) for row in ROW.finditer(text)}
        cls.listed = ROW.findall(text)
        lines = (TESTS / "vectors/bad_inputs.tsv").read_text(encoding="utf-8").splitlines()[1:]
        cls.inputs = {line.split("\t")[0]: line.split("\t")[1] for line in lines}

    def test_every_input_has_one_row(self):
        self.assertGreater(len(self.inputs), 100)
        self.assertEqual([name for name, _, _ in self.listed], sorted(self.inputs))
        self.assertEqual({name: area for name, (area, _) in self.rows.items()}, self.inputs)

    def test_every_test_that_is_named_is_there(self):
        for name, (_, where) in self.rows.items():
            with self.subTest(name):
                named = FILE.findall(where)
                for file, tests in named:
                    content = (TESTS / file).read_text(encoding="utf-8")
                    for test in re.findall("“([^”]+)”", tests):
                        self.assertIn(test, content, file)
                rest = FILE.sub("", where).strip("; ")
                self.assertTrue(named or rest, "neither a test nor a reason")
                if rest:
                    self.assertRegex(rest, REASON)

    def test_every_test_with_an_id_is_in_its_row(self):
        found = 0
        for file in sorted(pathlib.Path(TESTS, "e2e").glob("evil_*_test.py")):
            for test, name in re.findall(r"def (test_(B\d{3})_\w+)", file.read_text()):
                found += 1
                self.assertIn(f"“{test}”", self.rows[name][1], file.name)
        self.assertGreater(found, 20)
