"""rsync, over ssh and to its own daemon."""

import subprocess

from contenders.contender import Contender, first_line, wait_for
from contenders.secure_shell import OverSsh, ssh_version


def rsync_version():
    return " ".join(first_line("rsync", "--version").split()[:3])


class RsyncOverSsh(OverSsh):
    name = "rsync over ssh"
    settings = "rsync -a --delete; ssh's own choice of a cipher"

    @classmethod
    def version(cls):
        return f"{rsync_version()}, {ssh_version()}"

    def sync(self):
        for shell, target in zip(self.shells, self.targets):
            self.run_on(1, "rsync", "-a", "--delete", "-e", f"ssh -F {shell.client_config}",
                        f"{self.source}/", f"{shell.address()}:{target}/")


class RsyncDaemon(Contender):
    name = "rsync daemon"
    settings = "rsync -a --delete to rsyncd, uid root, no chroot: neither encrypted nor authenticated"

    @classmethod
    def version(cls):
        return rsync_version()

    def start(self):
        for host, target in enumerate(self.targets, 2):
            config = self.root / f"rsyncd-{host}.conf"
            config.write_text(f"uid = root\ngid = root\nuse chroot = no\n[folder]\npath = {target}\n"
                              "read only = no\n")
            self.lab.spawn(host, ["rsync", "--daemon", "--no-detach", f"--config={config}"],
                           stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL)
            wait_for(lambda host=host: self._answers(host), "rsyncd")

    def _answers(self, host):
        command = ["rsync", f"rsync://10.77.0.{host}/"]
        return subprocess.run(self.lab.command(1, command), check=False,
                              capture_output=True).returncode == 0

    def sync(self):
        for host in range(2, len(self.targets) + 2):
            self.run_on(1, "rsync", "-a", "--delete", f"{self.source}/",
                        f"rsync://10.77.0.{host}/folder/")
