"""The configuration of clang-tidy catches what it is there for, also in files read as one."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = Path(sys.argv.pop(1)) if len(sys.argv) > 1 else HERE.parent.parent

GOOD = "namespace lansync { int answer() { return 42; } }\n"
BAD = [
    ("class session {};", "readability-identifier-naming"),
    ("struct Session { void Close(); };", "readability-identifier-naming"),
    ("class Session { int peer = 0; };", "readability-identifier-naming"),
    ("constexpr int limit = 4;", "readability-identifier-naming"),
    ("enum class Phase { Handshake };", "readability-identifier-naming"),
    ("int DoIt() { return 1; }", "readability-identifier-naming"),
    ("int* none = 0;", "modernize-use-nullptr"),
    ("struct A { virtual ~A() = default; virtual void f(); }; struct B : A { virtual void f(); };",
     "modernize-use-override"),
    ("struct Big { char bytes[900]; Big(const Big&); int size() const; }; const Big& any(); "
     "int size() { const Big big = any(); return big.size(); }",
     "performance-unnecessary-copy-initialization"),
    ("int f(int a) { if (a); return a; }", "bugprone-suspicious-semicolon"),
    ("int f(int unused) { return 1; }", "misc-unused-parameters"),
]


def tidy(code_by_name):
    with tempfile.TemporaryDirectory() as folder:
        core = Path(folder) / "core"
        core.mkdir()
        entries = []
        for name, code in code_by_name.items():
            (core / name).write_text(code)
            entries.append('{"directory": "%s", "command": "clang++-19 -std=c++23 -c core/%s", '
                           '"file": "core/%s"}' % (folder, name, name))
        (Path(folder) / "compile_commands.json").write_text(f"[{','.join(entries)}]")
        (Path(folder) / ".clang-tidy").write_text((ROOT / ".clang-tidy").read_text())
        return subprocess.run([sys.executable, "-B", HERE / "tidy.py", folder, folder],
                              capture_output=True, text=True)


class Tidy(unittest.TestCase):
    def test_each_bad_line_is_found_beside_a_good_file(self):
        found = tidy({"good.cc": GOOD} | {
            f"bad_{number}.cc": f"namespace lansync {{\nnamespace n{number} {{\n{code}\n}}\n}}\n"
            for number, (code, _) in enumerate(BAD)})
        self.assertEqual(found.returncode, 1)
        for number, (code, check) in enumerate(BAD):
            with self.subTest(code=code):
                lines = [line for line in found.stdout.split("\n") if f"bad_{number}.cc:3:" in line]
                self.assertTrue(any(check in line for line in lines), found.stdout)
        self.assertNotIn("good.cc:", found.stdout)

    def test_files_with_one_name_for_two_things_are_read_apart(self):
        body = "namespace {\nint f() { return 1; }\n}  // namespace\n"
        found = tidy({"a.cc": body + "int a() { return f(); }\n",
                      "b.cc": body + "int* b() { return f() ? 0 : 0; }\n"})
        self.assertEqual(found.returncode, 1)
        self.assertIn("2 to check, in 2 batches", found.stdout)
        self.assertIn("b.cc:4:", found.stdout)
        self.assertIn("2 runs, 1 with problems", found.stdout)

    def test_what_can_not_be_read_as_one_after_all_is_read_again_apart(self):
        found = tidy({"a.cc": "static int f() { return 1; }\nint a() { return f(); }\n",
                      "b.cc": "static int f() { return 2; }\nint b() { return f(); }\n",
                      "c.cc": "static int f() { return 3; }\nint* c() { return f() ? 0 : 0; }\n"})
        self.assertEqual(found.returncode, 1)
        self.assertIn("3 to check, in 1 batches", found.stdout)
        self.assertIn("c.cc:2:", found.stdout)
        self.assertIn("3 runs, 1 with problems", found.stdout)

    def test_good_code_passes(self):
        found = tidy({"good.cc": GOOD})
        self.assertEqual(found.returncode, 0, found.stdout + found.stderr)


if __name__ == "__main__":
    unittest.main()
