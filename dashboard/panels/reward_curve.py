"""The reward over the steps, with what happened to it."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.telemetry.readings import known_series
from core.telemetry.series import Series
from dashboard.figures.curves import Limit, Mark, curve, step_at
from dashboard.figures.style import CONFIG, GRAY, ORANGE, RED
from dashboard.page import Page
from dashboard.queries import Moment

HEIGHT = 300
_SETTINGS = {"train/learning_rate": "lr", "train/ent_coef": "ent_coef"}


def show(page: Page, look: Moment) -> None:
    say = page.say
    st.markdown(f"#### {say('week.reward_curve')}", anchors=False, help=say("week.reward_help"))
    series = reward(look)
    if series is None or not len(series):
        with st.container(height=HEIGHT, border=True):
            st.caption(say("empty.no_events") if look.run else say("empty.no_run"))
        return
    figure = curve(
        {say.raw("week.reward"): series},
        height=HEIGHT,
        limits=[Limit(0.0, "0", GRAY)],
        marks=marks(page, look, series),
    )
    st.plotly_chart(figure, key="reward-curve", config=CONFIG, alt=say.raw("week.reward_curve"))


def reward(look: Moment) -> Series | None:
    run = look.run
    if run is None or run.reader is None:
        return None
    return known_series(run.reader, "rollout/ep_rew_mean", run.until)


def marks(page: Page, look: Moment, series: Series) -> list[Mark]:
    """Restarts and incidents, as places on the step axis."""
    return restart_marks(page, look) + _incident_marks(page, look, series)


def restart_marks(page: Page, look: Moment) -> list[Mark]:
    """Where a later attempt took over."""
    run = look.run
    if run is None or run.reader is None:
        return []
    found = []
    for number, attempt in enumerate(run.reader.attempts[1:], start=1):
        changes = _changes(look, attempt.first_step)
        label = page.say.raw("week.restart", number=number)
        found.append(Mark(attempt.first_step, ": ".join([label, *changes]), ORANGE))
    return found


def _changes(look: Moment, step: int) -> list[str]:
    """Settings that are others from this step on, as the events say; one text, or none."""
    said = []
    for tag, name in _SETTINGS.items():
        points = known_series(look.run.reader, tag, look.run.until)
        before, after = points.value[points.step < step], points.value[points.step >= step]
        if len(before) and len(after) and not np.isclose(before[-1], after[0], rtol=1e-4, atol=0):
            said.append(f"{name} {before[-1]:.3g} → {after[0]:.3g}")
    return [", ".join(said)] if said else []


def _incident_marks(page: Page, look: Moment, series: Series) -> list[Mark]:
    found = []
    for incident in look.incidents:
        step = step_at(series, incident.opened_at.timestamp())
        if step is not None:
            found.append(Mark(step, page.say.raw("week.mark_incident"), RED))
    return found
