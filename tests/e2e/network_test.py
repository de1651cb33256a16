"""How devices find each other, and what they say when they cannot."""

import subprocess
import sys

from case import EndToEndTest
from device import wait_until
from trees import write_random

# Says that it listens; until it is killed.
LISTEN = """
import socket, sys, time
for family, address in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
    listener = socket.socket(family)
    if family == socket.AF_INET6:
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    listener.bind((address, int(sys.argv[1])))
    listener.listen()
    globals()[address] = listener
print("listening", flush=True)
time.sleep(600)
"""


class DiscoveryTest(EndToEndTest):
    def assert_works(self):
        one, two = self.devices
        write_random(one.folder / "file", 5000, "file")
        two.join(one.create())
        two.flush()
        self.assert_same()
        one.wait_for_member(two)

    def start_avahi(self, *hosts):
        for host in hosts:
            self.lab.start_bus(host)
            self.lab.start_avahi(host)

    def test_two_hosts_with_avahi_daemons(self):
        self.start_avahi(1, 2)
        self.assert_works()

    def test_one_host_with_an_avahi_daemon(self):
        self.start_avahi(2)
        self.assert_works()

    def test_an_avahi_daemon_that_comes_and_goes(self):
        self.assert_works()
        self.start_avahi(1)
        self.lab.stop_service(1, "avahi")
        two = self.device(2)
        two.stop_daemon()
        two.start_daemon()
        write_random(two.folder / "afterwards", 5000, "afterwards")
        self.wait_until_same()


