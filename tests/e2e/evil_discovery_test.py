"""Somebody who announces what is not so."""

import re

from device import wait_until
from evil_air import announce, listen, wait_for_rounds
from evil_case import EvilTest


class AnnouncementsTest(EvilTest):
    def test_B129_a_flood_of_announcements_takes_neither_memory_nor_time(self):
        # Nobody is at these ports.
        flood = announce(self.lab, 3, [(f"lansync-{number:08x}", f"{number:016x}",
                                        20_000 + number % 40_000, 120)
                                       for number in range(10_000)])
        wait_for_rounds(flood, 2)
        self.assert_unharmed()
        four = self.add_device_on_new_host(4)
        self.lab.link(3, "down")
        four.join(self.device(1).invite())
        wait_until((four.folder / "kept").is_file, "the files, at a device that came in the flood")

    def test_B131_a_false_goodbye_ends_no_connection(self):
        heard = self.root / "heard"
        listen(self.lab, 3, heard)
        self.device(1).invite()  # Announced at once.
        names = wait_until(lambda: set(re.findall(rb"lansync-[0-9a-f]{8}", heard.read_bytes())),
                           "a name on the air")
        goodbye = announce(self.lab, 3, [(name.decode(), name.decode()[8:] * 2, 22727, 0)
                                         for name in names])
        wait_for_rounds(goodbye, 3)
        self.assertTrue(all(member["online"] for member in self.device(1).share()["members"]))
        self.assert_unharmed()
