"""What comes from outside is read with a limit, whatever it is."""

from __future__ import annotations

import io
import json
import os
import socket
import struct
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from core.access import AccessError
from core.decision import read_decision
from core.decision.capsule import parse_capsule, read_capsule
from core.errors import InputError, IntegrityError
from core.language import literal
from core.limited_files import (
    MB,
    MOST_DEPTH,
    ArchiveLimitError,
    ArchiveLimits,
    json_of,
    limited_archive,
    read_limited,
    read_limited_text,
)
from core.market.candle_files import file_bytes
from core.metrics.records import read_equity_csv
from core.yaml_files import text_of

if TYPE_CHECKING:
    from collections.abc import Callable

LIMITS = ArchiveLimits(members=20, unpacked=64 * MB, ratio=50, small=MB)


def test_a_file_is_read_up_to_its_limit(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"12345")
    assert read_limited(file, 5) == b"12345"
    with pytest.raises(OSError, match="more than 0 MB"):
        read_limited(file, 4)
    file.write_bytes("\ufeffa\r\nb\rc\n".encode())
    assert read_limited_text(file, encoding="utf-8-sig") == "a\nb\nc\n"


def test_a_file_that_only_claims_to_be_small_is_stopped_too(tmp_path: Path) -> None:
    """Files of /proc state no size."""
    assert read_limited(Path("/proc/self/status"), MB)
    with pytest.raises(OSError, match="more than"):
        read_limited(Path("/proc/self/status"), 10)


@pytest.fixture(params=["zeros", "random", "pipe", "socket", "folder", "link", "huge", "none"])
def strange(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """What a path can be that is no file of anybody's."""
    path = tmp_path / "strange"
    if request.param == "pipe":
        os.mkfifo(path)
    elif request.param == "socket":
        here = Path.cwd()
        os.chdir(tmp_path)  # a socket's whole path has at most 107 characters
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind(path.name)
        os.chdir(here)
    elif request.param == "folder":
        path.mkdir()
    elif request.param == "link":
        path.symlink_to("/dev/zero")
    elif request.param == "huge":
        with path.open("wb") as file:
            file.truncate(4000 * MB)  # sparse: it has no blocks
    elif request.param != "none":
        return Path("/dev/zero" if request.param == "zeros" else "/dev/urandom")
    return path


@pytest.mark.parametrize(
    "read",
    [
        read_capsule,
        file_bytes,
        read_equity_csv,
        lambda path: text_of(path, AccessError, literal("it"), literal("retry")),
    ],
    ids=["capsule", "candles", "records", "yaml"],
)
def test_no_reader_of_outside_files_hangs_or_fills_the_memory(
    strange: Path, read: Callable[[Path], object]
) -> None:
    with pytest.raises(InputError, match=r"can't be read|There is no"):
        read(strange)


def nested(levels: int, inner: str = "1") -> str:
    return "[" * levels + inner + "]" * levels


@pytest.mark.parametrize(
    "text",
    [
        nested(MOST_DEPTH + 1),
        nested(900),
        nested(100_000),
        '{"a":' * 500 + "1" + "}" * 500,
        '[{"a":' * 80 + "1" + "}]" * 80,
        "[" * 100_000,
    ],
    ids=["one more", "below the interpreter's", "beyond it", "objects", "both", "open"],
)
def test_deep_json_is_refused_as_bad_input(text: str) -> None:
    with pytest.raises(ValueError, match=r"nested too deeply|Expecting"):
        json_of(text)
    assert parse_capsule(text.encode()) is None


def test_json_of_usual_depth_is_read() -> None:
    assert json_of(nested(MOST_DEPTH)) == json.loads(nested(MOST_DEPTH))
    wide = json.dumps([{"a": [1, {}]}] * 1000)
    assert json_of(wide) == json.loads(wide)


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> io.BytesIO:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return made


def overlapping() -> io.BytesIO:
    """Each entry of the list is the same packed data: the file stays small."""
    made = zipped({"a": os.urandom(900_000)}, zipfile.ZIP_STORED)
    raw = made.getvalue()
    at, (count, length) = raw.rfind(b"PK\x05\x06"), (100, 0)
    entry = raw[raw.rfind(b"PK\x01\x02") : at]
    length = len(entry) * count
    end = bytearray(raw[at:])
    struct.pack_into("<HHLL", end, 8, count, count, length, at - len(entry))
    return io.BytesIO(raw[: at - len(entry)] + entry * count + bytes(end))


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (lambda: zipped({"a": bytes(65 * MB)}), "unpack to"),
        (lambda: zipped({f"a{n}": bytes(4 * MB) for n in range(17)}), "unpack to"),
        (lambda: zipped({"a": bytes(9 * MB)}, zipfile.ZIP_BZIP2), "unpack to"),
        (lambda: zipped({"a": bytes(9 * MB)}, zipfile.ZIP_LZMA), "unpack to"),
        (lambda: zipped({f"a{n}": b"" for n in range(21)}), "more than 20 files inside"),
        (lambda: zipped({f"a{n}": b"" for n in range(70_000)}), "more than 20 files inside"),
        (lambda: zipped({"n" * 60_000: b""}), "more than 20 files inside"),
        (overlapping, r"unpack to|more than 20 files inside"),
    ],
    ids=["ratio", "sum", "bzip2", "lzma", "count", "zip64", "long name", "overlapping"],
)
def test_an_archive_is_judged_before_it_is_unpacked(
    made: Callable[[], io.BytesIO], why: str
) -> None:
    with pytest.raises(ArchiveLimitError, match=why):
        limited_archive(made(), LIMITS)


def test_an_archive_within_its_limits_is_read() -> None:
    members = {"a": bytes(MB), "b": os.urandom(3 * MB), "c": b"x"}
    with limited_archive(zipped(members), LIMITS) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == members
    with pytest.raises(zipfile.BadZipFile):
        limited_archive(io.BytesIO(b"no zip"), LIMITS)


def test_a_member_gives_no_more_than_its_list_states() -> None:
    raw = bytearray(zipped({"a": bytes(9 * MB)}).getvalue())
    entry = raw.rfind(b"PK\x01\x02")
    struct.pack_into("<L", raw, entry + 24, 1000)  # it unpacks to more
    with (
        limited_archive(io.BytesIO(bytes(raw)), LIMITS) as archive,
        pytest.raises(zipfile.BadZipFile, match="CRC"),
    ):
        archive.read("a")


def test_a_deep_decision_of_a_capsule_is_no_traceback(tmp_path: Path) -> None:
    folder = tmp_path / ("0" * 64)
    folder.mkdir()
    (folder / "decision.json").write_text(nested(50_000))
    with pytest.raises(IntegrityError):
        read_decision(folder)
