"""The reward over the steps, with restarts, changed settings and incidents."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.telemetry.absence import absence
from core.telemetry.interventions import SettingChange, setting_changes
from core.telemetry.readings import known_series
from dashboard.components.charts import REWARD, draw_curves
from dashboard.figures.curves import step_at
from dashboard.figures.palette import GRAY, ORANGE, RED
from dashboard.figures.view import Limit, Mark

if TYPE_CHECKING:
    from core.telemetry.series import Series
    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page

HEIGHT = 300
MAX_CHANGES = 10  # newest changes of settings within attempts that are marked


def show(page: Page, snapshot: Snapshot) -> None:
    """The reward curve with its marks, or why there is none yet."""
    say = page.say
    st.markdown(
        f"#### {say('Reward over steps')}",
        anchors=False,
        help=say(
            "`rollout/ep_rew_mean`, the mean of the last 100 episodes. Marks: restarts, "
            "changed settings and incidents."
        ),
    )
    series = reward(snapshot)
    if series is None or not len(series):
        with st.container(height=HEIGHT, border=True):
            run = snapshot.run
            st.caption(
                say("The run has written no events yet")
                if run is None or run.reader is None
                else say(absence(run.reader, "rollout/ep_rew_mean", snapshot.shown_until).why)
            )
        return
    draw_curves(
        page,
        {say.raw(REWARD): series},
        key="reward-curve",
        title=say.raw("Reward over steps"),
        height=HEIGHT,
        limits=[Limit(0.0, "", GRAY)],
        marks=marks(page, snapshot, series),
    )


def reward(snapshot: Snapshot) -> Series | None:
    """``rollout/ep_rew_mean`` up to the end of the run's window; None without event files."""
    run = snapshot.run
    if run is None or run.reader is None:
        return None
    return known_series(run.reader, "rollout/ep_rew_mean", snapshot.shown_until)


def marks(page: Page, snapshot: Snapshot, series: Series) -> list[Mark]:
    """Restarts, changed settings and incidents, as places on the step axis."""
    return restart_marks(page, snapshot) + _incident_marks(page, snapshot, series)


def restart_marks(page: Page, snapshot: Snapshot) -> list[Mark]:
    """Marks where a later attempt starts, and where a setting changed, then or within one."""
    run = snapshot.run
    if run is None or run.reader is None:
        return []
    changes = setting_changes(run.reader, snapshot.shown_until)
    found = []
    for number, attempt in enumerate(run.reader.attempts[1:], start=1):
        with_it = [c for c in changes if c.last_step < attempt.first_step <= c.step]
        changes = [change for change in changes if change not in with_it]
        label = page.say.raw("restart {number}", number=number)
        if with_it:
            label = f"{label}: {', '.join(_said(page, change) for change in with_it)}"
        found.append(Mark(attempt.first_step, label, ORANGE))
    within = [Mark(c.step, _said(page, c), ORANGE) for c in changes[-MAX_CHANGES:]]
    return found + within


def _said(page: Page, change: SettingChange) -> str:
    name = "lr" if change.setting == "learning_rate" else change.setting
    return page.say.raw(
        "{name} {before:.3g} → {after:.3g}", name=name, before=change.before, after=change.after
    )


def _incident_marks(page: Page, snapshot: Snapshot, series: Series) -> list[Mark]:
    found = []
    for incident in snapshot.incidents:
        step = step_at(series, incident.opened_at.timestamp())
        if step is not None:
            found.append(Mark(step, page.say.raw("incident"), RED))
    return found
