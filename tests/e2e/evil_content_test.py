"""A member that serves what it should not, asks for what is not shared, and signs what is not so."""

import os
import time

from device import wait_until
from evil_case import EvilTest, a_deletion, a_file, change
from trees import write_random

# How many messages of a kind came, in the evil peer's account.
LIST_REQUEST, CHUNK_REQUEST, CHUNKS_MISSING = "5", "7", "8"
MEBIBYTE = b"\0" * (1 << 20)


class EvilContentTest(EvilTest):
    def heard(self, kind):
        return self.evil.ok("look")["heard"].get(kind, 0)

    def log_of(self, device):
        """The author that the device is in the share's clocks."""
        members = self.evil.ok("members")
        return wait_until(lambda: next(
            (entry for entry in self.evil.ok("look").get("clock", [])
             if entry["device"] == members[device.name]), None), f"the log of {device.name}")

    def offer(self, how, *changes):
        """Publishes files, and serves them in that way from the beginning."""
        self.evil.ok("serve", how=how)
        return self.evil.publish(*changes)

    def assert_nothing_at(self, *paths):
        for device in self.devices:
            for path in paths:
                self.assertFalse(os.path.lexists(device.folder / path), f"{device.name}: {path}")


class ServingTest(EvilContentTest):
    def test_B044_chunks_that_nobody_asked_for_end_the_connection(self):
        self.evil.ok("send chunk", request=77, bytes=b"unasked".hex())
        self.evil.wait_until_hung_up_on()
        self.evil.connect()
        for how in ("elsewhere", "twice", "too_long"):
            self.offer(how, a_file(how, os.urandom(100)), a_file(how + " too", os.urandom(100)))
            self.evil.wait_until_hung_up_on(how)
            # Or it would be asked for these at once, and be hung up on before the next are told of.
            self.evil.ok("serve", how="honest")
            self.evil.connect()
            for name in (how, how + " too"):
                wait_until((self.device(1).folder / name).is_file, "the honest second try")
        self.assert_unharmed()

    def test_B108_what_is_not_what_its_hash_says_is_never_at_a_path(self):
        files = [a_file(f"file {number}", os.urandom(5000)) for number in range(20)]
        self.offer("wrong", *files)
        wait_until(lambda: self.heard(CHUNK_REQUEST) > 0, "a request")
        self.assert_still_syncs()
        requests = self.heard(CHUNK_REQUEST)
        self.assertLess(requests, 30, "it is not asked for ever")
        self.assert_nothing_at(*(f"file {number}" for number in range(20)))
        self.evil.ok("serve", how="honest")
        self.evil.connect()  # Another session, another chance.
        for number in range(20):
            wait_until((self.device(2).folder / f"file {number}").is_file, "the files after all")
        self.assert_unharmed()

    def test_B109_a_bad_source_among_good_ones_delays_nothing(self):
        one, two = self.device(1), self.device(2)
        self.evil.ok("serve", how="wrong")
        wait_until(lambda: self.evil.ok("look").get("clock"), "the state of device 1")
        members = self.evil.ok("members")
        # It claims to have everything that device 2 will ever write.
        clock = [entry for entry in self.evil.ok("look")["clock"]
                 if entry["device"] == members[one.name]]
        self.assertEqual(len(clock), 1)
        write_random(two.folder / "first", 1000, "first")
        wait_until((one.folder / "first").is_file, "device 2's first file")
        authors = wait_until(
            lambda: [entry for entry in self.evil.ok("look")["clock"]
                     if entry["device"] == members[two.name]], "device 2's log")
        self.evil.ok("boast", **{**authors[0], "counter": authors[0]["counter"] + 1000})
        for number in range(5):
            write_random(two.folder / f"film {number}", 3 << 20, number)
        self.wait_until_same(one, two)
        self.assert_unharmed()

    def test_B105_who_publishes_and_serves_nothing_keeps_nobody_waiting(self):
        self.offer("silent", *(a_file(f"file {number}", os.urandom(100))
                               for number in range(1500)))
        wait_until(lambda: self.heard(CHUNK_REQUEST) > 0, "a request")
        self.assert_still_syncs()
        self.assertLessEqual(self.heard(CHUNK_REQUEST), 8)
        self.assert_unharmed()

    def test_B110_a_list_without_end_takes_no_memory(self):
        self.offer("endless", change("file", "endless", size=5000, one_chunk=False,
                                     content_id=os.urandom(32).hex()))
        wait_until(lambda: self.heard(LIST_REQUEST) > 0, "a request for the list")
        self.assert_unharmed()
        self.assert_nothing_at("endless")
        self.assertLess(self.heard(LIST_REQUEST), 100, "it is not asked for ever")

    def test_B110_a_list_that_cannot_be_a_files_is_never_one(self):
        chunk = self.evil.ok("hash", bytes=b"1234".hex())["hash"]
        lists = {"one of nothing": [[4, chunk], [0, chunk]],
                 "too large a chunk": [[(16 << 20) + 1, chunk], [4, chunk]]}
        part = os.urandom(16 << 10)
        self.offer("honest", change("file", "four times", chunks=[part.hex()] * 4),
                   change("file", "too many", chunks=[b"1234".hex()] * 4))
        wait_until((self.device(2).folder / "four times").is_file, "a list that can be")
        self.assertEqual((self.device(2).folder / "four times").read_bytes(), part * 4)
        self.evil.publish(*(change("file", path, list=parts) for path, parts in lists.items()))
        self.evil.wait_until_hung_up_on("the refusal of a list")
        self.assert_unharmed()
        self.assert_nothing_at(*lists, "too many")

    def test_B107_what_is_not_so_long_as_it_says_is_never_at_a_path(self):
        other = self.evil.ok("hash", bytes=b"other".hex())["hash"]
        self.offer("honest",
                   change("file", "short", content=b"1234".hex(), size=100),
                   change("file", "long", content=b"12345678".hex(), size=4),
                   change("file", "parts", chunks=[b"12".hex(), b"34".hex()], size=3))
        self.assert_still_syncs()
        self.assert_nothing_at("short", "long", "parts")
        self.assert_unharmed()

    def test_B107_an_empty_file_of_another_content_is_refused(self):
        other = self.evil.ok("hash", bytes=b"other".hex())["hash"]
        nothing = self.evil.ok("hash", bytes="")["hash"]
        self.offer("honest", a_file("empty", b""))
        wait_until((self.device(2).folder / "empty").is_file, "an empty file")
        lies = ({"content_id": other, "size": 0},
                {"content_id": other, "size": 0, "one_chunk": False},
                {"content_id": nothing, "size": 0, "one_chunk": False},
                {"content_id": nothing, "size": 1})
        for number, lie in enumerate(lies):
            # In the place of the one before, which nobody took.
            self.evil.publish(change("file", "lie", **lie), again=number > 0)
            self.evil.wait_until_hung_up_on(f"the refusal of {lie}")
            wait_until(lambda said=number + 1:
                       self.device(1).log().count("change: malformed") == said, "what is said of it")
            self.evil.connect()
        self.assert_nothing_at("lie")
        self.assert_unharmed()

    def test_B028_a_file_larger_than_the_disk_is_not_begun(self):
        chunk = self.evil.ok("hash", bytes=(MEBIBYTE * 16).hex())["hash"]
        parts = 16 << 10
        self.offer("honest", change("file", "bomb", list=[[16 << 20, chunk]] * parts))
        room = os.statvfs(self.device(1).folder)
        free = room.f_bavail * room.f_frsize
        if free < parts * (16 << 20):
            share = self.device(1).wait_for_share(
                lambda share: any(issue["code"] == "no_space" for issue in share["issues"]),
                "no room for it")
            self.assertEqual(share["state"], "held")
        self.assert_still_syncs()
        self.assertEqual(self.heard(CHUNK_REQUEST), 0)
        self.assert_unharmed()


