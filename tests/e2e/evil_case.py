"""Two honest devices, and a third member that does the wrong thing on purpose."""

import json
import os
import pathlib
import select
import subprocess
import time

from case import SOURCE, EndToEndTest, find_binary
from device import PATIENCE_SECONDS, wait_until
from trees import write_random

# The numbers of the records that the protocol knows (docs/protocol.md, "Records").
CLOSE, SHARE_MESSAGE, PING, PONG, PAIRING, CHUNK_DATA = 1, 2, 3, 4, 5, 128

# How much memory a daemon may need at its highest beyond what it began with. Whoever looks for
# errors in memory keeps what was freed for a while.
MEMORY_MAX = 96 << 20
SANITIZER_MEMORY_MAX = 1 << 30
LOG_LINES_MAX = 100
ANSWER_SECONDS = 5


def find_evil_peer():
    """The program: what LANSYNC_EVIL_PEER names, else the one of the build under test."""
    named = os.environ.get("LANSYNC_EVIL_PEER")
    build = find_binary().parent.parent
    candidates = [pathlib.Path(named)] if named else [
        folder / "tests/e2e/evil_peer/evil_peer" for folder in (build, SOURCE / "build/dev")]
    for candidate in candidates:
        if candidate.is_file():
            return candidate.resolve()
    raise FileNotFoundError(f"no evil_peer at {', '.join(map(str, candidates))}; "
                            "build it, or set LANSYNC_EVIL_PEER")


def bytes_of(text):
    return text if isinstance(text, bytes) else text.encode()


def change(kind, path, **more):
    """One change of a segment, as the evil peer is told of it."""
    return {"kind": kind, "path": bytes_of(path).hex(), **more}


def a_file(path, content=b"evil", **more):
    return change("file", path, content=content.hex(), **more)


def a_folder(path, **more):
    return change("dir", path, mode=0o755, **more)


def a_link(path, target, **more):
    return change("link", path, target=bytes_of(target).hex(), **more)


def a_deletion(path, **more):
    return change("deleted", path, **more)


class EvilPeer:
    """The program evil_peer on a host of the lab: a device with keys of its own."""

    def __init__(self, lab, host, victim_ip, victim_port):
        self.victim = {"ip": victim_ip, "port": victim_port}
        self.process = lab.spawn(host, [find_evil_peer()], stdin=subprocess.PIPE,
                                 stdout=subprocess.PIPE)

    def do(self, deed, patience=PATIENCE_SECONDS, **order):
        """Gives an order and returns what came of it, whatever that is."""
        self.process.stdin.write(json.dumps({"deed": deed, **order}).encode() + b"\n")
        self.process.stdin.flush()
        if not select.select([self.process.stdout], [], [], patience)[0]:
            raise AssertionError(f"evil_peer did not {deed} within {patience} s")
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError(f"evil_peer ended over {deed}: {self.process.wait()}")
        return json.loads(line)

    def ok(self, deed, **order):
        """As do(), for what must be possible."""
        answer = self.do(deed, **order)
        if "error" in answer:
            raise AssertionError(f"evil_peer could not {deed}: {answer}")
        return answer

    def join(self, code, **order):
        answer = self.ok("join", code=code, **self.victim, **order)
        self.id = answer["id"]
        return answer

    def connect(self, **order):
        return self.ok("connect", **self.victim, **order)

    def publish(self, *changes, **forgery):
        return self.ok("publish", changes=list(changes), forgery=forgery)

    def connected(self):
        return self.ok("look")["connected"]

    def wait_until_hung_up_on(self, what="the end of the connection", patience=ANSWER_SECONDS):
        wait_until(lambda: not self.connected(), what, patience)


