"""A sweep as the store has it: what was asked, and how far its trials are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.sweep.folds import OWN_SPLIT
from core.trading.hold_out import Window
from core.vocabulary import ACTIVE_STATES, LIVE_STATES, JobState, SweepState

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from core.language import Message
    from core.sweep.recipe import Recipe, Try
    from core.vocabulary import Decision

MACHINE_FAILURES = frozenset({JobState.INTERRUPTED, JobState.LOST})
MOST_ATTEMPTS = 3  # of a trial that the machine ended; its own failure is never tried again
MOST_LOST_IN_A_ROW = 3  # then it is no trial's bad luck, and the sweep waits for a person


def tested_window(fold: Mapping[str, Any], train_sha256: str, backtest_sha256: str) -> Window:
    """The bars that a fold of a sweep is judged on: part of the training data, or the backtest data."""
    first, last = fold["test"]
    own = fold["number"] == OWN_SPLIT
    data = backtest_sha256 if own else f"{train_sha256}, fold {fold['number']}"
    return Window(data=data, first=first, last=last, symbol=fold.get("symbol"))


@dataclass(frozen=True)
class AttemptEnd:
    """How an attempt of a trial ended.

    :ivar ran: False: it never had a process, which says nothing of the trial.
    """

    state: JobState
    at: datetime
    ran: bool
    reason: Message

    @property
    def lost(self) -> bool:
        """Whether the machine ended it."""
        return self.state in MACHINE_FAILURES


@dataclass(frozen=True)
class Trial:
    """One seed on one fold, as a job.

    :ivar decision: None: not scored.
    """

    job_id: str
    seed: int
    fold: int
    state: JobState
    reason: Message
    attempt: int
    started_at: datetime | None
    ended_at: datetime | None
    decision: Decision | None = None
    gates: tuple[Mapping[str, Any], ...] = ()
    ends: tuple[AttemptEnd, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether it is in progress, or begins again: after a stop, or a failure of the machine."""
        if self.decision is not None:
            return False
        if self.state in ACTIVE_STATES or self.state is JobState.STOPPED:
            return True
        ended = sum(each.lost and each.ran for each in self.ends)
        return self.state in MACHINE_FAILURES and ended < MOST_ATTEMPTS

    @property
    def has_failed(self) -> bool:
        """It ended without a result, and does not begin again."""
        return self.decision is None and not self.is_open

    def as_try(self) -> Try | None:
        """Its result; None without one."""
        from core.sweep.recipe import Try  # loads numpy, which a list does not need

        if self.decision is None:
            return None
        return Try(
            self.seed,
            self.fold,
            {gate["id"]: gate["value"] for gate in self.gates},
            frozenset(gate["id"] for gate in self.gates if gate["passed"]),
            self.decision,
        )


@dataclass(frozen=True)
class Sweep:
    """A sweep of a week's recipe. Times are real.

    :ivar folds: each with its number and the first and last bar of both parts.
    :ivar trials: those that were requested so far.
    """

    id: str
    week_id: str
    seeds: tuple[int, ...]
    folds: tuple[Mapping[str, Any], ...]
    steps: int | None
    playbook_sha256: str
    train_sha256: str
    backtest_sha256: str
    by: str
    at: datetime
    stopped_by: str | None
    stopped_at: datetime | None
    resumed_at: datetime | None
    trials: tuple[Trial, ...] = ()

    @property
    def windows(self) -> list[Window]:
        """The bars that its folds are judged on."""
        return [tested_window(fold, self.train_sha256, self.backtest_sha256) for fold in self.folds]

    @property
    def cells(self) -> list[tuple[int, int]]:
        """Seed and fold of every trial, in the order in which they begin.

        The week's own split comes first: its share of GOs is what people wait for.
        """
        return [(seed, fold["number"]) for fold in self.folds for seed in self.seeds]

    @property
    def state(self) -> SweepState:
        """Where it is now."""
        live = any(trial.state in ACTIVE_STATES for trial in self.trials)
        if self.stopped_at is not None and live:
            return SweepState.STOPPING
        if not self.open_cells:
            return SweepState.FINISHED
        return SweepState.STOPPED if self.stopped_at is not None else SweepState.RUNNING

    @property
    def open_cells(self) -> list[tuple[int, int]]:
        """Those that have not ended; a stop of the sweep leaves some."""
        ended = {(each.seed, each.fold) for each in self.trials if not each.is_open}
        return [cell for cell in self.cells if cell not in ended]

    @property
    def _lost(self) -> list[AttemptEnd]:
        since = self.resumed_at or self.at
        ends = [each for trial in self.trials for each in trial.ends if each.at > since]
        found = []
        for end in sorted(ends, key=lambda each: each.at, reverse=True):
            if end.lost:
                found.append(end)
            elif end.state is not JobState.STOPPED:  # a stop says nothing of the machine
                break
        return found

    @property
    def lost_in_a_row(self) -> int:
        """How many attempts the machine ended since one ended by itself, or since a resume."""
        return len(self._lost)

    @property
    def last_lost(self) -> Message | None:
        """Why the newest of them ended."""
        return next((each.reason for each in self._lost), None)

    @property
    def is_stuck(self) -> bool:
        """Whether it waits for a person's resume: what ended so many attempts may end each."""
        return self.state is SweepState.RUNNING and self.lost_in_a_row >= MOST_LOST_IN_A_ROW

    @property
    def newest_try(self) -> datetime | None:
        """When the last scored try of the week's own split ended; None: there is none."""
        ends = [
            each.ended_at
            for each in self.trials
            if each.fold == OWN_SPLIT and each.decision is not None and each.ended_at is not None
        ]
        return max(ends, default=None)

    @property
    def running(self) -> int:
        """Trials that have a process now."""
        return sum(each.state in LIVE_STATES for each in self.trials)

    @property
    def failed(self) -> list[Trial]:
        """Trials that crashed or were ended one by one; they are shown and counted."""
        return [each for each in self.trials if each.has_failed]

    def remaining_s(self, parallel: int) -> float | None:
        """Real seconds to the end, by the mean duration of those that ended; None: not known."""
        lasted = [
            (each.ended_at - each.started_at).total_seconds()
            for each in self.trials
            if each.decision is not None and each.started_at and each.ended_at
        ]
        if not lasted:
            return None
        return sum(lasted) / len(lasted) * len(self.open_cells) / max(parallel, 1)

    def recipe(self) -> Recipe:
        """What its trials say together."""
        from core.sweep.recipe import Recipe

        tries = [found for each in self.trials if (found := each.as_try()) is not None]
        return Recipe(
            tuple(each for each in tries if each.fold == OWN_SPLIT),
            tuple(each for each in tries if each.fold != OWN_SPLIT),
            sum(each.fold == OWN_SPLIT for each in self.failed),
            sum(each.fold != OWN_SPLIT for each in self.failed),
            len(self.cells),
            sum(fold == OWN_SPLIT for _, fold in self.open_cells),
        )
