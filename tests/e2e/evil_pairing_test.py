"""Somebody without a code who would like to have one, or claims to."""

import hashlib
import socket

from case import EndToEndTest
from device import wrong_code
from evil_air import announce, listen, wait_for_rounds
from evil_case import EvilPeer, EvilTest


class GuessingTest(EvilTest):
    def test_B077_five_guesses_are_all_that_an_invitation_bears(self):
        one = self.device(1)
        code = one.invite()
        outcomes = self.evil.ok("guess", until="grant", count=8, **self.evil.victim)["outcomes"]
        self.assertNotIn("let in", outcomes)
        self.assertEqual(len(set(outcomes[:5])), 1, outcomes)
        self.assertNotEqual(outcomes[5], outcomes[0], outcomes)
        late = EvilPeer(self.lab, 3, "10.77.0.1", self.port(one))
        self.assertIn("error", late.do("join", code=code, **late.victim))
        self.assert_unharmed()
        self.assertEqual(len(one.share()["members"]), 2)
        late.join(one.invite())  # A new one helps.

    def test_B087_an_invitation_that_is_used_up_is_said_to_be(self):
        one = self.device(1)
        code = one.invite()
        self.evil.ok("guess", until="response", count=5, **self.evil.victim)
        guest = self.add_device_on_new_host(4)
        guest.start_daemon()
        refused = guest.run("join", guest.folder, "--code", code)
        self.assert_refused(refused, 7, "used up", "lansync invite")
        guest.join(one.invite())  # Whoever guesses needs another five for that.
        guest.flush()
        self.assert_same(one, guest)
        self.assert_unharmed()

    def test_B079_to_break_off_is_to_have_guessed(self):
        code = self.device(1).invite()
        self.evil.ok("guess", until="response", count=5, **self.evil.victim)
        late = EvilPeer(self.lab, 3, "10.77.0.1", self.port(self.device(1)))
        self.assertIn("error", late.do("join", code=code, **late.victim))
        self.assert_unharmed()

    def test_B078_of_many_guesses_at_once_no_more_than_five_are_answered(self):
        code = self.device(1).invite()
        answers = self.evil.ok("guess at once", count=40, **self.evil.victim)
        self.assertLessEqual(answers["answered"], 1, answers)
        self.assertGreaterEqual(answers["refused"] + answers["hung_up"], 39, answers)
        del code
        self.assert_unharmed()

    def test_B086_a_name_that_steers_terminals_is_shown_as_text(self):
        one = self.device(1)
        joined = EvilPeer(self.lab, 3, "10.77.0.1", self.port(one))
        name = "\x1b[2J\x1b]0;owned\x07device-2\u202e"
        joined.join(one.invite(), name=name.encode().hex())
        same = EvilPeer(self.lab, 3, "10.77.0.1", self.port(one))
        same.join(one.invite(), name=b"device-2".hex())
        joined.connect()
        for command in ("status", "peers"):
            shown = one.run(command)
            self.assertEqual(shown.exit, 0, shown)
            for mark in ("\x1b", "\x07", "\u202e"):
                self.assertNotIn(mark, shown.out)
        self.assertNotIn("\x1b", one.log())
        self.assert_unharmed()


class FalseInviterTest(EndToEndTest):
    def test_B081_false_inviters_get_one_guess_each_and_twenty_in_all(self):
        one, two = self.devices
        two.start_daemon()
        self.lab.add_host(3)
        evil = EvilPeer(self.lab, 3, "10.77.0.1", 0)
        ports = evil.ok("set traps", count=50)["ports"]
        announcer = announce(self.lab, 3, [(f"lansync-{number:08x}", f"{number:016x}", port, 120)
                                           for number, port in enumerate(ports)])
        wait_for_rounds(announcer, 3)  # They are there first.
        outcome = two.run("join", two.folder, "--code", one.create())
        guesses = evil.ok("look at traps")["guesses"]
        self.assertGreater(sum(guesses), 0, "they were believed at first")
        self.assertLessEqual(max(guesses), 1, "nobody gets a second guess")
        self.assertLessEqual(sum(guesses), 20, "twenty of 2^35 are no danger")
        if outcome.exit != 0:  # They were all that a code is tried with.
            self.assert_refused(outcome, 7, "code")
            evil.process.kill()  # Announcements alone keep nobody out.
            two.join(one.invite())
        two.flush()
        self.assert_same()


class OnTheAirTest(EndToEndTest):
    def test_B085_nothing_on_the_air_comes_of_the_code_or_of_names(self):
        one, two = self.devices
        self.lab.add_host(3)
        # Host 3 is in the same network, and hears all that is sent to everybody.
        heard = self.root / "heard"
        listen(self.lab, 3, heard)
        code = one.create()
        outcome = two.run("join", two.folder, "--code", wrong_code(code))
        self.assertNotEqual(outcome.exit, 0)
        two.join(code)
        two.flush()
        air = heard.read_bytes()
        self.assertIn(b"_lansync", air, "the announcements were heard")
        for form in (code, code.replace("-", ""), code.lower(), code.replace("-", "").lower()):
            for derived in (form.encode(), *(hashlib.new(name, form.encode()).digest()[:4]
                                             for name in ("sha256", "sha512", "blake2b", "md5"))):
                self.assertNotIn(derived, air)
                self.assertNotIn(derived.hex().encode(), air)
        for private in (one.name, two.name, "Photos", socket.gethostname()):
            self.assertNotIn(private.encode(), air)
