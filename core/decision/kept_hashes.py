"""Hashes of files, computed again only when a file's stamp (size, times, inode) changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.files import file_sha256
from core.market.candle_files import candles_sha256, listed_candle_files

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_KEPT: dict[Path, tuple[tuple[Any, ...], str]] = {}
_MAX_KEPT = 512


def kept_sha256(file: Path) -> str:
    """The file's hash, computed again when its stamp changed."""
    return _kept(file, _stamp(file), lambda: file_sha256(file))


def kept_candles_sha256(path: Path) -> str:
    """The candles' hash, computed again when the stamp of a file changed.

    :raises MarketDataError: there are none.
    """
    files = listed_candle_files(path) if path.is_dir() else [path] if path.is_file() else []
    stamp = tuple((file.name, *_stamp(file)) for file in files)
    return _kept(path, stamp, lambda: candles_sha256(path))


def _kept(path: Path, stamp: tuple[Any, ...], compute: Callable[[], str]) -> str:
    known = _KEPT.get(path)
    if known is not None and known[0] == stamp and stamp:
        return known[1]
    value = compute()
    if len(_KEPT) >= _MAX_KEPT:
        _KEPT.clear()
    _KEPT[path] = (stamp, value)
    return value


def _stamp(file: Path) -> tuple[int, int, int, int]:
    # The change time too: a tool can set the modification time back, but not this one.
    status = file.stat()
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino
