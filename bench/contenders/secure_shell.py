"""An sshd on a host, with keys made for one run, and how to reach it."""

import pathlib
import subprocess

from contenders.contender import Contender, first_line, wait_for

PORT = 2222


class SecureShell:
    def __init__(self, contender, host):
        self.contender = contender
        self.host = host
        self.folder = contender.root / "ssh"
        self.client_config = self.folder / f"client-{host}"

    def start(self):
        self.folder.mkdir(exist_ok=True)
        for name in ("host", "client"):
            if not (self.folder / name).exists():
                subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f",
                                self.folder / name], check=True)
        (self.folder / "authorized").write_text((self.folder / "client.pub").read_text())
        server = self.folder / f"server-{self.host}"
        server.write_text(
            f"Port {PORT}\nListenAddress 10.77.0.{self.host}\nHostKey {self.folder}/host\n"
            f"AuthorizedKeysFile {self.folder}/authorized\nStrictModes no\nUsePAM no\n"
            f"PermitRootLogin yes\nPidFile none\n")
        self.client_config.write_text(
            f"Host {self.address()}\n  Port {PORT}\n  IdentityFile {self.folder}/client\n"
            f"  IdentitiesOnly yes\n  StrictHostKeyChecking no\n  UserKnownHostsFile /dev/null\n"
            f"  LogLevel ERROR\n")
        pathlib.Path("/run/sshd").mkdir(exist_ok=True)  # Compiled into sshd.
        with open(self.folder / "log", "ab") as log:
            self.contender.lab.spawn(self.host, ["/usr/sbin/sshd", "-D", "-e", "-f", server],
                                     stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        wait_for(self._answers, "sshd")

    def _answers(self):
        command = ["ssh", "-F", self.client_config, self.address(), "true"]
        return subprocess.run(self.contender.lab.command(1, command), check=False,
                              capture_output=True).returncode == 0

    def address(self):
        return f"10.77.0.{self.host}"


def ssh_version():
    return first_line("ssh", "-V").split(",")[0]


class OverSsh(Contender):
    """Has a shell on each target's host."""

    def start(self):
        self.shells = [SecureShell(self, host) for host in range(2, len(self.targets) + 2)]
        for shell in self.shells:
            shell.start()
