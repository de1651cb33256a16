"""A person at a terminal: a program under a pseudo terminal, read and written by a test."""

import fcntl
import os
import re
import select
import struct
import subprocess
import termios
import time

PATIENCE_SECONDS = 60
ROWS, COLUMNS = 50, 100
# Colours, and what moves the cursor or erases.
ESCAPE_SEQUENCE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal:
    """Runs a command with standard input, output and error at one terminal of its own."""

    def __init__(self, command, environment):
        self.text = ""  # All that has come, without escape sequences.
        self._raw = ""
        self._read_to = 0  # What expect() has returned already.
        self._master, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self.process = subprocess.Popen(command, env=environment, pass_fds=[slave],
                                        preexec_fn=lambda: os.login_tty(slave))
        os.close(slave)

    def expect(self, pattern, patience=PATIENCE_SECONDS):
        """Waits for a match in what comes after the last one, and returns it."""
        deadline = time.monotonic() + patience
        while not (match := re.compile(pattern).search(self.text, self._read_to)):
            if not self._read_more(deadline - time.monotonic()):
                raise AssertionError(f"no {pattern!r} came; the terminal shows:\n{self.text}")
        self._read_to = match.end()
        return match

    def type(self, text):
        os.write(self._master, text.encode())

    def interrupt(self):
        """Ctrl-C."""
        os.write(self._master, b"\x03")

    def wait(self, patience=PATIENCE_SECONDS):
        """Waits for the end of the program; its exit status."""
        deadline = time.monotonic() + patience
        while self._read_more(deadline - time.monotonic()):
            pass
        try:
            status = self.process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired as late:
            raise AssertionError(f"it does not end; the terminal shows:\n{self.text}") from late
        self.close()
        return status

    def close(self):
        if self._master >= 0:
            os.close(self._master)
            self._master = -1

    def _read_more(self, seconds):
        """False at the end of the output, or when the time is over."""
        ready, _, _ = select.select([self._master], [], [], max(0, seconds))
        if not ready:
            return False
        try:
            chunk = os.read(self._master, 65536)
        except OSError:  # The other end is closed.
            return False
        self._raw += chunk.decode("utf-8", "surrogateescape")
        self.text = ESCAPE_SEQUENCE.sub("", self._raw)
        return bool(chunk)
