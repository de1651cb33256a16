"""Full and damaged disks, folders that vanish: nothing is lost, and what is wrong is said."""

import os
import pathlib
import shutil
import subprocess
import time

from case import EndToEndTest
from device import wait_until
from trees import list_tree, make_tree, write_random

DISK_BYTES = 24 << 20


class MountTest(EndToEndTest):
    def in_its_sight(self, device, *command):
        """Mounts or unmounts what the device's daemon sees and nobody else does."""
        pid, = device.daemon_pids()
        subprocess.run(["nsenter", f"--mount=/proc/{pid}/ns/mnt", *command], check=True)

    def test_B020_what_is_mounted_inside_a_share_is_not_synced_and_deletes_nothing(self):
        self.share_folder()
        one, two = self.devices
        (one.folder / "disk" / "deep").mkdir(parents=True)
        (one.folder / "disk" / "deep" / "hidden").write_text("is hidden soon\n")
        (one.folder / "disk" / "page").write_text("first\n")
        self.wait_until_same()
        stick = one.user_home / "stick"
        stick.mkdir()
        (stick / "secret").write_text("not of the share\n")
        (stick / "page").write_text("another's\n")
        before = list_tree(stick)
        self.in_its_sight(one, "mount", "--bind", stick, one.folder / "disk")
        (one.folder / "beside").write_text("goes on\n")
        share = one.wait_for_share(
            lambda share: any(issue["code"] == "mounted" for issue in share["issues"]),
            "that it says so")
        self.assertEqual([issue["path"] for issue in share["issues"]], ["disk"])
        wait_until((two.folder / "beside").is_file, "what is not in the mount")
        one.run("flush", one.folder, "--timeout", "5s")
        self.assert_same()
        self.assertFalse((two.folder / "disk" / "secret").exists())
        # What others do beneath it waits, and touches nothing there.
        (two.folder / "disk" / "page").write_text("second\n")
        (two.folder / "disk" / "new").write_text("new\n")
        (two.folder / "disk" / "deep" / "hidden").unlink()
        one.wait_for_share(lambda share: share["need_files"] > 0, "that something is to come")
        (two.folder / "last").write_text("goes on\n")
        wait_until((one.folder / "last").is_file, "what is not in the mount")
        self.assertEqual(list_tree(stick), before)
        self.assertEqual((one.folder / "disk" / "page").read_text(), "first\n")
        self.in_its_sight(one, "umount", one.folder / "disk")
        self.wait_until_same()
        self.assertEqual((one.folder / "disk" / "page").read_text(), "second\n")
        one.wait_for_share(lambda share: share["in_sync"] and not share["issues"], "in sync again")


class FullDiskTest(EndToEndTest):
    def mount_small_disk(self, device):
        """The device's share lies on a disk of DISK_BYTES; the disk's path."""
        disk = device.user_home / "disk"
        disk.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", disk],
                       check=True)
        self.addCleanup(subprocess.run, ["umount", "--lazy", disk], check=False)
        device.folder = disk / "Photos"
        return disk

    def test_a_full_disk_holds_the_sync_until_there_is_room(self):
        one, two = self.devices
        disk = self.mount_small_disk(two)
        write_random(disk / "filler", DISK_BYTES - (6 << 20), "filler")
        self.share_folder()
        size = 12 << 20
        write_random(one.folder / "film", size, "film")
        held = two.wait_for_share(lambda share: share["state"] == "held", "the full disk")
        issue = next(issue for issue in held["issues"] if issue["code"] == "no_space")
        self.assertEqual(issue["path"], str(two.folder))
        self.assertIn(f"{size} bytes", issue["message"])
        self.assertTrue(issue["fix"])
        out = two.run("status").out
        self.assertRegex(out.splitlines()[0], "^Photos: held by a full disk, 1 file .* to go$")
        self.assertIn(f"! {two.folder}: the disk is full, 13 MB ({size} bytes) are needed", out)
        self.assertEqual(held["need_files"], 1)
        self.assertEqual(held["need_bytes"], size)
        self.assertFalse(held["in_sync"])
        flushed = two.run("flush", two.folder, "--timeout", "2s")
        self.assertEqual(flushed.exit, 9, flushed)
        self.assertIn("the disk is full", flushed.err)
        self.assertNotIn(b"film", list_tree(two.folder))
        (disk / "filler").unlink()
        self.wait_until_same()
        two.wait_for_share(lambda share: share["in_sync"] and not share["issues"], "in sync again")


