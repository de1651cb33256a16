"""What somebody on the network can say and hear without being asked."""

import subprocess
import sys

# Announces services as lansync does, each at a port of its own, until it is killed.
# Its argument is the host's address; on its input a line for each service: instance, device tag,
# port, time to live.
ANNOUNCE = """
import socket, struct, sys, time

def name(text):
    return b"".join(bytes([len(part)]) + part.encode() for part in text.split(".")) + b"\\0"

def record(owner, kind, data, cls=0x8001):
    return name(owner) + struct.pack(">HHIH", kind, cls, ttl, len(data)) + data

SERVICE = "_lansync._tcp.local"
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 255)
sender.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
sender.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(sys.argv[1]))
sender.bind(("", 5353))
lines = [line.split(",") for line in sys.stdin]
while True:
    for line in lines:
        instance, tag, port, ttl = line[0], line[1], int(line[2]), int(line[3])
        whole, host = instance + "." + SERVICE, instance + ".local"
        txt = b"".join(bytes([len(pair)]) + pair.encode() for pair in
                       ("v=1", "id=" + tag, "b=00000001", "f=1"))
        records = [record(SERVICE, 12, name(whole), 1),
                   record(whole, 33, struct.pack(">HHH", 0, 0, port) + name(host)),
                   record(whole, 16, txt), record(host, 1, socket.inet_aton(sys.argv[1]))]
        packet = struct.pack(">HHHHHH", 0, 0x8400, 0, len(records), 0, 0) + b"".join(records)
        sender.sendto(packet, ("224.0.0.251", 5353))
    print("announced", flush=True)
    time.sleep(1)
"""
# Hands every packet that comes by to its standard output, until it is killed.
LISTEN = """
import socket, sys
every = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
print("listening", file=sys.stderr, flush=True)
while True:
    sys.stdout.buffer.write(every.recv(65536))
    sys.stdout.buffer.flush()
"""


def announce(lab, host, services):
    """Starts to announce (instance, device tag, port, time to live) of each service on that host,
    once a second; the process says "announced" after each round."""
    announcer = lab.spawn(host, [sys.executable, "-c", ANNOUNCE, f"10.77.0.{host}"],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    announcer.stdin.write("".join(",".join(map(str, service)) + "\n" for service in services))
    announcer.stdin.close()
    return announcer


def wait_for_rounds(announcer, rounds):
    for _ in range(rounds):
        if announcer.stdout.readline() != "announced\n":
            raise AssertionError(f"the announcer ended: {announcer.wait()}")


def listen(lab, host, file):
    """Writes everything that comes by on that host into the file, until the lab's end."""
    with open(file, "wb") as stream:
        listener = lab.spawn(host, [sys.executable, "-c", LISTEN], stdout=stream,
                             stderr=subprocess.PIPE)
    if listener.stderr.readline() != b"listening\n":
        raise AssertionError("cannot listen")
    return listener
