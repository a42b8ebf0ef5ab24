"""The curves of a run, and what happened on its way: for its report."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core.checks.case import SIGNS
from core.language import Message, literal
from core.report.training_facts import Action, Curve, Event, Happened, OpenedIncident
from core.telemetry.drawn_series import ENTROPY_TAG, SPEED_TAG, drawn_series, step_at
from core.telemetry.interventions import setting_changes
from core.telemetry.readings import pace_series
from core.telemetry.series import empty
from core.timestamps import from_unix
from core.vocabulary import ItemState

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from core.facts import RunFacts
    from core.playbook import Playbook
    from core.report.training_facts import FoundScenario
    from core.telemetry import Series
    from runner.incident_records import Incident
    from runner.week.judged_week import JudgedWeek

# Title, tag, unit, and the check of the playbook that has its limit.
CURVES = (
    (Message("Reward"), "rollout/ep_rew_mean", "", "reward_positive"),
    (Message("KL divergence"), "train/approx_kl", "", "kl_divergence"),
    (Message("Entropy"), ENTROPY_TAG, "nats", None),
    (Message("Explained variance"), "train/explained_variance", "", None),
    (Message("Value loss"), "train/value_loss", "", None),
    (Message("Learning rate"), "train/learning_rate", "", None),
    (Message("Steps per second"), SPEED_TAG, "steps/s", None),
    (Message("Validation Sharpe"), "eval/sharpe", "", "sharpe_estimate"),
)


def curves_of(run: RunFacts, playbook: Playbook | None) -> tuple[Curve, ...]:
    """The report's curves up to the moment of the facts.

    :param playbook: whose limits hold; None: none do.
    """
    found = []
    for title, tag, unit, check in CURVES:
        points = empty(tag) if run.reader is None else drawn_series(run.reader, tag, run.until)
        limits = _limits(tag, check, playbook)
        if tag == SPEED_TAG:
            nothing = Message("Speed needs two consecutive iterations.")
            found.append(Curve(title, "", points, unit, limits, nothing))
        else:
            found.append(Curve(title, points.tag or tag, points, unit, limits))
    return tuple(found)


def _limits(
    tag: str, check: str | None, playbook: Playbook | None
) -> tuple[tuple[float, Message], ...]:
    if playbook is None:
        return ()
    if tag == SPEED_TAG:
        slowest = playbook.training.min_steps_per_second
        return ((slowest, Message("limit ≥ {limit:,.0f}", limit=slowest)),)
    spec = playbook.checks.get(check) if check else None
    if spec is None or not isinstance(spec.threshold, float):
        return ()
    text = Message("limit {op} {limit:g}", op=SIGNS.get(spec.op, spec.op), limit=spec.threshold)
    return ((spec.threshold, text),)


def pace_of(run: RunFacts) -> Series | None:
    """The run's steps over time; None without events."""
    return None if run.reader is None else pace_series(run.reader, run.until)


def events_of(
    week: JudgedWeek,
    run: RunFacts,
    findings: Iterable[FoundScenario],
    incidents: Iterable[OpenedIncident],
    next_start: datetime | None,
) -> tuple[Event, ...]:
    """Restarts, changed settings, incidents, findings and notes while it was the week's run.

    :param next_start: real time at which another run of the week began; None: none did.
    """
    pace = pace_of(run)
    found = [*_restarts(run), *_changes(run), *_notes(week, run, pace, next_start)]
    for one in incidents:
        step = None if pace is None else step_at(pace, one.opened_at.timestamp())
        found.append(Event(Happened.INCIDENT, literal(one.summary), step, one.opened_at, one.title))
    for each in findings:
        finding = each.finding
        if finding.since_step is not None:
            found.append(
                Event(
                    Happened.FINDING, finding.headline, finding.since_step, each.began, each.title
                )
            )
    return tuple(found)


def incident_of(one: Incident, playbook: Playbook) -> OpenedIncident:
    """An incident with the actions of its procedure."""
    spec = playbook.find_escalation(one.procedure)
    actions = []
    for place, step in enumerate(() if spec is None else spec.actions):
        item = one.items.get(place)
        actions.append(
            Action(step, ItemState.OPEN)
            if item is None
            else Action(step, item.state, item.by, item.at, item.note)
        )
    closed = None if one.closed_at is None else (one.closed_by or "–", one.closed_at)
    return OpenedIncident(
        title=literal(one.procedure) if spec is None else spec.title,
        summary=one.summary,
        opened_by=one.opened_by,
        opened_at=one.opened_at,
        actions=tuple(actions),
        acknowledged=one.acknowledged,
        closed=closed,
        close_reason=one.close_reason or "",
        evidence=one.kept or "",
    )


def _notes(
    week: JudgedWeek, run: RunFacts, pace: Series | None, next_start: datetime | None
) -> Iterator[Event]:
    """The notes on a step; those on a slot stand beside its checks."""
    for note in week.records.notes:
        if note.step is None or note.at < run.started:
            continue
        if next_start is not None and note.at >= next_start:
            continue
        at = note.at
        if pace is not None and len(pace):
            at = from_unix(float(np.interp(note.step, pace.step, pace.wall)))
        text = Message("{who}: {text}", who=note.by, text=" ".join(note.text.split()))
        yield Event(Happened.NOTE, text, note.step, at)


def _restarts(run: RunFacts) -> Iterator[Event]:
    marks = [] if run.reader is None else run.reader.attempts_until(run.until.timestamp())
    for number, mark in enumerate(marks[1:], start=1):
        text = Message("restart {number}", number=number)
        yield Event(Happened.RESTART, text, mark.first_step, from_unix(mark.first_wall))


def _changes(run: RunFacts) -> Iterator[Event]:
    for each in [] if run.reader is None else setting_changes(run.reader, run.until):
        text = Message(
            "{name} {before:.3g} → {after:.3g}",
            name=each.setting,
            before=each.before,
            after=each.after,
        )
        yield Event(Happened.SETTING, text, each.step, from_unix(each.wall))