class HangingDiskTest(EndToEndTest):
    def mount_disk(self, device):
        """A disk of its own that can be frozen: whoever writes to it hangs until it is not."""
        image, disk = self.root / "image", device.user_home / "disk"
        disk.mkdir()
        with open(image, "wb") as stream:
            stream.truncate(64 << 20)
        subprocess.run(["mkfs.ext4", "-q", image], check=True)
        mounted = subprocess.run(["mount", "-o", "loop", image, disk], check=False,
                                 capture_output=True, text=True)
        if mounted.returncode != 0:
            self.skipTest(f"no disk can be made here: {mounted.stderr}")
        self.addCleanup(subprocess.run, ["umount", "--lazy", disk], check=False)
        return disk

    def hanging_threads(self, device):
        pid, = device.daemon_pids()
        states = [(task / "stat").read_text().rsplit(")", 1)[1].split()[0]
                  for task in pathlib.Path(f"/proc/{pid}/task").iterdir()]
        return states.count("D")

    def share_another(self, folder):
        """The devices' next folder."""
        one, two = self.devices
        for device in self.devices:
            device.folder = folder(device)
        two.join(one.create())
        (one.folder / "first").write_text("shared\n")
        wait_until((two.folder / "first").is_file, "the first file")

    def test_B128_a_disk_that_hangs_keeps_no_other_share_waiting(self):
        one, two = self.devices
        disk = self.mount_disk(one)
        self.share_another(lambda device: (disk if device is one else device.user_home) / "Slow")
        slow = {device: device.folder for device in self.devices}
        self.share_another(lambda device: device.user_home / "Quick")
        subprocess.run(["fsfreeze", "--freeze", disk], check=True)
        try:
            for number in range(100):
                (slow[two] / f"hangs {number}").write_text(f"{number}\n")
            processors = os.cpu_count()
            wait_until(lambda: self.hanging_threads(one) >= min(processors, 8), "threads that hang")
            for number, (device, other) in enumerate(((one, two), (two, one)) * 3):
                (device.folder / f"goes on {number}").write_text("at once\n")
                wait_until((other.folder / f"goes on {number}").is_file, "the other share's file")
            begin = time.monotonic()
            self.assertEqual(len(one.status()["shares"]), 2)
            self.assertLess(time.monotonic() - begin, 5)
            self.assertFalse((slow[one] / "hangs 0").exists())
        finally:
            subprocess.run(["fsfreeze", "--unfreeze", disk], check=True)
        wait_until(lambda: list_tree(slow[one]) == list_tree(slow[two]), "the share that hung")


