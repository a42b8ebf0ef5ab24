"""A folder as a second machine sees it on a shared disk: sizes, names and contents that are late.

It is a real filesystem (FUSE) over an ordinary folder, so whoever reads it gets what a kernel gives
on NFS or Lustre: a file's size from a cache, and no byte beyond it; a name that is not there yet, or
still leads to what was renamed over; ``ESTALE``; no inotify event. The test says what is late, and
when it is no longer: nothing depends on time.
"""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_FIELDS = ("st_atime_ns", "st_ctime_ns", "st_mtime_ns", "st_size", "st_mode", "st_nlink", "st_ino")


class LaggingFolder:
    """What a machine sees of a folder.

    :ivar real: the folder as it is.
    :ivar seen: where it is read as the other machine sees it.
    :ivar sizes: name and its late size and modification time (ns).
    :ivar hidden: names that are not there yet.
    :ivar unlisted: names that a list lacks, though they can be opened.
    :ivar earlier: name and the content that was there before a rename.
    :ivar stale: names whose handle the server no longer knows.
    """

    def __init__(self, real: Path, seen: Path) -> None:
        self.real, self.seen = real, seen
        self.catch_up()

    def catch_up(self) -> None:
        """See everything as it is."""
        self.sizes: dict[str, tuple[int, int]] = {}
        self.hidden: set[str] = set()
        self.unlisted: set[str] = set()
        self.earlier: dict[str, bytes] = {}
        self.stale: set[str] = set()

    def freeze(self, name: str) -> None:
        """Keep size and time of a file as they are now."""
        found = (self.real / name).stat()
        self.sizes[name] = found.st_size, found.st_mtime_ns

    def keep(self, name: str) -> None:
        """Keep the content of a file that is about to be replaced."""
        self.earlier[name] = (self.real / name).read_bytes()

    def operations(self) -> Any:
        """The filesystem, for mfusepy."""
        import mfusepy

        folder = self

        class Operations(mfusepy.Operations):
            use_ns = True

            def _real(self, path: str) -> Path:
                name = path.strip("/")
                parts = name.split("/")
                if any("/".join(parts[:n]) in folder.hidden for n in range(1, len(parts) + 1)):
                    raise mfusepy.FuseOSError(errno.ENOENT)
                if name in folder.stale:
                    raise mfusepy.FuseOSError(errno.ESTALE)
                return folder.real / name

            def getattr(self, path: str, fh: int | None = None) -> dict[str, Any]:
                name = path.strip("/")
                try:
                    found = self._real(path).lstat()
                except FileNotFoundError:
                    raise mfusepy.FuseOSError(errno.ENOENT) from None
                values = {field.removesuffix("_ns"): getattr(found, field) for field in _FIELDS}
                if name in folder.earlier:
                    values["st_size"] = len(folder.earlier[name])
                    values["st_ino"] += 1_000_000
                if name in folder.sizes:
                    values["st_size"], values["st_mtime"] = folder.sizes[name]
                return values

            def readdir(self, path: str, fh: int) -> list[tuple[str, dict[str, int], int]]:
                below, late = path.strip("/"), folder.hidden | folder.unlisted
                listed = [
                    (each.name, each.stat(follow_symlinks=False))
                    for each in os.scandir(self._real(path))
                    if f"{below}/{each.name}".strip("/") not in late
                ]
                return [
                    (name, {"st_ino": found.st_ino, "st_mode": found.st_mode}, 0)
                    for name, found in listed
                ]

            def open(self, path: str, flags: int) -> int:
                if not stat.S_ISREG(self._real(path).stat().st_mode):
                    raise mfusepy.FuseOSError(errno.EISDIR)
                return 0

            def read(self, path: str, size: int, offset: int, fh: int) -> bytes:
                name = path.strip("/")
                content = folder.earlier.get(name)
                if content is None:
                    content = self._real(path).read_bytes()
                end = folder.sizes.get(name, (len(content), 0))[0]
                return content[offset : min(offset + size, end)]

        return Operations()


@contextmanager
def lagging(root: Path) -> Iterator[LaggingFolder]:
    """A folder that another machine writes, mounted as this one would see it.

    Skips where a filesystem can't be mounted.
    """
    try:
        import mfusepy
    except OSError:
        pytest.skip("libfuse is not installed: make test installs it, as root")
    if not os.access("/dev/fuse", os.R_OK | os.W_OK) or os.geteuid() != 0:
        pytest.skip("only root with /dev/fuse can mount a filesystem")
    real, seen = root / "real", root / "seen"
    real.mkdir(parents=True)
    seen.mkdir()
    folder = LaggingFolder(real, seen)
    # Nothing is kept by our own kernel: what is late is for the test to say.
    options = {"attr_timeout": 0, "entry_timeout": 0, "negative_timeout": 0, "direct_io": True}
    thread = threading.Thread(
        target=mfusepy.FUSE,
        args=(folder.operations(), str(seen)),
        kwargs={"foreground": True, "nothreads": True, "use_ino": True, **options},
        daemon=True,
    )
    thread.start()
    until = time.monotonic() + 20
    while not os.path.ismount(seen) and time.monotonic() < until and thread.is_alive():
        time.sleep(0.01)
    if not os.path.ismount(seen):
        pytest.skip("this machine mounts no filesystem")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(seen)], check=False)
        thread.join(10)
