"""Damaged, growing and changing event files, written as real bytes."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import pytest

from core.telemetry import Fault, RunReader
from tests.event_files import append_events, header, masked_crc, scalar, write_events

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


def test_a_file_cut_at_every_byte_shows_what_is_whole_and_resumes(tmp_path):
    whole = write_events(tmp_path / "whole", {TAG: POINTS}).read_bytes()
    size = len(scalar(TAG, 1, 1001.0, 1.0))
    for cut in range(len(whole) + 1):
        path = tmp_path / "cut" / f"events.out.tfevents.{cut}"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(whole[:cut])
        reader = read(path)
        complete = max(0, (cut - (len(whole) - 5 * size)) // size)
        assert len(steps(reader)) == complete
        assert reader.problems == []
        with path.open("ab") as file:
            file.write(whole[cut:])
        reader.refresh()
        assert steps(reader) == [1, 2, 3, 4, 5]
        assert reader.files[0].waiting == 0
        path.unlink()


def test_only_new_bytes_are_parsed(tmp_path):
    path = write_events(tmp_path, {TAG: POINTS})
    reader = read(tmp_path)
    before = reader.files[0].records
    append_events(path, {TAG: [(6, 1006.0, 6.0)]})
    reader.refresh()
    assert reader.files[0].records == before + 1
    assert steps(reader) == [1, 2, 3, 4, 5, 6]


def test_a_flipped_bit_in_the_data_costs_one_record(tmp_path):
    path = write_events(tmp_path, {TAG: POINTS})
    data = bytearray(path.read_bytes())
    record = len(scalar(TAG, 1, 1001.0, 1.0))
    data[-3 * record + 14] ^= 1
    path.write_bytes(data)
    reader = read(tmp_path)
    assert steps(reader) == [1, 2, 4, 5]
    assert kinds(reader) == [Fault.BAD_DATA]


def test_a_flipped_bit_in_a_length_stops_this_file_and_no_other(tmp_path):
    path = write_events(tmp_path, {TAG: POINTS}, "events.out.tfevents.1")
    write_events(tmp_path, {"train/std": POINTS}, "events.out.tfevents.2")
    data = bytearray(path.read_bytes())
    data[-3 * len(scalar(TAG, 1, 1001.0, 1.0))] ^= 1
    path.write_bytes(data)
    reader = read(tmp_path)
    assert steps(reader) == [1, 2]
    assert steps(reader, "train/std") == [1, 2, 3, 4, 5]
    assert kinds(reader) == [Fault.BAD_LENGTH]
    append_events(path, {TAG: [(6, 1006.0, 6.0)]})
    reader.refresh()
    assert steps(reader) == [1, 2]
    assert kinds(reader) == [Fault.BAD_LENGTH]


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


def test_a_giant_length_with_a_right_checksum_is_not_allocated(tmp_path):
    path = write_events(tmp_path, {TAG: POINTS})
    length = struct.pack("<Q", 1 << 62)
    with path.open("ab") as file:
        file.write(length + masked_crc(length) + b"x" * 100)
    reader = read(tmp_path)
    assert steps(reader) == [1, 2, 3, 4, 5]
    assert kinds(reader) == [Fault.OVERSIZED]


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


def test_a_replaced_file_is_read_anew(tmp_path):
    path = write_events(tmp_path, {TAG: POINTS})
    reader = read(tmp_path)
    other = write_events(tmp_path / "other", {TAG: [(7, 3000.0, 1.0)]})
    other.rename(path)
    (tmp_path / "other").rmdir()
    reader.refresh()
    assert steps(reader) == [7]
    assert kinds(reader) == [Fault.REPLACED]


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


def test_ten_thousand_tags_are_read(tmp_path):
    path = tmp_path / "events.out.tfevents.1"
    path.write_bytes(
        header(1.0) + b"".join(scalar(f"tag/{i}", 1, 2.0, float(i)) for i in range(10_000))
    )
    reader = read(tmp_path)
    assert len(reader.tags()) == 10_000
    assert reader.series("tag/9999").value.tolist() == [9999.0]


def test_a_tag_of_a_megabyte_is_refused(tmp_path):
    path = tmp_path / "events.out.tfevents.1"
    path.write_bytes(header(1.0) + scalar("x" * (1 << 20), 1, 2.0, 1.0) + scalar(TAG, 1, 2.0, 1.0))
    reader = read(tmp_path)
    assert reader.tags() == [TAG]
    assert kinds(reader) == [Fault.TOO_MANY_TAGS]
