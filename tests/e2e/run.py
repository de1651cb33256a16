#!/usr/bin/env python3
"""Runs end-to-end tests.

  run.py                     all of them, one after the other
  run.py NAME...             those of these files, classes or tests, as --list names them
  run.py --list              every test, one a line
  run.py --binary FILE ...   with this program, unless LANSYNC_BINARY names another

A test that takes longer than its limit fails; it and an interrupted one still clean up.
"""

import os
import pathlib
import signal
import sys
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

# A test's own limit; ctest's is above it, so that this one is met first and cleans up.
LIMIT_SECONDS = 150


class TestTooLong(Exception):
    """The test was interrupted, by its limit or from outside."""


def interrupt(signal_number, _):
    signal.alarm(0)
    raise TestTooLong(f"interrupted by {signal.Signals(signal_number).name}; "
                      f"the limit is {LIMIT_SECONDS} s")


class Result(unittest.TextTestResult):
    """Shows the daemons' logs of what fails, while they are still there."""

    def startTest(self, test):
        signal.alarm(LIMIT_SECONDS)
        self._begin = time.monotonic()
        super().startTest(test)

    def stopTest(self, test):
        signal.alarm(0)
        super().stopTest(test)

    def addSuccess(self, test):
        super().addSuccess(test)
        self.stream.writeln(f"    {time.monotonic() - self._begin:.1f} s")

    def addError(self, test, error):
        self._show_logs(test)
        super().addError(test, error)

    def addFailure(self, test, error):
        self._show_logs(test)
        super().addFailure(test, error)

    def addSubTest(self, test, subtest, error):
        if error is not None:
            self._show_logs(test)
        super().addSubTest(test, subtest, error)

    def _show_logs(self, test):
        if getattr(test, "devices", None):
            self.stream.writeln("\n" + test.logs())


def tests_of(suite):
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            yield from tests_of(item)
        else:
            yield item


def main(arguments):
    if arguments[:1] == ["--binary"] and len(arguments) >= 2:
        os.environ.setdefault("LANSYNC_BINARY", arguments[1])
        arguments = arguments[2:]
    loader = unittest.TestLoader()
    if arguments == ["--list"]:
        for test in tests_of(loader.discover(str(HERE), pattern="*_test.py")):
            print(test.id())
        return 0
    if any(argument.startswith("-") for argument in arguments):
        print(__doc__.strip(), file=sys.stderr)
        return 2
    suite = (loader.loadTestsFromNames(arguments) if arguments
             else loader.discover(str(HERE), pattern="*_test.py"))
    for signal_number in (signal.SIGALRM, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signal_number, interrupt)
    runner = unittest.TextTestRunner(resultclass=Result, verbosity=2)
    return 0 if runner.run(suite).wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
