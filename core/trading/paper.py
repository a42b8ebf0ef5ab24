"""The days after a decision, replayed on paper: what came true of its forecast.

No order exists. The record is made again from the first day each time new candles come. What was
judged is final: a replay that has fewer days, or other candles of a judged day, is refused, and
evidence that has expired stays so. Each record is kept by its hash.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import Field, ValidationError

from core.errors import IntegrityError, TrainweekError
from core.files import file_sha256
from core.gates import measure
from core.json_model import Count, IsoMoment, JsonModel, Number, Sha256, Share
from core.language import Message, plural
from core.limited_files import MOST_RECORD, json_of, read_limited
from core.market.candles import Provenance
from core.metrics.conventions import meets_limit
from core.metrics.returns import bar_returns
from core.playbook.gates import GateId
from core.trading.expiry import ALPHA, block_days, daily, earliest, expiry, power
from core.trading.forecast import Ended

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd

    from core.gates import GateResult
    from core.trading.forecast import Forecast

RECORD = "record.json"


class GateOutcome(JsonModel):
    """A gate on the paper record, beside what was forecast."""

    value: Number | None = Field(description="On the days so far; null where undefined.")
    passed: bool = Field(description="By the decision's limit; a null value is not passed.")
    chance: Share = Field(description="That the forecast gave it, of all its days.")


class PaperRecord(JsonModel):
    """What came true of a forecast so far."""

    version: Literal[1] = Field(description="Version of this file.")
    decision: Sha256 = Field(description="SHA-256 of the decision that is followed.")
    job_id: str = Field(description="Job that made it.")
    made_at: IsoMoment = Field(description="Real time, UTC.")
    data: Provenance = Field(description="The candles that came after the backtest.")
    filled: Count = Field(description="Missing bars that were filled, without trades.")
    first: IsoMoment = Field(description="Open time of the first bar after the backtest.")
    days: Count = Field(description="Whole days so far.")
    of: int = Field(ge=1, description="Days of the forecast.")
    equity: tuple[float, ...] = Field(description="At the close of each day, start = 1.")
    drawdown_pct: tuple[float, ...] = Field(
        description="Deepest fall so far at the close of each day, positive percent."
    )
    trades: tuple[int, ...] = Field(description="Round trips ended so far, by day.")
    wealth: tuple[float, ...] = Field(
        description="What bets against the model are worth after each day, 1 at the start."
    )
    alpha: float = Field(gt=0.0, lt=1.0, description="The evidence has expired at 1/alpha.")
    left_on: int | None = Field(description="First day outside the cone; null: none.")
    fell_out_on: int | None = Field(description="First day below the cone; null: none.")
    expired_on: int | None = Field(
        description="Day on which the evidence expired; null: not so far."
    )
    block_days: int = Field(default=1, ge=1, description="Days that are bet on at once.")
    earliest: int | None = Field(
        default=None, description="First day on which it can expire; null: an older record."
    )
    power: Share | None = Field(
        default=None,
        description="Chance that a model without skill expires by the last day; null: older.",
    )
    gates: dict[GateId, GateOutcome] = Field(description="Each gate on the days so far.")
    candles: tuple[Sha256, ...] = Field(
        default=(), description="Hash of each day's candles; empty: an older record."
    )
    artifacts: dict[str, Sha256] = Field(description="Hash of each table beside this file.")

    @property
    def complete(self) -> bool:
        """Whether every day of the forecast has come."""
        return self.days >= self.of

    @property
    def held(self) -> bool | None:
        """Whether the approval's claim came true; None: not known yet.

        It did if in all days the equity never fell out of the cone and the evidence never expired.
        """
        if self.expired_on is not None or self.fell_out_on is not None:
            return False
        return True if self.complete else None

    @property
    def failed_on(self) -> int | None:
        """The first day on which the model did not keep to its forecast; None: it has so far."""
        days = [day for day in (self.fell_out_on, self.expired_on) if day is not None]
        return min(days, default=None)

    def sentence(self, level: float) -> Message:
        """``12 of 30 days, inside the 90 % cone; too early to say …``"""
        days = plural("{days} of {n} day", "{days} of {n} days", self.of, days=self.days)
        if not self.days:
            return Message("{days}: no whole day of new candles yet.", days=days)
        if self.left_on is None:
            place = Message("inside the {level:.0%} cone", level=level)
        elif self.left_on == self.fell_out_on:
            place = Message(
                "below the {level:.0%} cone on day {day}", level=level, day=self.left_on
            )
        else:
            place = Message(
                "above the {level:.0%} cone on day {day}", level=level, day=self.left_on
            )
        evidence = self._evidence()
        return Message("{days}, {place}; {evidence}.", days=days, place=place, evidence=evidence)

    def _evidence(self) -> Message:
        if self.expired_on is not None:
            return Message("the evidence expired on day {day}", day=self.expired_on)
        if self.complete:
            verdict = Message("the evidence has not expired")
        elif self.earliest is not None and self.days < self.earliest:
            verdict = Message(
                "too early to say, the evidence can expire on day {day} at the earliest",
                day=self.earliest,
            )
        else:
            verdict = Message("too early to say, the evidence has not expired so far")
        if self.power is None:
            return verdict
        return Message(
            "{verdict} (of models without skill it expires for {power:.0%} by day {of})",
            verdict=verdict,
            power=self.power,
            of=self.of,
        )


def judged(
    forecast: Forecast,
    gates: Sequence[GateResult],
    bars_per_year: int,
    record: np.ndarray,
    equity: pd.DataFrame,
    trades: pd.DataFrame,
) -> dict[str, Any]:
    """The figures of a :class:`PaperRecord`, of whole days alone.

    :param record: the backtest's simple returns per bar, which the days are compared with.
    :param equity: of the replay, from the close of the backtest's last bar on.
    """
    per_day = forecast.bars_per_day
    days = min((len(equity) - 1) // per_day, forecast.days)
    bars = days * per_day
    curve = equity["equity"].to_numpy(float)[: bars + 1]
    returns = bar_returns(curve)
    ended = Ended.of(equity, trades).bars
    kept = ended < bars
    falls = np.maximum.accumulate(1.0 - curve / np.maximum.accumulate(curve))
    closes = tuple(float(each) for each in curve[per_day::per_day] / curve[0])
    past = daily(record, per_day, newest_last=True)
    block = block_days(forecast.block_bars, per_day)
    found = expiry(past, daily(returns, per_day), forecast.seed, block=block)
    values = measure(curve, trades["pnl"].to_numpy(float)[kept], bars_per_year) if days else {}
    outcomes = {}
    for gate in gates:
        value = values[gate.id].value if values else None
        passed = value is not None and meets_limit(value, gate.op, gate.threshold)
        outcomes[gate.id] = GateOutcome(
            value=value, passed=passed, chance=forecast.gates.get(gate.id, 0.0)
        )
    by_day = [int(np.count_nonzero(ended < (day + 1) * per_day)) for day in range(days)]
    return {
        "days": days,
        "of": forecast.days,
        "equity": closes,
        "drawdown_pct": tuple(float(each) for each in 100.0 * falls[per_day::per_day]),
        "trades": tuple(by_day),
        "wealth": found.wealth,
        "alpha": ALPHA,
        "left_on": forecast.left_on(closes),
        "fell_out_on": forecast.fell_out_on(closes),
        "expired_on": found.expired_on,
        "block_days": block,
        "earliest": earliest(block),
        "power": power(past, forecast.days, forecast.seed, block),
        "gates": outcomes,
    }


def read_paper(folder: Path) -> PaperRecord | None:
    """The paper record of a decision; None: it was not followed yet.

    :raises IntegrityError: the file is not such a record, is one of another decision, or a table
        beside it is not the one that it names.
    """
    file = folder / RECORD
    try:
        content = read_limited(file, MOST_RECORD)
    except OSError:
        return None
    try:
        found = PaperRecord.model_validate(json_of(content))
    except (ValidationError, ValueError) as error:
        raise _damaged(file) from error
    if found.decision != folder.name:
        raise _damaged(file)
    for name, sha256 in found.artifacts.items():
        try:
            same = file_sha256(folder / name) == sha256
        except (OSError, TrainweekError):
            same = False
        if not same:
            what = Message("{file} is not the table that the paper record names.", file=name)
            raise IntegrityError(what, make_again(folder.name))
    return found


def make_again(sha256: str) -> Message:
    """What helps against a damaged record of a decision."""
    return Message("Make it again: trainweek decision follow {sha256}", sha256=sha256)


def _damaged(file: Path) -> IntegrityError:
    what = Message("{file} is not the paper record of its decision.", file=str(file))
    return IntegrityError(what, make_again(file.parent.name))
