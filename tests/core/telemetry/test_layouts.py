"""Each layout in which writers put scalars is read in columns, and gives what it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary, SummaryMetadata
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.util.tensor_util import make_ndarray, make_tensor_proto

from core.telemetry import RunReader
from core.telemetry.wire import ScalarParser
from tests.core.telemetry.test_scalars import agree, read
from tests.event_files import header, record
from tests.event_layouts import LAYOUTS, TAGS, event

if TYPE_CHECKING:
    from pathlib import Path

LARGE = {
    "2,000 values an event",
    "2,000 tags",
    "2,000 tags of 400 lengths",
}  # many points a rollout


def records_of(layout: str, rollouts: int) -> list[bytes]:
    return [one for number in range(rollouts) for one in LAYOUTS[layout].records(number)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "events.out.tfevents.1"


@pytest.fixture
def parsed_alone(monkeypatch) -> list[int]:
    """Records that were parsed one by one."""
    seen: list[int] = []
    parse_any = ScalarParser.parse

    def watched(self: ScalarParser, data: bytes, number: int = 0) -> bool:
        seen.append(number)
        return parse_any(self, data, number)

    monkeypatch.setattr(ScalarParser, "parse", watched)
    return seen


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_is_read_as_event_accumulator_reads_it(path, layout):
    count = 3 if layout in LARGE else 60
    path.write_bytes(header(1.7e9) + b"".join(records_of(layout, count)))
    reader = agree(path)
    found = {tag: reader.series(tag, stitched=False) for tag in reader.tags()}
    expected = EventAccumulator(str(path), size_guidance={"scalars": 0, "tensors": 0})
    expected.Reload()
    points = {
        tag: [(e.step, e.wall_time, e.value) for e in expected.Scalars(tag)]
        for tag in expected.Tags()["scalars"]
    }
    for tag in expected.Tags()["tensors"]:
        if expected.SummaryMetadata(tag).plugin_data.plugin_name == "scalars":
            points.setdefault(tag, []).extend(
                (e.step, e.wall_time, float(make_ndarray(e.tensor_proto)))
                for e in expected.Tensors(tag)
            )
    assert found.keys() == points.keys()
    for tag, series in found.items():
        read = list(
            zip(series.step.tolist(), series.wall.tolist(), series.value.tolist(), strict=True)
        )
        assert sorted(read) == sorted(points[tag])


@pytest.mark.parametrize("layout", LAYOUTS)
def test_nearly_every_record_of_every_layout_is_read_in_columns(path, layout, parsed_alone):
    count = 12 if layout in LARGE else 300
    records = records_of(layout, count)
    path.write_bytes(header(1.7e9) + b"".join(records))
    reader = RunReader(path)
    reader.refresh()
    others = 2 * count if layout == "histograms and texts between" else 0
    assert len(parsed_alone) - others < 40 + 0.02 * len(records)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_file_that_grows_is_read_as_a_whole_one(path, layout):
    records = records_of(layout, 4 if layout in LARGE else 90)
    reader = RunReader(path)
    rng = np.random.default_rng(3)
    data = header(1.7e9) + b"".join(records)
    for end in [*np.sort(rng.integers(0, len(data), 6)).tolist(), len(data)]:
        path.write_bytes(data[:end]) if end == 0 else append(path, data, end)
        reader.refresh()
    whole = agree(path)
    assert reader.tags() == whole.tags()
    for tag in whole.tags():
        for one, other in zip(columns(reader, tag), columns(whole, tag), strict=True):
            assert one.tobytes() == other.tobytes()
    assert reader.problems == whole.problems == []


def append(path: Path, data: bytes, end: int) -> None:
    size = path.stat().st_size if path.exists() else 0
    with path.open("ab") as file:
        file.write(data[size:end])


def columns(reader: RunReader, tag: str) -> list[np.ndarray]:
    series = reader.series(tag, stitched=False)
    return [series.step, series.wall, series.value]


@pytest.mark.parametrize("layout", [name for name in LAYOUTS if name not in LARGE])
def test_a_flipped_bit_at_every_byte_is_never_a_wrong_number(path, layout):
    """One flip at each byte of a record among others."""
    parts = [list(LAYOUTS[layout].records(number)) for number in range(14)]
    whole = header(1.7e9) + b"".join(one for part in parts for one in part)
    begin = len(header(1.7e9)) + sum(len(one) for part in parts[:7] for one in part)
    path.write_bytes(whole)
    right = everything(agree(path))
    for number, place in enumerate(range(begin, begin + len(parts[7][-1]))):
        data = bytearray(whole)
        data[place] ^= 1 << place % 8
        path.write_bytes(data)
        reader = read(path) if number % 16 else agree(path)
        assert len(reader.problems) == 1
        assert everything(reader) < right


def everything(reader: RunReader) -> set[tuple[object, ...]]:
    """All points, with their tags."""
    return {
        (tag, *point)
        for tag in reader.tags()
        for point in zip(*(column.tolist() for column in columns(reader, tag)), strict=True)
    }


@settings(max_examples=25, deadline=None)
@given(
    parts=st.lists(
        st.tuples(st.sampled_from([n for n in LAYOUTS if n not in LARGE]), st.integers(1, 25)),
        min_size=1,
        max_size=4,
    ),
    flips=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(1, 255)), max_size=4),
    cut=st.floats(0.3, 1),
    zeros=st.sampled_from([0, 0, 5000]),
    chunk=st.sampled_from([9_000, 50_000, 2 << 20]),
)
def test_damaged_files_of_several_layouts_are_read_alike(
    tmp_path_factory, parts, flips, cut, zeros, chunk
):
    data = bytearray(header(1.7e9))
    for layout, count in parts:
        data += b"".join(records_of(layout, count))
    for place, bits in flips:
        data[int(place * len(data))] ^= bits
    path = tmp_path_factory.mktemp("layouts") / "events.out.tfevents.1"
    path.write_bytes(data[: int(cut * len(data))] + bytes(zeros))
    agree(path, chunk)


def tensor(value: object, plugin: str | None, tag: str = "t") -> bytes:
    metadata = SummaryMetadata(plugin_data=SummaryMetadata.PluginData(plugin_name=plugin))
    proto = value if isinstance(value, TensorProto) else make_tensor_proto(value)
    item = Summary.Value(tag=tag, tensor=proto, metadata=metadata if plugin else None)
    return event(1, [item])


def named(plugin: str, tag: str = "t") -> bytes:
    """A plain value that names a plugin."""
    metadata = SummaryMetadata(plugin_data=SummaryMetadata.PluginData(plugin_name=plugin))
    return event(1, [Summary.Value(tag=tag, simple_value=3.0, metadata=metadata)])


PLUGINS = [
    *(tensor(np.float32(1), plugin) for plugin in (None, "scalars", "histograms")),
    *(tensor(np.int64(5), plugin) for plugin in (None, "scalars", "histograms")),
    *(named(plugin) for plugin in ("scalars", "histograms")),
    tensor(np.int64(6), None, "u"),
    named("scalars", "u"),
]


@settings(max_examples=120, deadline=None)
@given(
    runs=st.lists(st.tuples(st.sampled_from(PLUGINS), st.integers(1, 90)), min_size=1, max_size=8),
    chunk=st.sampled_from([4_000, 2 << 20]),
)
def test_what_a_tensor_is_depends_on_the_plugin_named_before(tmp_path_factory, runs, chunk):
    path = tmp_path_factory.mktemp("plugins") / "events.out.tfevents.1"
    path.write_bytes(header(1.0) + b"".join(one * count for one, count in runs))
    agree(path, chunk)


KINDS = [
    np.float32,
    np.float64,
    np.float16,
    np.int64,
    np.int32,
    np.int16,
    np.int8,
    np.uint8,
    np.uint16,
]


@settings(max_examples=80, deadline=None)
@given(
    kind=st.sampled_from(KINDS),
    numbers=st.lists(
        st.one_of(st.integers(-(2**63), 2**63 - 1), st.integers(-200, 200)), min_size=1, max_size=12
    ),
    listed=st.booleans(),
)
def test_tensors_of_every_type_and_form_are_read_alike(tmp_path_factory, kind, numbers, listed):
    path = tmp_path_factory.mktemp("types") / "events.out.tfevents.1"
    body = b""
    for number in numbers:
        with np.errstate(over="ignore"):
            value = np.array(number).astype(kind)
        proto = make_tensor_proto(value)
        if not listed:
            proto = TensorProto(dtype=proto.dtype, tensor_content=value.tobytes())
        body += tensor(proto, "scalars")
    path.write_bytes(header(1.0) + body * 50)
    assert agree(path).files[0].points == 50 * len(numbers)


@pytest.mark.parametrize("number", [300, 70_000, -1])
def test_a_number_outside_its_type_is_no_scalar(path, number):
    odd = TensorProto(dtype="DT_UINT8", int_val=[number])
    path.write_bytes(header(1.0) + tensor(odd, "scalars") * 100)
    assert agree(path).files[0].points == 0


def test_a_shape_that_has_the_hash_of_another_is_not_taken_for_it(path, monkeypatch):
    """All hashes equal: only the comparison of the bytes tells the tags apart."""
    monkeypatch.setattr("core.telemetry.layouts._factors", lambda words: np.zeros(words, np.uint64))
    path.write_bytes(header(1.7e9) + b"".join(records_of("one value an event", 100)))
    assert agree(path).tags() == sorted(TAGS)


def test_values_of_one_tag_in_one_event_keep_their_order(path):
    several = [Summary.Value(tag="a", simple_value=number) for number in (3.0, 1.0, 2.0)]
    path.write_bytes(header(1.0) + b"".join(event(number, several) for number in range(100)))
    assert agree(path).series("a", stitched=False).value.tolist() == [3.0, 1.0, 2.0] * 100


def test_events_in_another_order_of_fields_are_read_alike(path):
    """Step before wall time, summary before step, and a file version after all."""
    plain = Event(
        wall_time=1.7e9, step=5, summary=Summary(value=[Summary.Value(tag="a", simple_value=2)])
    )
    data = plain.SerializeToString()
    wall, step, summary = data[:9], data[9:11], data[11:]
    orders = [
        step + wall + summary,
        wall + summary + step,
        wall + step + summary + b"\x52\x00",
        wall + step + step + summary,
    ]
    path.write_bytes(header(1.0) + b"".join(record(one) for one in orders) * 60)
    assert agree(path).series("a", stitched=False).step.tolist() == [5] * 240


def test_a_refresh_of_a_grown_file_reads_the_new_records_alone(path, parsed_alone):
    records = records_of("tensors: torch, new_style", 200)
    path.write_bytes(header(1.7e9) + b"".join(records))
    reader = RunReader(path)
    reader.refresh()
    parsed_alone.clear()
    with path.open("ab") as file:
        file.write(b"".join(LAYOUTS["tensors: torch, new_style"].records(200)))
    reader.refresh()
    assert len(parsed_alone) == len(TAGS)
    assert reader.problems == []
