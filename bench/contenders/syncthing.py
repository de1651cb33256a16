"""Syncthing, told not to wait."""

import os
import signal
import subprocess
import xml.etree.ElementTree as ElementTree

from contenders.contender import Contender, first_line, wait_for

OPTIONS = {"globalAnnounceEnabled": "false", "localAnnounceEnabled": "false",
           "relaysEnabled": "false", "natEnabled": "false", "startBrowser": "false",
           "setLowPriority": "false", "urAccepted": "-1", "crashReportingEnabled": "false",
           "autoUpgradeIntervalH": "0", "progressUpdateIntervalS": "-1",
           "reconnectionIntervalS": "1"}
FOLDER = {"rescanIntervalS": "3600", "fsWatcherEnabled": "true", "fsWatcherDelayS": "1"}
FOLDER_VALUES = {"pullerPauseS": "1", "scanProgressIntervalS": "-1", "caseSensitiveFS": "true",
                 "copyRangeMethod": "all", "hashers": "0", "disableFsync": "false"}


class Syncthing(Contender):
    name = "Syncthing"
    follows = True
    durable = "each file"
    settings = ("no discovery, relays or NAT; setLowPriority=false, fsWatcherDelayS=1, "
                "reconnectionIntervalS=1, progressUpdateIntervalS=-1 (with several receivers as it "
                "comes), scanProgressIntervalS=-1, caseSensitiveFS=true, copyRangeMethod=all; fsync "
                "as it comes (on)")

    @classmethod
    def version(cls):
        return " ".join(first_line("syncthing", "--version").split()[:2])

    def home(self, host):
        return self.root / str(host) / "syncthing"

    def start(self):
        hosts = range(1, len(self.targets) + 2)
        ids = {host: self._generate(host) for host in hosts}
        for host in hosts:
            self._configure(host, ids)
            (self._folder(host) / ".stfolder").mkdir()
        self._serve()
        # Connected, scanned and in sync, when something small has come.
        (self.source / "ready").write_text("ready\n")
        wait_for(lambda: all((target / "ready").exists() for target in self.targets),
                 "Syncthing's first file")

    def _serve(self):
        self.servers = {}
        for host in range(1, len(self.targets) + 2):
            with open(self._log(host), "wb") as log:
                self.servers[host] = self.lab.spawn(
                    host, self._command(host, "serve", "--no-browser"), stdin=subprocess.DEVNULL,
                    stdout=log, stderr=log)

    def halt(self):
        for server in self.servers.values():
            server.send_signal(signal.SIGTERM)
        for server in self.servers.values():
            server.wait()

    def resume(self, patience):
        """Its log says when it has looked at everything, and when it is connected; what the devices
        then still ask each other is not waited for."""
        self._serve()
        wait_for(lambda: all("Completed initial scan" in (text := self._log(host).read_text())
                             and "Established secure connection" in text
                             for host in self.servers), "Syncthing, scanned and connected",
                 patience)

    def _log(self, host):
        return self.home(host) / "log"

    def _folder(self, host):
        return self.source if host == 1 else self.targets[host - 2]

    def _command(self, host, verb, *arguments):
        return ["env", f"HOME={self.home(host)}", "STNODEFAULTFOLDER=1", "STNOUPGRADE=1",
                "syncthing", verb, f"--home={self.home(host)}", *arguments]

    def _generate(self, host):
        self.home(host).mkdir(parents=True)
        self.run_on(host, *self._command(host, "generate", "--no-default-folder"))
        return self.run_on(host, *self._command(host, "serve", "--device-id")).strip()

    def _configure(self, host, ids):
        file = self.home(host) / "config.xml"
        tree = ElementTree.parse(file)
        config = tree.getroot()
        for device in config.findall("device"):
            config.remove(device)
        folder = ElementTree.SubElement(config, "folder", {
            "id": "bench", "path": os.fspath(self._folder(host)), "type": "sendreceive", **FOLDER})
        for name, value in FOLDER_VALUES.items():
            ElementTree.SubElement(folder, name).text = value
        for other, device_id in ids.items():
            ElementTree.SubElement(folder, "device", {"id": device_id})
            device = ElementTree.SubElement(config, "device", {
                "id": device_id, "name": f"host-{other}", "compression": "metadata"})
            ElementTree.SubElement(device, "address").text = f"tcp://10.77.0.{other}:22000"
        config.find("gui").set("enabled", "false")
        options = config.find("options")
        settings = {**OPTIONS, "listenAddress": f"tcp://10.77.0.{host}:22000"}
        if len(ids) > 2:
            # Receivers tell each other with it what they have of a file that is under way.
            del settings["progressUpdateIntervalS"]
        for name, value in settings.items():
            for old in options.findall(name):
                options.remove(old)
            ElementTree.SubElement(options, name).text = value
        tree.write(file)
