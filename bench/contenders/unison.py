"""Unison over ssh."""

from contenders.contender import first_line
from contenders.secure_shell import OverSsh, ssh_version


class Unison(OverSsh):
    name = "Unison"
    settings = "-batch -auto, over ssh; the first, empty synchronisation is done beforehand"

    @classmethod
    def version(cls):
        return f"{first_line('unison', '-version')}, {ssh_version()}"

    def start(self):
        super().start()
        self.sync()

    def sync(self):
        for shell, target in zip(self.shells, self.targets):
            archive = self.root / f"unison-{shell.host}"
            self.run_on(1, "unison", self.source, f"ssh://{shell.address()}/{target}", "-batch",
                        "-auto", "-ui", "text", "-times", "-sshargs", f"-F {shell.client_config}",
                        "-servercmd", f"env UNISON={archive}-there unison",
                        environment={"UNISON": f"{archive}-here"})
