"""What happened, as places on a run's curves: restarts, settings, incidents, alerts, notes, checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core.language import Message
from core.telemetry.drawn_series import step_at
from core.telemetry.interventions import SettingChange, setting_changes
from core.vocabulary import FindingStatus, SlotState
from dashboard.figures.palette import GRAY, ORANGE, RED, VIOLET
from dashboard.figures.view import Mark, MarkKind
from dashboard.formatting import number
from dashboard.wording.names import SLOT_KINDS, scenario_name

if TYPE_CHECKING:
    from core.telemetry.series import Series
    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page

MAX_CHANGES = 10  # newest changes of settings within attempts that are marked
NOTE_LETTERS = 18  # of a note beside its line
KINDS = {
    MarkKind.RESTART: Message("Restarts"),
    MarkKind.SETTING: Message("Changed settings"),
    MarkKind.INCIDENT: Message("Incidents"),
    MarkKind.ALERT: Message("Findings"),
    MarkKind.NOTE: Message("Notes"),
    MarkKind.CHECK: Message("Checks"),
}


def reward_marks(page: Page, snapshot: Snapshot, series: Series) -> list[Mark]:
    """Restarts, changed settings and incidents: what may explain the shape of a curve."""
    return restart_marks(page, snapshot) + _incidents(page, snapshot, series)


def every_mark(page: Page, snapshot: Snapshot, pace: Series) -> list[Mark]:
    """All that is known to have happened while the run was logging, in order of its steps.

    :param pace: the run's steps over time.
    """
    found = [
        *reward_marks(page, snapshot, pace),
        *_findings(page, snapshot, pace),
        *_notes(page, snapshot, pace),
        *_checks(page, snapshot, pace),
    ]
    return sorted(found, key=lambda mark: mark.step)


def restart_marks(page: Page, snapshot: Snapshot) -> list[Mark]:
    """Marks where a later attempt starts, and where a setting changed, then or within one."""
    run = snapshot.run
    if run is None or run.reader is None:
        return []
    changes = setting_changes(run.reader, snapshot.shown_until)
    found = []
    for place, attempt in enumerate(run.reader.attempts[1:], start=1):
        with_it = [c for c in changes if c.last_step < attempt.first_step <= c.step]
        changes = [change for change in changes if change not in with_it]
        label = page.say.raw("restart {number}", number=place)
        if with_it:
            label = f"{label}: {', '.join(_said(page, change) for change in with_it)}"
        found.append(Mark(attempt.first_step, label, ORANGE, attempt.first_wall))
    within = [
        Mark(c.step, _said(page, c), ORANGE, kind=MarkKind.SETTING) for c in changes[-MAX_CHANGES:]
    ]
    return found + within


def _said(page: Page, change: SettingChange) -> str:
    name = "lr" if change.setting == "learning_rate" else change.setting
    return page.say.raw(
        "{name} {before:.3g} → {after:.3g}", name=name, before=change.before, after=change.after
    )


def _incidents(page: Page, snapshot: Snapshot, series: Series) -> list[Mark]:
    found = []
    for incident in snapshot.incidents:
        wall = incident.opened_at.timestamp()
        step = step_at(series, wall)
        if step is not None:
            text = page.say.raw(
                "incident: {text}",
                text=snapshot.procedure(incident.procedure, page.viewer.language),
            )
            label = page.say.raw("incident")
            found.append(Mark(step, label, RED, wall, MarkKind.INCIDENT, text))
    return found


def _findings(page: Page, snapshot: Snapshot, pace: Series) -> list[Mark]:
    """Where the findings began that fire now or have just recovered."""
    found = []
    for finding in snapshot.findings:
        begun = finding.status in {FindingStatus.FIRING, FindingStatus.RECOVERING}
        if begun and finding.since_step is not None and len(pace):
            place = min(int(np.searchsorted(pace.step, finding.since_step)), len(pace) - 1)
            language = page.viewer.language
            name = scenario_name(snapshot.week.playbook, finding.scenario, language)
            text = f"{name}: {finding.headline.in_(language)}"
            wall = float(pace.wall[place])
            found.append(Mark(finding.since_step, name, RED, wall, MarkKind.ALERT, text))
    return found


def _notes(page: Page, snapshot: Snapshot, pace: Series) -> list[Mark]:
    found = []
    for note in snapshot.notes:
        step = step_at(pace, note.at.timestamp()) if note.step is None else note.step
        if step is None:
            continue
        words = " ".join(note.text.split())
        label = words if len(words) <= NOTE_LETTERS else f"{words[: NOTE_LETTERS - 1]}…"
        text = page.say.raw("{who}: {text}", who=note.by, text=words)
        wall = None if note.step is not None else note.at.timestamp()
        found.append(Mark(step, label, VIOLET, wall, MarkKind.NOTE, text))
    return found


def _checks(page: Page, snapshot: Snapshot, pace: Series) -> list[Mark]:
    """The slots that were due while the run was logging."""
    found = []
    for view in snapshot.timeline:
        real = snapshot.clock.to_real(view.at)
        if real is None or view.state in {SlotState.SKIPPED, SlotState.UPCOMING}:
            continue
        wall = real.timestamp()
        step = step_at(pace, wall)
        if step is None or wall > pace.wall[-1]:
            continue
        name = page.say.raw(SLOT_KINDS[view.spec.kind])
        label = f"{view.at:%H:%M} {name}"
        text = f"{page.viewer.clock(view.at)} {name}"
        found.append(Mark(step, label, GRAY, wall, MarkKind.CHECK, text))
    return found


def at_step(page: Page, mark: Mark) -> str:
    """``step 20,480``, in the viewer's language."""
    return page.say.raw("step {step}", step=number(int(mark.step)))
