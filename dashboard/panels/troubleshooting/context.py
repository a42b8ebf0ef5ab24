"""Context of a finding: the curve, recorded changes and log lines around it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from core.checks.training_log import LogLine, read_log
from core.diagnosis.recent_changes import RecentChange, changes, wall_of_step
from core.diagnosis.scenarios.kl_explosion import DEAD_KL, HIGH
from core.errors import SetupError
from core.language import Message, plural
from core.reading import as_set
from core.telemetry.drawn_series import ENTROPY_TAG, SPEED_TAG, drawn_series
from core.telemetry.readings import pace_series
from core.timestamps import from_unix
from core.vocabulary import FindingStatus
from dashboard.components.charts import (
    ENTROPY,
    EXPLAINED,
    KL,
    REWARD,
    SPEED,
    draw_curves,
)
from dashboard.components.curve_marks import restart_marks
from dashboard.components.headings import card
from dashboard.figures.curves import around
from dashboard.figures.palette import ORANGE, RED
from dashboard.figures.view import Limit, Mark, View
from dashboard.formatting import number
from dashboard.wording import plain

if TYPE_CHECKING:
    from core.diagnosis import Finding
    from core.telemetry.series import Series
    from dashboard.data.shown_events import ShownEvents
    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page

HEIGHT = 190
POINTS = 60  # iterations shown before the event, and after it
LINES = 12  # of the log
MINUTES = timedelta(minutes=10)  # of log before and after, at least


@dataclass(frozen=True)
class _Subject:
    """The curve that a scenario is judged by."""

    title: Message
    tag: str
    log_scale: bool = False


_REWARD = _Subject(REWARD, "rollout/ep_rew_mean")
_KL = _Subject(KL, "train/approx_kl", log_scale=True)
_SPEED = _Subject(SPEED, SPEED_TAG)
_EXPLAINED = _Subject(EXPLAINED, "train/explained_variance")
_ENTROPY = _Subject(ENTROPY, ENTROPY_TAG)
_STD = _Subject(Message("Std of the actions"), "train/std", log_scale=True)
_VALIDATION = _Subject(Message("Validation Sharpe"), "eval/sharpe")
_VALUE_LOSS = _Subject(Message("Value loss"), "train/value_loss", log_scale=True)
_SUBJECTS = {
    "flat_reward": _REWARD, "not_converging": _REWARD, "kl_explosion": _KL,
    "policy_dead": _KL, "slowdown": _SPEED, "hung": _SPEED, "crash": _SPEED,
    "logging_broken": _SPEED, "data_issue": _REWARD,
    "collapse": _REWARD,
    "overfitting": _VALIDATION,
    "critic_useless": _EXPLAINED, "exploration_blowup": _ENTROPY, "early_determinism": _ENTROPY,
}  # fmt: skip


def show(page: Page, snapshot: Snapshot, finding: Finding) -> None:
    """Draw curve, changes and log around the finding's step; nothing without events."""
    logged = snapshot.logged
    if logged is None or finding.status is FindingStatus.NO_DATA:
        return
    wall = None if finding.since_step is None else wall_of_step(snapshot.facts, finding.since_step)
    _curve(page, snapshot, logged, finding, wall)
    if wall is None or finding.status is FindingStatus.OK:
        return
    window = _window(logged, wall)
    _changes(page, snapshot, changes(snapshot.facts, wall, window))
    _log(page, wall, window)


