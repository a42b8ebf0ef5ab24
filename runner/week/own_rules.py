"""The engineers' own rules on the week's run: which fire now, and which have nothing to judge."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from core.alerts.kinds import EventKind
from core.alerts.rule_firing import Firing, run_firings, usable
from core.language import Message, literal
from core.telemetry.absence import absence
from core.timestamps import from_unix
from core.vocabulary import LIVE_TRAINING
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
    """

    rule: OwnRule
    firing: Firing | None = None
    readings: Series | None = None
    missing: Message | None = None


def rule_states(
    rules: Iterable[OwnRule], run: RunFacts | None, clock: Clock, now: datetime
) -> list[RuleState]:
    """Every rule, judged on a run as of a real moment."""
    return [_state(rule, run, clock, now) for rule in rules]


def rule_concerns(states: Iterable[RuleState]) -> Iterator[Concern]:
    """The rules that fire now."""
    for state in states:
        if state.firing is None or state.readings is None:
            continue
        step, value = state.readings.last
        yield Concern(
            state.rule.terms.level,
            literal(state.rule.terms.name),
            Message(
                "{rule}: it was {value:.4g} at step {step:,}, and is {now:.4g} at step {last:,}.",
                rule=state.rule.terms.sentence,
                value=state.firing.value,
                step=state.firing.step,
                now=value,
                last=step,
            ),
            "alerts",
            EventKind.RULE,
            state.rule.key,
            since=from_unix(state.firing.began),
        )


def _state(rule: OwnRule, run: RunFacts | None, clock: Clock, now: datetime) -> RuleState:
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
    found = run_firings(rule.terms, run.reader, clock, until)
    firing = _told(found[-1], run, now.timestamp()) if found else None
    return RuleState(rule, firing, readings)


def _told(firing: Firing, run: RunFacts, now: float) -> Firing | None:
    """The firing while people are told of it; it ends with the run."""
    if firing.ended is None and run.status not in LIVE_TRAINING:
        last = run.reader.last_event(run.until.timestamp()) if run.reader else None
        ended = run.ended.timestamp() if run.ended else last.wall if last else firing.began
        firing = replace(firing, ended=ended)
    return firing if firing.told_at(now) else None
