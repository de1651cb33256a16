"""Trees of files: made from a seed, and compared byte for byte."""

import dataclasses
import os
import pathlib
import random
import shutil
import stat

CONTROL_FOLDER = b".lansync"
BLOCK_BYTES = 1 << 20
DIFFERENCES_MAX = 20
DOCUMENTS = pathlib.Path("/usr/share/doc")

MODES = (0o644, 0o600, 0o755, 0o640, 0o444, 0o700)
STEMS = ("report", "IMG_2041", "a file with blanks", "naïve café", "日本語の名前", "Ελληνικά",
         "e\u0301 decomposed", "\u00e9 composed", "emoji 🦊", "UPPER", "upper", "-dash", "'quote'",
         "percent%20", "semi;colon", "$dollar", "back\\slash", "trailing dot.", "~tilde")
# Around the sizes at which files are treated in another way, and what people have.
SIZES = (0, 1, 15, 511, 4095, 4096, 4097, 16384, 65535, 65536, 65537, 262144, 262145, 1048576)


@dataclasses.dataclass(frozen=True)
class Entry:
    kind: str  # "file", "dir", "link"
    mode: int = 0
    size: int = 0
    mtime_ns: int = 0
    target: bytes = b""

    def __str__(self):
        if self.kind == "link":
            return f"link to {os.fsdecode(self.target)!r}"
        if self.kind == "dir":
            return f"dir {self.mode:04o}"
        return f"file {self.mode:04o}, {self.size} bytes, mtime {self.mtime_ns}"


def list_tree(root):
    """Everything beneath a folder but lansync's own part of it, by its path in bytes."""
    entries = {}

    def look(folder, prefix):
        for entry in os.scandir(folder):
            path = prefix + entry.name
            if path == CONTROL_FOLDER:
                continue
            status = entry.stat(follow_symlinks=False)
            if entry.is_symlink():
                entries[path] = Entry("link", target=os.readlink(entry.path))
            elif entry.is_dir(follow_symlinks=False):
                entries[path] = Entry("dir", stat.S_IMODE(status.st_mode))
                look(entry.path, path + b"/")
            else:
                entries[path] = Entry("file", stat.S_IMODE(status.st_mode), status.st_size,
                                      status.st_mtime_ns)
    look(os.fsencode(root), b"")
    return entries


def first_difference(one, other):
    """Where two files of one size differ; None if they do not."""
    with open(one, "rb") as left, open(other, "rb") as right:
        for position in range(0, os.path.getsize(one) + 1, BLOCK_BYTES):
            a, b = left.read(BLOCK_BYTES), right.read(BLOCK_BYTES)
            if a != b:
                return position + next(
                    (i for i, pair in enumerate(zip(a, b)) if pair[0] != pair[1]),
                    min(len(a), len(b)))
    return None


def differences(one, other):
    """What makes two trees unequal, in words; at most DIFFERENCES_MAX."""
    found = []
    left, right = list_tree(one), list_tree(other)
    for path in sorted(left.keys() | right.keys()):
        if len(found) == DIFFERENCES_MAX:
            return found + ["…"]
        shown = repr(os.fsdecode(path))
        if path not in right:
            found.append(f"only in {one}: {shown}")
        elif path not in left:
            found.append(f"only in {other}: {shown}")
        elif left[path] != right[path]:
            found.append(f"{shown}: {left[path]} / {right[path]}")
        elif left[path].kind == "file":
            position = first_difference(os.path.join(os.fsencode(one), path),
                                        os.path.join(os.fsencode(other), path))
            if position is not None:
                found.append(f"{shown}: the bytes differ at {position}")
    return found


def same(one, other):
    """Whether the trees are equal; False if one of them changes meanwhile."""
    try:
        return not differences(one, other)
    except (FileNotFoundError, NotADirectoryError):
        return False


def write_random(file, size, seed):
    """`size` bytes that depend on the seed alone, and that nothing compresses."""
    generator = random.Random(seed)
    file.parent.mkdir(parents=True, exist_ok=True)
    with open(file, "wb") as stream:
        for position in range(0, size, BLOCK_BYTES):
            stream.write(generator.randbytes(min(BLOCK_BYTES, size - position)))
    return file


def make_tree(root, seed, files):
    """Mixed files, folders (empty ones too) and links; the same tree for the same seed."""
    generator = random.Random(seed)
    folders = [root]
    for number in range(max(3, files // 20)):
        folder = generator.choice(folders) / f"{generator.choice(STEMS)} {number}"
        folder.mkdir(parents=True)
        folders.append(folder)
    for number in range(files):
        name = f"{generator.choice(STEMS)}-{number}{generator.choice(('', '.txt', '.jpg'))}"
        file = generator.choice(folders) / name
        file.write_bytes(generator.randbytes(min(
            generator.choice(SIZES), int(generator.expovariate(1 / 20000)))))
        # Years back, to the nanosecond.
        mtime_ns = 1_500_000_000_000_000_000 + generator.randrange(10 ** 17)
        os.utime(file, ns=(mtime_ns, mtime_ns))
        file.chmod(generator.choice(MODES))
        if number % 50 == 0:
            link = file.with_name(f"link {number}")
            link.symlink_to(generator.choice((name, "nowhere", "../sizes")))
    for number, size in enumerate(SIZES):
        file = write_random(root / "sizes" / f"{size}", size, f"{seed} {number}")
        os.utime(file, ns=(number, 1_600_000_000_000_000_000 + number))
    for number in range(3):
        (generator.choice(folders) / f"empty {number}" / "nested").mkdir(parents=True)
    return root


def copy_documents(root, files):
    """The first `files` files of what this machine has as documentation, with their folders and
    links; False if there are not enough."""
    taken = 0
    for folder, _, names in sorted(os.walk(DOCUMENTS)):
        here = root / pathlib.Path(folder).relative_to(DOCUMENTS)
        here.mkdir(parents=True, exist_ok=True)
        for name in names:
            shutil.copy2(pathlib.Path(folder) / name, here / name, follow_symlinks=False)
            taken += 1
        if taken >= files:
            return True
    return False
