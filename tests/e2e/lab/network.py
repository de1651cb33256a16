"""Network namespaces joined by a switch: the hosts of a lab and their cables."""

import contextlib
import json
import os
import shutil
import subprocess
import time

# Long enough for a loaded machine; a test that gets this far has failed.
PATIENCE_SECONDS = 30

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

# A full frame, as the kernel counts it and as it passes over a cable: with the preamble, the checksum
# and the gap behind it. Bulk data is of full frames.
FRAME_BYTES = 1514
FRAME_BYTES_ON_CABLE = 1538
# What the kernel hands to a card at once, 64 KiB and headers, passes uncut: cutting it would cost the
# processor time that a card does not. At 100 Mbit/s this is 7 ms.
CABLE_BURST = "80kb"
# A network card's queue, which makes its host's TCP wait; and what a small switch holds for a port
# and drops what is beyond.
CARD_QUEUE = "1mb"
PORT_QUEUE = "512kb"


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


class Network:
    """The namespaces whose names begin with the network's."""

    def __init__(self, name):
        self.name = name

    def namespace(self, host):
        return f"{self.name}-h{host}"

    def _switch(self):
        return f"{self.name}-sw"

    def make_switch(self):
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
        self._shape(self._switch(), f"p{host}", int(mbit) * 10**6,
                    "burst", "256kb", "latency", "400ms")

    def cable(self, host, mbit):
        """Makes host I's a cable of that rate, both ways at once, by what passes over it."""
        bits = int(mbit) * 10**6 * FRAME_BYTES // FRAME_BYTES_ON_CABLE
        self._shape(self.namespace(host), "eth0", bits, "burst", CABLE_BURST, "limit", CARD_QUEUE)
        self._shape(self._switch(), f"p{host}", bits, "burst", CABLE_BURST, "limit", PORT_QUEUE)

    def _shape(self, namespace, device, bits_per_second, *options):
        """What leaves by the device; as fast as it can with 0."""
        root = ["dev", device, "root"]
        with contextlib.suppress(LabError):
            run("tc", "-n", namespace, "qdisc", "del", *root)
        if bits_per_second:
            run("tc", "-n", namespace, "qdisc", "add", *root, "tbf",
                "rate", f"{bits_per_second}bit", *options)

    def received_bytes(self, host):
        """What has come in over eth0 since the host was connected, by the kernel's count."""
        return self._passed_bytes(host, "rx")

    def sent_bytes(self, host):
        """The same of what has gone out."""
        return self._passed_bytes(host, "tx")

    def _passed_bytes(self, host, direction):
        links = json.loads(run("ip", "-n", self.namespace(host), "-s", "-j", "link", "show", "eth0"))
        return links[0]["stats64"][direction]["bytes"]

    def mcast(self, host, verb):
        if verb not in ("drop", "allow"):
            raise LabError("mcast: drop or allow")
        self._nft(host, MULTICAST_RULES + (MULTICAST_RULES_ON if verb == "drop" else ""))

    def _nft(self, host, rules):
        run("ip", "netns", "exec", self.namespace(host), "nft", "-f", "-", stdin=rules)

    def pids(self, host):
        return self.pids_in(self.namespace(host))

    def pids_in(self, namespace):
        try:
            return {int(pid) for pid in run("ip", "netns", "pids", namespace).split()}
        except LabError:
            return set()  # Gone already.

    def namespaces(self):
        names = (line.split()[0] for line in run("ip", "netns", "list").splitlines() if line)
        return [name for name in names if name.startswith(self.name + "-")]

    def remove_hosts(self):
        """And the switch. Nothing may run in them any more."""
        for name in self.namespaces():
            run("ip", "netns", "del", name)
