"""Damaged, growing and changing event files, written as real bytes.

The cases of the fault matrix stand in ``tests/faults/test_files.py``.
"""

from __future__ import annotations

import os
import struct
from typing import TYPE_CHECKING

import pytest

from core.telemetry import Fault, RunReader
from tests.event_files import append_events, header, masked_crc, scalar, write_events

if TYPE_CHECKING:
    from pathlib import Path

TAG = "train/loss"
POINTS = [(step, 1000.0 + step, float(step)) for step in range(1, 6)]


def read(path: Path) -> RunReader:
    reader = RunReader(path)
    reader.refresh()
    return reader


def steps(reader: RunReader, tag: str = TAG) -> list[int]:
    return reader.series(tag, stitched=False).step.tolist()


def kinds(reader: RunReader) -> list[Fault]:
    return [problem.kind for problem in reader.problems]


def test_only_new_bytes_are_parsed(tmp_path):
    path = write_events(tmp_path, {TAG: POINTS})
    reader = read(tmp_path)
    before = reader.files[0].records
    append_events(path, {TAG: [(6, 1006.0, 6.0)]})
    reader.refresh()
    assert reader.files[0].records == before + 1
    assert steps(reader) == [1, 2, 3, 4, 5, 6]


def test_a_flipped_bit_anywhere_is_told_and_invents_nothing(tmp_path):
    whole = write_events(tmp_path / "whole", {TAG: POINTS}).read_bytes()
    path = tmp_path / "flipped" / "events.out.tfevents.1"
    path.parent.mkdir()
    for place in range(len(whole)):
        data = bytearray(whole)
        data[place] ^= 1 << place % 8
        path.write_bytes(data)
        reader = read(path)
        assert set(steps(reader)) <= {1, 2, 3, 4, 5}
        assert len(steps(reader)) < 5 or place < len(header(1001.0))
        assert len(reader.problems) == 1


def test_a_zero_filled_tail_stops_the_file_until_it_is_filled(tmp_path):
    path = write_events(tmp_path, {TAG: POINTS})
    whole = path.read_bytes()
    path.write_bytes(whole + bytes(4096))
    reader = read(tmp_path)
    assert steps(reader) == [1, 2, 3, 4, 5]
    assert kinds(reader) == [Fault.ZERO_TAIL]
    more = scalar(TAG, 6, 1006.0, 6.0)
    path.write_bytes(whole + more)
    os.utime(path, ns=(1, 1))
    reader.refresh()
    assert steps(reader) == [1, 2, 3, 4, 5, 6]
    assert reader.problems == []


def test_a_hole_of_zeros_says_how_much_after_it_is_not_read_until_it_is_filled(tmp_path):
    path = write_events(tmp_path, {"loss": [(n, 1000.0 + n, 1.0) for n in range(40)]})
    whole = path.read_bytes()
    first = header(1000.0) + b"".join(scalar("loss", n, 1000.0 + n, 1.0) for n in range(20))
    assert whole.startswith(first)
    hole = len(first) + 64
    path.write_bytes(first + bytes(64) + whole[hole:])
    reader = RunReader(tmp_path)
    reader.refresh()
    (problem,) = reader.problems
    assert problem.kind is Fault.ZERO_TAIL
    assert f"from byte {len(first):,} to " in problem.detail
    rest = len(whole[hole:].lstrip(b"\0"))
    assert f"{rest:,} bytes of data after it are not read" in problem.detail
    assert len(reader.series("loss")) == 20
    path.write_bytes(whole)
    reader.refresh()
    assert reader.problems == []
    assert len(reader.series("loss")) == 40


def test_a_record_above_the_cap_is_stepped_over(tmp_path):
    path = write_events(tmp_path, {TAG: POINTS})
    with path.open("ab") as file:
        length = struct.pack("<Q", 65 << 20)
        file.write(length + masked_crc(length))
        file.truncate(file.tell() + 4 + (65 << 20))
        file.write(scalar(TAG, 6, 1006.0, 6.0))
    reader = read(tmp_path)
    assert steps(reader) == [1, 2, 3, 4, 5, 6]
    assert kinds(reader) == [Fault.OVERSIZED]


def test_a_record_larger_than_a_chunk_is_read_whole(tmp_path):
    from tensorboard.compat.proto.event_pb2 import Event

    from tests.event_files import record

    path = write_events(tmp_path, {TAG: POINTS})
    with path.open("ab") as file:
        file.write(record(Event(wall_time=1006.0, graph_def=b"g" * (9 << 20)).SerializeToString()))
        file.write(scalar(TAG, 6, 1006.0, 6.0))
    reader = read(tmp_path)
    assert steps(reader) == [1, 2, 3, 4, 5, 6]
    assert reader.problems == []


def test_a_text_file_with_an_event_files_name_is_named_as_such(tmp_path):
    (tmp_path / "events.out.tfevents.1").write_text("version https://git-lfs.github.com/spec/v1\n")
    write_events(tmp_path, {TAG: POINTS}, "events.out.tfevents.2")
    reader = read(tmp_path)
    assert kinds(reader) == [Fault.NOT_EVENTS]
    assert steps(reader) == [1, 2, 3, 4, 5]


def test_bytes_that_are_no_event_are_skipped(tmp_path):
    from tests.event_files import record

    path = tmp_path / "events.out.tfevents.1"
    path.write_bytes(header(1.0) + record(b"\xff" * 40) + scalar(TAG, 1, 2.0, 3.0))
    reader = read(tmp_path)
    assert steps(reader) == [1]
    assert kinds(reader) == [Fault.UNDECODABLE]


@pytest.mark.parametrize("count", [1, 9])
def test_a_file_that_is_written_anew_in_place_has_no_duplicates(tmp_path, count):
    path = write_events(tmp_path, {TAG: POINTS})
    reader = read(tmp_path)
    write_events(tmp_path, {TAG: [(10 + i, 2000.0 + i, 0.0) for i in range(count)]})
    reader.refresh()
    assert steps(reader) == [10 + i for i in range(count)]
    assert kinds(reader) == [Fault.REPLACED]
    assert path.exists()


def test_a_renamed_file_keeps_its_points_and_is_not_read_again(tmp_path):
    path = write_events(tmp_path, {TAG: POINTS})
    reader = read(tmp_path)
    path.rename(tmp_path / "events.out.tfevents.moved")
    write_events(tmp_path, {"train/std": POINTS})
    reader.refresh()
    assert steps(reader) == [1, 2, 3, 4, 5]
    assert steps(reader, "train/std") == [1, 2, 3, 4, 5]
    assert reader.problems == []


def test_points_of_a_deleted_file_vanish_and_return_with_it(tmp_path):
    path = write_events(tmp_path / "run", {TAG: POINTS})
    reader = read(tmp_path / "run")
    path.rename(tmp_path / "hidden")
    reader.refresh()
    assert len(reader.series(TAG)) == 0
    assert Fault.DELETED in kinds(reader)
    (tmp_path / "hidden").rename(path)
    reader.refresh()
    assert steps(reader) == [1, 2, 3, 4, 5]
    assert reader.problems == []


def test_a_link_to_a_file_is_not_counted_twice(tmp_path):
    path = write_events(tmp_path, {TAG: POINTS})
    (tmp_path / "events.out.tfevents.link").symlink_to(path)
    assert steps(read(tmp_path)) == [1, 2, 3, 4, 5]
