#!/usr/bin/env python3
"""A LAN on one machine: network namespaces joined by a switch, for the end-to-end tests.

As a library: `with Lab(hosts=2) as lab: lab.spawn(1, [...])`. By hand, one command each:

  lab.py up N                      prints the new lab's name; hosts 1..N have an eth0 each with
                                   10.77.0.I and fd77::I
  lab.py NAME exec I CMD...        run a command on host I
  lab.py NAME loss I PERCENT       drop that share of what host I receives; 0 ends it
  lab.py NAME rate I MBIT          let no more than that many Mbit/s through to host I; 0 ends it
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
import json
import os
import pathlib
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time

STATE_ROOT = pathlib.Path(tempfile.gettempdir())
STATE_PREFIX = "lansync-lab-"
# Long enough for a loaded machine; a test that gets this far has failed.
PATIENCE_SECONDS = 30

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

LOSS_RULES = """
add table inet loss
delete table inet loss
"""
LOSS_RULES_ON = """
add table inet loss
add chain inet loss in {{ type filter hook input priority -10; }}
add rule inet loss in iifname != "lo" numgen random mod 100 < {percent} counter drop
"""

MULTICAST_RULES = """
add table inet multicast
delete table inet multicast
"""
MULTICAST_RULES_ON = """
add table inet multicast
add chain inet multicast in { type filter hook input priority -10; }
add chain inet multicast out { type filter hook output priority -10; }
add rule inet multicast in iifname != "lo" meta l4proto udp \
meta pkttype { multicast, broadcast } counter drop
add rule inet multicast out oifname != "lo" udp dport 5353 counter drop
"""


class LabError(Exception):
    """The lab cannot be built or used here; the text says why."""


def run(*command, stdin=None):
    """Runs a command and returns its output; its error output becomes a LabError."""
    try:
        done = subprocess.run(
            command, input=stdin, text=True, capture_output=True, check=False)
    except FileNotFoundError as missing:
        raise LabError(f"{missing.filename} is not installed") from missing
    if done.returncode != 0:
        raise LabError(f"{' '.join(command)}: {done.stderr.strip() or done.returncode}")
    return done.stdout


def wait_until(condition, what):
    """Waits until condition() is true. For what announces itself in no other way."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise LabError(f"waited {PATIENCE_SECONDS} s in vain: {what}")
        time.sleep(0.02)


def check_rights():
    """Fails with a clear message where no lab can be built."""
    for tool in ("ip", "nft"):
        if shutil.which(tool) is None:
            raise LabError(f"{tool} is not installed")
    if os.geteuid() != 0:
        raise LabError("the lab needs root, to make network namespaces; "
                       "or run this under: unshare --user --map-root-user --net --mount")


