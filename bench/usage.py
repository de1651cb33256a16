"""What a run costs: processor, memory, network, disk."""

import contextlib
import dataclasses
import os
import pathlib
import resource
import threading
import time

TICKS = os.sysconf("SC_CLK_TCK")
SECTOR_BYTES = 512
SAMPLE_SECONDS = 0.05


def pids_of(namespace):
    """Of the programs in a network namespace."""
    wanted = os.stat(f"/run/netns/{namespace}").st_ino
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                if os.stat(f"/proc/{entry.name}/ns/net").st_ino == wanted:
                    yield int(entry.name)


def processor_seconds(namespace):
    """Of the programs that run there, and of those that they have waited for."""
    ticks = 0
    for pid in pids_of(namespace):
        with contextlib.suppress(OSError):
            fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            ticks += sum(map(int, fields[11:15]))
    return ticks / TICKS


def own_children_seconds():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def resident_bytes(namespace):
    total = 0
    for pid in pids_of(namespace):
        with contextlib.suppress(OSError):
            pages = int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1])
            total += pages * os.sysconf("SC_PAGE_SIZE")
    return total


@dataclasses.dataclass
class Scheduled:
    seconds: float
    turns: int  # How often a thread was given a processor.


def scheduled(namespace):
    """All threads of the programs in a network namespace, so far, to the nanosecond."""
    total = Scheduled(0.0, 0)
    for pid in pids_of(namespace):
        for task in pathlib.Path(f"/proc/{pid}/task").glob("*/schedstat"):
            with contextlib.suppress(OSError):
                ran_ns, _, turns = map(int, task.read_text().split())
                total.seconds += ran_ns / 1e9
                total.turns += turns
    return total


def written_to_disk(folder):
    """Bytes since the machine was started, by anybody; what was written before is on the disk."""
    os.sync()
    device = os.stat(folder).st_dev
    fields = pathlib.Path(f"/sys/dev/block/{os.major(device)}:{os.minor(device)}/stat")
    return int(fields.read_text().split()[6]) * SECTOR_BYTES if fields.exists() else 0


class PeakMemory:
    """What is resident at most, by host: `with PeakMemory(lab, hosts) as memory`."""

    def __init__(self, lab, hosts):
        self.lab = lab
        self.peaks = {host: 0 for host in hosts}
        self.ended = threading.Event()
        self.sampler = threading.Thread(target=self._sample)

    def _sample(self):
        ended = False
        while not ended:
            ended = self.ended.wait(SAMPLE_SECONDS)
            for host in self.peaks:
                now = resident_bytes(self.lab.namespace(host))
                self.peaks[host] = max(self.peaks[host], now)

    def __enter__(self):
        self.sampler.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.sampler.join()


class Usage:
    """Of one stretch of time: `with Usage(lab, hosts, folder) as usage`.

    Afterwards: seconds; processor_s and peak_resident_bytes, by host; received_bytes, all hosts';
    source_sent_bytes, of the first; written_bytes, of the disk that holds `folder`, with what is still to be written then.
    """

    def __init__(self, lab, hosts, folder):
        self.lab = lab
        self.hosts = hosts
        self.folder = folder
        self.memory = PeakMemory(lab, hosts)

    def _now(self):
        processor = {host: processor_seconds(self.lab.namespace(host)) for host in self.hosts}
        # Programs that were run to their end are started on the first host.
        processor[self.hosts[0]] += own_children_seconds()
        return processor

    def _received(self):
        return sum(self.lab.received_bytes(host) for host in self.hosts)

    def __enter__(self):
        self.written_before = written_to_disk(self.folder)
        self.received_before = self._received()
        self.sent_before = self.lab.sent_bytes(self.hosts[0])
        self.processor_before = self._now()
        self.memory.__enter__()
        self.began = time.monotonic()
        return self

    def __exit__(self, *_):
        self.seconds = time.monotonic() - self.began
        self.memory.__exit__()
        processor = self._now()
        self.processor_s = {host: processor[host] - self.processor_before[host]
                            for host in self.hosts}
        self.received_bytes = self._received() - self.received_before
        self.source_sent_bytes = self.lab.sent_bytes(self.hosts[0]) - self.sent_before
        self.written_bytes = written_to_disk(self.folder) - self.written_before

    def row(self):
        return {"seconds": round(self.seconds, 3),
                "processor_s": {str(host): round(value, 2)
                                for host, value in self.processor_s.items()},
                "peak_resident_bytes": {str(host): value for host, value in
                                        self.memory.peaks.items()},
                "received_bytes": self.received_bytes,
                "source_sent_bytes": self.source_sent_bytes, "written_bytes": self.written_bytes}