class AskingTest(EvilContentTest):
    def hash(self, content):
        return self.evil.ok("hash", bytes=content.hex())["hash"]

    def assert_missing(self, content, size, what):
        """Whatever is asked of it is not here, and that is all that is said."""
        before = self.evil.ok("look")
        self.evil.ok("request chunks", content=content, bytes=size)
        wait_until(lambda: self.heard(CHUNKS_MISSING) > before["heard"].get(CHUNKS_MISSING, 0), what)
        self.assertEqual(self.evil.ok("look")["chunks"], before["chunks"], what)

    def test_B047_what_is_not_shared_is_not_served(self):
        one = self.device(1)
        marks = [file.read_bytes() for file in (one.folder / ".lansync").iterdir()
                 if file.is_file() and file.stat().st_size < 10_000]
        self.assertTrue(marks)
        unsynced = os.path.join(os.fsencode(one.folder), b"not \xff text")
        with open(unsynced, "wb") as stream:
            stream.write(b"never shared")
        (one.folder / "way").symlink_to(one.user_home / "outside" / "secret")
        wait_until(lambda: os.path.lexists(self.device(2).folder / "way"), "the link")
        secrets = {"a file beside the share": (one.user_home / "outside/secret").read_bytes(),
                   "a file without a legal name": b"never shared", "nothing": b"no such file",
                   **{f"lansync's own, {number}": mark for number, mark in enumerate(marks)}}
        for what, content in secrets.items():
            self.assert_missing(self.hash(content), len(content), what)
        kept = (one.folder / "kept").read_bytes()
        self.evil.ok("request chunks", content=self.hash(kept), bytes=len(kept))
        wait_until(lambda: self.evil.ok("look")["chunks"] == 1, "what is shared is served")
        self.assert_unharmed()

    def test_B045_a_request_beyond_a_file_gets_nothing_of_it(self):
        kept = self.hash((self.device(1).folder / "kept").read_bytes())
        for size in (1, 15, 17, 16 << 20):
            if size != 1:
                self.assert_missing(kept, size, f"{size} bytes of 16")
        self.evil.ok("request chunks", content=kept, bytes=16, index=2 ** 32 - 1)
        for size in (0, (16 << 20) + 1, 2 ** 32 - 1):
            self.evil.ok("request chunks", content=kept, bytes=size)
            self.evil.wait_until_hung_up_on(f"a request for {size} bytes")
            self.evil.connect()
        self.assert_unharmed()

    def test_B048_questions_without_reading_answers_are_bounded(self):
        one = self.device(1)
        kept = self.hash((one.folder / "kept").read_bytes())
        self.evil.ok("listen", deaf=True)
        self.evil.ok("request chunks", content=kept, bytes=16, places=1024, count=3000)
        self.assert_unharmed()

    def test_B048_questions_for_what_is_not_here_are_bounded(self):
        self.evil.ok("listen", deaf=True)
        self.evil.ok("request chunks", content=os.urandom(32).hex(), places=1024, count=3000)
        self.assert_unharmed()

    def test_B048_questions_for_lists_are_bounded(self):
        one = self.device(1)
        self.evil.ok("serve", how="honest")
        parts = [os.urandom(16 << 10).hex() for _ in range(64)]
        contents = self.evil.publish(change("file", "parts", chunks=parts))["contents"]
        wait_until((one.folder / "parts").is_file, "the file of many parts")
        self.evil.ok("listen", deaf=True)
        self.evil.ok("ask", kind="chunk list request", content=contents[0], count=200_000)
        self.assert_unharmed()

    def test_B048_questions_about_members_and_folders_are_bounded(self):
        for kind in ("member ops request", "hello", "barrier"):
            self.evil.ok("listen", deaf=True)
            self.evil.ok("ask", kind=kind, count=100_000)
            self.assert_unharmed()
            self.evil.ok("listen", deaf=False)
            self.evil.connect()