def snapshot(root, but_not=()):
    """Every entry beneath a folder with its inode, times and content; `but_not` are left out."""
    found = {}
    for folder, names, files in os.walk(root):
        here = pathlib.Path(folder)
        names[:] = [name for name in names if here / name not in but_not]
        for entry in [here, *(here / name for name in files)]:
            status = entry.lstat()
            content = entry.read_bytes() if entry.is_file() and not entry.is_symlink() else b""
            found[str(entry)] = (status.st_ino, status.st_mode, status.st_mtime_ns,
                                 status.st_ctime_ns, status.st_nlink, content)
    return found


class EvilTest(EndToEndTest):
    """Devices 1 and 2 share a folder; self.evil, on host 3, is a member and connected to device 1.

    At its end a test calls assert_unharmed().
    """

    hosts = 2
    evil_arguments = ()  # Of the invitation that the evil peer takes.

    def setUp(self):
        super().setUp()
        self.share_folder()
        one = self.device(1)
        outside = one.user_home / "outside"
        (outside / "folder").mkdir(parents=True)
        (outside / "secret").write_text("not shared\n")
        (outside / "folder" / "inner").write_text("neither\n")
        (one.folder / "kept").write_text("was here before\n")
        self.wait_until_same()
        self.lab.add_host(3)
        self.evil = self.new_evil_peer(*self.evil_arguments)
        self.evil.connect()
        one.wait_for_share(lambda share: all(member["online"] for member in share["members"]) and
                           len(share["members"]) == 2, "both members")
        self.before = self.surroundings()
        self.log_lines = len(one.log().splitlines())
        self.memory = self.memory_bytes("VmRSS")

    def new_evil_peer(self, *arguments):
        """Another one on host 3, that has joined by an invitation of device 1."""
        evil = EvilPeer(self.lab, 3, "10.77.0.1", self.port(self.device(1)))
        evil.join(self.device(1).invite(*arguments))
        return evil

    def port(self, device):
        listen = wait_until(lambda: device.status()["device"]["listen"], "an address")
        return int(listen[0].rsplit(":", 1)[1])

    def surroundings(self):
        """What no peer may touch: what lies beside the share, and the mark in its own folder."""
        one = self.device(1)
        found = snapshot(one.user_home, [one.folder])
        control = one.folder / ".lansync"
        found["control"] = sorted(entry.name for entry in control.iterdir())
        found.update((str(entry), entry.read_bytes())
                     for entry in control.iterdir() if entry.is_file())
        return found

    def memory_bytes(self, field):
        pid, = self.device(1).daemon_pids()
        for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith(field + ":"):
                return int(line.split()[1]) << 10
        raise AssertionError(f"no {field}")

    def assert_memory_is_bounded(self):
        sanitized = b"__asan_init" in find_binary().read_bytes()
        limit = SANITIZER_MEMORY_MAX if sanitized else MEMORY_MAX
        self.assertLess(self.memory_bytes("VmHWM") - self.memory, limit, "memory at its highest")

    def assert_answers_at_once(self):
        begin = time.monotonic()
        self.device(1).status()
        self.assertLess(time.monotonic() - begin, ANSWER_SECONDS)

    def assert_still_syncs(self):
        """What one honest device does is at the other soon, whatever the evil one is doing."""
        one, two = self.device(1), self.device(2)
        for number, (device, other) in enumerate(((one, two), (two, one))):
            content = write_random(device.folder / f"honest {number}", 40_000,
                                   f"{self.id()} {number}").read_bytes()
            copy = other.folder / f"honest {number}"
            wait_until(lambda copy=copy, content=content:
                       copy.is_file() and copy.read_bytes() == content,
                       f"what {device.name} wrote, at {other.name}")

    def assert_unharmed(self, log_lines_max=LOG_LINES_MAX):
        self.assert_answers_at_once()
        self.assert_still_syncs()
        self.assertEqual(self.surroundings(), self.before)
        self.assert_memory_is_bounded()
        lines = self.device(1).log().splitlines()[self.log_lines:]
        self.assertLess(len(lines), log_lines_max, "\n".join(lines[:20]))
