"""A device of the end-to-end tests: a host of the lab, a home of its own, and the program on it."""

import contextlib
import dataclasses
import json
import os
import pathlib
import signal
import subprocess
import time

from terminal import Terminal

# Long enough for a loaded machine; a test that gets this far has failed.
PATIENCE_SECONDS = 60
# Between two looks at something that does not announce itself.
LOOK_SECONDS = 0.03

# What the program says only when it has found a bug in itself (or a sanitizer has).
BUG_MARKS = ("lansync: bug:", "Sanitizer", "runtime error:", "terminate called")

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def wait_until(condition, what, patience=PATIENCE_SECONDS):
    """Waits until condition() is true, and returns what it was."""
    deadline = time.monotonic() + patience
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {patience} s in vain: {what}")
        time.sleep(LOOK_SECONDS)
    return value


def wrong_code(code, number=1):
    """Another code without a typing error, so that it has to be tried."""
    symbols = [ALPHABET.index(symbol) for symbol in code.replace("-", "")][:-1]
    symbols[0] = (symbols[0] + number) % len(ALPHABET)
    symbols.append(0)
    check = 0
    for symbol in symbols:
        check <<= 1
        if check & 32:
            check ^= 0b100101
        check ^= symbol
    symbols[-1] = check
    text = "".join(ALPHABET[symbol] for symbol in symbols)
    return f"{text[:4]}-{text[4:]}"


@dataclasses.dataclass
class Outcome:
    """How a command ended."""

    command: list
    exit: int
    out: str
    err: str

    @property
    def document(self):
        return json.loads(self.out)

    def __str__(self):
        return f"{self.command} ended with {self.exit}\n  out: {self.out!r}\n  err: {self.err!r}"


