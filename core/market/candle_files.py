"""Which files of a folder are candles, and their bytes."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import MarketDataError
from core.language import Message
from core.limited_files import MB, read_limited

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

READ = (".csv", ".csv.gz", ".zip", ".parquet", ".feather", ".json", ".json.gz")
# Ten years of minutes are 600 MB of text: more is no market, but a damaged or hostile file.
MOST_CANDLES = 2000 * MB
# Formats in which people keep candles and that are not read: naming one is a refusal or a warning.
_NOT_READ = (
    ".txt", ".tsv", ".dat", ".gz", ".bz2", ".xz", ".zst", ".7z", ".rar", ".tar",
    ".xls", ".xlsx", ".ods", ".pkl", ".pickle", ".h5", ".hdf5", ".npy", ".npz",
    ".db", ".sqlite", ".duckdb", ".arrow", ".jsonl",
)  # fmt: skip
_SAMPLE = Message("Put hourly candles there, or make a sample with: trainweek data sample")


def candle_files(path: Path) -> list[Path]:
    """The file itself, or a folder's files of candles in order of name.

    :raises MarketDataError: no such path, or nothing in it that is read.
    """
    if path.is_file():
        if not path.name.lower().endswith(READ):
            raise _not_read(path)
        return [path]
    if not path.exists():
        raise MarketDataError(Message("There is no {path}.", path=str(path)), _SAMPLE)
    files = listed_candle_files(path)
    if not files:
        if below := next(_candles_below(path), None):
            raise MarketDataError(
                Message(
                    "{path} has no file of candles; those in its folder {folder} are not read.",
                    path=str(path),
                    folder=below.parent.relative_to(path).as_posix(),
                ),
                Message("Name that folder, or move its files up."),
            )
        if unread := unread_files(path):
            raise _not_read(unread[0])
        raise MarketDataError(Message("{path} has no file of candles.", path=str(path)), _SAMPLE)
    return files


def listed_candle_files(folder: Path) -> list[Path]:
    """A folder's files of candles in order of name; empty without any.

    Where there are plain CSV files, they alone: an archive beside them is what they were
    unpacked from, and hashes of folders that were read before stay the same.
    """
    files = sorted(file for file in _visible(folder) if file.name.lower().endswith(READ))
    return [file for file in files if file.suffix == ".csv"] or files


def unread_files(folder: Path) -> list[Path]:
    """Files in the folder that look like candles and are not read, and candles below it."""
    if not folder.is_dir():
        return []
    read = set(listed_candle_files(folder))
    beside = sorted(
        file
        for file in _visible(folder)
        if file not in read and file.is_file() and file.name.lower().endswith((*READ, *_NOT_READ))
    )
    below = (file for file in _candles_below(folder) if file.parent != folder)
    return [*beside, *below]


def file_bytes(path: Path) -> bytes:
    """A file's content.

    :raises MarketDataError: it can't be read.
    """
    try:
        return read_limited(path, MOST_CANDLES)
    except OSError as error:
        raise MarketDataError(
            Message("{path} can't be read: {why}.", path=str(path), why=error.strerror),
            Message("Check that it is a file, and its permissions."),
        ) from error


def fingerprint(files: list[Path], contents: list[bytes]) -> str:
    """The hash of one file; of several, of their hashes and names."""
    hashes = [hashlib.sha256(content).hexdigest() for content in contents]
    if len(hashes) == 1:
        return hashes[0]
    lines = "".join(f"{sha}  {file.name}\n" for sha, file in zip(hashes, files, strict=True))
    return hashlib.sha256(lines.encode()).hexdigest()


def candles_sha256(path: str | Path) -> str:
    """The hash that :func:`core.market.load_candles` would give, without parsing anything.

    :raises MarketDataError: no such path, no candles in the folder.
    """
    files = candle_files(Path(path))
    return fingerprint(files, [file_bytes(file) for file in files])


def _visible(folder: Path) -> Iterable[Path]:
    return (file for file in folder.iterdir() if not file.name.startswith("."))


def _candles_below(root: Path) -> Iterator[Path]:
    """Files of candles in a folder and all below it, without hidden ones."""
    for file in sorted(root.rglob("*")):
        hidden = any(part.startswith(".") for part in file.relative_to(root).parts)
        if not hidden and file.name.lower().endswith(READ):
            yield file


def _not_read(path: Path) -> MarketDataError:
    return MarketDataError(
        Message("{path} is not read: its format is not supported.", path=str(path)),
        Message("Convert it to one of {formats}.", formats=", ".join(READ)),
    )
