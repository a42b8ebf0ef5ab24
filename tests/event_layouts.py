"""Event files in the layouts in which writers put scalars, for tests and benchmarks.

Each layout gives framed records from a number of steps; TensorBoard's own protobuf
classes make the bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import HistogramProto, Summary, SummaryMetadata
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.util.tensor_util import make_tensor_proto

from tests.event_files import record, scalar

Records = Iterator[bytes]
TAGS = (
    "rollout/ep_rew_mean", "rollout/ep_len_mean", "rollout/success_rate", "time/fps",
    "train/approx_kl", "train/clip_fraction", "train/clip_range", "train/entropy_loss",
    "train/explained_variance", "train/learning_rate", "train/loss", "train/std",
    "train/policy_gradient_loss", "train/value_loss", "eval/mean_reward",
    "eval/mean_ep_length", "eval/sharpe", "eval/max_drawdown", "eval/trades", "eval/turnover",
)  # fmt: skip
MANY = tuple(f"layer_{i // 40}/{('weight', 'bias', 'grad')[i % 3]}_{i}" for i in range(2000))
LONG = tuple(f"{tag}/{'a long name of a metric, ' * (4 + i % 9)}" for i, tag in enumerate(TAGS))
LENGTHS = tuple(f"{tag}/{'x' * (i % 430)}" for i, tag in enumerate(MANY))
STRIDE = 2048  # steps a rollout
_SCALARS = SummaryMetadata(plugin_data=SummaryMetadata.PluginData(plugin_name="scalars"))


def rng_of(number: int) -> np.random.Generator:
    return np.random.default_rng(number)


def wall_of(number: int) -> float:
    return 1.7e9 + 2.31 * number


def event(number: int, values: list[Summary.Value]) -> bytes:
    """One framed event with these values."""
    summary = Summary(value=values)
    step = STRIDE * (number + 1)
    return record(Event(wall_time=wall_of(number), step=step, summary=summary).SerializeToString())


def singles(tags: tuple[str, ...]) -> Callable[[int], Records]:
    """One value an event: stable-baselines3, torch's ``add_scalar``."""

    def of(number: int) -> Records:
        values = rng_of(number).normal(size=len(tags)).tolist()
        for place, (tag, value) in enumerate(zip(tags, values, strict=True)):
            yield scalar(tag, STRIDE * (number + 1), wall_of(number) + 1e-4 * place, value)

    return of


def together(tags: tuple[str, ...]) -> Callable[[int], Records]:
    """All values of a step in one event: TF1's ``merge_all``, stable-baselines 2."""

    def of(number: int) -> Records:
        values = rng_of(number).normal(size=len(tags)).tolist()
        yield event(
            number,
            [Summary.Value(tag=t, simple_value=v) for t, v in zip(tags, values, strict=True)],
        )

    return of


def subsets(number: int) -> Records:
    """Several values an event, not always the same ones: some metrics are rarer than others."""
    chosen = [tag for place, tag in enumerate(TAGS) if number % (1 + place % 4) == 0]
    yield from together(tuple(chosen))(number)


def tensors(make: Callable[[float], TensorProto], every: bool) -> Callable[[int], Records]:
    """One tensor an event.

    :param every: the plugin is named in each event (torch), or once (TensorFlow).
    """

    def of(number: int) -> Records:
        values = (1000 * rng_of(number).normal(size=len(TAGS))).tolist()
        for tag, value in zip(TAGS, values, strict=True):
            named = _SCALARS if every or number == 0 else None
            yield event(number, [Summary.Value(tag=tag, tensor=make(value), metadata=named)])

    return of


def content(kind: Any, dtype: int) -> Callable[[float], TensorProto]:
    """As bytes: TensorFlow."""

    def made(value: float) -> TensorProto:
        proto = TensorProto(dtype=dtype, tensor_content=np.array(value).astype(kind).tobytes())
        proto.tensor_shape.SetInParent()
        return proto

    return made


def listed(kind: Any) -> Callable[[float], TensorProto]:
    """As a list of one number: TensorBoard."""
    return lambda value: make_tensor_proto(np.array(value).astype(kind))


def torch_new_style(value: float) -> TensorProto:
    return TensorProto(float_val=[value], dtype="DT_FLOAT")


def mixed(number: int) -> Records:
    """Several writers' layouts in one file."""
    yield from singles(TAGS[:5])(number)
    yield from together(TAGS[5:12])(number)
    yield from tensors(torch_new_style, True)(number)
    yield from singles(LONG[:5])(number)


def between(number: int) -> Records:
    """Histograms and texts between the scalars, one of each in twenty."""
    yield from singles(TAGS)(number)
    numbers = rng_of(number).normal(size=30)
    histogram = HistogramProto(min=-3, max=3, num=30, bucket_limit=numbers, bucket=abs(numbers))
    yield event(number, [Summary.Value(tag="weights", histo=histogram)])
    text = SummaryMetadata(plugin_data=SummaryMetadata.PluginData(plugin_name="text"))
    said = make_tensor_proto(f"rollout {number}: " + "x" * (number % 50))
    yield event(number, [Summary.Value(tag="notes/text", tensor=said, metadata=text)])


class Layout(NamedTuple):
    """How a writer puts its scalars into a file."""

    records: Callable[[int], Records]  # of one rollout, by its number
    points: float  # scalars a rollout, on average


LAYOUTS = {
    "one value an event": Layout(singles(TAGS), 20),
    "20 values an event": Layout(together(TAGS), 20),
    "5 to 20 values an event": Layout(subsets, 125 / 12),
    "2,000 values an event": Layout(together(MANY), 2000),
    "tensors: tf.summary.scalar": Layout(tensors(content("<f4", 1), False), 20),
    "tensors: torch, new_style": Layout(tensors(torch_new_style, True), 20),
    "tensors: double": Layout(tensors(content("<f8", 2), True), 20),
    "tensors: half": Layout(tensors(listed(np.float16), True), 20),
    "tensors: int64": Layout(tensors(listed(np.int64), True), 20),
    "2,000 tags": Layout(singles(MANY), 2000),
    "long tags": Layout(singles(LONG), 20),
    "2,000 tags of 400 lengths": Layout(singles(LENGTHS), 2000),
    "layouts mixed": Layout(mixed, 37),
    "histograms and texts between": Layout(between, 20),
}