class Device:
    """One device. Its own files are beneath `root`; `folder` is the one that the tests share."""

    def __init__(self, lab, host, root, binary):
        self.lab = lab
        self.host = host
        self.binary = str(binary)
        self.name = f"device-{host}"
        self.home = root / "lansync"
        self.user_home = root / "user"
        self.folder = self.user_home / "Photos"
        self.log_file = self.home / "state" / "daemon.log"
        self.output_file = root / "foreground.log"
        self.codes = []  # Every one it has given out.
        self.should_run = False
        self.foreground = None
        self.user_home.mkdir(parents=True)
        self.configure()

    def configure(self, **settings):
        """Writes the configuration; read when the daemon starts."""
        config = self.home / "config" / "config.toml"
        config.parent.mkdir(parents=True, exist_ok=True)
        settings = {"name": self.name, **settings}
        config.write_text("".join(f"{key} = {json.dumps(value)}\n"
                                  for key, value in settings.items()))

    # --- Commands ------------------------------------------------------------------------------

    def environment(self):
        return {"PATH": os.environ["PATH"], "HOME": str(self.user_home), "LC_ALL": "C.UTF-8",
                "LANSYNC_HOME": str(self.home), "TERM": "xterm",
                **{name: value for name, value in os.environ.items()
                   if name.endswith("SAN_OPTIONS")},
                **self.lab.environment(self.host)}

    def command(self, arguments):
        return self.lab.command(self.host, [self.binary, *arguments])

    def run(self, *arguments, stdin=None, patience=PATIENCE_SECONDS):
        """Runs a command without a terminal; `stdin` is the text on its standard input, if any."""
        if "join" in arguments:
            self.should_run = True
        options = {"stdin": subprocess.DEVNULL} if stdin is None else {"input": stdin}
        try:
            done = subprocess.run(self.command(arguments), env=self.environment(), check=False,
                                  capture_output=True, timeout=patience, **options,
                                  encoding="utf-8", errors="surrogateescape")
        except subprocess.TimeoutExpired as late:
            raise AssertionError(
                f"{self.name}: {arguments} did not end within {patience} s") from late
        return Outcome(list(map(str, arguments)), done.returncode, done.stdout, done.stderr)

    def ok(self, *arguments, **options):
        """Runs a command that must succeed, and returns its JSON document."""
        outcome = self.run(*arguments, "--json", **options)
        if outcome.exit != 0:
            raise AssertionError(f"{self.name}: {outcome}")
        return outcome.document

    def terminal(self, *arguments):
        """A command with a person at its terminal."""
        if "join" in arguments:
            self.should_run = True
        terminal = Terminal(self.command(arguments), self.environment())
        self.lab.processes.append(terminal.process)
        return terminal

    # --- The daemon ----------------------------------------------------------------------------

    def daemon_pids(self):
        """Those of this device's daemon; one, or none."""
        found = []
        for pid in self.lab.pids(self.host):
            with contextlib.suppress(OSError):
                arguments = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
                program = pathlib.Path(os.readlink(f"/proc/{pid}/exe")).name
                if program == "lansync" and b"daemon" in arguments:
                    found.append(pid)
        return found

    def start_daemon(self, *arguments):
        """Returns when it answers."""
        with open(self.output_file, "ab") as log:
            self.foreground = subprocess.Popen(
                self.command(["daemon", *arguments]), env=self.environment(),
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        self.lab.processes.append(self.foreground)
        self.should_run = True

        def answers():
            if self.foreground.poll() is not None:
                raise AssertionError(f"{self.name}: the daemon ended with "
                                     f"{self.foreground.returncode}")
            return self.run("status").exit == 0
        wait_until(answers, f"{self.name}: an answer of the daemon")

    def kill_daemon(self):
        """As a crash does: no time for anything."""
        pids = self.daemon_pids()
        if not pids:
            raise AssertionError(f"{self.name}: there is no daemon to kill")
        self.should_run = False
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not self.alive(pids), f"{self.name}: the end of {pids}")

    def stop_daemon(self):
        self.should_run = False
        self.ok("stop")
        if self.foreground is not None:
            self.foreground.wait(PATIENCE_SECONDS)

    def alive(self, pids):
        for process in self.lab.processes:
            process.poll()  # Ours stay zombies otherwise.
        return [pid for pid in pids if os.path.exists(f"/proc/{pid}")]

    def log(self):
        """Everything the daemon has said so far."""
        text = ""
        for file in (self.log_file.with_suffix(".1.log"), self.log_file, self.output_file):
            with contextlib.suppress(FileNotFoundError):
                text += file.read_text(encoding="utf-8", errors="surrogateescape")
        return text

    def faults(self):
        """What must be true of no device, whatever the test was about."""
        found = [f"{self.name}: {line}" for line in self.log().splitlines()
                 if any(mark in line for mark in BUG_MARKS)]
        if self.should_run and not self.daemon_pids():
            found.append(f"{self.name}: the daemon is gone, and nobody ended it")
        found += [f"{self.name}: the log holds the code {code}" for code in self.codes
                  if code in self.log() or code.replace("-", "") in self.log()]
        return found

    # --- Shares --------------------------------------------------------------------------------

    def create(self, *arguments):
        """Makes `folder` a new share; the code for the next device."""
        self.folder.mkdir(exist_ok=True)
        answer = self.ok("join", self.folder, "--new", *arguments)
        return self.note_code(answer["invitation"]["code"])

    def invite(self, *arguments):
        return self.note_code(self.ok("invite", self.folder, *arguments)["invitation"]["code"])

    def join(self, code, *arguments):
        """Joins with the code from a file; the answer."""
        self.folder.mkdir(exist_ok=True)
        return self.ok("join", self.folder, "--code-file", self.code_file(code), *arguments)

    def code_file(self, code):
        file = self.user_home / "code.txt"
        file.write_text(code + "\n")
        return file

    def note_code(self, code):
        """Remembers a code that it has given out: no log may ever hold it."""
        self.codes.append(code)
        return code

    def status(self):
        return self.ok("status")

    def share(self):
        """The status of the only share."""
        shares = self.status()["shares"]
        if len(shares) != 1:
            raise AssertionError(f"{self.name}: {len(shares)} shares")
        return shares[0]

    def wait_for_share(self, condition, what, patience=PATIENCE_SECONDS):
        """Waits until condition(share) holds of the status, and returns it."""
        seen = {}

        def holds():
            nonlocal seen
            seen = self.share()
            return condition(seen)
        try:
            wait_until(holds, what, patience)
        except AssertionError as late:
            raise AssertionError(f"{self.name}: {late}; the status is {seen}") from None
        return seen

    def wait_for_device_issue(self, condition, what):
        def issue():
            return next(filter(condition, self.status()["device"]["issues"]), None)
        return wait_until(issue, f"{self.name}: {what}")

    def wait_for_member(self, other, online=True):
        """Waits until the other device is connected, or is not."""
        self.wait_for_share(
            lambda share: any(member["name"] == other.name and member["online"] == online
                              for member in share["members"]),
            f"{other.name} {'online' if online else 'offline'}")

    def flush(self, *arguments, patience=PATIENCE_SECONDS):
        return self.ok("flush", self.folder, "--timeout", f"{patience}s", *arguments,
                       patience=patience + 10)

    # --- The network ---------------------------------------------------------------------------

    def received_bytes(self):
        """What has come in over the cable, all of it."""
        return self.lab.received_bytes(self.host)
