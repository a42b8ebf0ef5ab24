"""One tag's points over steps and wall time, raw or stitched to one curve."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from core.timestamps import from_unix

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


@dataclass(frozen=True, eq=False)
class Series:
    """Points of one tag. An unknown tag is a series of length 0."""

    tag: str
    step: np.ndarray  # int64[n]
    wall: np.ndarray  # float64[n], seconds since the epoch
    value: np.ndarray  # float64[n]; NaN and infinities as they were written
    source: str = ""  # file of the newest point, relative to the reader's folder
    rising: bool = False  # steps are known never to go back; False: not known

    def __len__(self) -> int:
        return len(self.step)

    @property
    def last(self) -> tuple[int, float]:
        """Step and value of the newest point.

        :raises IndexError: no points.
        """
        return int(self.step[-1]), float(self.value[-1])

    @property
    def last_at(self) -> datetime:
        """Real moment of the newest point.

        :raises IndexError: no points.
        """
        return from_unix(float(self.wall[-1]))

    def where(self, mask: np.ndarray | slice) -> Series:
        """The chosen points; order is kept."""
        return Series(
            self.tag, self.step[mask], self.wall[mask], self.value[mask], self.source, self.rising
        )

    def below(self, step: int) -> Series:
        """Points before a step."""
        if self.rising:
            return self.where(slice(0, int(np.searchsorted(self.step, step))))
        return self.where(self.step < step)

    def finite(self) -> Series:
        """Without NaN and infinite values."""
        kept = np.isfinite(self.value)
        return self if kept.all() else self.where(kept)

    def between(self, since: float | None, until: float | None) -> Series:
        """Points with ``since < wall <= until`` (seconds since the epoch)."""
        if since is None and until is None:
            return self
        mask = np.ones(len(self), bool)
        if since is not None:
            mask &= self.wall > since
        if until is not None:
            mask &= self.wall <= until
        return self if mask.all() else self.where(mask)


def empty(tag: str) -> Series:
    """A series without points."""
    return Series(tag, np.empty(0, np.int64), np.empty(0), np.empty(0))


def join(tag: str, parts: Sequence[Series]) -> Series:
    """All points, one part after another."""
    parts = [part for part in parts if len(part)]
    if not parts:
        return empty(tag)
    if len(parts) == 1:
        return parts[0] if parts[0].tag == tag else replace(parts[0], tag=tag)
    return Series(
        tag,
        np.concatenate([part.step for part in parts]),
        np.concatenate([part.wall for part in parts]),
        np.concatenate([part.value for part in parts]),
        parts[-1].source,
    )


def stitch(tag: str, parts: Sequence[Series], cuts: Sequence[int | None]) -> Series:
    """One curve: a later attempt's points replace the earlier ones they overlap.

    Steps of the result never go back.

    :param parts: one series per attempt, in order.
    :param cuts: for each part, the step from which it replaces all earlier parts,
        also of tags that it has not written yet (None: it replaces nothing).
    """
    kept: list[Series] = []
    limit = np.iinfo(np.int64).max  # the lowest step that a later part took over
    for part, cut in zip(reversed(parts), reversed(cuts), strict=True):
        part = without_resets(part)
        kept.append(part.below(limit) if limit < np.iinfo(np.int64).max else part)
        if cut is not None:
            limit = min(limit, cut, int(part.step[0]) if len(part) else cut)
    whole = join(tag, kept[::-1])
    return whole if whole.rising else replace(whole, rising=True)


def without_resets(series: Series) -> Series:
    """The series with overlaps resolved where steps go back inside one file: later points win.

    Consecutive points of one step are all kept: some trainers log several episodes
    under one step. Points at step 0 after the last positive step are settings or a summary,
    and replace nothing.
    """
    if series.rising or len(series) < 2:
        return series
    if series.step[-1] == 0:
        positive = np.flatnonzero(series.step > 0)
        if len(positive):
            series = series.where(slice(0, int(positive[-1]) + 1))
    if (series.step[1:] >= series.step[:-1]).all():
        return replace(series, rising=True)
    lowest_later = np.minimum.accumulate(series.step[::-1])[::-1]
    return replace(series.where(series.step <= lowest_later), rising=True)
