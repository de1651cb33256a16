"""The daemon's life: one for each home, started by join, ended by stop or a crash."""

import json
import os
import signal
import stat
import subprocess

from case import EndToEndTest
from device import wait_until
from trees import write_random


class DaemonTest(EndToEndTest):
    hosts = 1

    def setUp(self):
        super().setUp()
        self.socket = self.device(1).home / "run" / "control.sock"

    def test_join_starts_it_and_stop_ends_it(self):
        one = self.device(1)
        outcome = one.run("join", one.folder, "--new")
        self.assertEqual(outcome.exit, 0, outcome)
        self.assertIn("Created the share 'Photos'", outcome.out.splitlines()[0])
        self.assertIn("daemon", outcome.err)  # How to start it at login.
        pids = one.daemon_pids()
        self.assertEqual(len(pids), 1)
        self.assertEqual(stat.S_IMODE(self.socket.stat().st_mode), 0o600)
        one.should_run = False
        self.assertEqual(one.ok("stop")["pid"], pids[0])
        self.assertEqual(one.daemon_pids(), [])
        self.assertFalse(self.socket.exists())
        self.assert_refused(one.run("stop"), 10)

    def test_commands_without_a_daemon_say_so(self):
        one = self.device(1)
        for command in (("status",), ("peers",), ("flush",), ("connect", "10.77.0.9"), ("stop",),
                        ("leave", one.user_home), ("invite", one.user_home)):
            with self.subTest(command[0]):
                outcome = one.run(*command)
                self.assert_refused(outcome, 10, "lansync ")
                self.assertEqual(outcome.out, "")
                document = json.loads(one.run(*command, "--json").out)
                self.assertEqual((document["type"], document["exit"]), ("error", 10))

    def test_a_second_one_is_refused(self):
        one = self.device(1)
        one.start_daemon()
        pid = one.daemon_pids()[0]
        self.assert_refused(one.run("daemon"), 11, str(pid))
        self.assertEqual(one.daemon_pids(), [pid])
        one.ok("status")

    def test_a_socket_left_by_a_crash_is_no_obstacle(self):
        one = self.device(1)
        one.create()
        share = one.share()["id"]
        one.kill_daemon()
        self.assertTrue(self.socket.exists())
        self.assert_refused(one.run("status"), 10)
        self.assertEqual(one.run("join", one.folder).exit, 7)  # Starts it; nothing else is new.
        self.assertEqual(one.share()["id"], share)

    def test_a_signal_ends_it_cleanly(self):
        one = self.device(1)
        one.start_daemon()
        one.should_run = False
        os.kill(one.daemon_pids()[0], signal.SIGTERM)
        self.assertEqual(one.foreground.wait(30), 0)
        self.assertFalse(self.socket.exists())

    def test_a_terminal_that_closes_does_not_end_it(self):
        one = self.device(1)
        terminal = one.terminal("join", one.folder)
        one.note_code(terminal.expect(r"Code:\s+(\S+)")[1])
        terminal.close()
        one.ok("status")
        self.assertEqual(len(one.daemon_pids()), 1)

    def test_ctrl_c_ends_only_the_waiting(self):
        one = self.device(1)
        terminal = one.terminal("join", one.folder)
        one.note_code(terminal.expect(r"Code:\s+(\S+)")[1])
        terminal.expect("Waiting for the next device")
        terminal.interrupt()
        terminal.expect("goes on in the background")
        self.assertEqual(terminal.wait(), 130)
        self.assertEqual(len(one.status()["shares"]), 1)

    def test_another_user_cannot_command_it(self):
        one = self.device(1)
        one.create()
        os.chmod(self.root, 0o755)
        for folder in (one.home, self.socket.parent):
            self.assertEqual(stat.S_IMODE(self.socket.parent.stat().st_mode), 0o700, folder)
        os.chmod(self.socket.parent, 0o755)
        os.chmod(self.socket, 0o666)  # As a careless hand might.
        client = ["setpriv", "--reuid=65534", "--clear-groups", "python3", "-c",
                  "import socket, sys\n"
                  "client = socket.socket(socket.AF_UNIX)\n"
                  "client.connect(sys.argv[1])\n"
                  "try:\n"
                  "  client.sendall(b'{\"v\":1,\"command\":\"status\"}\\n')\n"
                  "  print(client.recv(65536))\n"
                  "except OSError: print(b'')\n", str(self.socket)]
        answer = self.lab.output(1, client)
        self.assertNotIn("shares", answer)
        self.assertNotIn("result", answer)

    def test_what_a_version_is(self):
        one = self.device(1)
        self.assertRegex(one.run("version").out, r"^lansync \d+\.\d+")
        self.assertEqual(one.ok("version")["type"], "version")
        self.assertEqual(one.run("frobnicate").exit, 2)


