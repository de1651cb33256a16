"""Each rule of text_rules.py is broken on purpose here, and must notice."""

import unittest

from text_rules import LINES_MAX, LINES_WARNED, violations

REFUSED = [
    ("docs/x.md", "see /home/anna/lansync\n", "one machine"),
    ("README.md", "cd /root/lansync\n", "one machine"),
    ("core/base/x.cc", 'open("/root/checkout");\n', "one machine"),
    ("docs/x.md", "(/Users/anna/sync)\n", "one machine"),
    ("core/base/x.cc", "// TODO: later\n", "parked"),
    ("scripts/x.sh", "# FIXME\n", "parked"),
    ("core/base/x.cc", "<<<<<<< HEAD\n", "merge conflict"),
    ("core/base/x.cc", ">>>>>>> main\n", "merge conflict"),
    ("core/base/x.cc", "int x;\n" * (LINES_MAX + 1), "extract a noun"),
    ("core/base/x.cc", "int x;", "no end"),
]

ALLOWED = [
    ("README.md", "scripts/quickstart ~/Sync\n"),
    ("docs/x.md", "the work/home balance, a/root/b, https://example.org/home/x, /usr/share/doc\n"),
    ("LICENSE", "no end of line"),
    ("tests/vectors/x.json", '{"path": "/home/anna/x"}'),
    ("core/base/x.cc", "int x;\n" * LINES_WARNED),
    ("docs/long.md", "text\n" * 2000),
    ("docs/x.md", "Heading\n=======\n\n========\n".replace("=======\n\n", "=====\n\n")),
]


class TextRules(unittest.TestCase):
    def test_every_forbidden_text_is_found(self):
        for name, text, reason in REFUSED:
            with self.subTest(name=name, text=text[:40]):
                found = [why for _, _, why, is_warning in violations({name: text}) if not is_warning]
                self.assertEqual(len(found), 1)
                self.assertIn(reason, found[0])

    def test_ordinary_text_passes(self):
        for name, text in ALLOWED:
            with self.subTest(name=name, text=text[:40]):
                self.assertEqual(list(violations({name: text})), [])

    def test_a_long_file_is_warned_about_before_it_fails(self):
        found = list(violations({"core/base/x.cc": "int x;\n" * (LINES_WARNED + 1)}))
        self.assertEqual([is_warning for _, _, _, is_warning in found], [True])


if __name__ == "__main__":
    unittest.main()