class DamageTest(EndToEndTest):
    def start_with_files(self):
        self.share_folder()
        make_tree(self.device(1).folder, "damage", 30)
        self.device(1).flush()
        self.tree = list_tree(self.device(1).folder)

    def what_it_says(self, device, name):
        """What a person gets to read of a damaged file: the daemon's last words, or the status."""
        device.should_run = False  # Either is right, as long as it is said.
        started = device.run("join", device.folder)
        status = device.run("status", "--json")
        text = started.err + (status.out if status.exit == 0 else "")
        device.should_run = False
        self.assertIn(name, text)
        self.assertIn("damaged", text.lower())
        return started, status

    def assert_files_untouched(self):
        for device in self.devices:
            self.assertEqual(list_tree(device.folder), self.tree, device.name)
        self.assert_same()

    def damage_index(self, device, damage):
        device.stop_daemon()  # So that all of it is in the one file.
        files = [file for file in (device.home / "state").rglob("*")
                 if file.is_file() and file.read_bytes()[:15] == b"SQLite format 3"]
        self.assertEqual(len(files), 1, files)
        damage(files[0])
        return files[0]

    def test_an_index_of_garbage_is_named_and_no_file_is_touched(self):
        self.start_with_files()
        two = self.device(2)
        index = self.damage_index(two, lambda file: file.write_bytes(os.urandom(file.stat().st_size)))
        self.what_it_says(two, index.name)
        self.assert_files_untouched()

    def test_an_index_with_a_damaged_page_is_named_and_no_file_is_touched(self):
        self.start_with_files()
        two = self.device(2)

        def overwrite_pages(file):
            size = file.stat().st_size
            with open(file, "r+b") as stream:
                stream.seek(4096)  # The first page tells what is in the others.
                stream.write(os.urandom(size - 4096))
        index = self.damage_index(two, overwrite_pages)
        self.what_it_says(two, index.name)
        self.assert_files_untouched()

    def test_a_device_that_was_put_back_begins_a_new_log(self):
        self.start_with_files()
        one, two = self.devices
        two.stop_daemon()
        backup = self.root / "backup"
        shutil.copytree(two.home / "state", backup)
        two.start_daemon()
        for number in range(3):
            (two.folder / f"after {number}").write_text("after the backup\n")
        self.wait_until_same()
        two.stop_daemon()
        shutil.rmtree(two.home / "state")
        shutil.copytree(backup, two.home / "state")
        for number in range(3):
            (two.folder / f"after {number}").unlink()
        (one.folder / "meanwhile").write_text("while it was away\n")
        two.start_daemon()
        wait_until(lambda: "beginning a new log" in two.log(), "that it notices")
        self.wait_until_same()
        (two.folder / "at last").write_text("under the new log\n")
        self.wait_until_same()
        self.assertEqual(two.log().count("beginning a new log"), 1)

    def test_a_device_whose_whole_disk_was_put_back_begins_anew(self):
        self.start_with_files()
        one, two = self.devices
        index = self.damage_index(two, lambda file: None)
        backup = index.read_bytes()
        two.start_daemon()
        (two.folder / "lost").write_text("known elsewhere\n")
        self.wait_until_same()
        for device in self.devices:
            device.stop_daemon()
        (two.folder / "lost").unlink()
        with open(index, "r+b") as stream:  # The same file, as on a disk that is put back.
            stream.truncate()
            stream.write(backup)
        files = sum(1 for path in two.folder.rglob("*") if path.is_file() and ".lansync" not in path.parts)
        (two.folder / "instead").write_text("before it has met anybody\n")
        two.start_daemon()
        two.wait_for_share(lambda share: share["files"] == files + 1 and share["in_sync"],
                           "that it has published what it found")
        one.start_daemon()
        wait_until(lambda: "looking at everything anew" in two.log(), "that it notices")
        self.wait_until_same()
        self.assertEqual((one.folder / "instead").read_text(), "before it has met anybody\n")
        self.assertEqual((two.folder / "lost").read_text(), "known elsewhere\n")
        self.assertEqual(two.log().count("looking at everything anew"), 1)

    def test_a_damaged_key_is_named_and_no_file_is_touched(self):
        self.start_with_files()
        two = self.device(2)
        two.stop_daemon()
        key = two.home / "data" / "device.key"
        good = key.read_bytes()
        damaged = {"cut short": good[:-1], "a flipped bit": bytes([good[0] ^ 1]) + good[1:],
                   "empty": b"", "longer": good + b"x", "zeros": bytes(len(good))}
        for name, content in damaged.items():
            with self.subTest(name):
                key.write_bytes(content)
                outcome = two.run("join", two.folder)
                two.should_run = False
                self.assertEqual(outcome.exit, 8, outcome)
                self.assertIn("device.key", outcome.err)
                self.assertEqual(key.read_bytes(), content, "it is not ours to replace")
                self.assertEqual(two.daemon_pids(), [])
        self.assert_files_untouched()
        key.write_bytes(good)
        two.start_daemon()
        write_random(two.folder / "afterwards", 1000, 1)
        self.wait_until_same()

    def test_a_wrong_configuration_is_named_with_its_line(self):
        one = self.device(1)
        one.configure(colour="blue")
        outcome = one.run("join", one.folder, "--new")
        one.should_run = False
        self.assertEqual(outcome.exit, 2, outcome)
        self.assertIn("config.toml, line 2", outcome.err)


