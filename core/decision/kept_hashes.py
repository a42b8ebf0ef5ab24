"""Hashes of files, computed again only when a file's stamp (size, times, inode) changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.files import file_sha256
from core.kept_results import KeptResults
from core.market.candle_files import candles_sha256, listed_candle_files

if TYPE_CHECKING:
    from pathlib import Path

# A signed decision has nine archived files; a home may have hundreds of them.
_KEPT: KeptResults[str] = KeptResults(16_384)


def kept_sha256(file: Path) -> str:
    """The file's hash, computed again when its stamp changed."""
    return _KEPT.get(file, [file], lambda: file_sha256(file))


def kept_candles_sha256(path: Path) -> str:
    """The candles' hash, computed again when the stamp of a file changed.

    :raises MarketDataError: there are none.
    """
    files = listed_candle_files(path) if path.is_dir() else [path] if path.is_file() else []
    return _KEPT.get(path, files, lambda: candles_sha256(path))
