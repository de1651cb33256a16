"""The harness itself: trees, codes and the terminal. Needs neither root nor a built program."""

import os
import pathlib
import sys
import tempfile
import unittest

from device import wrong_code
from terminal import Terminal
from trees import differences, list_tree, make_tree, same, write_random


class TreesTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="lansync-e2e-")
        self.addCleanup(folder.cleanup)
        self.one, self.other = pathlib.Path(folder.name) / "1", pathlib.Path(folder.name) / "2"
        for root in (self.one, self.other):
            make_tree(root, "seed", 60)

    def test_one_seed_makes_one_tree(self):
        self.assertEqual(differences(self.one, self.other), [])
        kinds = {entry.kind for entry in list_tree(self.one).values()}
        self.assertEqual(kinds, {"file", "dir", "link"})

    def test_each_kind_of_difference_is_found(self):
        changed = self.other / "sizes" / "65536"

        def flip_the_last_byte():
            status = changed.stat()
            with open(changed, "r+b") as stream:
                stream.seek(-1, os.SEEK_END)
                last = stream.read(1)
                stream.seek(-1, os.SEEK_END)
                stream.write(bytes([last[0] ^ 1]))
            os.utime(changed, ns=(status.st_atime_ns, status.st_mtime_ns))

        def add_a_nanosecond():
            status = changed.stat()
            os.utime(changed, ns=(status.st_atime_ns, status.st_mtime_ns + 1))

        for name, change in {
                "the bytes differ at 65535": flip_the_last_byte,
                "mtime": add_a_nanosecond,
                "file 0604": lambda: changed.chmod(0o604),
                f"only in {self.other}": lambda: (self.other / "more").touch(),
                f"only in {self.one}": changed.unlink,
                "dir": lambda: (self.other / "sizes").chmod(0o711),
                "link to 'elsewhere'": lambda: changed.symlink_to("elsewhere")}.items():
            before = differences(self.one, self.other)
            change()
            new = [line for line in differences(self.one, self.other) if line not in before]
            self.assertEqual(len(new), 1, (name, new))
            self.assertIn(name, new[0])
            self.assertFalse(same(self.one, self.other))

    def test_a_name_that_is_not_text_can_be_shown(self):
        open(os.path.join(os.fsencode(self.one), b"\xff\n"), "wb").close()
        found = differences(self.one, self.other)
        self.assertEqual(len(found), 1)
        found[0].encode()  # Printable: no lone surrogate.
        self.assertEqual(len(found[0].splitlines()), 1)

    def test_what_is_lansyncs_own_is_not_compared(self):
        write_random(self.one / ".lansync" / "share", 10, 1)
        self.assertEqual(differences(self.one, self.other), [])


class CodesTest(unittest.TestCase):
    def test_a_wrong_code_has_a_right_check_symbol(self):
        def value(code):
            total = 0
            for symbol in code.replace("-", ""):
                total <<= 1
                total ^= 0b100101 if total & 32 else 0
                total ^= "0123456789ABCDEFGHJKMNPQRSTVWXYZ".index(symbol)
            return total
        codes = {wrong_code("K3QX-9MPD", number) for number in range(1, 32)}
        self.assertEqual(len(codes), 31)
        self.assertEqual({value(code) for code in codes}, {0})
        self.assertFalse(any(code.startswith("K") for code in codes))


class TerminalTest(unittest.TestCase):
    def run_script(self, script):
        return Terminal([sys.executable, "-c", script], dict(os.environ))

    def test_a_question_is_answered(self):
        terminal = self.run_script("print('got', input('code? '))")
        terminal.expect(r"code\? ")
        terminal.type("K3QX-9MPD\n")
        terminal.expect("got K3QX-9MPD")
        self.assertEqual(terminal.wait(), 0)

    def test_ctrl_c_interrupts(self):
        terminal = self.run_script("import time\ntry: print('ready', flush=True); time.sleep(60)\n"
                                   "except KeyboardInterrupt: exit(130)")
        terminal.expect("ready")
        terminal.interrupt()
        self.assertEqual(terminal.wait(), 130)

    def test_what_does_not_come_is_an_error(self):
        terminal = self.run_script("print('something else')")
        with self.assertRaisesRegex(AssertionError, "something else"):
            terminal.expect("this", patience=5)
        terminal.wait()


if __name__ == "__main__":
    unittest.main()
