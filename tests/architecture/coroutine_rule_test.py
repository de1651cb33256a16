"""coroutine_rule.py finds every bad shape of the fixture and passes the same code with names."""

import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent


def check(fixture):
    with tempfile.TemporaryDirectory() as build:
        (Path(build) / "compile_commands.json").write_text(
            '[{"directory": "%s", "command": "clang++-19 -std=c++23 -c %s", "file": "%s"}]'
            % (HERE, fixture, fixture))
        return subprocess.run(
            [sys.executable, HERE / "coroutine_rule.py", HERE, build, fixture],
            capture_output=True, text=True)


class CoroutineRule(unittest.TestCase):
    def test_lambdas_and_braces_beneath_co_await_are_found(self):
        fixture = "fixtures/co_await_temporaries.cc"
        process = check(fixture)
        self.assertEqual(process.returncode, 1, process.stdout)
        lines = (HERE / fixture).read_text().split("\n")
        expected = [number for number, line in enumerate(lines, 1) if "co_await " in line and ";" in line]
        found = sorted({int(number) for number in re.findall(r"\.cc:(\d+):\d+: note:", process.stdout)})
        self.assertEqual(len(expected), 3)
        self.assertEqual(found, expected)

    def test_named_temporaries_pass(self):
        process = check("fixtures/co_await_names.cc")
        self.assertEqual(process.returncode, 0, process.stdout)
        self.assertIn("1 runs, 0 with problems", process.stdout)

    def test_a_file_that_does_not_compile_is_a_problem(self):
        process = check("fixtures/co_await_missing.cc")
        self.assertNotEqual(process.returncode, 0)


if __name__ == "__main__":
    unittest.main()