class Lab:
    """A lab, made new or (with a name) found again."""

    def __init__(self, hosts=0, name=None):
        check_rights()
        self.name = name or f"lab{os.getpid():x}{secrets.token_hex(3)}"
        self.state = STATE_ROOT / (STATE_PREFIX + self.name)
        self.processes = []
        if name is not None:
            if not self.state.is_dir():
                raise LabError(f"there is no lab {name}")
            return
        self.state.mkdir(mode=0o755)
        try:
            self._make_switch()
            for host in range(1, hosts + 1):
                self.add_host(host)
        except BaseException:
            self.down()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.down()

    # --- The network ---------------------------------------------------------------------------

    def namespace(self, host):
        return f"{self.name}-h{host}"

    def _switch(self):
        return f"{self.name}-sw"

    def _make_switch(self):
        switch = self._switch()
        run("ip", "netns", "add", switch)
        # The switch has no addresses of its own.
        run("ip", "netns", "exec", switch, "sysctl", "-qw",
            "net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1")
        run("ip", "-n", switch, "link", "add", "br0", "type", "bridge",
            "mcast_snooping", "0", "stp_state", "0", "forward_delay", "0")
        run("ip", "-n", switch, "link", "set", "br0", "up")

    def add_host(self, host, plugged=True):
        """A new host; unplugged, it has no network but loopback until connect()."""
        namespace = self.namespace(host)
        run("ip", "netns", "add", namespace)
        # Neither duplicate-address detection nor waiting for a router: IPv6 works at once.
        run("ip", "netns", "exec", namespace, "sysctl", "-qw",
            "net.ipv6.conf.all.accept_dad=0", "net.ipv6.conf.default.accept_dad=0",
            "net.ipv6.conf.default.accept_ra=0", "net.ipv6.conf.default.router_solicitations=0")
        run("ip", "-n", namespace, "link", "set", "lo", "up")
        if plugged:
            self.connect(host)

    def connect(self, host):
        """Gives the host its eth0."""
        namespace, switch = self.namespace(host), self._switch()
        run("ip", "link", "add", "eth0", "netns", namespace,
            "address", f"02:77:00:00:00:{host:02x}", "type", "veth",
            "peer", "name", f"p{host}", "netns", switch)
        run("ip", "-n", switch, "link", "set", f"p{host}", "master", "br0", "up")
        self.nic(host, "up")

    def link(self, host, state):
        run("ip", "-n", self._switch(), "link", "set", f"p{host}", state)

    def nic(self, host, state):
        namespace = self.namespace(host)
        run("ip", "-n", namespace, "link", "set", "eth0", state)
        if state == "up":  # Going down lost them.
            run("ip", "-n", namespace, "addr", "replace", f"10.77.0.{host}/24", "brd", "+",
                "dev", "eth0")
            run("ip", "-n", namespace, "addr", "replace", f"fd77::{host}/64", "dev", "eth0",
                "nodad")

    def nic_multicast(self, host, state):
        """Whether the interface can multicast at all, as many tunnels and some drivers cannot."""
        run("ip", "-n", self.namespace(host), "link", "set", "eth0", "multicast", state)

    def address(self, host, verb, address):
        extra = ["nodad"] if ":" in address and verb == "add" else []
        run("ip", "-n", self.namespace(host), "addr", verb, address, "dev", "eth0", *extra)

    def loss(self, host, percent):
        rules = LOSS_RULES + (LOSS_RULES_ON.format(percent=int(percent)) if int(percent) else "")
        self._nft(host, rules)

    def rate(self, host, mbit):
        """Slows down what host I receives, at the switch; nothing is lost for it."""
        device = ["dev", f"p{host}", "root"]
        with contextlib.suppress(LabError):
            run("tc", "-n", self._switch(), "qdisc", "del", *device)
        if int(mbit):
            run("tc", "-n", self._switch(), "qdisc", "add", *device, "tbf",
                "rate", f"{int(mbit)}mbit", "burst", "256kb", "latency", "400ms")

    def received_bytes(self, host):
        """What has come in over eth0 since the host was connected, by the kernel's count."""
        links = json.loads(run("ip", "-n", self.namespace(host), "-s", "-j", "link", "show", "eth0"))
        return links[0]["stats64"]["rx"]["bytes"]

    def mcast(self, host, verb):
        if verb not in ("drop", "allow"):
            raise LabError("mcast: drop or allow")
        self._nft(host, MULTICAST_RULES + (MULTICAST_RULES_ON if verb == "drop" else ""))

    def _nft(self, host, rules):
        run("ip", "netns", "exec", self.namespace(host), "nft", "-f", "-", stdin=rules)

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
        if pid in self._pids(self.namespace(host)):
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

    def pids(self, host):
        return self._pids(self.namespace(host))

    def _pids(self, namespace):
        try:
            return {int(pid) for pid in run("ip", "netns", "pids", namespace).split()}
        except LabError:
            return set()  # Gone already.

    def _namespaces(self):
        names = (line.split()[0] for line in run("ip", "netns", "list").splitlines() if line)
        return [name for name in names if name.startswith(self.name + "-")]

    def _await_end(self, pids):
        def ended():
            for process in self.processes:
                process.poll()  # Ours stay zombies otherwise.
            return not any(os.path.exists(f"/proc/{pid}") for pid in pids)
        wait_until(ended, f"the end of {pids}")

    def down(self):
        namespaces = self._namespaces()
        for name in namespaces:
            for sign in (signal.SIGTERM, signal.SIGKILL):
                pids = self._pids(name)
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
        for name in namespaces:
            run("ip", "netns", "del", name)
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
    elif verb in ("loss", "rate", "mcast", "link", "nic", "nic_multicast", "address"):
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
