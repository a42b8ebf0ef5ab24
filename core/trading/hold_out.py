"""The hold-out's meter: who looked at which backtest bars, and what that costs the next look.

A look is a revalidation that gave a result, recorded or not, or a fold of a sweep with a scored try:
its tries show together what one recipe gives. Two windows are the same bars if their
times overlap, whatever their hashes: a file that grew by a day is no new hold-out. Those of two
symbols are not; where one's symbol is not known, times alone tell.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from core.json_model import Count, IsoMoment, JsonModel
from core.language import Message, joined, plural
from core.metrics.conventions import HOURS_PER_YEAR
from core.timestamps import parse_moment

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from core.trading.significance import Moments

State = Literal["never locked", "locked", "final look", "spent"]


class Window(JsonModel):
    """Backtest candles by hash and range."""

    data: str = Field(description="SHA-256 of the candles.")
    first: IsoMoment | None = Field(default=None, description="First bar; null: not recorded.")
    last: IsoMoment | None = Field(default=None, description="Last bar; null: not recorded.")
    bars: Count | None = Field(default=None, description="Bars; null: not recorded.")
    symbol: str | None = Field(default=None, description="Market; null or absent: not known.")

    def overlaps(self, other: Window) -> bool:
        """Whether both hold some of the same bars; without a range only the hash tells."""
        if self.data == other.data:
            return True
        if None not in (self.symbol, other.symbol) and self.symbol != other.symbol:
            return False
        if None in (self.first, self.last, other.first, other.last):
            return False
        ends = [parse_moment(str(end)) for end in (self.first, self.last, other.first, other.last)]
        return ends[0] <= ends[3] and ends[2] <= ends[1]


def symbol_of(named: Collection[str], traded: str | None) -> str | None:
    """The symbol of candles: the week's where their files name it alone; else None, not known.

    The week's word is not enough: whoever shows another week would say what the candles are of.
    """
    return traded if set(named) == {traded} else None


class Look(JsonModel):
    """One revalidation, or one fold of a sweep, that gave a result."""

    by: str = Field(description="Who started it.")
    at: IsoMoment = Field(description="When it was started, UTC.")
    job: str = Field(description="Its job, or the sweep.")
    model: str | None = Field(default=None, description="SHA-256 of the model; null: not recorded.")
    playbook: str | None = Field(default=None, description="SHA-256 of the playbook.")
    window: Window = Field(description="What it looked at.")
    tries: Count = Field(
        default=0, description="Scored tries of the sweep's fold; 0 or absent: a revalidation."
    )


class Meter(JsonModel):
    """Looks at the bars of one backtest window, before the one that is judged."""

    state: State = Field(
        description="never locked; locked: no revalidation; final look: opened for one; spent: it was made."
    )
    looks: tuple[Look, ...] = Field(description="Earlier looks at these bars, oldest first.")
    models: Count = Field(
        description="Different models, or playbooks, that looked, and tries of sweeps, this included."
    )
    needed_sharpe: float | None = Field(
        description="Annual Sharpe at which the deflated Sharpe ratio of that many trials reaches "
        "the playbook's limit for ADEQUATE evidence; null: none does."
    )
    fresh_bars: Count = Field(description="Bars after the last one of any earlier look.")
    bars: Count = Field(description="Bars of the window.")

    def sentence(self) -> Message:
        """Looks, what counts now, fresh bars."""
        parts = [
            plural(
                "Hold-out: {n} earlier look at these bars",
                "Hold-out: {n} earlier looks at these bars",
                len(self.looks),
            ),
            plural("{n} model with this one", "{n} models with this one", self.models),
        ]
        if swept := sum(look.tries > 0 for look in self.looks):
            parts.insert(1, plural("{n} of them by a sweep", "{n} of them by sweeps", swept))
        if self.needed_sharpe is not None:
            parts.append(
                Message("a Sharpe of {sharpe:.2f} is needed to count", sharpe=self.needed_sharpe)
            )
        parts.append(
            Message("{fresh:,} of {bars:,} bars are fresh", fresh=self.fresh_bars, bars=self.bars)
        )
        if self.state != "never locked":
            parts.append(STATES[self.state])
        return joined(parts, "; ")

    def people(self) -> dict[str, int]:
        """Looks by person, in order of their first."""
        counts: dict[str, int] = {}
        for look in self.looks:
            counts[look.by] = counts.get(look.by, 0) + 1
        return counts


STATES: dict[State, Message] = {
    "never locked": Message("never locked"),
    "locked": Message("locked until the lead opens it"),
    "final look": Message("opened for its final look"),
    "spent": Message("spent: its final look was made"),
}


@dataclass(frozen=True)
class Lock:
    """A locked window.

    :ivar spent: job of its final look.
    """

    window: Window
    by: str
    reason: str
    opened_by: str | None = None
    spent: str | None = None

    @property
    def state(self) -> State:
        """Where it is between the lock and the final look."""
        if self.opened_by is None:
            return "locked"
        return "final look" if self.spent is None else "spent"


@dataclass(frozen=True)
class HoldOuts:
    """All looks and all locks of a data directory, oldest first."""

    looks: tuple[Look, ...] = ()
    locks: tuple[Lock, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON, for the program that looks next."""
        locks = [{**vars(lock), "window": lock.window.as_dict()} for lock in self.locks]
        return {"looks": [look.as_dict() for look in self.looks], "locks": locks}

    @classmethod
    def of(cls, fields: Mapping[str, Any]) -> HoldOuts:
        """From :meth:`as_dict`."""
        return cls(
            tuple(Look.model_validate(each) for each in fields["looks"]),
            tuple(
                Lock(**{**each, "window": Window.model_validate(each["window"])})
                for each in fields["locks"]
            ),
        )

    def lock_of(self, window: Window) -> Lock | None:
        """The newest lock on some of these bars; one that refuses a look comes first."""
        found = [lock for lock in self.locks if lock.window.overlaps(window)]
        closed = [lock for lock in found if lock.state != "final look"]
        first = closed or found
        return first[-1] if first else None

    def state(self, window: Window) -> State:
        """Of these bars."""
        lock = self.lock_of(window)
        return "never locked" if lock is None else lock.state

    def refusal(self, window: Window) -> tuple[Message, Message] | None:
        """Why a revalidation on these bars is refused, and the remedy; None: it is not."""
        lock = self.lock_of(window)
        if lock is None or lock.state == "final look":
            return None
        if lock.state == "locked":
            return (
                Message(
                    "The backtest bars are locked by {by} for one final look: {reason}",
                    by=lock.by,
                    reason=lock.reason,
                ),
                Message(
                    "The lead opens them on Revalidation when the model is final, or revalidates "
                    "on other bars."
                ),
            )
        return (
            Message(
                "The final look at the locked backtest bars was made by job {job}; they are spent.",
                job=lock.spent or "?",
            ),
            Message("Revalidate on bars that came later."),
        )

    def refusal_of_sweep(self, window: Window) -> tuple[Message, Message] | None:
        """Why no try may be judged on these bars; their final look is none for a sweep either."""
        if self.state(window) != "final look":
            return self.refusal(window)
        return (
            Message("The backtest bars are opened for one final look; a sweep would spend it."),
            Message("Revalidate the final model, or sweep on other bars."),
        )

    def meter(
        self,
        window: Window,
        model: str | None,
        playbook: str | None,
        sure: float,
        moments: Moments | None = None,
        bars_per_year: int = HOURS_PER_YEAR,
    ) -> Meter:
        """What the looks so far mean for one of this model now.

        :param sure: DSR that counts.
        :param moments: of the record's returns; None: not known yet, then independent normal bars.
        """
        # Loads numpy, which the client of a lock does not need.
        from core.trading.significance import Moments, expected_best, needed_sharpe

        looks = tuple(look for look in self.looks if look.window.overlaps(window))
        bars = window.bars or 0
        judged = {(look.model, look.playbook) for look in looks if not look.tries}
        # Each try of a sweep was seen with its gates, and its seed can be trained.
        models = len(judged | {(model, playbook)}) + sum(look.tries for look in looks)
        needed = None
        if bars > 2:
            shape = moments or Moments(bars, 0.0, 0.0, 3.0)
            best = expected_best(models, 1.0 / (shape.independent - 1.0))
            needed = needed_sharpe(best, sure, shape.independent, shape.skew, shape.kurtosis)
        return Meter(
            state=self.state(window),
            looks=looks,
            models=models,
            needed_sharpe=None if needed is None else needed * math.sqrt(bars_per_year),
            fresh_bars=_fresh(window, looks),
            bars=bars,
        )


def _fresh(window: Window, looks: Sequence[Look]) -> int:
    """Bars of the window that open after the last bar of each earlier look."""
    bars = window.bars or 0
    if any(look.window.data == window.data for look in looks):
        return 0
    seen = [parse_moment(look.window.last) for look in looks if look.window.last is not None]
    if not seen or window.first is None or window.last is None or bars < 2:
        return bars
    first, last = parse_moment(window.first), parse_moment(window.last)
    step = (last - first) / (bars - 1)
    return min(max(round((last - max(seen)) / step), 0), bars)
