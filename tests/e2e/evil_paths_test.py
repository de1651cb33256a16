"""A member that signs paths and links which lead out of the shared folder."""

from case import SOURCE
from device import wait_until
from evil_case import EvilTest, a_deletion, a_file, a_folder, a_link
from trees import list_tree


def bad_names():
    """The rows of the corpus of hostile names: path, and whether it is legal."""
    corpus = (SOURCE / "tests/vectors/bad_names.txt").read_text()
    rows = [line.split("\t") for line in corpus.splitlines() if not line.startswith("#")]
    return [(bytes.fromhex(row[1]), row[3] == "STORE") for row in rows]


class EvilPathsTest(EvilTest):
    def paths(self, device=1):
        return set(list_tree(self.device(device).folder))

    def wait_for_file(self, device, path, content):
        file = self.device(device).folder / path
        wait_until(lambda: file.is_file() and file.read_bytes() == content, path)

    def assert_refused(self, *changes):
        """The segment ends the connection, and nothing of it is at any path."""
        self.evil.publish(*changes)
        self.evil.wait_until_hung_up_on(f"the refusal of {changes}")
        self.evil.connect()

    def test_B001_no_bad_path_gets_into_the_folder_or_out_of_it(self):
        before = self.paths()
        refused = [path for path, legal in bad_names() if not legal]
        self.assertGreaterEqual(len(refused), 50)
        for path in refused:
            self.assert_refused(a_file(path))
        self.assertEqual(self.paths(), before)
        self.evil.publish(a_file("a legal name", b"as anybody's"))
        self.wait_for_file(1, "a legal name", b"as anybody's")
        self.assert_unharmed(log_lines_max=4 * len(refused))
