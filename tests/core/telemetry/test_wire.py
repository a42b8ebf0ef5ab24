"""Every way in which a scalar can be written, against TensorBoard's own protobufs."""

from __future__ import annotations

import numpy as np
import pytest
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary, SummaryMetadata
from tensorboard.util.tensor_util import make_tensor_proto

from core.telemetry.wire import ScalarParser


def take(*events: Event | bytes) -> dict:
    parser = ScalarParser()
    for event in events:
        data = event if isinstance(event, bytes) else event.SerializeToString()
        assert parser.parse(data)
    return by_tag(parser)


def by_tag(parser: ScalarParser) -> dict:
    """Steps, wall times and values of each tag."""
    points: dict = {}
    for number, _, *point in zip(*parser.take(), strict=True):
        columns = points.setdefault(parser.tags[number], ([], [], []))
        for column, part in zip(columns, point, strict=True):
            column.append(part)
    return points


def plain(tag: str, step: int, wall: float, value: float) -> Event:
    value = Summary.Value(tag=tag, simple_value=value)
    return Event(wall_time=wall, step=step, summary=Summary(value=[value]))


def tensor(value: object, tag: str = "t", plugin: str | None = "scalars") -> Event:
    metadata = SummaryMetadata(plugin_data=SummaryMetadata.PluginData(plugin_name=plugin))
    item = Summary.Value(
        tag=tag, tensor=make_tensor_proto(value), metadata=metadata if plugin else None
    )
    return Event(wall_time=1.0, step=3, summary=Summary(value=[item]))


@pytest.mark.parametrize("step", [0, 1, 127, 128, 16_383, 16_384, 2**31, 2**62, -1, -(2**63)])
def test_every_step_is_read(step):
    taken = take(plain("a", step, 5.5, 0.25), plain("b", step, 6.5, 0.5))
    assert taken == {"a": ([step], [5.5], [0.25]), "b": ([step], [6.5], [0.5])}


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), 3.4e38, -0.0])
def test_every_value_is_read_as_written(value):
    steps, _, values = take(plain("a", 1, 2.0, value))["a"]
    assert steps == [1]
    np.testing.assert_array_equal(values, [np.float32(value)])


@pytest.mark.parametrize("tag", ["a", "train/approx_kl", "ação/λ", "x" * 95, "x" * 130, "x" * 300])
def test_every_tag_is_read(tag):
    assert list(take(plain(tag, 1, 2.0, 3.0))) == [tag]


def test_values_that_change_step_and_tag_in_turn_stay_apart():
    events = [plain(tag, step, float(step), step + 0.5) for step in range(300) for tag in "abc"]
    taken = take(*events)
    for tag in "abc":
        assert taken[tag] == (
            list(range(300)),
            [float(step) for step in range(300)],
            [step + 0.5 for step in range(300)],
        )


def test_several_values_in_one_event_are_all_read():
    values = [Summary.Value(tag=tag, simple_value=number) for tag, number in (("a", 1), ("b", 2))]
    taken = take(Event(wall_time=1.0, step=4, summary=Summary(value=values)))
    assert taken == {"a": ([4], [1.0], [1.0]), "b": ([4], [1.0], [2.0])}


@pytest.mark.parametrize("value", [np.float32(0.5), np.float64(0.1), np.float16(0.5), np.int64(7)])
def test_a_scalar_written_as_a_tensor_is_read(value):
    assert take(tensor(value))["t"] == ([3], [1.0], [float(value)])


@pytest.mark.parametrize(("kind", "field"), [(np.float32, "float_val"), (np.float64, "double_val")])
@pytest.mark.parametrize("number", [0.1, float("nan"), float("inf"), -0.0, 0.0])
def test_a_tensor_is_read_in_both_of_its_forms(kind, field, number):
    """As bytes (TensorFlow, torch) and as a list of one number (TensorBoard)."""
    listed = tensor(kind(number))
    packed = tensor(kind(number))
    proto = packed.summary.value[0].tensor
    proto.ClearField(field)
    proto.tensor_content = kind(number).tobytes()
    for event in (listed, packed):
        np.testing.assert_array_equal(take(event)["t"][2], [float(kind(number))])
    proto.tensor_content = kind(number).tobytes() * 2
    assert take(packed) == {}


def test_a_tensors_plugin_is_remembered_for_the_file():
    assert take(tensor(np.int64(1)), tensor(np.int64(2), plugin=None))["t"][2] == [1.0, 2.0]


@pytest.mark.parametrize(
    ("value", "plugin"),
    [
        (np.array([1.0, 2.0]), "scalars"),
        (np.float32(1.0), "histograms"),
        (np.int64(1), None),
        ("text", "text"),
    ],
)
def test_a_tensor_that_is_no_scalar_is_none(value, plugin):
    assert take(tensor(value, plugin=plugin)) == {}


def test_a_scalar_with_metadata_is_read():
    event = plain("a", 1, 2.0, 3.0)
    event.summary.value[0].metadata.display_name = "A"
    assert take(event)["a"] == ([1], [2.0], [3.0])


def test_events_without_scalars_are_no_error():
    assert take(Event(wall_time=1.0, file_version="brain.Event:2"), Event(wall_time=1.0), b"") == {}


def test_random_bytes_never_raise():
    rng = np.random.default_rng(7)
    parser = ScalarParser()
    good = plain("train/loss", 4096, 1.7e9, 0.5).SerializeToString()
    for _ in range(3000):
        data = bytearray(good)
        for place in rng.integers(0, len(good), 2):
            data[place] = rng.integers(256)
        parser.parse(bytes(data[: rng.integers(1, len(good) + 1)]))
    parser.take()
    assert parser.parse(good)
    found = parser.take()
    assert (found.record, found.step, found.wall, found.value) == ([0], [4096], [1.7e9], [0.5])
