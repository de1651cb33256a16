"""cp: what the disk allows, without a network."""

from contenders.contender import Contender, first_line


class PlainCopy(Contender):
    name = "cp"
    copies_only = True
    settings = "cp -a, on one host: no network, no encryption, no deletions"

    @classmethod
    def version(cls):
        return first_line("cp", "--version")

    def sync(self):
        for target in self.targets:
            self.run_on(1, "cp", "-a", f"{self.source}/.", target)
