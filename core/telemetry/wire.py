"""Parses the scalars of serialized TensorBoard events.

Nearly every event of a run is one scalar, in one layout::

    09 <wall: 8 bytes> [10 <step: varint>] 2a <length> 0a <length> 0a <length> <tag> 15 <value: 4>

(fields of ``tensorflow/core/util/event.proto`` and ``summary.proto``; a length from 128
takes two bytes). The bytes between step and value are the same for every point of a tag,
so they are looked up as a whole. Everything else goes through TensorBoard's own protobuf
classes.
"""

from __future__ import annotations

import struct
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from google.protobuf.message import DecodeError

MAX_TAG = 500  # characters; a longer tag is not the name of a metric
MAX_TAGS = 20_000  # per file
_WALL = struct.Struct("<d").unpack_from
_VALUE = struct.Struct("<f").unpack_from
NUMERIC = frozenset({1, 2, 3, 4, 5, 6, 9, 14, 17, 19, 22, 23})  # DataType: floats and ints
_FLOAT, _DOUBLE = 1, 2
FLOATS = frozenset({1, 2, 14, 19})


class Found(NamedTuple):
    """Points in the order in which they were written; lists of one length."""

    tag: list[int]  # number of the tag in the file
    record: list[int]
    step: list[int]
    wall: list[float]
    value: list[float]


class ScalarParser:
    """Collects points until :meth:`take` returns them, and numbers the tags of the file."""

    def __init__(self) -> None:
        self.tags: list[str] = []  # by number
        self.plugins: dict[str, str] = {}  # TF2 names a tag's plugin once in a file
        self.renamed = False  # a tag's plugin was named differently
        self.tags_refused = 0
        self.first_wall: float | None = None
        self._numbers: dict[str, int] = {}
        self._known: dict[bytes, int] = {}
        self._found = Found([], [], [], [], [])
        self._step_bytes, self._step = b"", 0

    def parse(self, event: bytes, record: int = 0) -> bool:
        """Collect the scalars of one event. False: the bytes are not an event.

        :param record: number stored with the points, for their order.
        """
        # The points of one iteration share their step, so its bytes are compared first.
        at = 9 + len(self._step_bytes)
        if event[9:at] == self._step_bytes:
            tag = self._known.get(event[at:-4])
            if tag is not None and event[0] == 0x09:
                found = self._found
                found.tag.append(tag)
                found.record.append(record)
                found.step.append(self._step)
                found.wall.append(_WALL(event, 1)[0])
                found.value.append(_VALUE(event, len(event) - 4)[0])
                return True
        return (self._learn(event) and self.parse(event, record)) or self._parse_any(event, record)

    def _learn(self, event: bytes) -> bool:
        """Remember step and tag of a plain scalar. False if it is not one, or nothing is new."""
        if len(event) < 20 or event[0] != 0x09 or event[-5] != 0x15:
            return False
        step_bytes, step = _step(event)
        middle = event[9 + len(step_bytes) : -4]
        if step is None or (step_bytes == self._step_bytes and middle in self._known):
            return False
        if middle not in self._known:
            tag = plain_tag(middle)
            if tag is None or (number := self.number(tag)) is None:
                return False
            self._known[middle] = number
        self._step_bytes, self._step = step_bytes, step
        if self.first_wall is None:
            self.first_wall = _WALL(event, 1)[0]
        return True

    def take(self) -> Found:
        """Points collected since the last call."""
        taken, self._found = self._found, Found([], [], [], [], [])
        return taken

    def number(self, tag: str) -> int | None:
        """The number of a tag in this file; None if there are too many tags."""
        number = self._numbers.get(tag)
        if number is None:
            if len(tag) > MAX_TAG or len(self.tags) >= MAX_TAGS:
                self.tags_refused += 1
                return None
            number = self._numbers[tag] = len(self.tags)
            self.tags.append(tag)
        return number

    def name_plugin(self, tag: str, plugin: str) -> None:
        """Remember the plugin that an event names for a tag."""
        if self.plugins.get(tag, plugin) != plugin:
            self.renamed = True
        if len(self.plugins) < MAX_TAGS:
            self.plugins[tag] = plugin

    def _parse_any(self, data: bytes, record: int) -> bool:
        try:
            event = event_class().FromString(data)
        except DecodeError:
            return False
        if self.first_wall is None:
            self.first_wall = event.wall_time
        for item in event.summary.value:
            kind = item.WhichOneof("value")
            plugin = item.metadata.plugin_data.plugin_name
            if plugin:
                self.name_plugin(item.tag, plugin)
            if kind == "simple_value":
                value = item.simple_value
            elif kind == "tensor":
                value = _scalar_of(item.tensor, self.plugins.get(item.tag))
            else:
                continue
            if value is None or (number := self.number(item.tag)) is None:
                continue
            tags, records, steps, walls, values = self._found
            tags.append(number)
            records.append(record)
            steps.append(event.step)
            walls.append(event.wall_time)
            values.append(value)
        return True


@cache
def event_class() -> Any:  # TensorBoard's protobuf classes have no types
    """TensorBoard's class of an event."""
    # Imported here: half of the runs never need it, and it costs 30 ms.
    from tensorboard.compat.proto.event_pb2 import Event

    return Event


def _step(event: bytes) -> tuple[bytes, int | None]:
    """The step's bytes after the wall time, with their key; none written means 0."""
    if event[9] != 0x10:
        return b"", 0
    step = 0
    for place, byte in enumerate(event[10:20]):
        step |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            signed = step - (1 << 64) if step >= 1 << 63 else step
            return event[9 : 11 + place], signed if step < 1 << 64 else None
    return b"", None


def plain_tag(middle: bytes) -> str | None:
    """The tag, if these bytes are the summary of one plain scalar up to its value."""
    # 2a LL 0a MM 0a TT tag 15
    size = len(middle)
    if size < 7 or middle[-1] != 0x15:
        return None
    at = 0
    for key, end in ((0x2A, size + 4), (0x0A, size + 4), (0x0A, size - 1)):
        if at + 3 > size or middle[at] != key:
            return None
        length, at = middle[at + 1], at + 2
        if length >= 0x80:
            if middle[at] >= 0x80:
                return None
            length, at = length & 0x7F | middle[at] << 7, at + 1
        if at + length != end:
            return None
    try:
        return middle[at:-1].decode()
    except UnicodeDecodeError:
        return None


def _scalar_of(tensor: Any, plugin: str | None) -> float | None:
    """The number in a tensor that represents a scalar; None for all other tensors.

    TF2 writes scalars as rank-0 tensors with the plugin ``scalars``; without a
    plugin name only a rank-0 float is one.
    """
    if tensor.tensor_shape.dim or plugin not in (None, "scalars"):
        return None
    if tensor.dtype not in (NUMERIC if plugin else FLOATS):
        return None
    # Nearly all are one float or one double; the general code takes ten times as long.
    content = tensor.tensor_content
    if tensor.dtype == _FLOAT:
        if len(content) == 4:
            return float(_VALUE(content)[0])
        if not content and len(tensor.float_val) == 1:
            return float(tensor.float_val[0])
    elif tensor.dtype == _DOUBLE:
        if len(content) == 8:
            return float(_WALL(content)[0])
        if not content and len(tensor.double_val) == 1:
            return float(tensor.double_val[0])
    from tensorboard.util import tensor_util

    try:
        number = np.asarray(tensor_util.make_ndarray(tensor), np.float64)
    except (TypeError, ValueError, OverflowError):
        return None
    return float(number.reshape(-1)[0]) if number.size == 1 else None