def _curve(
    page: Page, snapshot: Snapshot, logged: ShownEvents, finding: Finding, wall: float | None
) -> None:
    subject = _subject(logged, finding)
    if subject is None:
        return
    series = _series(logged, subject)
    if len(series) < 2:
        return
    marks, step = restart_marks(page, snapshot), finding.since_step
    caption = page.say("{curve} so far", curve=subject.title)
    if wall is not None and step is not None and finding.status is not FindingStatus.OK:
        caption = page.say("{curve} around the event", curve=subject.title)
        series = around(series, step, POINTS)
        label = page.say.raw("since step {step}", step=number(step))
        marks = [*marks, Mark(step, label, RED)]
    shown = [m for m in marks if series.step[0] <= m.step <= series.step[-1]]
    limits = [Limit(HIGH, page.say.raw(as_set(HIGH)), ORANGE)] if subject.tag == _KL.tag else []
    if subject.log_scale:
        series = replace(series, value=np.maximum(series.value, DEAD_KL / 10))
    if subject.tag == _KL.tag:
        limits.append(Limit(DEAD_KL, page.say.raw(as_set(DEAD_KL)), ORANGE))
    title = page.say.raw(subject.title)
    st.caption(caption)
    draw_curves(
        page,
        {title: series},
        key=f"around-{finding.scenario}",
        title=title,
        height=HEIGHT,
        limits=limits,
        marks=shown,
        view=View(log=subject.log_scale, language=page.viewer.language),
    )


def _series(logged: ShownEvents, subject: _Subject) -> Series:
    return drawn_series(logged.events, subject.tag, logged.until)


def _subject(logged: ShownEvents, finding: Finding) -> _Subject | None:
    """What the evidence is about: std instead of entropy, value loss, where those decided."""
    subject = _SUBJECTS.get(finding.scenario)
    if subject is _EXPLAINED and finding.kind == "VALUE_LOSS":
        return _VALUE_LOSS
    if subject is _ENTROPY and len(_series(logged, _STD)):
        return _STD
    return subject


def _window(logged: ShownEvents, wall: float) -> timedelta:
    """Ten minutes, or ten iterations where those take longer."""
    pace = pace_series(logged.events, logged.until)
    before = pace.wall[pace.wall <= wall][-11:]
    return max(MINUTES, timedelta(seconds=float(before[-1] - before[0]) if len(before) else 0))


def _changes(page: Page, snapshot: Snapshot, found: list[RecentChange]) -> None:
    say = page.say
    card(say("Changes at that time"))
    if not found:
        st.caption(say("No recorded changes: same attempt, same learning rate, no data check."))
        return
    st.markdown("\n".join(f"- {_change(page, snapshot, change)}" for change in found))


def attempt_name(folder: str) -> str:
    """An attempt's number: ``2`` of ``attempt-002``, else its folder."""
    found = re.fullmatch(r"attempt-0*(\d+)", folder)
    return found[1] if found else folder


def _change(page: Page, snapshot: Snapshot, change: RecentChange) -> str:
    say = page.say
    when = _clock(page, snapshot, from_unix(change.wall))
    if change.what == "attempt":
        what = say("attempt {name} started", name=attempt_name(str(change.after)))
    elif change.what == "data":
        what = say("data check: {verdict}", verdict=change.after)
    else:
        what = say(
            "{tag} from {before:.3g} to {after:.3g}",
            tag=change.what,
            before=change.before,
            after=change.after,
        )
    step = "" if change.step is None else say("step {step}", step=number(change.step))
    return f"{what} :small[:gray[{' · '.join(part for part in (step, plain(when)) if part)}]]"


def _log(page: Page, wall: float, window: timedelta) -> None:
    say, home = page.say, page.services.home
    middle = from_unix(wall)
    try:
        lines = list(
            read_log(home.training_log, middle - window, min(middle + window, page.services.now()))
        )
    except (FileNotFoundError, SetupError):
        return
    card(say("Log around that time"))
    if not lines:
        st.caption(
            say(
                plural(
                    "No log line within {n} minute.",
                    "No log line within {n} minutes.",
                    round(window.total_seconds() / 60),
                )
            )
        )
        return
    st.code("\n".join(line.text for line in nearest(lines, middle)), language=None, wrap_lines=True)


def nearest(lines: list[LogLine], moment: datetime) -> list[LogLine]:
    """The lines around a moment, oldest first: as many before it as after it."""
    before = sum(line.at is None or line.at <= moment for line in lines)
    start = max(0, min(before - LINES // 2, len(lines) - LINES))
    return lines[start : start + LINES]


def _clock(page: Page, snapshot: Snapshot, real: datetime) -> str:
    return page.viewer.clock(snapshot.clock.to_week(real))
