"""What the table says of a row."""

import unittest
from types import SimpleNamespace

from document import bug_row, mutant_row, story_section

BUG = SimpleNamespace(name="empty-root", whose="Tool (#1 | #2)", what="It loses.")
FIND = {"profile": "brief", "seed": 7, "promise": "S1", "what": "v1 is not on A", "seconds": 1.26,
        "stories": 12345, "story": ["seed 7", "A write a n=12"]}


class Document(unittest.TestCase):
    def test_a_bug_that_was_found(self):
        row = bug_row(BUG, {"find": FIND, "stories": 12345, "seconds": 600})
        self.assertEqual(row, "| empty-root | Tool (#1 \\| #2) | It loses. | S1 | brief 7 | 12,345 "
                              "| 1.3 s |")

    def test_a_bug_that_was_not_found_says_so(self):
        row = bug_row(BUG, {"find": None, "stories": 99, "seconds": 600})
        self.assertIn("**not found**", row)
        self.assertEqual(row.count(" | "), 6)

    def test_a_mutant_names_who_noticed_it(self):
        row = mutant_row(BUG, {"tests": ["One", "Two"], "find": FIND})
        self.assertEqual(row, "| empty-root: It loses. | One; Two | S1, seed 7 |")
        row = mutant_row(BUG, {"tests": [], "find": None})
        self.assertEqual(row, "| empty-root: It loses. | — | — |")

    def test_a_story_can_be_copied_out(self):
        self.assertIn("```\nseed 7\nA write a n=12\n```", story_section(BUG, {"find": FIND}))


if __name__ == "__main__":
    unittest.main()
