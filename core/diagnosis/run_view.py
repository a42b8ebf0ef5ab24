"""The input of a rule: the run up to one real moment, and the facts around it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from core.diagnosis.reward_level import RewardLevels, reward_levels
from core.telemetry import FileProblem, RunEvents, Series
from core.telemetry.episodes import episode_lengths
from core.telemetry.readings import (
    known_series,
    of_newest_attempt,
    pace_series,
    steps_per_second,
)
from core.vocabulary import LIVE_TRAINING

if TYPE_CHECKING:
    from core.facts import Facts, RunFacts
    from core.liveness import Silence
    from core.playbook import Playbook

# A first step beyond this many usual intervals is no beginning; with fewer intervals none is usual.
_FAR, _FEWEST = 10.0, 5
_LOOK_BACK = timedelta(minutes=5)  # week time


@dataclass(frozen=True)
class RunView:
    """A run at ``until`` (real). ``run.reader`` may be None: no event folder."""

    facts: Facts
    playbook: Playbook
    run: RunFacts
    until: datetime

    @property
    def reader(self) -> RunEvents | None:
        """The run's events; None: no event folder."""
        return self.run.reader

    @property
    def active(self) -> bool:
        """Whether the run is still expected to log."""
        return self.run.status in LIVE_TRAINING

    @property
    def unix(self) -> float:
        """This moment in seconds since the epoch."""
        return self.until.timestamp()

    def series(self, name: str) -> Series:
        """Stitched points of a number up to this moment, over all attempts."""
        if self.reader is None:
            return _NOTHING
        return known_series(self.reader, name, self.until)

    def pace(self) -> Series:
        """One point an iteration."""
        return _NOTHING if self.reader is None else pace_series(self.reader, self.until)

    def of_attempt(self, series: Series) -> Series:
        """The points that the newest attempt wrote."""
        return series if self.reader is None else of_newest_attempt(self.reader, series, self.until)

    @property
    def step(self) -> int | None:
        """The newest step; None before the first event."""
        pace = self.pace()
        return int(pace.step[-1]) if len(pace) else None

    @cached_property
    def reward_levels(self) -> RewardLevels | None:
        """Levels of the reward up to this moment, by single points; None: too few of them."""
        return reward_levels(self.series("rollout/ep_rew_mean"), self.episode_lengths)

    @cached_property
    def episode_lengths(self) -> Series | None:
        """Mean episode lengths in the units of the run's steps; None: unknown."""
        return None if self.reader is None else episode_lengths(self.reader, self.until)

    @property
    def continues_from(self) -> int | None:
        """The step at which the events begin, if an earlier part of the run is not among them.

        None: they begin where a run begins, within a few of its own intervals of step 0.
        """
        pace = self.pace()
        if len(pace) <= _FEWEST:
            return None
        return int(pace.step[0]) if begins_late(pace) else None

    @property
    def judged_silence(self) -> Silence:
        """The newest attempt's silence with its limits, also after the process has ended."""
        return self.run.silence_at(self.until, self.facts.clock)

    @property
    def patience(self) -> float:
        """The run's learned stall threshold, in real seconds."""
        return self.judged_silence.limit

    @property
    def problems(self) -> list[FileProblem]:
        """Problems of the files that existed at this moment."""
        found = [] if self.reader is None else self.reader.problems
        return [problem for problem in found if problem.seen_by(self.unix)]

    @property
    def silence(self) -> float | None:
        """Real seconds since the newest scalar; None before the first one."""
        last = None if self.reader is None else self.reader.last_event(self.unix)
        return None if last is None else max(0.0, self.unix - last.wall)

    @property
    def log_ahead(self) -> float | None:
        """Real seconds for which the trainer's log went on without events; None: unknown.

        They count from the newest attempt's beginning at the earliest: what an ended one left
        unwritten is no silence of a process that has not come to its first event.
        """
        run, log, silence = self.run, self.facts.log, self.silence
        # [ISSUE] lines may be written about a silent trainer, not by it.
        if log is None or log.last_line_at is None or log.issues or silence is None:
            return None
        if run.attempt_started is None and run.waits_for_attempt(self.until):
            return None
        return log.last_line_at.timestamp() - (self.unix - self.judged_silence.seconds)

    # week time

    def week_hours(self, since: datetime, until: datetime | None = None) -> float:
        """Week hours between two real moments (``until``: this moment)."""
        return self.facts.clock.week_hours(since, until or self.until)

    @property
    def training_hours(self) -> float:
        """Week hours since the run started."""
        return self.week_hours(self.run.started)

    def before(self, hours: float) -> RunView | None:
        """This run that many week hours earlier; None if it had not started.

        It is a whole number of 5 minutes after the start, the one before, so that the looks of
        some time look back at the same moments and find what was computed for them.
        """
        clock, started = self.facts.clock, self.run.started
        since = clock.to_week(self.until) - timedelta(hours=hours) - clock.to_week(started)
        if since < timedelta(0):
            return None
        real = clock.to_real(clock.to_week(started) + since // _LOOK_BACK * _LOOK_BACK)
        return None if real is None else replace(self, until=max(real, started))

    def window(self, hours: float) -> timedelta:
        """The real time that the last ``hours`` of week time took."""
        taken = self.facts.clock.real_window(self.until, timedelta(hours=hours))
        return timedelta(0) if taken is None else taken

    @property
    def rate(self) -> float | None:
        """Steps a real second now."""
        found = None if self.reader is None else steps_per_second(self.reader, self.until)
        return (
            float(found.value)
            if found is not None and isinstance(found.value, int | float)
            else None
        )


def begins_late(series: Series) -> bool:
    """Whether a series of two points or more begins far beyond its own usual interval."""
    usual = float(np.median(np.diff(series.step)))
    return bool(series.step[0] > _FAR * max(usual, 1.0))


_NOTHING = Series("", np.empty(0, np.int64), np.empty(0), np.empty(0))
