"""How a device becomes a member of a share, and how it does not."""

import datetime
import os
import pathlib
import threading

from case import EndToEndTest
from device import wait_until, wrong_code
from trees import list_tree, make_tree, write_random

CODE = r"[0-9A-Z]{4}-[0-9A-Z]{4}"
# Far more than it takes to be sure that nobody has an invitation for a code.
REFUSAL_SECONDS = 20


class JoiningTest(EndToEndTest):
    def others(self, device):
        """The names of the other members, as the device knows them."""
        return {member["name"] for member in device.share()["members"]} - {device.name}

    def assert_nothing_learned(self, inviter, joiner, tree_before):
        """Neither side has gained anything from an attempt that failed."""
        self.assertEqual(joiner.status()["shares"], [])
        self.assertFalse(joiner.folder.exists())  # Made for it, and gone with it.
        self.assertEqual(self.others(inviter), set())
        self.assertEqual(list_tree(inviter.folder), tree_before)

    def make_open_share(self, *arguments):
        """Device 1 shares a folder with a file in it; the code, and the tree."""
        one = self.device(1)
        write_random(one.folder / "letter.txt", 1000, "letter")
        code = one.create(*arguments)
        return code, list_tree(one.folder)

    def test_two_people_join_by_typing_the_code(self):
        one, two = self.devices
        make_tree(one.folder, "prompt", 20)
        first = one.terminal("join", one.folder)
        code = one.note_code(first.expect(rf"Code:\s+({CODE})\s")[1])
        first.expect("On the next device: +lansync join")
        second = two.terminal("join", two.folder)
        second.expect(r"(?i)creating the folder")
        second.expect(r"(?i)code.*[:?] ")
        second.type(code.lower().replace("-", " ") + "\n")  # As people do.
        second.expect("Joined the share 'Photos'.*device-1")
        first.expect("device-2 joined")
        self.assertEqual(second.wait(), 0)
        self.assertEqual(first.wait(), 0)
        self.assert_same()

    def test_a_code_file_needs_no_terminal(self):
        code, _ = self.make_open_share()
        one, two = self.devices
        answer = two.join(code)
        self.assertEqual(answer["share"]["id"], one.share()["id"])
        self.assertFalse(answer["share"]["created"])
        self.assertEqual({member["name"] for member in answer["members"]} - {two.name}, {one.name})
        two.flush()
        self.assert_same()

    def test_a_code_on_standard_input_needs_no_terminal(self):
        code, _ = self.make_open_share()
        two = self.device(2)
        two.ok("join", two.folder, stdin=code + "\n")
        two.flush()
        self.assert_same()

    def test_a_wrong_code_teaches_nothing_and_the_right_one_still_works(self):
        code, tree = self.make_open_share()
        one, two = self.devices
        outcome = two.run("join", two.folder, "--code", wrong_code(code), patience=REFUSAL_SECONDS)
        self.assert_refused(outcome, 7, "wrong code", "refused")
        self.assert_nothing_learned(one, two, tree)
        two.folder.mkdir()
        outcome = two.run("join", two.folder, "--code", wrong_code(code, 2),
                          patience=REFUSAL_SECONDS)
        self.assert_refused(outcome, 7, "wrong code", "refused")
        self.assertEqual(list_tree(two.folder), {})  # It was there before, and still is.
        two.join(code)
        two.flush()
        self.assert_same()

    def test_a_typing_error_is_noticed_before_anything_is_tried(self):
        code, tree = self.make_open_share()
        one, two = self.devices
        typo = ("A" if code[0] != "A" else "B") + code[1:]
        for _ in range(6):  # One more than an invitation bears.
            outcome = two.run("join", two.folder, "--code", typo)
            self.assertNotEqual(outcome.exit, 0, outcome)
            self.assertRegex(outcome.err, "(?i)typ(o|ing)|mistyped")
        two.should_run = False
        self.assertEqual(two.run("status").exit, 10)  # Not even a daemon was started.
        self.assertFalse(two.folder.exists())
        self.assertEqual(self.others(one), set())
        self.assertEqual(list_tree(one.folder), tree)
        two.join(code)

    def test_the_sixth_try_is_refused_even_with_the_right_code(self):
        code, tree = self.make_open_share()
        one, two = self.devices
        for number in range(1, 6):
            outcome = two.run("join", two.folder, "--code", wrong_code(code, number))
            self.assert_refused(outcome, 7, "code")
        outcome = two.run("join", two.folder, "--code", code, patience=REFUSAL_SECONDS)
        self.assertIn(outcome.exit, (6, 7), outcome)
        self.assertIn("invit", outcome.err.lower())
        self.assert_nothing_learned(one, two, tree)
        two.join(one.invite())  # A new one helps.

    def test_a_code_works_once(self):
        code, _ = self.make_open_share()
        one, two = self.devices
        two.join(code)
        three = self.add_device_on_new_host(3)
        outcome = three.run("join", three.folder, "--code", code, patience=REFUSAL_SECONDS)
        self.assert_refused(outcome, 7, "used up", "lansync invite")
        self.assertEqual(three.status()["shares"], [])
        self.assertEqual(self.others(one), {two.name})

    def test_an_expired_code_is_refused(self):
        _, tree = self.make_open_share()
        one, two = self.devices
        invitation = one.ok("invite", one.folder, "--ttl", "10s")["invitation"]  # The shortest.
        expires = datetime.datetime.fromisoformat(invitation["expires"].replace("Z", "+00:00"))
        wait_until(lambda: datetime.datetime.now(datetime.timezone.utc) >= expires, "the expiry")
        outcome = two.run("join", two.folder, "--code", one.note_code(invitation["code"]),
                          patience=REFUSAL_SECONDS)
        self.assertIn(outcome.exit, (6, 7), outcome)
        self.assertIn("invit", outcome.err.lower())
        self.assert_nothing_learned(one, two, tree)

    def test_without_a_terminal_an_open_invitation_needs_a_decision(self):
        _, tree = self.make_open_share()
        one, two = self.devices
        outcome = two.run("join", two.folder)
        self.assert_refused(outcome, 7, "invit", "--code", "--new")
        self.assert_nothing_learned(one, two, tree)
        two.create()  # And --new is one.
        self.assertNotEqual(two.share()["id"], one.share()["id"])
        self.assertEqual(list_tree(two.folder), {})

    def test_without_a_terminal_and_without_an_invitation_a_share_is_made(self):
        one = self.device(1)
        answer = one.ok("join", one.folder)
        self.assertTrue(answer["share"]["created"])
        self.assertRegex(one.note_code(answer["invitation"]["code"]), f"^{CODE}$")
        self.assertIn("lansync join", answer["invitation"]["command"])

    def test_a_third_device_joins_through_the_second(self):
        one, two = self.share_folder()
        make_tree(one.folder, "third", 30)
        one.flush()
        three = self.add_device_on_new_host(3)
        self.lab.link(1, "down")
        three.join(two.invite())
        three.flush()
        self.assert_same(two, three)
        self.lab.link(1, "up")
        for device in self.devices:
            for other in self.devices:
                if other is not device:
                    device.wait_for_member(other)
        # The two that never met by a code work together without the one between them.
        two.stop_daemon()
        write_random(three.folder / "from three", 5000, 3)
        self.wait_until_same(one, three)
        write_random(one.folder / "from one", 5000, 1)
        self.wait_until_same(one, three)

    def test_folders_that_hold_files_are_united(self):
        one, two = self.devices
        size = 24 << 20
        for device in self.devices:
            make_tree(device.folder, "both", 100)
            write_random(device.folder / "film.mkv", size, "film")
            os.utime(device.folder / "film.mkv", ns=(0, 1_700_000_000_000_000_000))
            write_random(device.folder / f"only {device.name}", 3000, device.name)
            (device.folder / "notes.txt").write_text(f"the notes of {device.name}\n")
        before = {device: list_tree(device.folder) for device in self.devices}
        code = one.create()
        received = [device.received_bytes() for device in self.devices]
        two.join(code)
        two.flush()
        self.wait_until_same()
        for device, bytes_before in zip(self.devices, received):
            self.assertLess(device.received_bytes() - bytes_before, size // 10,
                            "equal files must not move their bytes")
        after = list_tree(one.folder)
        copies = [path for path in after if path not in before[one] and path not in before[two]]
        self.assertEqual(len(copies), 1, copies)
        self.assertRegex(copies[0].decode(), r"^notes \(conflict .*\)\.txt$")
        texts = {(one.folder / os.fsdecode(path)).read_text() for path in (b"notes.txt", *copies)}
        self.assertEqual(texts, {f"the notes of {device.name}\n" for device in self.devices})
        for device in self.devices:
            self.assertEqual(set(before[device]) - set(after), set(), "nothing may be deleted")

    def test_the_code_stays_between_those_who_need_it(self):
        code, _ = self.make_open_share()
        two = self.device(2)
        argv, done = [], threading.Event()

        def watch():
            while not done.is_set():
                for file in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
                    try:
                        text = file.read_bytes()
                    except OSError:
                        continue
                    if code.encode() in text:
                        argv.append((int(file.parent.name), text))
        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            two.ok("join", two.folder, "--code", code)
        finally:
            done.set()
            watcher.join()
        # For as long as the command itself has not yet come to hide it.
        self.assertFalse([text for _, text in argv if b"daemon" in text], argv)
        self.assertLessEqual(len({pid for pid, _ in argv}), 1, argv)
        for file in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
            try:
                self.assertNotIn(code.encode(), file.read_bytes())
            except FileNotFoundError:
                pass
        for device in self.devices:
            for pid in device.daemon_pids():
                self.assertNotIn(code.encode(), pathlib.Path(f"/proc/{pid}/environ").read_bytes())
            for file in filter(pathlib.Path.is_file, device.home.rglob("*")):
                for form in (code, code.replace("-", "")):
                    self.assertNotIn(form.encode(), file.read_bytes(), file)
