"""A device that was removed: the founder of the share is one that behaves, and removes it."""

from case import EndToEndTest
from device import wait_until
from evil_case import EvilPeer, a_deletion, a_file


class RemovalTest(EndToEndTest):
    def setUp(self):
        super().setUp()
        one, two = self.devices
        self.lab.add_host(3)
        self.founder = EvilPeer(self.lab, 3, "10.77.0.1", 0)
        founded = self.founder.ok("found")
        one.start_daemon()
        address = f"10.77.0.3:{founded['port']}"
        one.ok("connect", address)
        one.join(founded["code"])
        one.ok("connect", "--forget", address)  # It is the founder that calls from now on.
        listen = wait_until(lambda: one.status()["device"]["listen"], "an address")
        port = int(listen[0].rsplit(":", 1)[1])
        self.founder.victim["port"] = port
        self.founder.connect()
        (one.folder / "kept").write_text("was here before\n")
        two.join(one.invite())
        self.evil = EvilPeer(self.lab, 3, "10.77.0.1", port)
        self.evil.join(one.invite())
        self.evil.connect()
        self.wait_until_same()
        wait_until(lambda: "evil" in self.names(one) and "evil" in self.names(two), "all members")

    def names(self, device):
        return {member["name"] for member in device.share()["members"]}

    def founder_knows(self):
        if not self.founder.connected():  # A call the other way may have crossed its own.
            self.founder.connect()
        return "evil" in self.founder.ok("members")

    def remove(self, cut):
        """Of the evil peer's changes the first `cut` count."""
        wait_until(self.founder_knows, "word of it at the founder's")
        self.founder.ok("member op", kind="remove", subject=self.evil.id, cut=cut, keep=True)
        for device in self.devices:
            wait_until(lambda device=device: "evil" not in self.names(device), "the removal")

    def assert_cut_off(self, *changes):
        """What it still signs ends its connection, and is at no path."""
        self.evil.do("publish", changes=list(changes))
        self.evil.wait_until_hung_up_on(patience=20)
        self.evil.connect()

    def assert_syncs(self):
        (self.device(1).folder / "honest").write_text("afterwards\n")
        wait_until((self.device(2).folder / "honest").is_file, "what an honest device did")
        self.assert_same()

    def test_B099_who_was_removed_is_cut_off_and_kept_out(self):
        self.evil.publish(a_file("before", b"counts"))
        wait_until((self.device(2).folder / "before").is_file, "what it did as a member")
        self.remove(cut=1)
        self.assert_cut_off(a_file("after", b"too late"), a_deletion("kept"))
        self.assert_cut_off(a_file("again", b"too late"))
        self.assert_syncs()
        for device in self.devices:
            self.assertTrue((device.folder / "before").is_file())
            self.assertTrue((device.folder / "kept").is_file())
            self.assertFalse((device.folder / "after").exists())
            self.assertFalse((device.folder / "again").exists())

    def test_B100_who_was_removed_cannot_date_back(self):
        self.remove(cut=0)
        self.assert_cut_off(a_file("old", b"as if", at=1, mtime=1))
        self.assert_syncs()
        for device in self.devices:
            self.assertFalse((device.folder / "old").exists())
