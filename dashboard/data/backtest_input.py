"""The input of a revalidation: the best model and the backtest candles, with their hashes.

Read from the files and cached until they change. No Streamlit here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from core.errors import MarketDataError
from core.files import file_sha256
from core.language import joined
from core.limited_files import MOST_RECORD, json_of, read_limited
from core.market import Candles, load_candles
from core.model_manifest import lost_on_validation

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from core.language import Message
    from core.paths import Home


@dataclass(frozen=True)
class Model:
    """The model's zip; ``sha256`` None means that there is none."""

    path: str
    sha256: str | None = None
    run: str | None = None
    step: int | None = None
    trained_until: str | None = None
    lost: Message | None = None  # never trading was better on validation


@dataclass(frozen=True)
class BacktestData:
    """The candles; ``why`` says what is wrong where ``bars`` is 0."""

    bars: int = 0
    first: datetime | None = None
    last: datetime | None = None
    sha256: str = ""
    synthetic: bool = False
    why: str = ""
    filled: int = 0
    symbols: tuple[str, ...] = ()  # that their files name


def model(home: Home, given: str) -> Model:
    """The model of the playbook's path, with or without ``.zip``."""
    path = home.resolve(given)
    path = path if path.suffix == ".zip" else path.with_name(path.name + ".zip")
    if not path.is_file():
        return Model(home.relative(path))
    stat = path.stat()
    manifest = _manifest(path.with_name(path.stem + ".manifest.json"))
    until, validation = manifest.get("train_last"), manifest.get("validation")
    return Model(
        home.relative(path),
        _sha256(path, stat.st_mtime_ns, stat.st_size),
        manifest.get("run"),
        manifest.get("step"),
        str(until) if until else None,
        lost_on_validation(validation if isinstance(validation, dict) else None),
    )


def backtest_data(home: Home, given: str) -> BacktestData:
    """Range, size and hash of the candles in the playbook's folder."""
    folder = home.resolve(given)
    try:
        candles = candles_of(folder)
    except MarketDataError as error:
        return BacktestData(why=joined([error.what, error.remedy]))
    times = candles.frame.index
    return BacktestData(
        len(times),
        times[0].to_pydatetime(),
        times[-1].to_pydatetime(),
        candles.sha256,
        candles.synthetic,
        filled=candles.provenance().filled,
        symbols=tuple(candles.raw.symbols),
    )


def candles_of(folder: Path) -> Candles:
    """The folder's candles, read again only when a file changed.

    :raises MarketDataError: there are none that can be read.
    """
    files = sorted(folder.glob("*")) if folder.is_dir() else []
    stamp = tuple((f.name, f.stat().st_mtime_ns, f.stat().st_size) for f in files if f.is_file())
    return _candles(folder, stamp)


@lru_cache(maxsize=4)
def _candles(folder: Path, stamp: tuple[tuple[str, int, int], ...]) -> Candles:
    return load_candles(folder)


@lru_cache(maxsize=32)
def _sha256(path: Path, mtime_ns: int, size: int) -> str:
    return file_sha256(path)


def _manifest(path: Path) -> dict:
    try:
        read = json_of(read_limited(path, MOST_RECORD))
    except (OSError, ValueError):
        return {}
    return read if isinstance(read, dict) else {}
