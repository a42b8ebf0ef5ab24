"""The filesystem of a folder. SQLite's locks and syncs need a local one."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import SetupError
from core.language import Message
from runner.processes.procfs import mount_lines

if TYPE_CHECKING:
    from core.paths import Home

# Their locks or syncs can't be trusted by a database (sqlite.org/howtocorrupt.html, 2.1).
_NETWORK = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "afs", "ceph", "glusterfs", "lustre"}
    | {"gpfs", "beegfs", "davfs", "fuse.sshfs", "fuse.glusterfs", "fuse.davfs", "fuse.s3fs"}
    | {"fuse.rclone", "fuse.gcsfuse"}
)
LOW_BYTES, OUT_BYTES = 1_000_000_000, 100_000_000  # free: enough for checkpoints; for logs
_MEMORY = frozenset({"tmpfs", "ramfs"})


def free_bytes(home: Home) -> int | None:
    """Free bytes on the disk of a data directory; None if that is unknown."""
    try:
        return shutil.disk_usage(home.root).free
    except OSError:
        return None


def folder_bytes(folder: Path) -> int | None:
    """Size of all files in a folder, as ``du`` would sum them; None if it is absent."""
    if not folder.is_dir():
        return None
    total = 0
    for parent, _, names in os.walk(
        folder
    ):  # skips a folder that is gone, such as a new checkpoint's
        for name in names:
            with suppress(OSError):  # removed in the meantime
                total += Path(parent, name).stat().st_size
    return total


@dataclass(frozen=True)
class Filesystem:
    """The mount that holds a path."""

    kind: str  # ext4, nfs4, tmpfs
    mounted_at: Path
    read_only: bool

    @property
    def network(self) -> bool:
        """Whether it is a network filesystem, whose locks and syncs can't be trusted."""
        return self.kind in _NETWORK

    @property
    def memory(self) -> bool:
        """Whether its contents are lost at a reboot."""
        return self.kind in _MEMORY


def filesystem_of(path: Path) -> Filesystem | None:
    """The filesystem of a path that may not exist yet; None if the kernel doesn't list it."""
    path = path.resolve()
    found = None
    for line in mount_lines():
        before, _, after = line.partition(" - ")
        words, kinds = before.split(), after.split()
        if len(words) < 6 or len(kinds) < 3:
            continue
        at = Path(words[4].encode().decode("unicode_escape"))
        # Later mounts cover earlier ones at the same place.
        if path.is_relative_to(at) and (
            found is None or len(at.parts) >= len(found.mounted_at.parts)
        ):
            options = {*words[5].split(","), *kinds[2].split(",")}
            found = Filesystem(kinds[0], at, "ro" in options)
    return found


def require_local_disk(home: Home) -> None:
    """Raise SetupError if the database would be on a network disk."""
    disk = filesystem_of(home.state)
    if disk is not None and disk.network:
        raise SetupError(
            Message(
                "{folder} is on {kind} ({mount}), a network disk, which can corrupt the database.",
                folder=str(home.state),
                kind=disk.kind,
                mount=str(disk.mounted_at),
            ),
            Message("Choose a data directory on a local disk with --home."),
        )