class VanishedFolderTest(EndToEndTest):
    def start_with_files(self, files=300):
        self.share_folder()
        for number in range(files):
            write_random(self.device(1).folder / f"{number % 10}" / f"{number}", 100, number)
        self.device(1).flush()
        self.assert_same()
        return list_tree(self.device(1).folder)

    def assert_nothing_spreads(self, tree, state):
        one, two = self.devices
        share = one.wait_for_share(lambda share: share["state"] in state, f"a state of {state}")
        self.assertNotEqual(share["issues"], [])
        write_random(two.folder / "two goes on", 100, "two")
        two.run("flush", two.folder, "--timeout", "3s")
        self.assertLessEqual(set(tree), set(list_tree(two.folder)))

    def test_a_folder_that_is_moved_away_deletes_nothing_elsewhere(self):
        tree = self.start_with_files(20)
        one = self.device(1)
        one.folder.rename(one.user_home / "moved away")
        self.assert_nothing_spreads(tree, ("error",))

    def test_a_folder_that_is_replaced_by_an_empty_one_deletes_nothing_elsewhere(self):
        tree = self.start_with_files(20)
        one = self.device(1)
        one.folder.rename(one.user_home / "moved away")
        one.folder.mkdir()
        self.assert_nothing_spreads(tree, ("error",))

    def test_a_folder_that_is_gone_while_the_daemon_is_off(self):
        tree = self.start_with_files(20)
        one = self.device(1)
        one.stop_daemon()
        shutil.rmtree(one.folder)
        one.folder.mkdir()
        one.start_daemon()
        self.assert_nothing_spreads(tree, ("error",))

    def test_the_deletion_of_nearly_everything_is_held_until_a_person_agrees(self):
        tree = self.start_with_files(300)
        one, two = self.devices
        for number in range(290):
            (one.folder / f"{number % 10}" / f"{number}").unlink()
        self.assert_nothing_spreads(tree, ("held",))
        flushed = one.run("flush", one.folder, "--timeout", "3s")
        self.assertEqual(flushed.exit, 12, flushed)
        self.assertIn("lansync status", flushed.err)
        status = one.run("status").out
        self.assertRegex(status.splitlines()[0], "^Photos: held by a safety brake$")
        self.assertRegex(status, rf"! {one.folder}: 290 files are gone .*lansync resume {one.folder};")
        self.assertEqual(one.ok("resume", one.folder)["released"], 290)
        # The other device has not been asked yet: what it hears may not be what was meant.
        two.wait_for_share(lambda share: share["state"] == "held", "the other's brake")
        self.assertLessEqual(set(tree), set(list_tree(two.folder)))
        self.assertEqual(two.ok("resume", two.folder)["released"], 290)
        self.wait_until_same()
        self.assertEqual(len([entry for entry in list_tree(two.folder).values()
                              if entry.kind == "file"]), 11)

    def test_what_others_deleted_is_in_the_trash(self):
        one, two = self.share_folder()
        content = write_random(one.folder / "letter.txt", 5000, "letter").read_bytes()
        one.flush()
        (one.folder / "letter.txt").unlink()
        one.flush()
        self.assertNotIn(b"letter.txt", list_tree(two.folder))
        trash = [file.read_bytes() for file in (two.folder / ".lansync" / "trash").rglob("*")
                 if file.is_file()]
        self.assertIn(content, trash)
