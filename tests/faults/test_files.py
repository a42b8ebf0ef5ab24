"""Faults of what others write: event files and logs, as real bytes on a real disk."""

from __future__ import annotations

import math
import os
import struct
import time
import tracemalloc
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary, SummaryMetadata
from tensorboard.util.tensor_util import make_tensor_proto

from core.diagnosis import diagnose
from core.diagnosis.foreign_run import facts_of_folder
from core.files import TAIL_BYTES, tail
from core.playbook import DEFAULT, load_playbook
from core.telemetry import Fault, RunReader
from core.telemetry.readings import readings
from core.timestamps import from_unix
from dashboard.figures.curves import curve
from tests.event_files import append_events, header, masked_crc, record, scalar, write_events
from tests.faults.matrix import fault

if TYPE_CHECKING:
    from pathlib import Path

Seen = Callable[[object], None]
READS = "a reader of event files and logs, which opens no store"
KL, REWARD = "train/approx_kl", "rollout/ep_rew_mean"
POINTS = [(step, 1000.0 + step, float(step)) for step in range(1, 6)]


def read(path: Path) -> RunReader:
    reader = RunReader(path)
    reader.refresh()
    return reader


def steps(reader: RunReader, tag: str = KL) -> list[int]:
    return reader.series(tag, stitched=False).step.tolist()


def kinds(reader: RunReader) -> list[Fault]:
    return [problem.kind for problem in reader.problems]


