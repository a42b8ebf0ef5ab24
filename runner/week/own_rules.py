"""The engineers' own rules on the week's run: which fire now, and which have nothing to judge."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from core.alerts.kinds import EventKind
from core.alerts.rule_firing import Firing, run_firings, usable
from core.language import Message, joined, literal, plural
from core.telemetry.absence import PATIENCE, absence
from core.telemetry.readings import pace_series
from core.timestamps import age_text, from_unix
from core.vocabulary import LIVE_TRAINING
from runner.alerts.seen_readings import SeenReadings
from runner.week.concern import Concern

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from core.alerts.own_rule import OwnRule
    from core.clock import Clock
    from core.facts import RunFacts
    from core.telemetry import Series


@dataclass(frozen=True)
class RuleState:
    """A rule at the moment of a judged week.

    :ivar firing: what people are told of now; None: nothing.
    :ivar readings: the usable points of its tag in the run.
    :ivar missing: why there is nothing to judge; None: there is something.
    :ivar earlier: firings that came and went since the last look, before this one.
    :ivar source: names the readings of its tag in the run; ``newest``: the time of the newest one
        that was ever written, in seconds since the epoch.
    """

    rule: OwnRule
    firing: Firing | None = None
    readings: Series | None = None
    missing: Message | None = None
    earlier: int = 0
    source: str = ""
    newest: float | None = None

    @property
    def occasion(self) -> str:
        """Names the firing; of other terms it is another one, whoever acknowledged the old."""
        terms = self.rule.terms
        began = None if self.firing is None else self.firing.began
        return f"{terms.tag} {terms.operator} {terms.threshold!r} {terms.minutes!r} {terms.steps} {began!r}"


def rule_states(
    rules: Iterable[OwnRule],
    run: RunFacts | None,
    clock: Clock,
    now: datetime,
    seen: SeenReadings | None = None,
) -> list[RuleState]:
    """Every rule, judged on a run as of a real moment.

    :param seen: what the look before knew: people are also told of what came and went since.
    """
    return [_state(rule, run, clock, now, seen or SeenReadings()) for rule in rules]


def newest_readings(states: Iterable[RuleState]) -> dict[str, float]:
    """What a look knows, for the next one."""
    return {state.source: state.newest for state in states if state.newest is not None}


def rule_concerns(states: Iterable[RuleState]) -> Iterator[Concern]:
    """The rules that fire now."""
    for state in states:
        if state.firing is None or state.readings is None:
            continue
        step, value = state.readings.last
        text = Message(
            "{rule}: it was {value:.4g} at step {step:,}, and is {now:.4g} at step {last:,}.",
            rule=state.rule.terms.sentence,
            value=state.firing.value,
            step=state.firing.step,
            now=value,
            last=step,
        )
        if state.earlier:
            before = plural(
                "It fired {n} time more since the last look.",
                "It fired {n} times more since the last look.",
                state.earlier,
            )
            text = joined([text, before])
        yield Concern(
            state.rule.terms.level,
            literal(state.rule.terms.name),
            text,
            "alerts",
            EventKind.RULE,
            state.rule.key,
            since=from_unix(state.firing.began),
            occasion=state.occasion,
        )


def _state(
    rule: OwnRule, run: RunFacts | None, clock: Clock, now: datetime, seen: SeenReadings
) -> RuleState:
    tag = rule.terms.tag
    if run is None:
        return RuleState(rule, missing=Message("No run of this week has started yet."))
    if run.reader is None:
        return RuleState(rule, missing=absence(None, tag, run.until).why)
    until = run.until.timestamp()
    written = run.reader.series(tag, until)
    if not len(written):
        return RuleState(rule, missing=absence(run.reader, tag, run.until).why)
    readings = usable(written)
    if not len(readings):
        return RuleState(rule, missing=Message("No reading of {tag} is a number.", tag=tag))
    state = RuleState(
        rule,
        readings=readings,
        source=f"{run.name}/{tag}",
        newest=float(usable(run.reader.series(tag, until, stitched=False)).wall.max()),
    )
    known = seen.until(state.source)
    after = float("inf") if known is None else max(known, rule.at.timestamp())
    found = [_closed(one, run) for one in run_firings(rule.terms, run.reader, clock, until)]
    told = [one for one in found if one.began > after or one.told_at(now.timestamp())]
    if not told:
        return replace(state, missing=_outdated(written, readings, run, now))
    earlier = sum(one.began > after for one in told[:-1])
    return replace(state, firing=told[-1], earlier=earlier)


def _outdated(written: Series, readings: Series, run: RunFacts, now: datetime) -> Message | None:
    """Why the newest reading says nothing about now."""
    step, value = readings.last
    if np.isnan(written.value[-1]):
        return Message(
            "The newest reading of {tag} is not a number. The last one that is:"
            " {value:.4g} at step {step:,}, {age} old.",
            tag=written.tag,
            value=value,
            step=step,
            age=age_text(now - readings.last_at),
        )
    assert run.reader is not None
    last, first = run.reader.last_event(run.until.timestamp()), run.reader.first_wall
    iterations = usable(pace_series(run.reader, run.until)).wall
    if last is None or first is None or len(iterations) < 2:
        return None
    usual = max(
        float(np.median(np.diff(readings.wall, prepend=first))),
        float(np.median(np.diff(iterations))),
    )
    behind = last.wall - float(readings.wall[-1])
    if behind <= PATIENCE * usual:
        return None
    return Message(
        "The newest reading of {tag}, {value:.4g} at step {step:,}, is {age} older than the run's"
        " newest.",
        tag=written.tag,
        value=value,
        step=step,
        age=age_text(behind),
    )


def _closed(firing: Firing, run: RunFacts) -> Firing:
    """The firing, which ends with the run."""
    if firing.ended is None and run.status not in LIVE_TRAINING:
        last = run.reader.last_event(run.until.timestamp()) if run.reader else None
        ended = run.ended.timestamp() if run.ended else last.wall if last else firing.began
        firing = replace(firing, ended=ended)
    return firing
