"""A member that fills the others' disks."""

import os
import subprocess

from device import wait_until
from evil_case import EvilTest, a_file, change

DISK_BYTES = 24 << 20
FILE_BYTES = 1 << 20
FILES = 40


class JunkTest(EvilTest):
    def share_folder(self):
        """Device 1's folder lies on a disk of DISK_BYTES."""
        disk = self.device(1).user_home / "disk"
        disk.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", disk],
                       check=True)
        self.addCleanup(subprocess.run, ["umount", "--lazy", disk], check=False)
        self.device(1).folder = disk / "Photos"
        return super().share_folder()

    def test_B124_junk_beyond_the_disk_is_waited_with_and_can_be_removed(self):
        one, two = self.device(1), self.device(2)
        self.evil.ok("serve", how="honest")
        junk = os.urandom(FILE_BYTES)
        content = self.evil.publish(a_file("junk 0", junk))["contents"][0]
        self.evil.publish(*(change("file", f"junk {number}", content_id=content, size=FILE_BYTES)
                            for number in range(1, FILES)))
        one.wait_for_share(
            lambda share: any(issue["code"] == "no_space" for issue in share["issues"]),
            "the full disk")
        self.assert_answers_at_once()
        wait_until(lambda: len(list(two.folder.glob("junk *"))) == FILES, "all of it, at device 2")
        self.assertEqual((one.folder / "kept").read_bytes(), (two.folder / "kept").read_bytes())
        for path in one.folder.glob("junk *"):
            self.assertEqual(path.stat().st_size, FILE_BYTES, "no half file is at a path")
        self.evil.ok("serve", how="missing")
        for path in two.folder.glob("junk *"):
            path.unlink()
        two.run("resume", two.folder)
        one.run("resume", one.folder)
        wait_until(lambda: not list(one.folder.glob("junk *")), "the end of it, at device 1")
        self.assert_unharmed()