@fault(
    38,
    injected="an event file cut at every byte, then completed",
    expected="the records before the cut are shown, the rest when it is complete; no problem",
    no_home=READS,
)
def test_a_file_cut_at_every_byte_shows_what_is_whole_and_resumes(
    tmp_path: Path, seen: Seen
) -> None:
    whole = write_events(tmp_path / "whole", {KL: POINTS}).read_bytes()
    size = len(scalar(KL, 1, 1001.0, 1.0))
    path = tmp_path / "cut" / "events.out.tfevents.1"
    path.parent.mkdir()
    for cut in range(len(whole) + 1):
        path.write_bytes(whole[:cut])
        reader = read(path)
        complete = max(0, (cut - (len(whole) - 5 * size)) // size)
        assert steps(reader) == [1, 2, 3, 4, 5][:complete]
        assert reader.problems == []
        with path.open("ab") as file:
            file.write(whole[cut:])
        reader.refresh()
        assert steps(reader) == [1, 2, 3, 4, 5]
        assert (reader.problems, reader.files[0].waiting) == ([], 0)
    seen(f"{len(whole) + 1} cuts, all resumed")


@fault(
    39,
    injected="a bit of a record's data flipped",
    expected="one record is skipped and reported; the later ones are shown",
    no_home=READS,
)
def test_a_flipped_bit_in_the_data_costs_one_record(tmp_path: Path, seen: Seen) -> None:
    path = write_events(tmp_path, {KL: POINTS})
    data = bytearray(path.read_bytes())
    data[-3 * len(scalar(KL, 1, 1001.0, 1.0)) + 14] ^= 1
    path.write_bytes(data)
    reader = read(tmp_path)
    assert steps(reader) == [1, 2, 4, 5]
    assert kinds(reader) == [Fault.BAD_DATA]
    seen(reader.problems[0].detail)


@fault(
    40,
    injected="a bit of a record's length flipped",
    expected="this file stops, visibly; the others are still read",
    no_home=READS,
)
def test_a_flipped_bit_in_a_length_stops_this_file_and_no_other(tmp_path: Path, seen: Seen) -> None:
    path = write_events(tmp_path, {KL: POINTS}, "events.out.tfevents.1")
    other = write_events(tmp_path, {"train/std": POINTS}, "events.out.tfevents.2")
    data = bytearray(path.read_bytes())
    data[-3 * len(scalar(KL, 1, 1001.0, 1.0))] ^= 1
    path.write_bytes(data)
    reader = read(tmp_path)
    for more in ([], [6]):
        for file in (path, other):
            append_events(file, {"train/std": [(step, 1006.0, 6.0) for step in more]})
        reader.refresh()
        assert steps(reader) == [1, 2]
        assert steps(reader, "train/std") == [1, 2, 3, 4, 5, *more]
        assert kinds(reader) == [Fault.BAD_LENGTH]
    seen(reader.problems[0].detail)


@fault(
    41,
    injected="a record of 2^62 bytes, with a right checksum of its length",
    expected="capped: nothing is allocated, the points before it are shown",
    no_home=READS,
)
def test_a_giant_length_is_not_allocated(tmp_path: Path, seen: Seen) -> None:
    path = write_events(tmp_path, {KL: POINTS})
    length = struct.pack("<Q", 1 << 62)
    with path.open("ab") as file:
        file.write(length + masked_crc(length) + b"x" * 100)
    read(tmp_path)  # what is loaded once
    tracemalloc.start()
    reader = read(tmp_path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert steps(reader) == [1, 2, 3, 4, 5]
    assert kinds(reader) == [Fault.OVERSIZED]
    assert peak < 1 << 20  # the file is below a kilobyte
    seen(f"{reader.problems[0].detail} Peak memory {peak / 1024:.0f} kB.")


REPLACEMENTS = {
    "shrinks": lambda path: path.write_bytes(header(1.0) + scalar(KL, 7, 3000.0, 1.0)),
    "is replaced": lambda path: write_events(path.parent / "n", {KL: [(7, 3000.0, 1.0)]}, "new")
    .rename(path),
    "is deleted": lambda path: path.unlink(),
}  # fmt: skip


@pytest.mark.parametrize("what", REPLACEMENTS)
@fault(
    42,
    injected="an event file that shrinks, is replaced, or is deleted between two looks",
    expected="read again by inode, no point twice, and reported",
    no_home=READS,
)
def test_a_file_that_becomes_another_is_read_anew(tmp_path: Path, seen: Seen, what: str) -> None:
    path = write_events(tmp_path, {KL: POINTS})
    reader = read(tmp_path)
    REPLACEMENTS[what](path)
    reader.refresh()
    gone = what == "is deleted"
    assert steps(reader) == ([] if gone else [7])
    assert kinds(reader)[:1] == [Fault.DELETED if gone else Fault.REPLACED]
    if gone:
        write_events(tmp_path, {KL: POINTS[:3]})
        reader.refresh()
        assert steps(reader) == [1, 2, 3]
        assert reader.problems == []
    seen(f"{what}: {'shown again when it is back' if gone else reader.problems[0].detail}")


@fault(
    43,
    injected="attempt 2 begins again at a lower step than attempt 1 had reached",
    expected="the overlapped steps of attempt 1 are hidden, the raw points kept, the restart marked",
    no_home=READS,
)
def test_a_restart_at_a_lower_step_replaces_what_it_overlaps(tmp_path: Path, seen: Seen) -> None:
    first = [(step, 1000.0 + step, 1.0) for step in range(10, 101, 10)]
    again = [(step, 2000.0 + step, 2.0) for step in range(70, 121, 10)]
    write_events(tmp_path / "attempt-001", {REWARD: first})
    write_events(tmp_path / "attempt-002", {REWARD: again})
    reader = read(tmp_path)
    shown = reader.series(REWARD)
    assert shown.step.tolist() == list(range(10, 121, 10))
    assert shown.value.tolist() == [1.0] * 6 + [2.0] * 6
    raw = reader.frame(stitched=False)
    assert list(zip(raw["step"], raw["value"], strict=True)) == [p[::2] for p in first + again]
    marks = [(mark.name, mark.first_step) for mark in reader.attempts]
    assert marks == [("attempt-001", 10), ("attempt-002", 70)]
    seen(f"{len(shown)} of {len(raw)} points on the curve, restart marked at step 70")


@fault(
    44,
    injected="NaN, infinite and 1e308 values, NaN and absurd wall times, step -1",
    expected="shown as written; readings and every diagnosis rule stand it",
    no_home=READS,
)
def test_odd_numbers_are_shown_and_no_rule_falls_over_them(tmp_path: Path, seen: Seen) -> None:
    nan, inf = float("nan"), float("inf")
    odd = [(-1, 1000.0, nan), (1, nan, inf), (2, 1001.0, -inf), (3, 1e300, 1.0), (4, -inf, 2.0)]
    tags = (REWARD, KL, "train/entropy_loss", "train/explained_variance", "time/fps")
    steady = [(10 * i, 1002.0 + i, 0.5) for i in range(1, 60)]
    value = Summary.Value(
        tag="huge",
        tensor=make_tensor_proto(np.float64(1e308)),
        metadata=SummaryMetadata(plugin_data=SummaryMetadata.PluginData(plugin_name="scalars")),
    )
    huge = Event(wall_time=1000.0, step=1, summary=Summary(value=[value]))
    path = write_events(tmp_path, dict.fromkeys(tags, steady))
    with path.open("ab") as file:
        file.write(record(huge.SerializeToString()))
        for step, wall, number in odd:
            file.write(b"".join(scalar(tag, step, wall, number) for tag in tags))
    reader = read(tmp_path)
    assert reader.series("huge").value.tolist() == [1e308]
    raw = reader.series(KL, stitched=False)
    assert raw.step[-5:].tolist() == [-1, 1, 2, 3, 4]
    np.testing.assert_array_equal(raw.value[-5:], [nan, inf, -inf, 1.0, 2.0])
    np.testing.assert_array_equal(raw.wall[-5:], [1000.0, nan, 1001.0, 1e300, -inf])
    playbook = load_playbook(DEFAULT)
    for after in (timedelta(seconds=30), timedelta(minutes=2), timedelta(days=1)):
        now = from_unix(1002.0) + after
        findings = diagnose(facts_of_folder(tmp_path, now, playbook), playbook)
        assert findings
        assert all(reading is not None for reading in readings(reader, 1000, now).values())
    assert math.isfinite(reader.last_wall or nan)
    option = curve({"kl": raw})
    assert len(option["dataset"][0]["source"]) == len(raw)
    seen(f"{len(findings)} findings from {len(raw)} points a tag")


@fault(
    45,
    injected="10,000 tags, texts and a tag of 1 MB, HTML in a tag",
    expected="10,000 tags are read, the megabytes are not kept, HTML stays text",
    no_home=READS,
)
def test_masses_of_tags_and_texts_are_bounded_and_html_is_text(tmp_path: Path, seen: Seen) -> None:
    html = "<script>alert(1)</script><b>x</b>"
    path = tmp_path / "events.out.tfevents.1"
    text = Summary.Value(
        tag="note",
        tensor=make_tensor_proto("<img src=x onerror=alert(1)>" * 40_000),
        metadata=SummaryMetadata(plugin_data=SummaryMetadata.PluginData(plugin_name="text")),
    )
    note = record(Event(wall_time=1.0, step=1, summary=Summary(value=[text])).SerializeToString())
    path.write_bytes(
        header(1.0)
        + b"".join(scalar(f"tag/{i}", 1, 2.0, float(i)) for i in range(10_000))
        + note * 20
        + scalar("x" * (1 << 20), 1, 2.0, 1.0)
        + scalar(html, 1, 2.0, 1.0)
    )
    size = path.stat().st_size
    tracemalloc.start()
    reader = read(tmp_path)
    kept, _peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(reader.tags()) == 10_001
    assert html in reader.tags()
    assert kinds(reader) == [Fault.TOO_MANY_TAGS]
    assert kept < size < 30e6  # not one of the texts is kept
    option = curve({html: reader.series(html)})
    assert option["series"][0]["name"] == html, "drawn on a canvas, where it is text"
    seen(f"{len(reader.tags())} tags of {size / 1e6:.0f} MB; {kept / 1e6:.0f} MB kept")


@fault(
    49,
    injected="a log of one line of 5 GB, with binary bytes, bad UTF-8 and terminal codes",
    expected="its last 64 kB as text, below a second",
    no_home=READS,
)
def test_the_tail_of_an_enormous_line_is_short_readable_and_quick(
    tmp_path: Path, seen: Seen
) -> None:
    path = tmp_path / "output.log"
    with path.open("wb") as file:
        file.truncate(5_000_000_000)  # sparse: zeros that cost no disk
        file.seek(0, os.SEEK_END)
        file.write(
            b"\xff\xfe\x00\x07" * 20_000 + "\x1b[31mção\x1b[0m\x1b]0;title\x07 end\r\n".encode()
        )
    start = time.perf_counter()
    shown = tail(path, 100)
    took = time.perf_counter() - start
    assert len(shown) <= TAIL_BYTES
    assert shown.endswith("ção end")
    assert not any(ord(letter) < 32 and letter not in "\n\t" for letter in shown)
    assert took < 1
    seen(f"{len(shown)} characters of {path.stat().st_size / 1e9:.0f} GB in {took * 1000:.0f} ms")
