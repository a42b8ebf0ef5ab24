"""Reading many records at once gives what reading them one by one gives, on any bytes."""

from __future__ import annotations

import struct
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary

from core.telemetry import Fault, RunReader, scalars, tail
from core.telemetry.checksum import masked, of_zeros, terms, unmasked
from core.telemetry.frames import whole_records
from core.telemetry.wire import ScalarParser
from tests.event_files import header, record, scalar

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

TAGS = ("train/loss", "train/std", "rollout/ep_rew_mean", "rollout/ep_len_mean", "time/fps", "a")


def rollouts(count: int, tags: Sequence[str] = TAGS, first: int = 0) -> list[bytes]:
    """One record a tag and rollout, as SB3 writes them."""
    return [
        scalar(tag, first + 64 * i, 1.7e9 + 0.37 * i, i * 0.1 + len(tag))
        for i, tag in product(range(count), tags)
    ]


def read(path: Path, chunk: int = tail.CHUNK) -> RunReader:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tail, "CHUNK", chunk)
        reader = RunReader(path)
        reader.refresh()
    return reader


def one_by_one(path: Path) -> RunReader:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scalars, "FEW", 1 << 60)
        patch.setattr(scalars, "_FEW_BYTES", 1 << 60)
        patch.setattr("core.telemetry.frames._WORTH", 1 << 60)
        return read(path)


def reported(reader: RunReader) -> tuple:
    """All that a reader says; numbers as bytes, so that NaN equals itself."""
    points = {}
    for tag in reader.tags():
        series = reader.series(tag, stitched=False)
        points[tag] = [column.tobytes() for column in (series.step, series.wall, series.value)]
    return points, reader.files, reader.problems


def agree(path: Path, chunk: int = tail.CHUNK) -> RunReader:
    """Read both ways, compare everything."""
    fast, slow = read(path, chunk), one_by_one(path)
    assert reported(fast) == reported(slow)
    return fast


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "events.out.tfevents.1"


def test_thousands_of_plain_records_are_read_at_once(path, monkeypatch):
    path.write_bytes(header(1.7e9) + b"".join(rollouts(2000)))
    seen = []
    parse = ScalarParser.parse

    def watched(self: ScalarParser, event: bytes, number: int = 0) -> bool:
        seen.append(number)
        return parse(self, event, number)

    monkeypatch.setattr(ScalarParser, "parse", watched)
    reader = read(path)
    # The header, and the few of step 0 and of steps below 128.
    assert len(seen) < 50
    assert reader.files[0].points == 2000 * len(TAGS)
    monkeypatch.undo()
    agree(path)


@pytest.mark.parametrize("chunk", [1 << 14, 40_001])
def test_blocks_may_end_anywhere(path, chunk):
    path.write_bytes(header(1.7e9) + b"".join(rollouts(600)))
    assert agree(path, chunk).files[0].points == 600 * len(TAGS)


