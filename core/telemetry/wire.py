"""Parses the scalars of serialized TensorBoard events.

Nearly every event of a run is one scalar, in one layout::

    09 <wall: 8 bytes> [10 <step: varint>] 2a <length> 0a <length> 0a <length> <tag> 15 <value: 4>

(fields of ``tensorflow/core/util/event.proto`` and ``summary.proto``). The
bytes between step and value are the same for every point of a tag, so they are looked up
as a whole. Everything else goes through TensorBoard's own protobuf classes.
"""

from __future__ import annotations

import struct
from functools import cache
from typing import Any

import numpy as np
from google.protobuf.message import DecodeError

MAX_TAG = 500  # characters; a longer tag is not the name of a metric
MAX_TAGS = 20_000  # per file
Found = tuple[list[int], list[int], list[float], list[float]]  # record, step, wall, value
_WALL = struct.Struct("<d").unpack_from
_VALUE = struct.Struct("<f").unpack_from
_NUMERIC = frozenset({1, 2, 3, 4, 5, 6, 9, 14, 17, 19, 22, 23})  # DataType: floats and ints
_FLOAT, _DOUBLE = 1, 2
_FLOATS = frozenset({1, 2, 14, 19})


class ScalarParser:
    """Collects points by tag until :meth:`take` returns them."""

    def __init__(self) -> None:
        self._known: dict[bytes, Found] = {}
        self._points: dict[str, Found] = {}
        self._plugins: dict[str, str] = {}  # TF2 names a tag's plugin once in a file
        self._step_bytes, self._step = b"", 0
        self.tags_refused = 0
        self.first_wall: float | None = None

    def parse(self, event: bytes, record: int = 0) -> bool:
        """Collect the scalars of one event. False: the bytes are not an event.

        :param record: number stored with the points, for their order.
        """
        # The points of one iteration share their step, so its bytes are compared first.
        at = 9 + len(self._step_bytes)
        if event[9:at] == self._step_bytes:
            columns = self._known.get(event[at:-4])
            if columns is not None and event[0] == 0x09:
                columns[0].append(record)
                columns[1].append(self._step)
                columns[2].append(_WALL(event, 1)[0])
                columns[3].append(_VALUE(event, len(event) - 4)[0])
                return True
        return (self._learn(event) and self.parse(event, record)) or self._parse_any(event, record)

    def _learn(self, event: bytes) -> bool:
        """Remember step and tag of a plain scalar. False if it is not one, or nothing is new."""
        if len(event) < 20 or event[0] != 0x09:
            return False
        step_bytes, step = _step(event)
        middle = event[9 + len(step_bytes) : -4]
        if step is None or (step_bytes == self._step_bytes and middle in self._known):
            return False
        if middle not in self._known:
            tag = plain_tag(middle)
            if tag is None or (column := self.column(tag)) is None:
                return False
            self._known[middle] = column
        self._step_bytes, self._step = step_bytes, step
        if self.first_wall is None:
            self.first_wall = _WALL(event, 1)[0]
        return True

    def take(self) -> dict[str, Found]:
        """Points collected since the last call, by tag."""
        taken: dict[str, Found] = {
            tag: (list(records), list(steps), list(walls), list(values))
            for tag, (records, steps, walls, values) in self._points.items()
            if records
        }
        for tag in taken:
            for column in self._points[tag]:
                column.clear()
        return taken

    def column(self, tag: str) -> Found | None:
        """The lists in which a tag's points are collected; None if there are too many tags."""
        column = self._points.get(tag)
        if column is None:
            if len(tag) > MAX_TAG or len(self._points) >= MAX_TAGS:
                self.tags_refused += 1
                return None
            column = self._points[tag] = ([], [], [], [])
        return column

    def _parse_any(self, data: bytes, record: int) -> bool:
        try:
            event = _event_class().FromString(data)
        except DecodeError:
            return False
        if self.first_wall is None:
            self.first_wall = event.wall_time
        for item in event.summary.value:
            kind = item.WhichOneof("value")
            if (
                item.HasField("metadata")
                and (plugin := item.metadata.plugin_data.plugin_name)
                and len(self._plugins) < MAX_TAGS
            ):
                self._plugins[item.tag] = plugin
            if kind == "simple_value":
                value = item.simple_value
            elif kind == "tensor":
                value = _scalar_of(item.tensor, self._plugins.get(item.tag))
            else:
                continue
            if value is None or (column := self.column(item.tag)) is None:
                continue
            records, steps, walls, values = column
            records.append(record)
            steps.append(event.step)
            walls.append(event.wall_time)
            values.append(value)
        return True


@cache
def _event_class() -> Any:  # TensorBoard's protobuf classes have no types
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
    size = len(middle)
    # 2a LL 0a MM 0a TT tag 15: lengths below 128 take one byte
    if size < 7 or size + 4 > 127 or middle[-1] != 0x15:
        return None
    if (middle[0], middle[2], middle[4]) != (0x2A, 0x0A, 0x0A):
        return None
    if (middle[1], middle[3], middle[5]) != (size + 2, size, size - 7):
        return None
    try:
        return middle[6:-1].decode()
    except UnicodeDecodeError:
        return None


def _scalar_of(tensor: Any, plugin: str | None) -> float | None:
    """The number in a tensor that represents a scalar; None for all other tensors.

    TF2 writes scalars as rank-0 tensors with the plugin ``scalars``; without a
    plugin name only a rank-0 float is one.
    """
    if tensor.tensor_shape.dim or plugin not in (None, "scalars"):
        return None
    if tensor.dtype not in (_NUMERIC if plugin else _FLOATS):
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
    except (TypeError, ValueError):
        return None
    return float(number.reshape(-1)[0]) if number.size == 1 else None