class SigningTest(EvilContentTest):
    def assert_refused(self, *changes, **forgery):
        self.evil.publish(*changes, **forgery)
        self.evil.wait_until_hung_up_on(f"the refusal of {forgery}")
        self.evil.connect()

    def test_B103_nobody_signs_for_another(self):
        log = self.log_of(self.device(1))
        author = {"author": log["device"], "incarnation": log["incarnation"]}
        self.assert_refused(a_file("forged"), **author)
        self.assert_refused(a_file("forged"), author=log["device"], incarnation=77)
        self.assert_refused(a_deletion("kept"), **author)
        self.assert_refused(a_file("forged"), signature=True)
        self.assert_refused(a_file("forged"), share=True)
        self.assert_refused(a_file("forged"), skipped=5)
        self.evil.publish(a_file("in its own name"))
        wait_until((self.device(2).folder / "in its own name").is_file, "its own change")
        self.assert_nothing_at("forged")
        self.assertTrue((self.device(1).folder / "kept").is_file())
        self.assert_unharmed()

    def test_B104_an_older_state_said_again_changes_nothing(self):
        for version in (b"first", b"second", b"third"):
            self.evil.publish(a_file("page", version))
            page = self.device(1).folder / "page"
            wait_until(lambda version=version, page=page:
                       page.is_file() and page.read_bytes() == version, version)
        for _ in range(50):
            self.evil.ok("republish")
        self.assertTrue(self.evil.connected())
        self.assert_unharmed()
        self.assertEqual((self.device(1).folder / "page").read_bytes(), b"third")

    def test_B106_two_changes_with_one_number_are_one_too_many(self):
        self.evil.publish(a_file("page", b"told to everybody"))
        wait_until((self.device(2).folder / "page").is_file, "the first")
        # It supersedes the change in whose place it is.
        self.assert_refused(a_file("page", b"told to some"), again=True)
        # A backup of a whole disk can do this, too: nobody is to blame, and no more is taken.
        self.evil.publish(a_file("next", b"after another past"), chain=True)
        self.device(1).wait_for_share(
            lambda share: [issue["code"] for issue in share["issues"]] == ["forked"],
            "that it is told whose log forks")
        self.assertEqual((self.device(1).folder / "page").read_bytes(), b"told to everybody")
        self.assert_nothing_at("next")
        self.assert_unharmed()

    def test_B005_a_file_that_is_used_as_a_folder_is_shown_as_one_of_the_two(self):
        self.evil.publish(a_file("a", b"file"), a_file("a/b", b"in it"), a_file("a/b/c", b"deep"))
        self.evil.publish(a_file("last", b"last"))
        wait_until((self.device(2).folder / "last").is_file, "what came after")
        self.wait_until_same(self.device(1), self.device(2))
        self.assert_unharmed()


