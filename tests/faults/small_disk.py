"""A disk that is small: a tmpfs in a mount namespace of its own, without being root."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

REFUSED = 77  # the exit code where mounts are not allowed
# What is on it is copied out before it vanishes with its namespace: it is checked later.
_MOUNTED = f"""
disk="$1"; size="$2"; shift 2
mkdir -p "$disk"
exec unshare -rm sh -c '
disk="$1"; size="$2"; shift 2
mount -t tmpfs -o size="$size" small "$disk" || exit {REFUSED}
"$@"
code=$?
cp -a "$disk" "$disk.after"
exit $code
' sh "$disk" "$size" "$@"
"""


def on_disk(disk: Path, size: str, command: Sequence[str | Path], name: str = "sh") -> list[str]:
    """``command`` with a disk of this size mounted at ``disk``; afterwards see :func:`left`.

    :param size: as ``mount -o size=`` takes it: 1m, 32k, or bytes.
    :param name: a word for the command line, by which people find the program.
    """
    return ["sh", "-ec", _MOUNTED, name, str(disk), size, *map(str, command)]


def left(disk: Path) -> Path:
    """A copy of what was on it when the command ended."""
    return disk.with_name(f"{disk.name}.after")


def run_on_disk(
    disk: Path, size: str, command: Sequence[str | Path], env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run it to its end; skips the test where mounts are not allowed."""
    done = subprocess.run(
        on_disk(disk, size, command), env=env, capture_output=True, text=True, timeout=60
    )
    skip_if_refused(done.returncode, done.stderr)
    return done


def skip_if_refused(code: int | None, said: str) -> None:
    """:raises Skipped: this machine does not allow mounts in a namespace."""
    if code == REFUSED or "unshare" in said:
        pytest.skip(f"this machine does not allow mounts in a namespace: {said.strip()}")