def test_points_of_a_tag_keep_their_order_in_whatever_form_they_were_written(path):
    """Plain, negative step, tensor, several values in an event, and large records between."""
    from torch.utils.tensorboard.summary import scalar as summary_of

    plain_ones = rollouts(800)
    odd = [
        scalar("train/loss", -1, 1.7e9, 7.0),
        record(
            Event(
                wall_time=1.7e9, step=5, summary=summary_of("train/loss", 8.0, new_style=True)
            ).SerializeToString()
        ),
        record(
            Event(
                wall_time=1.7e9,
                step=6,
                summary=Summary(
                    value=[Summary.Value(tag="train/loss", simple_value=v) for v in (1.0, 2.0)]
                ),
            ).SerializeToString()
        ),
        record(Event(wall_time=1.0, graph_def=b"g" * 5000).SerializeToString()),
    ]
    for place in range(0, len(plain_ones), 100):
        plain_ones.insert(place, odd[place // 100 % len(odd)])
    path.write_bytes(header(1.7e9) + b"".join(plain_ones))
    agree(path)


def test_records_inside_a_record_are_not_taken_for_records(path):
    """A text that holds whole records as bytes."""
    inner = b"".join(rollouts(50))
    nested = record(Event(wall_time=1.0, graph_def=inner).SerializeToString())
    body = b"".join(
        one for i, r in enumerate(rollouts(500)) for one in ([nested, r] if i % 50 == 0 else [r])
    )
    path.write_bytes(header(1.7e9) + body)
    assert agree(path).files[0].points == 500 * len(TAGS)


def test_wall_times_full_of_zero_bytes(path):
    body = b"".join(scalar(tag, i, float(i), float(i)) for i in range(3000) for tag in TAGS)
    path.write_bytes(header(0.0) + body)
    assert agree(path).files[0].points == 3000 * len(TAGS)


def test_tags_of_one_length_stay_apart(path):
    tags = [f"agent/{i:03}" for i in range(100)]
    path.write_bytes(header(1.7e9) + b"".join(rollouts(60, tags)))
    assert len(agree(path).tags()) == 100


def test_tags_whose_bytes_share_their_checksum_stay_apart(path):
    """Two tags of one length that no CRC32C tells apart, found among 300,000."""
    rng = np.random.default_rng(1)
    names = rng.integers(ord("a"), ord("z") + 1, (300_000, 12), np.uint8)
    shares = terms(names, 0, 12, 5)
    order = np.argsort(shares)
    (pair, *_) = np.flatnonzero(np.diff(shares[order]) == 0)
    tags = [names[order[place]].tobytes().decode() for place in (pair, pair + 1)]
    assert tags[0] != tags[1]
    path.write_bytes(header(1.7e9) + b"".join(rollouts(200, tags)))
    assert agree(path).tags() == sorted(tags)


def test_which_tags_are_kept_above_the_cap_is_decided_by_their_order(path, monkeypatch):
    monkeypatch.setattr("core.telemetry.wire.MAX_TAGS", 5)
    rare = [scalar(f"rare/{i}", 1, 1.7e9, 1.0) for i in range(4)]
    many = rollouts(200)
    path.write_bytes(header(1.7e9) + b"".join([*many[:2], *rare[:2], *many[2:], *rare[2:]]))
    reader = agree(path)
    assert reader.tags() == sorted(["train/loss", "train/std", "rare/0", "rare/1", TAGS[2]])
    assert [problem.kind for problem in reader.problems] == [Fault.TOO_MANY_TAGS]


def test_a_flipped_bit_anywhere_in_a_long_file(path):
    """Every byte of some rollouts in the midst, one flip each."""
    parts = rollouts(150)
    whole = header(1.7e9) + b"".join(parts)
    begin = len(header(1.7e9)) + sum(map(len, parts[: 75 * len(TAGS)]))
    for place in range(begin, begin + sum(map(len, parts[:3]))):
        data = bytearray(whole)
        data[place] ^= 1 << place % 8
        path.write_bytes(data)
        assert len(agree(path).problems) == 1


@settings(max_examples=60, deadline=None)
@given(
    flips=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(1, 255)), max_size=6),
    cut=st.floats(0, 1),
    spliced=st.sampled_from([b"", b"\0", bytes(4096), b"\x2a\0\0\0\0\0\0\0", b"x" * 30]),
    at=st.floats(0, 1),
    chunk=st.sampled_from([9_000, 20_000, tail.CHUNK]),
)
def test_damaged_files_are_read_alike(tmp_path_factory, flips, cut, spliced, at, chunk):
    data = bytearray(header(1.7e9) + b"".join(rollouts(300, first=100)))
    for place, bits in flips:
        data[int(place * len(data))] ^= bits
    middle = int(at * len(data))
    data[middle:middle] = spliced
    path = tmp_path_factory.mktemp("damaged") / "events.out.tfevents.1"
    path.write_bytes(data[: int(cut * len(data))])
    agree(path, chunk)


