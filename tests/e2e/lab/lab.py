#!/usr/bin/env python3
"""A LAN on one machine: network namespaces joined by a switch, for the end-to-end tests.

As a library: `with Lab(hosts=2) as lab: lab.spawn(1, [...])`. By hand, one command each:

  lab.py up N                      prints the new lab's name; hosts 1..N have an eth0 each with
                                   10.77.0.I and fd77::I
  lab.py NAME exec I CMD...        run a command on host I
  lab.py NAME loss I PERCENT       drop that share of what host I receives; 0 ends it
  lab.py NAME rate I MBIT          let no more than that many Mbit/s through to host I; 0 ends it
  lab.py NAME cable I MBIT         make host I's a cable of that rate, both ways; 0 ends it
  lab.py NAME mcast I drop|allow   drop multicast and broadcast at host I, as bad access points do
  lab.py NAME link I up|down       plug or unplug host I's cable, at the switch
  lab.py NAME nic I up|down        take host I's own interface up or down
  lab.py NAME nic_multicast I on|off    let host I's interface multicast, or not
  lab.py NAME address I add|del A  give host I an address (with prefix length) on eth0, or take it
  lab.py NAME bus I start|kill     a D-Bus system bus for host I
  lab.py NAME avahi I start|stop|kill   an avahi-daemon for host I, called hostI
  lab.py NAME env I                the variables a program on host I needs to find its bus
  lab.py NAME down                 end what runs in the lab and remove it

Every lab has a name of its own, so that several can be up at once. Only processes inside a lab's
own namespaces are ever signalled. Needs root (or a user namespace in which one is root), ip and
nft; the daemons need dbus-daemon and avahi-daemon, but neither systemd nor a running system bus.
"""

import contextlib
import os
import pathlib
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile

from network import LabError, Network, check_rights, run, wait_until

STATE_ROOT = pathlib.Path(tempfile.gettempdir())
STATE_PREFIX = "lansync-lab-"

BUS_CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <allow own="*"/>
    <allow send_destination="*" eavesdrop="true"/>
    <allow receive_sender="*"/>
  </policy>
