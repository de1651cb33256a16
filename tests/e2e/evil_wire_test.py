"""A member that keeps to no protocol, and a network that does not either."""

import pathlib
import threading

from device import wait_until
from evil_case import CHUNK_DATA, PAIRING, PING, PONG, SHARE_MESSAGE, EvilTest, a_file

LARGE = 8 << 20


class SilenceTest(EvilTest):
    def test_B033_who_never_reads_is_given_up_and_holds_up_nobody(self):
        one, two = self.device(1), self.device(2)
        content = self.evil.publish(a_file("large", bytes(LARGE)))["contents"][0]
        wait_until((two.folder / "large").is_file, "the large file")
        self.evil.ok("listen", deaf=True)
        self.evil.ok("request chunks", content=content, bytes=LARGE, count=100)
        self.assert_unharmed()
        # A peer is expected to answer a ping within 16 s; it cannot, without reading it.
        one.wait_for_share(lambda share: any(member["name"] == "evil" and not member["online"]
                                             for member in share["members"]), "evil given up")

    def test_B034_who_proves_itself_and_says_nothing_takes_no_place(self):
        held = self.evil.ok("stay silent", count=30, **self.evil.victim)["held"]
        self.assertEqual(held, 30)
        self.assert_unharmed()
        # Of one device one connection is kept.
        wait_until(lambda: self.evil.ok("look at held")["alive"] <= 1, "the others' end")
        self.evil.connect()
        self.evil.publish(a_file("spoken", b"after all"))
        wait_until((self.device(2).folder / "spoken").is_file, "what was said at last")


class NetworkTest(EvilTest):
    def test_B039_a_message_that_was_touched_on_the_way_ends_the_connection(self):
        for how in ("double", "drop", "swap", "flip", "cut"):
            self.assertTrue(self.evil.connected())
            self.evil.ok("tamper", how=how)
            self.evil.wait_until_hung_up_on(how)
            self.evil.connect()
        self.assert_unharmed()

    def test_B035_bytes_that_are_no_message_end_the_connection(self):
        for bytes_ in (b"\0\0", b"\0\x01x", b"\0\x0f" + b"x" * 15, b"\0\x10" + b"x" * 16,
                       b"\xff\xff" + b"x" * 65535, b"\0\x40" + b"x" * 64):
            self.evil.ok("inject", bytes=bytes_.hex())
            self.evil.wait_until_hung_up_on(bytes_[:2])
            self.evil.connect()
        self.assert_unharmed()

    def test_B041_however_a_connection_ends_nothing_is_left_of_it(self):
        self.assert_still_syncs()
        descriptors = self.descriptors()
        for how in ("reset", "half", "at once") * 10:
            self.evil.ok("leave", how=how)
            self.evil.connect()
        self.evil.ok("leave", how="at once")
        wait_until(lambda: self.descriptors() <= descriptors, "the ends of the connections")
        self.assert_unharmed()

    def test_B067_what_was_said_once_cannot_be_said_again(self):
        self.evil.publish(a_file("once", b"said"))
        wait_until((self.device(2).folder / "once").is_file, "the first time")
        said = self.evil.ok("replay visit", patience_ms=8000, **self.evil.victim)
        self.assertTrue(said["ended"], said)
        self.assertLess(said["came"], 1100, "no more than the answer to a handshake's beginning")
        self.assertTrue(self.evil.connected(), "the true connection")
        self.assert_unharmed()

    def test_B068_the_first_message_over_and_over_costs_little(self):
        times = 1500
        answered = self.evil.ok("replay first message", count=times, patience_ms=1000,
                                **self.evil.victim)["answered"]
        self.assertGreater(answered, 0)
        self.assert_unharmed()

    def descriptors(self):
        pid, = self.device(1).daemon_pids()
        return len(list(pathlib.Path(f"/proc/{pid}/fd").iterdir()))


class StateTest(EvilTest):
    def assert_refused(self, what, **record):
        self.evil.ok("flood", count=1, **record)
        self.evil.wait_until_hung_up_on(what)
        self.evil.connect()

    def test_B042_unknown_records_are_skipped_only_if_they_say_so(self):
        self.evil.ok("flood", type=99, flags=1, payload="abcd", count=100)
        self.evil.ok("flood", type=200, flags=1, size=100_000, count=20)
        self.assertTrue(self.evil.connected())
        self.assert_refused("type 99", type=99)
        self.assert_refused("type 255", type=255, size=1000)
        self.assert_refused("unknown flags", type=PING, flags=2)
        self.assert_refused("no message", type=SHARE_MESSAGE, payload="ffffffff")
        self.assert_unharmed()

    def test_B043_what_comes_at_the_wrong_time_ends_the_connection(self):
        self.assert_refused("pairing in a channel for syncing", type=PAIRING, payload="01")
        self.assert_refused("chunk data too short", type=CHUNK_DATA, payload="00")
        self.evil.connect(greet=False)
        self.evil.publish(a_file("before the hello"))
        self.evil.wait_until_hung_up_on("a change before the hello")
        self.assertFalse((self.device(1).folder / "before the hello").exists())
        self.assert_unharmed()

    def test_B049_a_flood_of_pings_keeps_nobody_waiting(self):
        self.flood(type=PING)

    def test_B049_a_flood_of_pongs_keeps_nobody_waiting(self):
        self.flood(type=PONG)

    def test_B049_a_flood_of_ignorable_records_keeps_nobody_waiting(self):
        self.flood(type=99, flags=1, size=1)

    def flood(self, **record):
        """As much as goes through in some seconds; others sync meanwhile."""
        flood = threading.Thread(target=self.evil.do, args=("flood",),
                                 kwargs={"count": 10 ** 9, "patience_ms": 4000, **record})
        flood.start()
        self.addCleanup(flood.join)
        self.assert_still_syncs()
        flood.join()
        self.assert_unharmed()
