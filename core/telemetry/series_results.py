"""Results computed from series, computed again only when a point has changed.

Most of what is judged at a look was judged at the look before: the run as it was an hour ago has
the same points now.
"""

from __future__ import annotations

from hashlib import sha256
from threading import Lock
from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

    from core.telemetry.series import Series

Result = TypeVar("Result")


class SeriesResults(Generic[Result]):
    """The newest results, by what they were computed from. Several threads may share it.

    Points are known again by their hash, so none are kept, and it does not matter which reader
    gave them.

    :param most: number of results; the one that was asked for longest ago goes first.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: dict[Hashable, Result] = {}
        self._lock = Lock()

    def get(
        self, series: Iterable[Series | None], given: Hashable, compute: Callable[[], Result]
    ) -> Result:
        """The result of ``compute``, or the one of an earlier call with equal points.

        :param series: what it is computed from; None: there is no such series.
        :param given: the rest that it depends on.
        """
        key = (given, *(None if each is None else _points(each) for each in series))
        with self._lock:
            if key in self._kept:
                self._kept[key] = found = self._kept.pop(key)
                return found
        result = compute()
        with self._lock:
            self._kept[key] = result
            while len(self._kept) > self._most:
                self._kept.pop(next(iter(self._kept)))
        return result


def _points(series: Series) -> tuple[str, bytes]:
    made = sha256()
    for column in (series.step, series.wall, series.value):
        made.update(np.ascontiguousarray(column).data)
    return series.tag, made.digest()
