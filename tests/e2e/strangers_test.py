"""What comes to the port and is not lansync."""

import subprocess
import sys

from case import EndToEndTest
from device import wait_until
from trees import write_random

# Sends what standard input holds, once per line in hexadecimal, and waits to be hung up on.
# Prints for each how many bytes came back, and how many seconds it took.
SEND = """
import socket, sys, time
for line in sys.stdin:
    start, came = time.monotonic(), 0
    with socket.create_connection((sys.argv[1], int(sys.argv[2])), 20) as connection:
        try:
            connection.sendall(bytes.fromhex(line))
            while chunk := connection.recv(65536):
                came += len(chunk)
        except (ConnectionResetError, BrokenPipeError):
            pass
    print(came, time.monotonic() - start, flush=True)
"""

# Opens many and says nothing on any; then waits to be killed.
HOLD = """
import socket, sys, time
held = []
for _ in range(300):
    try:
        held.append(socket.create_connection((sys.argv[1], int(sys.argv[2])), 5))
    except OSError:
        pass
print("held", flush=True)
time.sleep(600)
"""


class StrangersTest(EndToEndTest):
    # More than a handshake may take, less than a person's patience.
    HANG_UP_SECONDS = 10

    def setUp(self):
        super().setUp()
        self.code = self.device(1).create()
        listen = wait_until(lambda: self.device(1).status()["device"]["listen"], "an address")
        self.port = int(listen[0].rsplit(":", 1)[1])
        self.log_lines = len(self.device(1).log().splitlines())

    def send(self, *messages):
        """From host 2; for each message the bytes that came back and the seconds it took."""
        sender = self.lab.spawn(2, [sys.executable, "-c", SEND, "10.77.0.1", self.port],
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        out, _ = sender.communicate("".join(message.hex() + "\n" for message in messages), 100)
        self.assertEqual(sender.returncode, 0)
        answers = [line.split() for line in out.splitlines()]
        self.assertEqual(len(answers), len(messages))
        return [(int(came), float(seconds)) for came, seconds in answers]

    def assert_works(self):
        one, two = self.devices
        write_random(one.folder / "file", 5000, "file")
        two.join(self.code)
        two.flush()
        self.assert_same()

    def test_unknown_bytes_are_hung_up_on_and_not_talked_about_for_long(self):
        file = write_random(self.root / "noise", 200 * 100, "noise")
        noise = file.read_bytes()
        messages = [b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"SSH-2.0-x\r\n", b"\x16\x03\x01\x02\x00\x01",
                    b"\x00" * 100_000, b"\xff" * 100_000,
                    *(noise[i * 100:(i + 1) * 100] for i in range(200))]
        for message, (came, seconds) in zip(messages, self.send(*messages)):
            self.assertEqual(came, 0, f"an answer to {message[:20]!r}")
            self.assertLess(seconds, self.HANG_UP_SECONDS, message[:20])
        new_lines = self.device(1).log().splitlines()[self.log_lines:]
        self.assertGreaterEqual(len(new_lines), 1, "it is worth a line")
        self.assertLess(len(new_lines), 20, new_lines)
        self.assert_works()

    def test_who_says_too_little_is_hung_up_on(self):
        for _, seconds in self.send(b"", b"l"):
            self.assertLess(seconds, self.HANG_UP_SECONDS)
        self.assert_works()

    def test_many_silent_connections_do_not_keep_a_device_out(self):
        holder = self.lab.spawn(2, [sys.executable, "-c", HOLD, "10.77.0.1", self.port],
                                stdout=subprocess.PIPE)
        self.assertEqual(holder.stdout.readline(), b"held\n")
        self.assert_works()
