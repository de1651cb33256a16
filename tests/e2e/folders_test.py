"""Which folders can be shared, and how one stops."""

import os

from case import EndToEndTest
from device import wait_until
from trees import list_tree, make_tree, write_random


class FolderArgumentTest(EndToEndTest):
    hosts = 1

    def refuse(self, folder, *words, exit_code=7):
        one = self.device(1)
        running = bool(one.daemon_pids())
        self.assert_refused(one.run("join", folder, "--new"), exit_code, *words)
        one.should_run = running

    def test_what_cannot_be_shared_is_refused_with_the_reason(self):
        one = self.device(1)
        file = write_random(one.user_home / "file.txt", 10, 1)
        self.refuse(file, str(file), "not a folder")
        self.refuse(file / "beneath", "not a folder")
        self.refuse(one.user_home, "home directory")
        self.refuse(one.user_home.parent, "home directory")
        self.refuse("/", "file system")
        self.refuse("/proc/self", "system")
        self.refuse(one.home, "lansync's own files")
        self.refuse(one.home / "state" / "x", "lansync's own files")
        self.refuse("", "empty", exit_code=2)
        self.refuse(os.fsdecode(b"/tmp/\xff"), "utf-8")
        self.assertEqual(one.daemon_pids(), [], "no daemon for nothing")
        self.assertEqual(list_tree(one.user_home).keys(), {b"file.txt"})

    def test_a_share_neither_contains_nor_lies_in_another(self):
        one = self.device(1)
        one.create()
        (one.folder / "inside").mkdir()
        self.refuse(one.folder / "inside", "inside", "Photos")
        self.refuse(one.folder / "not there yet", "inside", "Photos")
        (one.user_home / "link").symlink_to(one.folder / "inside")
        self.refuse(one.user_home / "link", "inside", "Photos")
        one.folder.rename(one.user_home / "other")  # What it holds is still a share.
        self.refuse(one.user_home / "other" / "inside", "inside")
        (one.user_home / "other").rename(one.folder)
        above = one.user_home / "above"
        (above / "share").mkdir(parents=True)
        one.ok("join", above / "share", "--new")
        self.refuse(above, "contains", "share")
        self.assertFalse((one.folder / "not there yet").exists())
        self.assertEqual(len(one.status()["shares"]), 2)

    def test_a_folder_that_is_in_a_share_is_said_to_be(self):
        one = self.device(1)
        one.create()
        share = one.share()["id"]
        for arguments in ((), ("--code", "K3QX-9MPK"), ("--new",)):
            with self.subTest(arguments):
                outcome = one.run("join", one.folder, *arguments, "--json")
                self.assertEqual(outcome.exit, 7, outcome)
                self.assertTrue(outcome.document["share"]["already_joined"])
                self.assertEqual(outcome.document["share"]["id"], share)
        self.assertIn("Already in the share 'Photos'", one.run("join", one.folder).out)
        self.assertEqual(one.share()["id"], share)

    def test_a_folder_that_does_not_exist_is_made_after_saying_so(self):
        one = self.device(1)
        folder = one.user_home / "new" / "and newer"
        outcome = one.run("join", folder, "--new")
        self.assertEqual(outcome.exit, 0, outcome)
        self.assertIn(f"Creating the folder {folder}", outcome.err)
        self.assertTrue(folder.is_dir())
        self.assertIn("'and newer'", outcome.out.splitlines()[0])

    def test_a_command_about_a_folder_that_is_no_share_finds_none(self):
        one = self.device(1)
        one.create()
        for command in ("status", "flush", "leave", "invite"):
            with self.subTest(command):
                outcome = one.run(command, one.user_home)
                self.assertEqual(outcome.exit, 6, outcome)


class LeaveTest(EndToEndTest):
    def test_leaving_keeps_the_files_and_stops_the_syncing(self):
        one, two = self.share_folder()
        make_tree(one.folder, "leave", 20)
        one.flush()
        tree = list_tree(two.folder)
        answer = two.ok("leave", two.folder)
        self.assertEqual(answer["share"]["path"], str(two.folder))
        self.assertEqual(list_tree(two.folder), tree)
        self.assertEqual(two.status()["shares"], [])
        write_random(one.folder / "one goes on", 100, 1)
        (one.folder / "sizes" / "4096").unlink()
        one.flush()
        (two.folder / "sizes" / "65536").unlink()
        two.stop_daemon()
        two.start_daemon()
        self.assertEqual(two.status()["shares"], [])
        self.assertEqual(set(tree) - set(list_tree(two.folder)), {b"sizes/65536"})
        self.assertIn(b"sizes/65536", list_tree(one.folder))

    def test_a_share_is_left_as_a_whole_and_by_its_own_folder(self):
        one = self.device(1)
        one.create()
        (one.folder / "2026").mkdir()
        for part in ("2026", "not there"):
            self.assert_refused(one.run("leave", one.folder / part), 7, "part of a share",
                                f"lansync leave {one.folder}")
        self.assertEqual(len(one.status()["shares"]), 1)

    def test_a_name_that_cannot_be_is_refused_before_anything_is_made(self):
        one = self.device(1)
        for name in ("x" * 200, "two\nlines", "\x1b[31mred"):
            outcome = one.run("join", one.folder, "--new", "--name", name)
            self.assertEqual(outcome.exit, 2, outcome)
            self.assertIn("name", outcome.err)
        self.assertEqual(one.status()["shares"], [])
        self.assertEqual(one.ok("join", one.folder, "--new", "--name", "Fotos 2026")["share"]["name"],
                         "Fotos 2026")

    def test_who_left_can_join_again(self):
        one, two = self.share_folder()
        make_tree(one.folder, "again", 20)
        one.flush()
        two.ok("leave", two.folder)
        (one.folder / "sizes" / "4096").unlink()
        one.flush()  # It is a delete before the other one comes back, and not while it does.
        write_random(two.folder / "made outside", 100, 2)
        two.join(one.invite())
        two.flush()
        self.wait_until_same()
        tree = list_tree(one.folder)
        self.assertIn(b"made outside", tree)
        self.assertIn(b"sizes/4096", tree)  # United: nothing is deleted by joining.

    def test_the_last_one_leaves_too(self):
        one = self.device(1)
        one.create()
        one.ok("leave", one.folder)
        self.assertEqual(one.status()["shares"], [])
        one.create()
        wait_until(lambda: one.share()["state"] == "idle", "the new share")
