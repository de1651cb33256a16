"""A member that signs paths and links which lead out of the shared folder."""

import os
import stat

from case import SOURCE
from device import wait_until
from evil_case import EvilTest, a_deletion, a_file, a_folder, a_link, change
from trees import list_tree


def bad_names():
    """The rows of the corpus of hostile names: path, and whether it is legal."""
    corpus = (SOURCE / "tests/vectors/bad_names.txt").read_text()
    rows = [line.split("\t") for line in corpus.splitlines() if not line.startswith("#")]
    return [(bytes.fromhex(row[1]), row[3] == "STORE") for row in rows]


class EvilPathsTest(EvilTest):
    def paths(self, device=1):
        return set(list_tree(self.device(device).folder))

    def wait_for_file(self, device, path, content):
        file = self.device(device).folder / path
        wait_until(lambda: file.is_file() and file.read_bytes() == content, path)

    def assert_refused(self, *changes):
        """The segment ends the connection, and nothing of it is at any path."""
        self.evil.publish(*changes)
        self.evil.wait_until_hung_up_on(f"the refusal of {changes}")
        self.evil.connect()

    def test_B001_no_bad_path_gets_into_the_folder_or_out_of_it(self):
        before = self.paths()
        refused = [path for path, legal in bad_names() if not legal]
        self.assertGreaterEqual(len(refused), 50)
        for path in refused:
            self.assert_refused(a_file(path))
        self.assertEqual(self.paths(), before)
        self.evil.publish(a_file("a legal name", b"as anybody's"))
        self.wait_for_file(1, "a legal name", b"as anybody's")
        self.assert_unharmed(log_lines_max=4 * len(refused))

    def test_B002_no_kind_of_change_takes_a_bad_path(self):
        kinds = (a_folder, a_deletion, lambda path: a_link(path, "kept"),
                 lambda path: change("metadata", path, mode=0o777))
        before = self.paths()
        refused = [path for path, legal in bad_names() if not legal]
        for number, path in enumerate(refused):
            # A good change beside it is worth no more.
            self.assert_refused(a_file(f"beside {number}"), kinds[number % 4](path))
        self.assertEqual(self.paths(), before)
        self.assert_unharmed(log_lines_max=4 * len(refused))

    def test_B003_a_folder_that_became_a_link_is_not_a_way_to_delete_outside(self):
        one = self.device(1)
        self.evil.publish(a_folder("folder"), a_file("folder/inner", b"shared\n"))
        self.wait_for_file(1, "folder/inner", b"shared\n")
        self.wait_for_file(2, "folder/inner", b"shared\n")
        (one.folder / "folder").rename(one.folder / "moved")
        (one.folder / "folder").symlink_to(one.user_home / "outside" / "folder")
        self.evil.publish(a_deletion("folder/inner"),
                          change("metadata", "folder/inner", mode=0o777))
        wait_until(lambda: (self.device(2).folder / "moved" / "inner").is_file(), "the renaming")
        self.assert_unharmed()

    def test_B004_neither_the_root_nor_what_is_not_synced_is_deleted(self):
        one = self.device(1)
        for path in (b"", b".", b"/", b".lansync"):
            self.assert_refused(a_deletion(path))
        self.evil.publish(a_folder("holder"), a_file("holder/file"))
        self.wait_for_file(1, "holder/file", b"evil")
        os.mkfifo(one.folder / "holder" / "pipe")
        one.wait_for_share(lambda share: share["issues"], "the fifo as an issue")
        self.evil.publish(a_deletion("holder/file"), a_deletion("holder"))
        wait_until(lambda: not (one.folder / "holder" / "file").exists(), "the file's deletion")
        self.assert_unharmed()
        self.assertTrue((one.folder / "holder" / "pipe").is_fifo())

    def test_B009_a_link_to_anywhere_is_kept_and_never_followed(self):
        one = self.device(1)
        outside = one.user_home / "outside"
        targets = {"absolute": str(outside), "file": str(outside / "secret"), "etc": "/etc",
                   "up": "../outside", "far up": "../" * 40 + "etc/passwd", "self": "self",
                   "root": "/", "process": "/proc/self/root", "long": "x/" * 2000}
        self.evil.publish(*(a_link(path, target) for path, target in targets.items()))
        for path, target in targets.items():
            wait_until(lambda path=path: os.path.lexists(one.folder / path), path)
            self.assertEqual(os.readlink(one.folder / path), target)
        # Changes of what a link leads to: mode and time, what is in it, content.
        self.evil.publish(*(change("metadata", path, mode=0o777, mtime=1) for path in targets))
        self.evil.publish(*(a_file(path + "/secret") for path in targets if path != "file"))
        self.evil.publish(a_file("file", b"a file now"))
        self.wait_for_file(1, "file", b"a file now")
        self.assert_unharmed()

    def make_way_out(self, *names):
        """Links that lead to the folder beside the share, over one another."""
        return [a_link(name, target, instead=False)
                for name, target in zip(names, [*names[1:], "../outside"])]

    def test_B010_what_is_written_behind_a_link_stays_inside(self):
        self.evil.publish(*self.make_way_out("a"), a_file("a/first", b"1"))
        self.evil.publish(a_file("b/first", b"2"), *self.make_way_out("b"))
        self.evil.publish(*self.make_way_out("c"))
        self.evil.publish(a_file("c/secret", b"3"), a_file("c/folder/inner", b"4"))
        self.evil.publish(a_folder("d"), a_file("d/x", b"5"))
        self.evil.publish(a_link("d", "../outside"), a_file("d/secret", b"6"),
                          a_deletion("d/folder/inner"), a_deletion("d/folder"))
        self.evil.publish(a_file("last", b"last"))
        self.wait_for_file(1, "last", b"last")
        self.wait_for_file(2, "last", b"last")
        self.assert_unharmed()

    def test_B011_a_chain_of_links_leads_nowhere(self):
        self.evil.publish(*self.make_way_out("a", "b", "c"))
        self.evil.publish(a_file("a/first"), a_file("b/secret"), a_file("c/folder/inner"),
                          a_deletion("a/secret"), a_folder("a/folder/new"),
                          change("metadata", "b/secret", mode=0o777))
        self.evil.publish(a_file("last", b"last"))
        self.wait_for_file(1, "last", b"last")
        self.wait_for_file(2, "last", b"last")
        self.assert_unharmed()

    def test_B024_no_mode_makes_a_file_more_than_a_file(self):
        one = self.device(1)
        for mode in (0o4755, 0o2755, 0o1777, 0o7777, 0o100644, 1 << 40):
            self.assert_refused(a_file("program", mode=mode))
        modes = {"nobody's": 0, "everybody's": 0o777, "to write": 0o222}
        self.evil.publish(*(a_file(path, mode=mode) for path, mode in modes.items()))
        for path, mode in modes.items():
            self.wait_for_file(1, path, b"evil")
            self.assertEqual(stat.S_IMODE((one.folder / path).stat().st_mode), mode)
        self.assert_unharmed()

    def test_B006_names_that_differ_only_for_a_person_are_two_files(self):
        names = {"README": b"1", "readme": b"2", "stra\u00dfe": b"3", "STRASSE": b"4",
                 "\u00e9": b"5", "e\u0301": b"6"}
        self.evil.publish(*(a_file(name, content) for name, content in names.items()))
        for name, content in names.items():
            self.wait_for_file(1, name, content)
            self.wait_for_file(2, name, content)
        self.assert_unharmed()

    def test_B026_times_from_anywhen_do_no_harm(self):
        times = {"before": -1, "zero": 0, "earliest": -2 ** 63, "latest": 2 ** 63 - 1,
                 "in 40000": 1_200_000_000 * 10 ** 9}
        self.evil.publish(*(a_file(path, mtime=time, at=time) for path, time in times.items()))
        for path in times:
            self.wait_for_file(1, path, b"evil")
            self.wait_for_file(2, path, b"evil")
        self.device(1).ok("status")
        self.assert_unharmed()
