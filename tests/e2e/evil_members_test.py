"""A member that says who belongs to the share, and is not asked."""

from device import wait_until
from evil_case import EvilPeer, EvilTest, a_deletion, a_file, change


class OpsTest(EvilTest):
    def members(self):
        return {member["name"]: member["role"] for member in self.device(1).share()["members"]}

    def assert_void(self, **op):
        """Whatever becomes of the connection, nobody becomes or stays anything by it."""
        members = self.members()
        self.evil.ok("member op", **op)
        self.evil.publish(a_file("after", str(op).encode()))
        after = self.device(1).folder / "after"
        wait_until(lambda: after.is_file() and after.read_bytes() == str(op).encode(), op)
        self.assertEqual(self.members(), members)

    def test_B089_nobody_adds_members_in_anothers_name(self):
        known = self.evil.ok("members")
        for author in (known["device-1"], known["device-2"], "ab" * 32):
            self.evil.ok("member op", kind="add", author=author)
            self.evil.wait_until_hung_up_on("the forged op")
            self.evil.connect()
        self.assertEqual(self.members().keys(), {"device-2", "evil"})
        self.assert_unharmed()

    def test_B090_nobody_gives_more_rights_than_they_have(self):
        known = self.evil.ok("members")
        self.assert_void(kind="add", role="owner")
        self.assert_void(kind="add", role="owner", subject=self.evil.id, name="evil")
        self.assert_void(kind="remove", subject=known["device-1"])
        self.assert_void(kind="remove", subject=known["device-2"])
        self.assert_unharmed()

    def test_B091_ops_without_parents_are_not_kept(self):
        for _ in range(20):
            self.evil.ok("member op", kind="add", orphan=True, count=500)
            self.evil.wait_until_hung_up_on("ops of which the causes are missing")
            self.evil.connect()
        self.assertEqual(self.members().keys(), {"device-2", "evil"})
        self.assert_unharmed()


class ReaderTest(EvilTest):
    evil_arguments = ("--role", "reader")

    def test_B102_whoever_may_only_read_changes_nothing(self):
        kept = self.device(1).folder / "kept"
        before = (kept.read_bytes(), kept.stat().st_mode, kept.stat().st_mtime_ns)
        for what in (a_file("new"), a_file("kept", b"changed"), a_deletion("kept"),
                     change("metadata", "kept", mode=0o600)):
            self.evil.publish(what, again=False)
            self.evil.wait_until_hung_up_on(what)
            self.evil.connect()
        self.assertEqual((kept.read_bytes(), kept.stat().st_mode, kept.stat().st_mtime_ns), before)
        content = self.evil.ok("hash", bytes=before[0].hex())["hash"]
        self.evil.ok("request chunks", content=content, bytes=len(before[0]))
        wait_until(lambda: self.evil.ok("look")["chunks"] == 1, "but it may read")
        self.evil.ok("member op", kind="add")
        self.assertEqual({member["name"] for member in self.device(1).share()["members"]},
                         {"device-2", "evil"})
        self.assertFalse((self.device(1).folder / "new").exists())
        self.assert_unharmed()


class StrangerTest(EvilTest):
    def test_B063_a_device_that_nobody_let_in_learns_nothing(self):
        stranger = EvilPeer(self.lab, 3, "10.77.0.1", self.port(self.device(1)))
        held = stranger.ok("stay silent", count=1, **stranger.victim)["held"]
        self.assertEqual(held, 1)
        wait_until(lambda: stranger.ok("look at held")["alive"] == 0, "its end", 20)
        self.assert_unharmed()