def kinds() -> list[bytes]:
    """One record of each kind that a file may hold, right and wrong."""
    several = [Summary.Value(tag=tag, simple_value=1.0) for tag in ("a", "b", "a")]
    no_text = bytearray(scalar("train/losX", 7, 1.7e9, 1.0)[12:-4])
    no_text[no_text.index(b"X")] = 0xFF
    later = Summary(value=[Summary.Value(tag="a", simple_value=2.0)])
    return [
        scalar("a", 0, 1.0, 1.0),
        scalar("a", 5, 2.0, float("nan")),
        scalar("b", 5, 0.0, 2.0),
        scalar("b", 2**20, float("nan"), 3.0),
        scalar("a", -1, 1.7e9, 3.0),
        scalar("a", 2**62, 1.7e9, 3.0),
        scalar("x" * 200, 1, 1.7e9, 3.0),
        scalar("x" * 600, 1, 1.7e9, 3.0),
        scalar("a", 5, 2.0, 4.0)[:-1] + b"!",
        record(Event(wall_time=3.0, step=9, summary=Summary(value=several)).SerializeToString()),
        record(Event(step=9, summary=later).SerializeToString()),
        record(Event(wall_time=3.0, graph_def=b"g" * 400).SerializeToString()),
        record(bytes(no_text)),
        record(b"\xff" * 60),
        record(b""),
    ]


KINDS = kinds()


@settings(max_examples=80, deadline=None)
@given(
    runs=st.lists(st.tuples(st.sampled_from(KINDS), st.integers(1, 80)), max_size=12),
    begin=st.booleans(),
    rest=st.integers(0, 30),
)
def test_any_mixture_of_records_is_read_alike(tmp_path_factory, runs, begin, rest):
    path = tmp_path_factory.mktemp("mixed") / "events.out.tfevents.1"
    mixed = b"".join(one * count for one, count in runs)
    path.write_bytes(header(1.0) * begin + mixed + KINDS[0][:rest])
    agree(path)
    agree(path, 9000)


@settings(max_examples=60, deadline=None)
@given(
    step=st.integers(-(2**63), 2**63 - 1),
    wall=st.floats(allow_nan=False),
    value=st.floats(width=32),
    tag=st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
)
def test_any_numbers_and_any_tag_are_read_alike(tmp_path_factory, step, wall, value, tag):
    path = tmp_path_factory.mktemp("any") / "events.out.tfevents.1"
    path.write_bytes(header(1.0) + scalar(tag, step, wall, value) * (2 * scalars.FEW) * 5)
    reader = agree(path)
    assert reader.series(tag, stitched=False).step.tolist() == [step] * (10 * scalars.FEW)


def test_a_tag_that_is_no_text_is_told_for_every_record(path):
    bad = bytearray(scalar("train/losX", 7, 1.7e9, 1.0)[12:-4])
    bad[bad.index(b"X")] = 0xFF
    path.write_bytes(header(1.0) + b"".join(rollouts(100)) + record(bytes(bad)) * 50)
    reader = agree(path)
    assert {problem.kind for problem in reader.problems} == {Fault.UNDECODABLE}


@pytest.mark.parametrize("right", [0, 1])
def test_a_writer_of_wrong_checksums_is_told_for_every_record(path, right):
    wrong = [one[:-4] + b"oops" for one in rollouts(100)]
    path.write_bytes(header(1.0) + b"".join(rollouts(right) + wrong))
    reader = agree(path)
    assert reader.files[0].points == right * len(TAGS)
    assert len(reader.problems) == 21  # twenty by their place, the others counted
    assert reader.problems[-1].detail.startswith(f"{100 * len(TAGS) - 20} more")


@given(st.lists(st.binary(min_size=37, max_size=37), min_size=1, max_size=20))
def test_checksums_of_many_messages_are_those_of_each(messages):
    rows = np.frombuffer(b"".join(messages), np.uint8).reshape(-1, 37)
    crc = of_zeros(37) ^ terms(rows, 0, 10, 27) ^ terms(rows, 10, 37, 0)
    stored = np.array([masked(message) for message in messages], np.uint32)
    np.testing.assert_array_equal(crc, unmasked(stored))


def test_whole_records_end_before_what_is_cut_or_damaged():
    data = b"".join(rollouts(200))
    found = whole_records(data + data[:20])
    assert (len(found.starts), found.end) == (200 * len(TAGS), len(data))
    length = struct.pack("<Q", 5)
    assert whole_records(data + length + b"oops" + b"x" * 9).end == len(data)