</busconfig>
"""

AVAHI_CONFIG = """[server]
host-name={host_name}
allow-interfaces=eth0
[publish]
publish-hinfo=no
publish-workstation=no
"""

# The daemon's pid file and socket are compiled in, below /run. `ip netns exec` gives every command a
# mount namespace of its own, so an empty /run there is nobody else's.
AVAHI_SCRIPT = (
    "mount -t tmpfs tmpfs /run && mkdir /run/avahi-daemon && "
    'exec avahi-daemon --file="$1" --no-drop-root --no-chroot --no-rlimits --no-proc-title'
)


class Lab(Network):
    """A lab, made new or (with a name) found again."""

    def __init__(self, hosts=0, name=None):
        check_rights()
        super().__init__(name or f"lab{os.getpid():x}{secrets.token_hex(3)}")
        self.state = STATE_ROOT / (STATE_PREFIX + self.name)
        self.processes = []
        if name is not None:
            if not self.state.is_dir():
                raise LabError(f"there is no lab {name}")
            return
        self.state.mkdir(mode=0o755)
        try:
            self.make_switch()
            for host in range(1, hosts + 1):
                self.add_host(host)
        except BaseException:
            self.down()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.down()

    # --- Programs ------------------------------------------------------------------------------

    def command(self, host, command):
        return ["ip", "netns", "exec", self.namespace(host), *map(str, command)]

    def environment(self, host):
        """What a program on that host needs to meet that host's bus and not the machine's."""
        return {"DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={self._bus_socket(host)}"}

    def spawn(self, host, command, **options):
        """Starts a program; options are Popen's. It is ended with the lab at the latest."""
        environment = {**os.environ, **self.environment(host)}
        process = subprocess.Popen(self.command(host, command), env=environment, **options)
        self.processes.append(process)
        return process

    def output(self, host, command):
        """Runs a program to its end and returns what it printed."""
        environment = {**os.environ, **self.environment(host)}
        done = subprocess.run(self.command(host, command), env=environment, text=True,
                              capture_output=True, check=False)
        if done.returncode != 0:
            raise LabError(f"{' '.join(map(str, command))}: {done.stderr.strip()}")
        return done.stdout

    # --- A bus and an avahi-daemon per host ------------------------------------------------------

    def _host_state(self, host):
        directory = self.state / f"h{host}"
        directory.mkdir(exist_ok=True)
        return directory

    def _bus_socket(self, host):
        return self._host_state(host) / "bus"

    def start_bus(self, host):
        socket = self._bus_socket(host)
        socket.unlink(missing_ok=True)
        config = self._host_state(host) / "bus.conf"
        config.write_text(BUS_CONFIG.format(socket=socket))
        self._start_service(host, "dbus", [
            "dbus-daemon", f"--config-file={config}", "--nofork", "--nopidfile", "--nosyslog"])
        wait_until(socket.exists, "the bus's socket")

    def start_avahi(self, host):
        """Returns when the daemon has its host name."""
        config = self._host_state(host) / "avahi.conf"
        config.write_text(AVAHI_CONFIG.format(host_name=f"host{host}"))
        self._start_service(host, "avahi", ["sh", "-c", AVAHI_SCRIPT, "sh", config])
        wait_until(lambda: self._avahi_state(host) == "2", "avahi-daemon, running")

    def _avahi_state(self, host):
        with contextlib.suppress(LabError):
            return self.avahi_property(host, "GetState").split()[-1]
        return ""

    def avahi_property(self, host, method):
        """The answer of a method of org.freedesktop.Avahi.Server without arguments."""
        return self.output(host, [
            "dbus-send", "--system", "--print-reply=literal", "--dest=org.freedesktop.Avahi", "/",
            f"org.freedesktop.Avahi.Server.{method}"]).strip()

    def stop_service(self, host, service, sign=signal.SIGTERM):
        """`service` is "dbus" or "avahi". Returns when it has ended."""
        file = self._host_state(host) / f"{service}.pid"
        try:
            pid = int(file.read_text())
        except FileNotFoundError as missing:
            raise LabError(f"no {service} runs on host {host}") from missing
        file.unlink()
        if pid in self.pids_in(self.namespace(host)):
            os.kill(pid, sign)
        self._await_end({pid})

    def _start_service(self, host, service, command):
        if shutil.which("dbus-daemon") is None or shutil.which("avahi-daemon") is None:
            raise LabError("dbus-daemon and avahi-daemon are not installed")
        with open(self._host_state(host) / f"{service}.log", "ab") as log:
            process = self.spawn(host, command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                 start_new_session=True)
        (self._host_state(host) / f"{service}.pid").write_text(str(process.pid))

    # --- The end ---------------------------------------------------------------------------------

    def _await_end(self, pids):
        def ended():
            for process in self.processes:
                process.poll()  # Ours stay zombies otherwise.
            return not any(os.path.exists(f"/proc/{pid}") for pid in pids)
        wait_until(ended, f"the end of {pids}")

    def down(self):
        namespaces = self.namespaces()
        for name in namespaces:
            for sign in (signal.SIGTERM, signal.SIGKILL):
                pids = self.pids_in(name)
                for pid in pids:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, sign)
                with contextlib.suppress(LabError):
                    self._await_end(pids)
        for process in self.processes:
            for stream in (process.stdin, process.stdout, process.stderr):
                if stream is not None:
                    with contextlib.suppress(OSError):
                        stream.close()
        self.remove_hosts()
        shutil.rmtree(self.state, ignore_errors=True)


def main(arguments):
    if arguments[:1] == ["up"] and len(arguments) == 2:
        print(Lab(hosts=int(arguments[1])).name)
        return 0
    if len(arguments) < 2:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    lab, verb, rest = Lab(name=arguments[0]), arguments[1], arguments[2:]
    if verb == "exec":
        os.environ.update(lab.environment(rest[0]))
        command = lab.command(rest[0], rest[1:])
        os.execvp(command[0], command)
    elif verb in ("loss", "rate", "cable", "mcast", "link", "nic", "nic_multicast", "address"):
        getattr(lab, verb)(int(rest[0]), *rest[1:])
    elif verb == "bus" and rest[1] == "start":
        lab.start_bus(int(rest[0]))
    elif verb == "avahi" and rest[1] == "start":
        lab.start_avahi(int(rest[0]))
    elif verb in ("bus", "avahi") and rest[1] in ("stop", "kill"):
        lab.stop_service(int(rest[0]), "dbus" if verb == "bus" else "avahi",
                         signal.SIGTERM if rest[1] == "stop" else signal.SIGKILL)
    elif verb == "env":
        print("\n".join(f"{key}={value}" for key, value in lab.environment(int(rest[0])).items()))
    elif verb == "down":
        lab.down()
    else:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except LabError as error:
        sys.exit(f"lab: {error}")
