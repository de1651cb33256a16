#!/usr/bin/env python3
"""What a link of a lab carries: one TCP stream of zeros, for a few seconds.

  plain_stream.py receive ADDRESS    prints "ready", and in the end the bytes in a second
  plain_stream.py send ADDRESS
"""

import pathlib
import socket
import subprocess
import sys
import time

PORT = 7000
BLOCK_BYTES = 1 << 20
SECONDS = 2.5
# Of them: until the stream has found its speed.
WARM_UP_SECONDS = 0.5


def line_rate(lab, source, target):
    """Bytes of content in a second that a stream from one host to another has."""
    program = [sys.executable, pathlib.Path(__file__).resolve()]
    address = f"10.77.0.{target}"
    with lab.spawn(target, [*program, "receive", address], stdout=subprocess.PIPE,
                   text=True) as receiver:
        receiver.stdout.readline()
        lab.output(source, [*program, "send", address])
        return float(receiver.stdout.readline())


def receive(address):
    with socket.create_server((address, PORT)) as server:
        print("ready", flush=True)
        stream, _ = server.accept()
        with stream:
            print(measure(stream))


def measure(stream):
    block = bytearray(BLOCK_BYTES)
    connected = time.monotonic()
    began = None
    count_bytes = 0
    while received := stream.recv_into(block):
        now = time.monotonic()
        if began is not None:
            count_bytes += received
        elif now - connected >= WARM_UP_SECONDS:
            began = now
        last = now
    return count_bytes / (last - began)


def send(address):
    block = bytes(BLOCK_BYTES)
    deadline = time.monotonic() + SECONDS
    with socket.create_connection((address, PORT)) as stream:
        while time.monotonic() < deadline:
            stream.sendall(block)


if __name__ == "__main__":
    {"receive": receive, "send": send}[sys.argv[1]](sys.argv[2])
