"""What arrives is what was sent: bytes, names, modes, times, links, in both directions."""

import os
import shutil
import stat

from case import SOURCE, EndToEndTest
from trees import copy_documents, list_tree, make_tree, write_random

BAD_NAMES = SOURCE / "tests" / "vectors" / "bad_names.txt"


def storable_names():
    """The hostile names that are to be stored as they are."""
    rows = [line.split("\t") for line in BAD_NAMES.read_text(encoding="utf-8").splitlines()
            if not line.startswith("#")]
    return [bytes.fromhex(row[1]) for row in rows if row[3] == "STORE"]


class SyncingTest(EndToEndTest):
    def test_thousands_of_files_and_a_large_one(self):
        one, two = self.devices
        if not copy_documents(one.folder, 2000):
            make_tree(one.folder, "thousands", 2000)
        write_random(one.folder / "film.mkv", 512 << 20, "film")
        two.join(one.create())
        two.flush(patience=120)
        self.wait_until_same()
        for device in self.devices:
            share = device.wait_for_share(lambda share: share["in_sync"], "in sync")
            self.assertEqual(share["state"], "idle")
            self.assertEqual((share["need_files"], share["need_bytes"]), (0, 0))
            self.assertEqual(share["issues"], [])
        self.assertEqual(one.share()["fingerprint"], two.share()["fingerprint"])
        files = [entry for entry in list_tree(two.folder).values() if entry.kind == "file"]
        self.assertEqual(two.share()["files"], len(files))
        self.assertEqual(two.share()["bytes"], sum(entry.size for entry in files))

    def test_a_tree_of_everything(self):
        one, two = self.devices
        make_tree(one.folder, "everything", 300)
        two.join(one.create())
        two.flush()
        self.assert_same()

    def test_live_changes_travel_both_ways(self):
        for editor in self.share_folder():
            with self.subTest(editor=editor.name):
                for name, change in self.changes(editor.folder / editor.name):
                    change()
                    editor.flush()
                    try:
                        self.assert_same()
                    except AssertionError as error:
                        raise AssertionError(f"{editor.name}: {name}: {error}") from None

    def changes(self, folder):
        """One after the other, each in the state the last one left."""
        file, other = folder / "file.txt", folder / "other name.txt"

        def append():
            with open(file, "ab") as stream:
                stream.write(b"and more\n")

        def edit_in_place():
            with open(file, "r+b") as stream:
                stream.seek(100)
                stream.write(b"EDITED")

        def edit_and_put_the_time_back():
            before = file.stat()
            with open(file, "r+b") as stream:
                stream.write(b"BEHIND THE BACK")
            os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))

        def replace_as_editors_do():
            (folder / ".swap").write_bytes(b"a new version\n" * 1000)
            (folder / ".swap").rename(file)

        def turn_a_file_into_a_folder():
            other.unlink()
            (other / "inside").mkdir(parents=True)

        def turn_a_folder_into_a_file():
            shutil.rmtree(other)
            other.write_text("a file again\n")

        yield "create a folder", folder.mkdir
        yield "create", lambda: write_random(file, 200_000, 1)
        yield "append", append
        yield "edit in place", edit_in_place
        yield "replace", replace_as_editors_do
        yield "truncate", lambda: os.truncate(file, 10)
        yield "empty", lambda: os.truncate(file, 0)
        yield "fill again", lambda: write_random(file, 70_000, 2)
        yield "chmod", lambda: file.chmod(0o750)
        yield "touch", lambda: os.utime(file, ns=(1, 1_234_567_890_123_456_789))
        yield "edit, and put the time back", edit_and_put_the_time_back
        yield "rename", lambda: file.rename(other)
        yield "empty folder", lambda: (folder / "empty" / "nested").mkdir(parents=True)
        yield "link", lambda: (folder / "link").symlink_to("other name.txt")
        yield "link to a folder", lambda: (folder / "up").symlink_to("..")
        yield "link to nothing", lambda: (folder / "dangling").symlink_to("not/there")
        yield "remove a link", (folder / "up").unlink
        yield "a file becomes a folder", turn_a_file_into_a_folder
        yield "a folder becomes a file", turn_a_folder_into_a_file
        yield "delete", other.unlink
        yield "delete all", lambda: shutil.rmtree(folder)

    def test_a_link_out_of_the_folder_is_not_followed(self):
        one, _ = self.share_folder()
        secret = write_random(one.user_home / "secret", 1000, "secret")
        (one.folder / "way out").symlink_to(secret)
        (one.folder / "beside").write_text("beside it\n")
        one.flush()
        theirs = self.device(2).folder / "way out"
        self.assertTrue(theirs.is_symlink() or not theirs.exists())
        self.assertEqual((self.device(2).folder / "beside").read_text(), "beside it\n")

    def test_a_renamed_folder_moves_no_content(self):
        one, two = self.share_folder()
        for number in range(100):
            write_random(one.folder / "before" / f"{number % 7}" / f"{number}", 200_000, number)
        one.flush()
        self.wait_until_same()
        for device, other in ((one, two), (two, one)):
            received = other.received_bytes()
            old, new = (("before", "after") if device is one else ("after", "again"))
            (device.folder / old).rename(device.folder / new)
            device.flush()
            self.assert_same()
            self.assertLess(other.received_bytes() - received, 1 << 20)

    def test_a_renamed_file_is_at_once_where_it_belongs(self):
        one, two = self.share_folder()
        for number in range(10):
            write_random(one.folder / f"{number}", 5000, number)
        one.flush()
        for number in range(10):
            device = self.devices[number % 2]
            (device.folder / f"{number}").rename(device.folder / f"renamed {number}")
            device.flush(patience=4)  # Far more than it takes, less than the delay of a retry.
            self.assert_same()

    def test_an_insert_at_the_front_moves_little(self):
        one, two = self.share_folder()
        file = write_random(one.folder / "large", 48 << 20, "large")
        one.flush()
        received = two.received_bytes()
        content = file.read_bytes()
        file.write_bytes(b"!" + content)
        one.flush()
        self.assert_same()
        self.assertLess(two.received_bytes() - received, 4 << 20)

    def test_hostile_names_are_only_names(self):
        one, two = self.devices
        root = os.fsencode(one.folder)
        for path in storable_names():
            file = os.path.join(root, path)
            os.makedirs(os.path.dirname(file), exist_ok=True)
            if os.path.isdir(file):
                continue  # Another row's folder.
            with open(file, "wb") as stream:
                stream.write(path)
        self.assertGreater(len(list_tree(one.folder)), 80)
        two.join(one.create())
        two.flush()
        self.assert_same()
        self.assertEqual(two.share()["issues"], [])

    def test_what_cannot_be_synced_is_said_and_left_alone(self):
        one, two = self.share_folder()
        unnamable = os.path.join(os.fsencode(one.folder), b"not \xff text")
        with open(unnamable, "wb") as stream:
            stream.write(b"still here")
        os.mkfifo(one.folder / "pipe")
        (one.folder / "beside").write_text("beside them\n")
        one.flush()
        share = one.wait_for_share(lambda share: len(share["issues"]) == 2, "both issues")
        self.assertEqual({issue["code"] for issue in share["issues"]}, {"name", "special"})
        self.assertEqual(list_tree(two.folder).keys(), {b"beside"})
        with open(unnamable, "rb") as stream:
            self.assertEqual(stream.read(), b"still here")
        self.assertTrue(stat.S_ISFIFO((one.folder / "pipe").stat().st_mode))
        os.unlink(unnamable)
        os.unlink(one.folder / "pipe")
        one.wait_for_share(lambda share: share["issues"] == [], "no issue any more")

    def test_a_reader_never_sees_a_half_written_file(self):
        one, two = self.share_folder()
        size, seen = 300_000, set()
        source, target = one.folder / "page", two.folder / "page"
        for version in range(1, 31):
            (one.user_home / "page").write_bytes(bytes([version]) * size)
            (one.user_home / "page").rename(source)
            while version not in seen and len(seen) < 1000:
                try:
                    content = target.read_bytes()
                except FileNotFoundError:
                    continue
                self.assertEqual(len(content), size)
                self.assertEqual(content, content[:1] * size)
                seen.add(content[0])
        self.wait_until_same()
