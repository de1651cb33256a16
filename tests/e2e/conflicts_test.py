"""Two people change the same thing while their devices cannot talk to each other."""

import contextlib
import os
import shutil

from case import EndToEndTest
from device import wait_until
from trees import list_tree, make_tree


class ApartTest(EndToEndTest):
    """What the tests below have in common; none itself."""

    @contextlib.contextmanager
    def cable_down(self):
        """What is done inside is known to its own device, and to no other, before the cable is up
        again."""
        editors = self.devices[:2]
        before = {device: device.share()["fingerprint"] for device in editors}
        for device in self.devices:
            self.lab.link(device.host, "down")
        yield
        for device in editors:
            device.wait_for_share(lambda share, old=before[device]: share["fingerprint"] != old,
                                  "its own change")
        for device in reversed(self.devices):
            self.lab.link(device.host, "up")

    def start(self, files):
        """A share that holds these files on all devices."""
        self.share_folder()
        for path, text in files.items():
            file = self.device(1).folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        self.device(1).flush()
        self.assert_same()

    def wait_for_agreement(self):
        """All devices are connected, equal, and know it."""
        for device in self.devices:
            for other in self.devices:
                if other is not device:
                    device.wait_for_member(other)
        fingerprints = set()

        def agree():
            shares = [device.share() for device in self.devices]
            fingerprints.clear()
            fingerprints.update(share["fingerprint"] for share in shares)
            return len(fingerprints) == 1 and all(share["in_sync"] for share in shares)
        wait_until(agree, "one fingerprint")
        self.wait_until_same()

    def texts(self, below=""):
        """The files of all devices, with what is in them; those of a folder, if one is named."""
        root = self.device(1).folder
        return {path: (root / path).read_text()
                for path in (os.fsdecode(name) for name, entry in list_tree(root).items()
                             if entry.kind == "file") if path.startswith(below)}


class TwoApartTest(ApartTest):
    def test_two_edits_make_a_winner_and_one_copy(self):
        self.start({"notes.txt": "first\n"})
        with self.cable_down():
            for device in self.devices:
                (device.folder / "notes.txt").write_text(f"as {device.name} has it\n")
        self.wait_for_agreement()
        texts = self.texts()
        self.assertEqual(len(texts), 2, texts)
        self.assertIn("notes.txt", texts)
        copy = next(name for name in texts if name != "notes.txt")
        self.assertRegex(
            copy, r"^notes \(conflict \d{4}-\d\d-\d\d \d{4} device-\d [0-9a-f]{6}\)\.txt$")
        self.assertEqual(set(texts.values()),
                         {f"as {device.name} has it\n" for device in self.devices})
        author = texts[copy].split()[1]
        self.assertIn(author, copy, "a copy is named after who wrote it")
        for device in self.devices:
            self.assertEqual(device.share()["conflicts"], 1)
        # The person solves it: the copy goes, and nothing comes back.
        (self.device(2).folder / copy).unlink()
        self.device(2).flush()
        self.wait_for_agreement()
        self.assertEqual(self.texts().keys(), {"notes.txt"})
        self.assertEqual(self.device(1).share()["conflicts"], 0)

    def test_an_edit_beats_a_deletion(self):
        self.start({"kept.txt": "first\n", "other.txt": "other\n"})
        with self.cable_down():
            (self.device(1).folder / "kept.txt").unlink()
            (self.device(2).folder / "kept.txt").write_text("edited meanwhile\n")
        self.wait_for_agreement()
        self.assertEqual(self.texts(), {"kept.txt": "edited meanwhile\n", "other.txt": "other\n"})

    def test_equal_edits_are_no_conflict(self):
        self.start({"list.txt": "first\n"})
        with self.cable_down():
            for device in self.devices:
                (device.folder / "list.txt").write_text("the same in both places\n")
        self.wait_for_agreement()
        self.assertEqual(self.texts(), {"list.txt": "the same in both places\n"})

    def test_a_file_made_in_a_folder_that_is_deleted_stays(self):
        self.start({"trip/plan.txt": "plan\n"})
        with self.cable_down():
            shutil.rmtree(self.device(1).folder / "trip")
            (self.device(2).folder / "trip" / "photo.txt").write_text("photo\n")
        self.wait_for_agreement()
        self.assertEqual(self.texts(), {"trip/photo.txt": "photo\n"})

    def test_a_folder_renamed_on_one_side_and_edited_on_the_other_loses_nothing(self):
        self.start({f"old/{number}": f"{number}\n" for number in range(10)})
        with self.cable_down():
            (self.device(1).folder / "old").rename(self.device(1).folder / "new")
            (self.device(2).folder / "old" / "3").write_text("edited meanwhile\n")
        self.wait_for_agreement()
        self.assertEqual(set(self.texts().values()),
                         {f"{number}\n" for number in range(10)} | {"edited meanwhile\n"})

    def test_many_changes_apart_come_together(self):
        self.start({"seed.txt": "seed\n"})
        make_tree(self.device(1).folder / "base", "base", 60)
        self.device(1).flush()
        with self.cable_down():
            for device in self.devices:
                make_tree(device.folder / f"by {device.name}", device.name, 60)
                shutil.rmtree(device.folder / "base" / "sizes")
                (device.folder / "seed.txt").write_text(f"{device.name}\n")
        self.wait_for_agreement()
        names = {path.split(b"/")[0] for path in list_tree(self.device(1).folder)}
        self.assertLessEqual({b"by device-1", b"by device-2", b"base", b"seed.txt"}, names)
        self.assertEqual(len(names), 5, names)  # And one conflict copy.


class ThreeApartTest(ApartTest):
    hosts = 3

    def test_the_copy_has_one_name_everywhere(self):
        self.start({"notes.txt": "first\n"})
        with self.cable_down():
            for device in self.devices[:2]:
                (device.folder / "notes.txt").write_text(f"as {device.name} has it\n")
        self.wait_for_agreement()
        self.assertEqual(len(self.texts("notes")), 2)
        self.assertEqual(set(self.texts().values()),
                         {"as device-1 has it\n", "as device-2 has it\n"})
