#!/usr/bin/env python3
"""Discovery with real multicast, between hosts that are network namespaces.

  discovery_e2e.py PROBE [unittest arguments]

PROBE is the built discovery_probe. Waits for what must happen, with a generous limit; never for
time to pass.
"""

import pathlib
import signal
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e" / "lab"))
from lab import Lab, LabError, check_rights  # noqa: E402
from probe import Probe, tag_of  # noqa: E402

NO_NETWORK = "no network: no interface has a link and an address"


class DiscoveryTest(unittest.TestCase):
    def make_lab(self, hosts):
        lab = Lab(hosts=hosts)
        self.addCleanup(lab.down)
        return lab

    def start_daemon(self, lab, host):
        lab.start_bus(host)
        lab.start_avahi(host)

    def test_two_embedded_responders_see_each_other(self):
        lab = self.make_lab(2)
        one, two = Probe(lab, 1, "embedded"), Probe(lab, 2, "embedded")
        sighting = one.wait_for_peer(2)
        two.wait_for_peer(1)
        self.assertEqual(sighting["instance"], "lansync-00000002")
        self.assertEqual(sighting["nonce"], "2")
        self.assertEqual(sighting["version"], 1)
        self.assertFalse(sighting["invitation"])
        self.assertEqual(one.state(), "embedded")
        one.stop()
        two.stop()
        own = [event for event in one.seen if event.get("tag") == tag_of(1)]
        self.assertEqual(own, [], "a device must not report itself")

    def test_an_embedded_responder_and_a_daemon_see_each_other(self):
        lab = self.make_lab(2)
        self.start_daemon(lab, 2)
        one, two = Probe(lab, 1), Probe(lab, 2)
        one.wait_for_peer(2)
        two.wait_for_peer(1)
        self.assertEqual(one.state(), "embedded")
        self.assertEqual(two.state(), "avahi-daemon")
        one.stop()
        two.stop()

    def test_two_hosts_with_daemons_see_each_other(self):
        lab = self.make_lab(2)
        self.start_daemon(lab, 1)
        self.start_daemon(lab, 2)
        one, two = Probe(lab, 1, "daemon"), Probe(lab, 2, "daemon")
        one.wait_for_peer(2)
        two.wait_for_peer(1)
        one.stop()
        two.stop()

    def test_an_open_invitation_is_seen_and_its_end(self):
        lab = self.make_lab(3)
        self.start_daemon(lab, 2)
        observer, by_daemon, embedded = Probe(lab, 1), Probe(lab, 2), Probe(lab, 3)
        for inviting in (by_daemon, embedded):
            tag = tag_of(inviting.host)
            observer.wait_for_sighting(tag, "the first sighting")
            inviting.tell("invite on")
            observer.wait_for_sighting(tag, "the invitation", lambda s: s["invitation"])
            inviting.tell("invite off")
            observer.wait_for_sighting(tag, "its end", lambda s: not s["invitation"])
        self.assertEqual(observer.gone_so_far(), [])

    def test_another_port_is_seen(self):
        lab = self.make_lab(2)
        one, two = Probe(lab, 1), Probe(lab, 2)
        one.wait_for_peer(2)
        two.tell("port 23456")
        one.wait_for_sighting(tag_of(2), "the new port", lambda s: {
            address["port"] for address in s["addresses"]} == {23456})

    def test_a_change_of_address_is_seen(self):
        lab = self.make_lab(2)
        one, two = Probe(lab, 1, "embedded"), Probe(lab, 2, "embedded")
        one.wait_for_peer(2)
        two.wait_for_peer(1)
        lab.address(2, "del", "10.77.0.2/24")
        lab.address(2, "add", "10.77.0.202/24")
        one.wait_for_sighting(tag_of(2), "the new address", lambda s: s["addresses"] == [
            {"ip": "10.77.0.202", "port": 22002}, {"ip": "fd77::2", "port": 22002}])

    def test_a_link_local_address_comes_with_its_scope(self):
        lab = self.make_lab(2)
        for host in (1, 2):
            lab.address(host, "del", f"10.77.0.{host}/24")
            lab.address(host, "del", f"fd77::{host}/64")
        one, _ = Probe(lab, 1), Probe(lab, 2)
        one.wait_for_sighting(tag_of(2), "the address", lambda s: s["addresses"] == [
            {"ip": "fe80::77:ff:fe00:2%eth0", "port": 22002}])

    def test_a_peer_that_stops_is_gone(self):
        lab = self.make_lab(3)
        self.start_daemon(lab, 3)
        one, two, three = Probe(lab, 1), Probe(lab, 2), Probe(lab, 3)
        one.wait_for_peer(2)
        one.wait_for_peer(3)
        for leaving in (two, three):
            leaving.stop()
            sighting = one.wait_for_sighting(tag_of(leaving.host), "the farewell", gone=True)
            self.assertEqual(sighting["addresses"], [])

    def test_a_peer_killed_and_started_anew_is_followed(self):
        lab = self.make_lab(2)
        one, two = Probe(lab, 1), Probe(lab, 2)
        one.wait_for_peer(2)
        two.kill()
        again = Probe(lab, 2)
        again.tell("port 23456")
        one.wait_for_sighting(tag_of(2), "the new port", lambda s: {
            address["port"] for address in s["addresses"]} == {23456})

    def test_a_host_without_network_waits_for_one(self):
        lab = self.make_lab(1)
        lab.add_host(2, plugged=False)
        one, two = Probe(lab, 1), Probe(lab, 2)
        two.wait_for_state("no network: no usable interface")
        two.wait_for_problem(NO_NETWORK)
        lab.connect(2)
        one.wait_for_peer(2)
        two.wait_for_peer(1)
        two.wait_for_problem("")

    def test_an_interface_that_goes_down_and_comes_back_is_followed(self):
        lab = self.make_lab(2)
        one, two = Probe(lab, 1), Probe(lab, 2)
        one.wait_for_peer(2)
        two.wait_for_peer(1)
        lab.nic(2, "down")
        two.wait_for_sighting(tag_of(1), "the loss of the other", gone=True)
        lab.nic(2, "up")
        two.wait_for_peer(1)

    def test_peers_find_each_other_although_packets_are_lost(self):
        lab = self.make_lab(2)
        lab.loss(1, 20)
        lab.loss(2, 20)
        one, two = Probe(lab, 1), Probe(lab, 2)
        one.wait_for_peer(2)
        two.wait_for_peer(1)

    def test_multicast_that_is_blocked_at_first_is_no_lasting_harm(self):
        lab = self.make_lab(2)
        lab.mcast(2, "drop")
        one, two = Probe(lab, 1), Probe(lab, 2)
        two.wait_for_state("embedded")
        two.wait_for_problem("no multicast on eth0: Operation not permitted")
        lab.mcast(2, "allow")
        one.wait_for_peer(2)
        two.wait_for_peer(1)
        two.wait_for_problem("")

    def test_an_interface_that_cannot_multicast_is_named(self):
        lab = self.make_lab(2)
        self.start_daemon(lab, 2)
        one, two = Probe(lab, 1), Probe(lab, 2)
        one.wait_for_peer(2)
        for host, probe in ((1, one), (2, two)):
            lab.nic_multicast(host, "off")
            probe.wait_for_problem("no multicast on eth0")
            lab.nic_multicast(host, "on")
            probe.wait_for_problem("")

    def test_a_pulled_cable_is_no_network(self):
        lab = self.make_lab(1)
        one = Probe(lab, 1)
        one.wait_for_state("embedded")
        self.assertEqual(one.problem(), "")
        lab.link(1, "down")
        one.wait_for_problem(NO_NETWORK)
        lab.link(1, "up")
        one.wait_for_problem("")

    def test_a_rescan_reports_nothing_that_has_not_changed(self):
        lab = self.make_lab(3)
        one, two = Probe(lab, 1), Probe(lab, 2)
        one.wait_for_peer(2)
        two.wait_for_peer(1)
        one.tell("rescan")
        before = len(one.seen)
        three = Probe(lab, 3)
        one.wait_for_peer(3)  # It can only be found by what the rescan built.
        three.stop()
        one.wait_for_sighting(tag_of(3), "the farewell", gone=True)
        tags = {event["tag"] for event in one.seen[before:] if event["event"] == "sighting"}
        self.assertEqual(tags, {tag_of(3)})

    def test_the_daemon_may_come_and_go(self):
        lab = self.make_lab(2)
        one, two = Probe(lab, 1), Probe(lab, 2)
        one.wait_for_peer(2)
        two.wait_for_state("embedded")

        self.start_daemon(lab, 2)
        two.wait_for_state("avahi-daemon")
        self._invite_and_back(two, one)

        lab.stop_service(2, "avahi", signal.SIGKILL)
        two.wait_for_state("embedded")
        self._invite_and_back(two, one)

        lab.start_avahi(2)
        two.wait_for_state("avahi-daemon")
        self._invite_and_back(two, one)

        lab.stop_service(2, "dbus", signal.SIGKILL)  # The daemon ends with its bus.
        two.wait_for_state("embedded")
        self._invite_and_back(two, one)
        self.assertEqual(one.gone_so_far(), [])
        two.stop()

    def test_a_restarted_daemon_is_used_again(self):
        lab = self.make_lab(2)
        self.start_daemon(lab, 2)
        one, two = Probe(lab, 1), Probe(lab, 2, "daemon")
        one.wait_for_peer(2)
        lab.stop_service(2, "avahi", signal.SIGTERM)
        two.wait_for_state("no network: no avahi-daemon")
        two.wait_for_problem("no multicast: no avahi-daemon runs")
        one.wait_for_sighting(tag_of(2), "the farewell", gone=True)
        lab.start_avahi(2)
        one.wait_for_peer(2)
        two.wait_for_state("avahi-daemon")

    def test_the_daemons_host_name_is_left_alone(self):
        for order in ("daemon first", "embedded first"):
            with self.subTest(order), Lab(hosts=2) as lab:
                lab.start_bus(1)
                if order == "daemon first":
                    lab.start_avahi(1)
                beside = Probe(lab, 1, "embedded")
                other = Probe(lab, 2, "embedded")
                other.wait_for_peer(1)
                if order == "embedded first":
                    lab.start_avahi(1)
                # A dispute over a name would go on about once a second. These take as long, and are
                # news that travels only while the records are undisputed.
                for _ in range(2):
                    self._invite_and_back(beside, other)
                    self.assertEqual(lab.avahi_property(1, "GetHostName"), "host1")
                    self.assertIn("10.77.0.1", lab.output(
                        1, ["avahi-resolve", "-4", "-n", "host1.local"]))
                    self.assertIn("host1.local", lab.output(
                        1, ["avahi-resolve", "-a", "10.77.0.1"]))
                self.assertEqual(beside.state(), "embedded")
                self.assertEqual(other.gone_so_far(), [])

    def test_devices_that_claim_one_name_are_told_apart(self):
        lab = self.make_lab(3)
        observer = Probe(lab, 1)
        tags = ["0000000a00000001", "0000000a00000002"]  # The first eight digits are the name.
        Probe(lab, 2, tag=tags[0])
        observer.wait_for_sighting(tags[0], "the first")
        Probe(lab, 3, tag=tags[1])
        second = observer.wait_for_sighting(tags[1], "the second", lambda s: s["addresses"] == [
            {"ip": "10.77.0.3", "port": 22003}, {"ip": "fd77::3", "port": 22003}])
        self.assertEqual(second["instance"], "lansync-0000000a #2")

    def test_what_others_publish_is_not_taken_for_a_peer(self):
        lab = self.make_lab(3)
        self.start_daemon(lab, 3)
        by_daemon = Probe(lab, 3, "daemon")
        embedded = Probe(lab, 1, "embedded")
        self.start_daemon(lab, 2)
        publish = ["avahi-publish", "-s"]
        good = "id=00000000000000ff"
        lies = {
            "lansync-00000001 #7": ["22000", "v=1"],
            "lansync-00000002 #7": ["22000", "v=1", "id=../../etc/passwd"],
            "lansync-00000003 #7": ["80", "v=1", good],
            "lansync-00000004 #7": ["22000", "v=1", good, *[f"k{n}=v" for n in range(20)]],
            "lansync-00000005 #7": ["22000", "v=1", good, *["x" * 200] * 7],
            "Somebody's machine": ["22000", "v=1", good],
        }
        for name, arguments in lies.items():
            lab.spawn(2, publish + [name, "_lansync._tcp", *arguments],
                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        # Of two equal keys the first counts, whichever responder brings it.
        lab.spawn(2, publish + ["lansync-000000fe", "_lansync._tcp", "22000", "v=1", "v=x",
                                "id=00000000000000fe", "id=0"],
                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for observer in (embedded, by_daemon):
            observer.wait_for_sighting("00000000000000fe", "the honest one")
            observer.state()
            tags = {event.get("tag") for event in observer.seen}
            self.assertNotIn("00000000000000ff", tags)

    def _invite_and_back(self, inviting, observer):
        tag = tag_of(inviting.host)
        inviting.tell("invite on")
        observer.wait_for_sighting(tag, "the invitation", lambda s: s["invitation"])
        inviting.tell("invite off")
        observer.wait_for_sighting(tag, "its end", lambda s: not s["invitation"])


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__.strip())
    Probe.PROGRAM = str(pathlib.Path(sys.argv[1]).resolve())
    try:
        check_rights()
    except LabError as error:
        sys.exit(f"discovery_e2e: cannot run here: {error}")
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
