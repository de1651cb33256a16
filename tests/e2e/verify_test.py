"""Looking for what time does to files, and what a crash leaves behind."""

import os
import signal
import sqlite3
import threading

from case import EndToEndTest
from device import wait_until

LONG_AGO = 1_600_000_000


def write_long_ago(file, content):
    """A file that nobody has touched for long."""
    file.write_bytes(content)
    os.utime(file, (LONG_AGO, LONG_AGO))


def rot(device, name, offset):
    """Changes a byte as a failing disk does: nobody wrote, so size and times stay. As nobody can set
    a ctime back, the index is told the new one."""
    index = device.home / "state" / device.share()["id"] / "index.db"
    device.stop_daemon()
    file = device.folder / name
    before = file.stat()
    with open(file, "r+b") as opened:
        opened.seek(offset)
        byte = opened.read(1)
        opened.seek(offset)
        opened.write(bytes([byte[0] ^ 1]))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    with sqlite3.connect(index) as database:
        told = database.execute("UPDATE disk SET ctime = ? WHERE path = ?",
                                (file.stat().st_ctime_ns, name)).rowcount
    database.close()
    if told != 1:
        raise AssertionError(f"the index does not know {name}")
    device.start_daemon()


class VerifyTest(EndToEndTest):
    def test_a_rotten_file_is_found_on_the_device_that_has_it(self):
        one, two = self.device(1), self.device(2)
        (one.folder / "album").mkdir(parents=True)
        write_long_ago(one.folder / "album" / "picture", os.urandom(3_000_000))
        write_long_ago(one.folder / "note", b"note")
        two.join(one.create())
        one.flush()
        sound = one.ok("verify", one.folder)
        self.assertEqual(sound["shares"][0]["files"], 2)
        self.assertEqual(sound["shares"][0]["bytes"], 3_000_004)
        self.assertIn("Photos: sound, 2 files", two.run("verify").out)

        rot(two, "album/picture", 1_234_567)
        outcome = two.run("verify", two.folder, "--json")
        self.assertEqual(outcome.exit, 8, outcome)
        findings = outcome.document["shares"][0]["findings"]
        self.assertEqual([(finding["path"], finding["code"]) for finding in findings],
                         [("album/picture", "content")])
        self.assertIn("! album/picture: its bytes are not what they were", two.run("verify").out)
        one.ok("verify")

        # As it is advised: the copy that is whole is put over it.
        (two.folder / "album" / "picture").write_bytes(
            (one.folder / "album" / "picture").read_bytes())
        two.flush()
        two.ok("verify")

    def test_working_on_goes_well_with_it(self):
        one, two = self.device(1), self.device(2)
        one.folder.mkdir()
        for number in range(200):
            (one.folder / f"file-{number}").write_bytes(os.urandom(20_000))
        two.join(one.create())
        one.flush()
        stop = threading.Event()

        def work():
            number = 0
            while not stop.is_set():
                (one.folder / f"file-{number % 200}").write_bytes(os.urandom(number % 30_000))
                (two.folder / f"new-{number % 50}").write_bytes(os.urandom(100))
                number += 7
                stop.wait(0.002)
        worker = threading.Thread(target=work)
        worker.start()
        try:
            for device in (one, two, one, two):
                outcome = device.run("verify")
                self.assertEqual(outcome.exit, 0, outcome)
        finally:
            stop.set()
            worker.join()
        one.flush()
        for device in (one, two):
            self.assertEqual(device.ok("verify")["shares"][0]["unsettled"], 0)

    def test_ctrl_c_ends_it_and_nothing_else(self):
        one = self.device(1)
        one.folder.mkdir()
        with open(one.folder / "sparse", "wb") as file:
            file.truncate(2_000_000_000)
        os.utime(one.folder / "sparse", (LONG_AGO, LONG_AGO))
        one.create()
        one.flush()
        terminal = one.terminal("verify", one.folder)
        terminal.expect("reading")
        terminal.interrupt()
        self.assertEqual(terminal.wait(), 130)
        # It is over: the next one is not refused.
        terminal = one.terminal("verify", one.folder)
        terminal.expect("reading")
        terminal.interrupt()
        self.assertEqual(terminal.wait(), 130)
        self.assertTrue(one.share()["in_sync"])


class AuditTest(EndToEndTest):
    def test_a_head_that_is_gone_from_an_index_is_named(self):
        one, two = self.device(1), self.device(2)
        (one.folder / "album").mkdir(parents=True)
        for number in range(100):
            (one.folder / "album" / f"picture-{number:02}").write_bytes(os.urandom(100))
        two.join(one.create())
        one.flush()
        members = one.ok("verify", one.folder, "--peers")["shares"][0]["members"]
        self.assertEqual([(member["name"], member["result"]) for member in members],
                         [(two.name, "equal")])
        self.assertIn("device-1 knows the same", two.run("verify", "--peers").out)

        two.stop_daemon()
        index = two.home / "state" / one.share()["id"] / "index.db"
        with sqlite3.connect(index) as database:
            gone = database.execute("DELETE FROM heads WHERE path LIKE '%picture-42'").rowcount
        database.close()
        self.assertEqual(gone, 1)
        two.start_daemon()
        one.wait_for_member(two)
        one.flush()  # To all that they tell each other they are the same.
        outcome = one.run("verify", one.folder, "--peers", "--json")
        self.assertEqual(outcome.exit, 8, outcome)
        share = outcome.document["shares"][0]
        self.assertEqual(share["findings"], [])
        self.assertEqual([(member["result"], member["paths"]) for member in share["members"]],
                         [("different", ["album/picture-42"])])
        issues = [issue for issue in one.share()["issues"] if issue["code"] == "differs"]
        self.assertEqual([issue["path"] for issue in issues], ["album/picture-42"])
        wait_until(lambda: "audit: album/picture-42 in" in one.log(), "the log's line about it")
        # And on the device that has lost it, without asking anybody.
        findings = two.run("verify", "--json").document["shares"][0]["findings"]
        self.assertIn("index", [finding["code"] for finding in findings])


class CrashTest(EndToEndTest):
    def test_a_daemon_that_dies_of_a_bug_leaves_what_it_did_last_and_no_secret(self):
        one, two = self.device(1), self.device(2)
        one.folder.mkdir()
        (one.folder / "a-private-name").write_bytes(b"a private content")
        code = one.create()
        two.join(code)
        one.flush()
        one.should_run = False
        pids = one.daemon_pids()
        os.kill(pids[0], signal.SIGABRT)
        wait_until(lambda: not one.alive(pids), "the end of the daemon")
        report = (one.home / "state" / "crash.log").read_bytes()
        self.assertIn(b"ended by a bug: signal 6\n", report)
        self.assertRegex(report, rb"\n20\S+Z message state share [0-9a-f]{8} device [0-9a-f]{8}\n")
        key = (one.home / "data" / "device.key").read_bytes()
        for secret in (code.encode(), code.replace("-", "").encode(), b"private", b"Photos", key,
                       key.strip()):
            self.assertNotIn(secret, report)
        one.start_daemon()
        issue = one.wait_for_device_issue(lambda issue: issue["code"] == "crashed", "the report")
        self.assertEqual(issue["path"], str(one.home / "state" / "crash.log"))
        os.remove(issue["path"])
        self.assertEqual([issue for issue in one.status()["device"]["issues"]
                          if issue["code"] == "crashed"], [])