class ClockTest(EvilContentTest):
    def test_B105_who_claims_to_know_more_than_there_is_is_not_believed(self):
        one = self.device(1)
        log = self.log_of(one)
        for more in (1000, 2000):
            self.evil.ok("boast", **{**log, "counter": log["counter"] + more})
        share = one.wait_for_share(
            lambda share: any(issue["code"] == "unproven" for issue in share["issues"]),
            "what the device says of it")
        self.assertNotEqual(share["state"], "error")
        self.assert_unharmed()
        self.assertEqual(self.log_of(one)["incarnation"], log["incarnation"])

    def test_B101_a_clock_that_is_years_off_changes_nothing_but_who_wins(self):
        decade = 10 * 365 * 24 * 3600 * 10 ** 9
        for sign in (1, -1):
            at = time.time_ns() + sign * decade
            self.evil.publish(a_file(f"off {sign}", b"evil", at=at, mtime=at))
            wait_until((self.device(2).folder / f"off {sign}").is_file, "a file from another time")
            (self.device(1).folder / f"off {sign}").write_text("an honest edit of it\n")
            wait_until(lambda sign=sign: (self.device(2).folder / f"off {sign}").read_text() ==
                       "an honest edit of it\n", "the edit, which knew of the other")
        self.assert_unharmed()
