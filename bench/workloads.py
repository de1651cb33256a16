"""What is measured: each work is made from a seed, beside the folder, and then appears in it."""

import contextlib
import os
import random
import shutil
import subprocess

MIB = 1 << 20
# Words that compress about as program text does, so that nobody gains by compressing what is random.
WORDS = ("return", "const", "if", "for", "std", "value", "index", "error", "path", "size", "begin")


def write_stream(file, count_bytes, seed):
    """Bytes that look random and are the same for the same seed; as fast as a disk."""
    with open(file, "wb") as stream:
        key = subprocess.Popen(
            ["openssl", "enc", "-aes-128-ctr", "-nosalt", "-pbkdf2", "-pass", f"pass:{seed}", "-in",
             "/dev/zero"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        left = count_bytes
        while left:
            block = key.stdout.read(min(left, 4 * MIB))
            stream.write(block)
            left -= len(block)
        key.kill()
        key.stdout.close()
        key.wait()


class Awaited:
    """Names that come to be in folders. What is there is not looked for again: a look at all of them,
    many times a second, would take much of a processor from who is measured."""

    def __init__(self):
        self.names = []
        self.seen = {}  # By folder: how many of the first are there.

    def all_in(self, folder):
        seen = self.seen.get(folder, 0)
        while seen < len(self.names) and os.path.lexists(folder / self.names[seen]):
            seen += 1
        self.seen[folder] = seen
        return seen == len(self.names)


class Workload:
    """prepare() makes it beside the source, for one run; before() brings the folders into the state
    in which it begins, which is synchronised; act() is the moment at which the time begins, and
    done() what it ends with. `masters` is a folder for what is made once."""

    content_bytes = 0
    has_before = False
    receivers = 1
    link_mbit = 0  # Of each host's cable; 0: as fast as can be.

    def to_one(self):
        """The same to one receiver, if how much longer it takes with several is of interest."""
        return None

    def takes(self, kind):
        """Whether a kind of contender can take part."""
        return not (kind.copies_only and (self.has_before or self.link_mbit))

    def prepare(self, aside, masters):
        raise NotImplementedError

    def before(self, source):
        raise NotImplementedError

    def before_done(self, target):
        raise NotImplementedError

    def act(self, source):
        raise NotImplementedError

    def done(self, target):
        raise NotImplementedError


def has_size(path, size):
    try:
        return path.stat().st_size == size
    except FileNotFoundError:
        return False


class LargeFiles(Workload):
    """Files of random bytes."""

    def __init__(self, count, mib):
        self.count, self.mib = count, mib
        self.content_bytes = count * mib * MIB
        self.name = f"one file of {mib} MiB" if count == 1 else f"{count} files of {mib} MiB"

    def prepare(self, aside, masters):
        self.folder = aside / "large"
        self.folder.mkdir()
        for number in range(self.count):
            name = f"{number} of {self.mib} MiB"
            if not (masters / name).exists():
                write_stream(masters / name, self.mib * MIB, name)
            shutil.copyfile(masters / name, self.folder / f"{number}.bin")

    def act(self, source):
        self.folder.rename(source / "large")

    def done(self, target):
        return all(has_size(target / "large" / f"{number}.bin", self.mib * MIB)
                   for number in range(self.count))


class OverCables(LargeFiles):
    """A file of random bytes to some receivers, each host's cable of one rate."""

    def __init__(self, mib, link_mbit, receivers=1):
        super().__init__(1, mib)
        self.link_mbit, self.receivers = link_mbit, receivers
        several = f" to {receivers} receivers" if receivers > 1 else ""
        self.name += f"{several}, cables of {link_mbit} Mbit/s"

    def to_one(self):
        return OverCables(self.mib, self.link_mbit) if self.receivers > 1 else None


class SmallFiles(Workload):
    """Files of 0.5 to 16 KB, 1,000 in a directory; or of 4 KiB, all in one."""

    def __init__(self, count, in_one=False):
        self.count = count
        self.name = f"{count:,} files of 4 KiB in one directory" if in_one else f"{count:,} small files"
        self.each = count if in_one else 1000
        self.sizes = (4096, 4096) if in_one else (500, 16_000)

    def prepare(self, aside, masters):
        self.folder = aside / "small"
        self.folder.mkdir()
        self.awaited = Awaited()
        generator = random.Random("small")
        self.content_bytes = 0
        for number in range(self.count):
            if number % self.each == 0:
                (self.folder / f"{number // self.each}").mkdir()
            size = generator.randint(*self.sizes)
            name = f"{number // self.each}/{number}.dat"
            (self.folder / name).write_bytes(generator.randbytes(size))
            self.awaited.names.append(name)
            self.content_bytes += size

    def act(self, source):
        self.folder.rename(source / "small")

    def done(self, target):
        return self.awaited.all_in(target / "small")


class SourceTree(Workload):
    """Small text files in nested directories, as a program's sources are."""

    def __init__(self, count):
        self.count = count
        self.name = f"a source tree of {count:,} files"

    def prepare(self, aside, masters):
        self.folder = aside / "tree"
        generator = random.Random("tree")
        self.awaited = Awaited()
        self.content_bytes = 0
        folders = [self.folder]
        self.folder.mkdir()
        for number in range(self.count):
            if number % 12 == 0:
                folder = generator.choice(folders[-40:]) / f"part{number}"
                folder.mkdir()
                folders.append(folder)
                self.awaited.names.append(folder.relative_to(self.folder))
            size = int(min(200_000, generator.lognormvariate(8.3, 1.3)))
            text = " ".join(generator.choices(WORDS, k=size // 5 + 1))[:size]
            file = generator.choice(folders[-12:]) / f"file{number}.cc"
            file.write_text(text)
            self.awaited.names.append(file.relative_to(self.folder))
            self.content_bytes += size

    def act(self, source):
        self.folder.rename(source / "tree")

    def done(self, target):
        return self.awaited.all_in(target / "tree")


class RenamedFolder(SmallFiles):
    """A directory that is there already gets another name."""

    has_before = True

    def __init__(self, count):
        super().__init__(count)
        self.name = f"a directory of {count:,} files renamed"

    def before(self, source):
        super().act(source)

    def before_done(self, target):
        return super().done(target)

    def act(self, source):
        (source / "small").rename(source / "renamed")

    def done(self, target):
        return self.awaited.all_in(target / "renamed") and not (target / "small").exists()


class ChangedFile(LargeFiles):
    """A large file of which a little changes: `how` is "append", "insert" or "middle". It is saved
    as programs do it: written anew, and renamed over the old one."""

    has_before = True
    LITTLE = b"a little more"

    def __init__(self, mib, how):
        super().__init__(1, mib)
        self.how = how
        where = {"append": "appended to", "insert": "inserted at the front of",
                 "middle": "changed in the middle of"}
        self.name = f"{'1 byte' if how == 'insert' else '13 bytes'} {where[how]} {mib} MiB"

    def prepare(self, aside, masters):
        super().prepare(aside, masters)
        original, self.changed = self.folder / "0.bin", aside / "changed.bin"
        with open(self.changed, "wb") as stream, open(original, "rb") as source:
            stream.write(b"!" if self.how == "insert" else b"")
            shutil.copyfileobj(source, stream, 4 * MIB)
            if self.how != "insert":
                stream.seek(0 if self.how == "append" else self.mib * MIB // 2,
                            os.SEEK_END if self.how == "append" else os.SEEK_SET)
                stream.write(self.LITTLE)
        # Another second: of a file of the same size, rsync goes by that.
        self.mtime_ns = original.stat().st_mtime_ns + 2_000_000_000
        os.utime(self.changed, ns=(self.mtime_ns, self.mtime_ns))

    def before(self, source):
        super().act(source)

    def before_done(self, target):
        return super().done(target)

    def act(self, source):
        self.changed.rename(source / "large" / "0.bin")

    def done(self, target):
        # Syncthing takes the old one away for a moment; Unison keeps microseconds.
        with contextlib.suppress(FileNotFoundError):
            there_ns = (target / "large" / "0.bin").stat().st_mtime_ns
            return there_ns // 1000 == self.mtime_ns // 1000
        return False