class AddressesTest(EndToEndTest):
    def forbid_multicast(self):
        for device in self.devices:
            self.lab.mcast(device.host, "drop")

    def port_of(self, device):
        """The port it listens on, from its status."""
        listen = wait_until(lambda: device.status()["device"]["listen"], "an address")
        return int(listen[0].rsplit(":", 1)[1])

    def test_an_address_given_by_hand_replaces_multicast_and_is_remembered(self):
        self.forbid_multicast()
        one, two = self.devices
        write_random(one.folder / "file", 5000, "file")
        code = one.create()
        two.start_daemon()
        answer = two.ok("connect", f"10.77.0.1:{self.port_of(one)}")
        self.assertTrue(answer["connected"], answer)
        self.assertEqual(answer["device"]["id"], one.status()["device"]["id"])
        two.join(code)
        two.flush()
        self.assert_same()
        for device in self.devices:  # Whoever dials: the address must have been kept.
            device.stop_daemon()
        for device in self.devices:
            device.start_daemon()
        write_random(one.folder / "afterwards", 5000, "afterwards")
        self.wait_until_same()

    def assert_no_multicast_is_said(self, device, *words):
        """In the status, as JSON and for people, with what helps."""
        issue = device.wait_for_device_issue(
            lambda issue: issue["code"] == "no_multicast", "that there is no multicast")
        for word in ("no multicast on eth0", *words):
            self.assertIn(word, issue["message"])
        self.assertIn("lansync connect", issue["fix"])
        self.assertRegex(device.run("status").out, r"! no multicast on eth0.*lansync connect")

    def test_an_interface_without_multicast_is_said_in_the_status(self):
        one, two = self.devices
        two.start_daemon()
        self.assertEqual(two.status()["device"]["issues"], [])
        for device in self.devices:
            self.lab.nic_multicast(device.host, "off")
        self.assert_no_multicast_is_said(two)
        code = one.create()
        self.assert_no_multicast_is_said(one)
        outcome = two.run("join", two.folder, "--code", code)
        self.assert_refused(outcome, 6, "no multicast on eth0", "lansync connect")
        two.ok("connect", "10.77.0.1")  # As it was told.
        two.join(code)
        for device in self.devices:
            self.lab.nic_multicast(device.host, "on")
            wait_until(lambda: not device.status()["device"]["issues"], "no issue any more")

    def test_a_firewall_that_forbids_multicast_is_said_in_the_status(self):
        self.forbid_multicast()
        two = self.device(2)
        two.start_daemon()
        self.assert_no_multicast_is_said(two, "Operation not permitted")
        outcome = two.run("join", two.folder)  # Nobody could be found who invites.
        self.assertEqual(outcome.exit, 0, outcome)
        self.assertRegex(outcome.err, "no multicast on eth0.*lansync connect")
        self.lab.mcast(2, "allow")
        wait_until(lambda: not two.status()["device"]["issues"], "no issue any more")

    def test_the_port_need_not_be_named(self):
        self.forbid_multicast()
        one, two = self.devices
        code = one.create()
        two.start_daemon()
        two.ok("connect", "10.77.0.1")
        two.join(code)

    def test_an_address_where_nobody_answers_is_remembered(self):
        self.forbid_multicast()
        one, two = self.devices
        code = one.create()
        port = self.port_of(one)
        two.start_daemon()
        self.lab.link(1, "down")
        self.assertFalse(two.ok("connect", f"10.77.0.1:{port}")["connected"])
        self.lab.link(1, "up")

        def joined():
            return two.run("join", two.folder, "--code", code).exit == 0
        two.folder.mkdir()
        wait_until(joined, "the remembered address to work")

    def address_issues(self, device):
        return [issue for issue in device.status()["device"]["issues"]
                if issue["code"] == "address"]

    def test_an_address_is_remembered_until_it_is_forgotten(self):
        two = self.device(2)
        two.start_daemon()
        nobody = "10.77.0.99:22727"
        self.assertFalse(two.ok("connect", "10.77.0.99")["connected"])
        issue, = self.address_issues(two)
        self.assertIn(nobody, issue["message"])
        self.assertIn(f"lansync connect --forget {nobody}", issue["fix"])
        self.assertRegex(two.run("status").out, f"! {nobody} .*lansync connect --forget {nobody}")
        # Another port, or what was never given, is another address; those that there are are told.
        for other in ("10.77.0.99:5", "10.77.0.1"):
            self.assert_refused(two.run("connect", "--forget", other), 6, other, nobody)
        self.assertEqual(two.ok("connect", "--forget", "10.77.0.99"),
                         {"v": 1, "type": "forget", "address": nobody})
        self.assertEqual(self.address_issues(two), [])
        two.stop_daemon()
        two.start_daemon()
        self.assertEqual(self.address_issues(two), [])
        self.assert_refused(two.run("connect", "--forget", nobody), 6, nobody, "none is")

    def test_a_forgotten_address_is_not_kept_as_where_a_device_was_either(self):
        self.forbid_multicast()
        one, two = self.devices
        code = one.create()
        two.start_daemon()
        self.assertTrue(two.ok("connect", "10.77.0.1")["connected"])
        two.join(code)
        known = two.home / "state" / "node.json"
        self.assertIn("10.77.0.1", known.read_text())
        outcome = two.run("connect", "--forget", "10.77.0.1")
        self.assertEqual((outcome.exit, outcome.err), (0, ""))
        self.assertIn("10.77.0.1:22727 is forgotten", outcome.out)
        self.assertNotIn("10.77.0.1", known.read_text())
        two.wait_for_member(one)  # A connection that is up stays.

    def test_an_address_of_the_device_itself_is_said_to_be_that(self):
        one = self.device(1)
        one.start_daemon()
        for address in ("10.77.0.1", "127.0.0.1"):
            self.assert_refused(one.run("connect", address), 7, address, "this device itself")
            self.assertEqual(self.address_issues(one), [])
            self.assert_refused(one.run("connect", "--forget", address), 6, "none is")

    def test_a_port_in_use_is_said_and_does_not_keep_the_device_from_working(self):
        one, two = self.devices
        one.start_daemon()
        port = self.port_of(one)
        one.stop_daemon()
        other = self.lab.spawn(1, [sys.executable, "-c", LISTEN, port], stdout=subprocess.PIPE)
        self.assertEqual(other.stdout.readline(), b"listening\n")
        one.start_daemon()
        issue = one.wait_for_device_issue(
            lambda issue: str(port) in issue["message"] + issue["path"], "the port's issue")
        self.assertIn("use", issue["message"])
        self.assertTrue(issue["fix"])
        two.join(one.create())
        one.wait_for_member(two)
        # And with the port free again, it is used again.
        other.kill()
        one.stop_daemon()
        one.start_daemon()
        self.assertEqual(self.port_of(one), port)
        self.assertEqual(one.status()["device"]["issues"], [])

    def test_an_address_that_is_not_ours_cannot_be_listened_on(self):
        one = self.device(1)
        one.configure(listen="10.99.0.1:22727")
        one.start_daemon()
        one.wait_for_device_issue(
            lambda issue: "10.99.0.1" in issue["message"] + issue["path"], "the address's issue")

    def test_without_a_network_it_says_so_and_works_as_soon_as_there_is_one(self):
        one = self.device(1)
        late = self.add_device_on_new_host(3, plugged=False)
        late.create()
        late.wait_for_device_issue(lambda issue: issue["code"] == "no_network",
                                   "that there is no network")
        write_random(late.folder / "file", 5000, "file")
        self.lab.connect(3)
        wait_until(lambda: not late.status()["device"]["issues"], "no issue any more")
        one.join(late.invite())
        one.flush()
        self.assert_same(late, one)
