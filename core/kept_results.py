"""Results computed from files, computed again only when the stamp of a file changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

Result = TypeVar("Result")
Stamp = tuple[tuple[str, int, int, int, int], ...]  # name, size, times and inode of each file


class KeptResults(Generic[Result]):
    """One result per path. An error is not kept: it is raised again while its cause is there.

    :param most: number of paths; one more, and all are computed again.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: dict[Path, tuple[Stamp, Result]] = {}

    def get(self, path: Path, files: Iterable[Path], compute: Callable[[], Result]) -> Result:
        """The result of ``compute``, or the one of an earlier call with the same stamps.

        :param files: what it is computed from; without any, nothing is kept.
        :raises OSError: a file is absent.
        """
        stamp = tuple(_stamp(file) for file in files)
        known = self._kept.get(path)
        if known is not None and known[0] == stamp and stamp:
            return known[1]
        result = compute()
        if len(self._kept) >= self._most:
            self._kept.clear()
        self._kept[path] = (stamp, result)
        return result


def _stamp(file: Path) -> tuple[str, int, int, int, int]:
    # The change time too: a tool can set the modification time back, but not this one.
    status = file.stat()
    return (
        file.name,
        status.st_size,
        status.st_mtime_ns,
        status.st_ctime_ns,
        status.st_ino,
    )
