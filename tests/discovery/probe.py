"""A device that discovers and is discovered, and does nothing else."""

import json
import pathlib
import queue
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e" / "lab"))
from network import PATIENCE_SECONDS  # noqa: E402


def tag_of(host):
    return f"{host:08x}00000000"


class Probe:
    """A running discovery_probe, the program whose path is `PROGRAM`."""

    PROGRAM = None

    def __init__(self, lab, host, responder="automatic", tag=None):
        self.host = host
        self.process = lab.spawn(
            host, [self.PROGRAM, responder, tag or tag_of(host), 22000 + host, f"{host:x}"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.lines = queue.Queue()
        self.seen = []
        self.latest = {}  # The last sighting of each tag.
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(json.loads(line))
        self.lines.put(None)

    def tell(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()

    def wait_for(self, condition, what):
        """Returns the next event that fulfils the condition."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                event = self.lines.get(timeout=max(0, deadline - time.monotonic()))
            except queue.Empty:
                event = None
            if event is None:
                raise AssertionError(f"host {self.host}: {what} did not happen; it ended with "
                                     f"{self.process.poll()}; seen: {self.seen}")
            self.seen.append(event)
            if event["event"] == "sighting":
                self.latest[event["tag"]] = event
            if condition(event):
                return event

    def wait_for_sighting(self, tag, what, condition=lambda sighting: True, gone=False):
        """Returns the latest sighting of the tag as soon as it fulfils the condition."""
        def fulfilled(event):
            return (event is not None and event["event"] == "sighting" and event["tag"] == tag
                    and event["gone"] == gone and condition(event))
        if fulfilled(self.latest.get(tag)):
            return self.latest[tag]
        return self.wait_for(fulfilled, what)

    def wait_for_peer(self, host):
        """Both addresses of a host that has not changed its own."""
        wanted = [{"ip": f"10.77.0.{host}", "port": 22000 + host},
                  {"ip": f"fd77::{host}", "port": 22000 + host}]
        return self.wait_for_sighting(tag_of(host), f"host {host} in full",
                                      lambda sighting: sighting["addresses"] == wanted)

    def state(self):
        return self._answer("state")

    def problem(self):
        return self._answer("problem")

    def _answer(self, key):
        self.tell("state")
        return self.wait_for(lambda event: event["event"] == "state", "an answer")[key]

    def wait_for_state(self, expected):
        self._wait_for_answer("state", expected)

    def wait_for_problem(self, expected):
        """Nothing, for an empty text."""
        self._wait_for_answer("problem", expected)

    def _wait_for_answer(self, key, expected):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (answer := self._answer(key)) != expected:
            if time.monotonic() > deadline:
                raise AssertionError(f"host {self.host}: {answer}, not {expected}")
            time.sleep(0.02)

    def gone_so_far(self):
        """Those reported gone until now. The question after the state is a barrier."""
        self.state()
        return [event["tag"] for event in self.seen if event.get("gone")]

    def stop(self):
        """Ends it cleanly; nothing must have gone to its error output."""
        self.process.stdin.close()
        status = self.process.wait(PATIENCE_SECONDS)
        errors = self.process.stderr.read()
        if status != 0 or errors:
            raise AssertionError(f"host {self.host}: the probe ended with {status}: {errors}")

    def kill(self):
        self.process.kill()
        self.process.wait(PATIENCE_SECONDS)
