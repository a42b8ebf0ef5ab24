"""Where the numbers are in the bytes of an event's summary.

Events of one kind repeat all bytes but their wall time, step and numbers. The shape of a
summary is its bytes with the numbers cut out: whatever has the same shape has the same
tags, the same types, and its numbers in the same places.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from google.protobuf.message import DecodeError

from core.telemetry.wire import FLOATS, MAX_TAG, event_class, plain_tag

if TYPE_CHECKING:
    from collections.abc import Iterator

# Keys of the fields: number << 3 | wire type (tensorflow/core/framework/summary.proto, tensor.proto)
_SUMMARY, _VALUE = 0x2A, 0x0A
_TAG, _SIMPLE, _TENSOR, _METADATA = 0x0A, 0x15, 0x42, 0x4A
_DTYPE, _SHAPE, _VERSION, _CONTENT = 0x08, 0x12, 0x18, 0x22
_FIXED = {0x2A: 1, 0x32: 2}  # float_val, double_val, packed: the type whose numbers they hold
_VARINTS = {0x3A: (3, 4, 5, 6, 17), 0x52: (9,), 0x6A: (19,)}  # int_val, int64_val, half_val
_TYPES = {
    1: "<f4", 2: "<f8", 3: "<i4", 4: "u1", 5: "<i2", 6: "i1", 9: "<i8", 17: "<u2", 19: "<f2",
    22: "<u4", 23: "<u8",
}  # fmt: skip
NEGATIVE = 9  # bytes of a negative varint that are not always the same; the tenth is 1
_MOST = 10  # bytes of a varint


class Number(NamedTuple):
    """One number of a summary."""

    tag: str
    from_end: int  # bytes from its first byte to the end of the summary
    size: int  # bytes
    kind: str  # NumPy's name of the type
    varint: bool
    plugin: str = ""  # named beside it
    unsure: bool = False  # a tensor, and no plugin is named beside it
    unnamed: bool = True  # a scalar even if the file never named its tag's plugin

    def agrees(self, known: str | None) -> bool:
        """True if it is a scalar, and names no plugin but the known one.

        :param known: the plugin that the file named for the tag before.
        """
        if known is None:
            return self.unnamed or not self.unsure
        return known == ("scalars" if self.unsure else self.plugin or known)


Shape = tuple[Number, ...]  # in the order in which they are written


def holes_of(shape: Shape) -> tuple[tuple[int, int], ...]:
    """Position from the end, and size, of each number."""
    return tuple((number.from_end, number.size) for number in shape)


@lru_cache(2)
def shape_of(summary: bytes) -> Shape | None:
    """The shape of a summary (with its key); None if it holds anything but scalars."""
    tag = plain_tag(summary[:-4])
    if tag is not None:
        if len(tag) > MAX_TAG:
            return None
        return (Number(tag, 4, 4, "<f4", False),)
    try:
        event = event_class().FromString(summary)
        numbers = tuple(_numbers(summary, event.summary.value))
    except (DecodeError, KeyError, ValueError):
        return None
    tags = {number.tag for number in numbers}
    named = any(number.plugin or number.unsure for number in numbers)
    if not numbers or (named and len(tags) < len(numbers)):
        return None
    return numbers


def _numbers(summary: bytes, items: Any) -> Iterator[Number]:
    """:raises ValueError, KeyError: something is there that is not exactly one scalar a value."""
    ((key, at, end),) = _fields(summary, 0, len(summary))
    if key != _SUMMARY:
        raise ValueError(key)
    parts = list(_fields(summary, at, end))
    for (key, start, stop), item in zip(parts, items, strict=True):
        if key == _VALUE and _is_simple(summary, start, stop) and len(item.tag) <= MAX_TAG:
            yield Number(item.tag, len(summary) - stop + 4, 4, "<f4", False)
            continue
        fields = _once(summary, start, stop)
        if key != _VALUE or len(item.tag) > MAX_TAG or not fields.keys() <= _OF_VALUE:
            raise ValueError(key)
        plugin = item.metadata.plugin_data.plugin_name
        if _TENSOR not in fields:
            at, _ = fields[_SIMPLE]
            yield Number(item.tag, len(summary) - at, 4, "<f4", False, plugin)
        elif _SIMPLE in fields or plugin not in ("", "scalars"):
            raise ValueError(plugin)
        else:
            at, size, varint = _of_tensor(summary, *fields[_TENSOR], item.tensor)
            dtype = item.tensor.dtype
            from_end, kind = len(summary) - at, _TYPES[dtype]
            unnamed = dtype in FLOATS
            yield Number(item.tag, from_end, size, kind, varint, plugin, not plugin, unnamed)


def _is_simple(data: bytes, start: int, end: int) -> bool:
    """True if the value is a tag and a plain number; most are."""
    if end - start < 7 or data[start] != _TAG:
        return False
    size, at = _varint(data, start + 1, end)
    return at + size == end - 5 and data[end - 5] == _SIMPLE


_OF_VALUE = frozenset({_TAG, _SIMPLE, _TENSOR, _METADATA})


def _of_tensor(summary: bytes, start: int, end: int, tensor: Any) -> tuple[int, int, bool]:
    """Position, size and form of a tensor's one number."""
    fields = _once(summary, start, end)
    (key,) = fields.keys() - {_DTYPE, _SHAPE, _VERSION}
    at, stop = fields[key]
    size = stop - at
    if tensor.dtype not in _TYPES or tensor.tensor_shape.dim:
        raise ValueError(tensor.dtype)
    if key == _CONTENT or _FIXED.get(key) == tensor.dtype:
        if size != np.dtype(_TYPES[tensor.dtype]).itemsize:
            raise ValueError(size)
        return at, size, False
    if tensor.dtype not in _VARINTS.get(key, ()) or _varint(summary, at, stop)[1] != stop:
        raise ValueError(key)
    if size >= NEGATIVE and summary[at + NEGATIVE : stop] != b"\x01":
        raise ValueError(size)  # a positive number above 2 ** 56
    return at, min(size, NEGATIVE), True


def _once(data: bytes, start: int, end: int) -> dict[int, tuple[int, int]]:
    """Fields by key; each stands there once."""
    found = list(_fields(data, start, end))
    fields = {key: (at, stop) for key, at, stop in found}
    if len(fields) < len(found):
        raise ValueError(found)
    return fields


def _fields(data: bytes, at: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Key, start and end of each field of a message."""
    while at < end:
        key, at = _varint(data, at, end)
        wire = key & 7
        if wire == 2:
            size, at = _varint(data, at, end)
        elif wire == 0:
            size = _varint(data, at, end)[1] - at
        elif wire in (1, 5):
            size = 8 if wire == 1 else 4
        else:
            raise ValueError(key)
        if at + size > end:
            raise ValueError(size)
        yield key, at, at + size
        at += size


def _varint(data: bytes, at: int, end: int) -> tuple[int, int]:
    """A varint's number and its end."""
    number = 0
    for place, byte in enumerate(data[at : min(at + _MOST, end)]):
        number |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            return number, at + place + 1
    raise ValueError(at)