class StatusTest(EndToEndTest):
    def test_the_document_has_what_scripts_rely_on(self):
        one, two = self.share_folder()
        write_random(one.folder / "file", 5000, "file")
        one.flush()
        status = one.status()
        self.assertEqual((status["v"], status["type"]), (1, "status"))
        self.assertEqual(set(status["device"]) - {"issues"}, {"id", "name", "version", "listen"})
        share = status["shares"][0]
        self.assertLessEqual(
            {"id", "name", "kind", "path", "role", "state", "files", "bytes", "need_files",
             "need_bytes", "in_sync", "fingerprint", "conflicts", "issues", "members"}, set(share))
        self.assertEqual((share["kind"], share["path"], share["files"], share["bytes"]),
                         ("folder", str(one.folder), 1, 5000))
        member = next(member for member in share["members"] if member["name"] == two.name)
        self.assertLessEqual({"id", "name", "role", "online", "in_sync", "address", "rx_bytes",
                              "tx_bytes"}, set(member))
        self.assertEqual((member["role"], member["online"], member["in_sync"]),
                         ("editor", True, True))
        self.assertIn("10.77.0.2", member["address"].replace("fd77::2", "10.77.0.2"))
        self.assertGreater(member["tx_bytes"], 5000)

    def test_people_can_read_it(self):
        one, two = self.share_folder()
        one.flush()
        out = one.run("status").out
        self.assertRegex(out.splitlines()[0], "^Photos: in sync")
        self.assertIn(two.name, out)
        peers = one.ok("peers")["peers"]
        self.assertEqual([(peer["name"], peer["online"]) for peer in peers], [(two.name, True)])

    def test_an_answer_that_cannot_be_written_is_a_failure(self):
        one = self.device(1)
        one.create()
        for command in (("status",), ("status", "--json"), ("status", "--watch"), ("--help",)):
            with self.subTest(command), open("/dev/full", "wb") as full:
                done = subprocess.run(one.command(command), env=one.environment(), stdout=full,
                                      stderr=subprocess.PIPE, text=True, check=False, timeout=20)
                self.assertEqual(done.returncode, 1)
                self.assertIn("cannot write the answer (No space left on device)", done.stderr)

    def test_a_standard_output_that_is_closed_is_nobody_elses(self):
        one = self.device(1)
        one.create()
        closed = ["sh", "-c", 'exec "$@" >&-', "sh"]
        done = subprocess.run(closed + one.command(("status",)), env=one.environment(),
                              stderr=subprocess.PIPE, text=True, check=False, timeout=20)
        self.assertEqual(done.returncode, 1)
        self.assertIn("cannot write the answer (Bad file descriptor)", done.stderr)

    def test_who_has_gone_is_shown_as_gone(self):
        one, two = self.share_folder()
        two.stop_daemon()
        one.wait_for_member(two, online=False)
        self.lab.link(2, "down")
        two.start_daemon()
        wait_until(lambda: two.status()["device"]["listen"], "an address")
        self.assertFalse(two.share()["members"][0]["online"])
