"""Crashes, reboots, cables, addresses and loss: nothing has to be done again by hand."""

import contextlib
import os
import sqlite3

from case import EndToEndTest
from device import wait_until
from trees import list_tree, make_tree, write_random

# So that a transfer lasts long enough to be cut in its middle.
SLOW_MBIT = 400
LARGE_BYTES = 96 << 20


class InterruptionsTest(EndToEndTest):
    def begin_large_transfer(self):
        """Returns in the middle of it; what device 2 had received before it began."""
        one, two = self.share_folder()
        make_tree(one.folder, "small", 20)
        one.flush()
        received = two.received_bytes()
        self.lab.rate(2, SLOW_MBIT)
        write_random(one.user_home / "film", LARGE_BYTES, "film")
        os.rename(one.user_home / "film", one.folder / "film")
        wait_until(lambda: two.received_bytes() - received > LARGE_BYTES * 0.4,
                   "the first part of the file")
        self.assertNotIn(b"film", list_tree(two.folder), "it is not to be seen before it is whole")
        return received

    def assert_resumed(self, received):
        two = self.device(2)
        self.wait_until_same()
        total = two.received_bytes() - received
        self.assertLess(total, LARGE_BYTES * 1.15, "it started over")
        self.assertGreater(total, LARGE_BYTES, "so much has to come")

    def test_the_receiver_is_killed_and_resumes(self):
        received = self.begin_large_transfer()
        self.device(2).kill_daemon()
        self.assertNotIn(b"film", list_tree(self.device(2).folder))
        self.device(2).start_daemon()
        self.assert_resumed(received)

    def test_the_sender_is_killed_and_the_receiver_resumes(self):
        received = self.begin_large_transfer()
        self.device(1).kill_daemon()
        self.assertNotIn(b"film", list_tree(self.device(2).folder))
        self.device(1).start_daemon()
        self.assert_resumed(received)

    def test_a_cable_pulled_out_in_a_transfer(self):
        received = self.begin_large_transfer()
        one, two = self.devices
        self.lab.link(2, "down")
        one.wait_for_member(two, online=False)
        two.wait_for_member(one, online=False)
        self.lab.link(2, "up")
        self.assert_resumed(received)

    def test_killed_again_and_again_while_files_change(self):
        one, two = self.share_folder()
        for number in range(6):
            make_tree(one.folder / f"{number}", number, 40)
            make_tree(two.folder / f"two {number}", -number, 40)
            victim = self.devices[number % 2]
            victim.kill_daemon()
            victim.start_daemon()
        self.wait_until_same()
        self.assertGreater(len(list_tree(one.folder)), 480)

    def test_both_restart_with_changes_made_meanwhile(self):
        one, two = self.share_folder()
        make_tree(one.folder, "before", 40)
        one.flush()
        share = one.share()["id"]
        for device in self.devices:
            device.stop_daemon()
        (one.folder / "sizes" / "4096").unlink()
        write_random(one.folder / "made by one", 5000, 1)
        write_random(two.folder / "made by two", 5000, 2)
        with open(two.folder / "sizes" / "65536", "ab") as stream:
            stream.write(b"appended")
        for device in self.devices:
            device.start_daemon()
        self.wait_until_same()
        tree = list_tree(one.folder)
        self.assertNotIn(b"sizes/4096", tree)
        self.assertLessEqual({b"made by one", b"made by two"}, set(tree))
        self.assertEqual(tree[b"sizes/65536"].size, 65544)
        self.assertEqual({device.share()["id"] for device in self.devices}, {share})

    def unsynced(self, device):
        """What the index says of files that the disk may not have (docs/index_format.md). The daemon
        must not run."""
        index, = (file for file in (device.home / "state").rglob("*")
                  if file.is_file() and file.read_bytes()[:15] == b"SQLite format 3")
        with contextlib.closing(sqlite3.connect(index)) as database:
            rows = database.execute("SELECT value FROM facts WHERE name = 'unsynced'").fetchall()
        return rows[0][0] if rows else b""

    def test_only_a_daemon_that_is_stopped_in_order_leaves_nothing_in_doubt(self):
        one, two = self.share_folder()
        for device in self.devices:
            (device.folder / f"by {device.name}").write_text("just written\n")
        self.wait_until_same()
        one.kill_daemon()
        self.assertNotEqual(self.unsynced(one), b"")
        two.stop_daemon()
        self.assertEqual(self.unsynced(two), b"")
        for device in self.devices:
            device.start_daemon()
        (one.folder / f"by {one.name}").write_text("goes on\n")
        self.wait_until_same()

    def change_address(self, host):
        self.lab.address(host, "del", f"10.77.0.{host}/24")
        self.lab.address(host, "del", f"fd77::{host}/64")
        self.lab.address(host, "add", f"10.77.0.{host + 200}/24")
        self.lab.address(host, "add", f"fd77::{host + 200}/64")

    def test_a_device_that_restarts_with_another_address_is_found(self):
        one, two = self.share_folder()
        two.stop_daemon()
        one.wait_for_member(two, online=False)
        self.change_address(2)
        write_random(one.folder / "meanwhile", 5000, 1)
        two.start_daemon()
        self.wait_until_same()
        write_random(two.folder / "afterwards", 5000, 2)
        self.wait_until_same()

    def test_an_address_changes_under_a_running_device(self):
        self.share_folder()
        self.change_address(2)
        self.lab.address(2, "del", "fe80::77:ff:fe00:2/64")
        for device in self.devices:
            write_random(device.folder / f"by {device.name}", 5000, device.name)
        self.wait_until_same()

    def test_one_packet_in_ten_is_lost(self):
        one, two = self.devices
        make_tree(one.folder, "loss", 60)
        for device in self.devices:
            self.lab.loss(device.host, 10)
        two.join(one.create())
        self.wait_until_same(patience=120)
        write_random(two.folder / "back", 300_000, "back")
        self.wait_until_same(patience=60)
