"""The reward over the steps, with what happened to it."""

from __future__ import annotations

import streamlit as st

from core.telemetry.interventions import rate_changes
from core.telemetry.readings import known_series
from core.telemetry.series import Series
from dashboard.figures.curves import Limit, Mark, curve, step_at
from dashboard.figures.style import CONFIG, GRAY, ORANGE, RED
from dashboard.page import Page
from dashboard.queries import Moment

HEIGHT = 300
MOST_RATES = 10  # changes of the learning rate that are marked: the last ones


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
    """Restarts, changed learning rates and incidents, as places on the step axis."""
    return (
        _restart_marks(page, look) + _rate_marks(page, look) + _incident_marks(page, look, series)
    )


def _restart_marks(page: Page, look: Moment) -> list[Mark]:
    """Where a later attempt took over."""
    run = look.run
    if run is None or run.reader is None:
        return []
    return [
        Mark(attempt.first_step, page.say.raw("week.restart", number=number), ORANGE)
        for number, attempt in enumerate(run.reader.attempts[1:], start=1)
    ]


def _rate_marks(page: Page, look: Moment) -> list[Mark]:
    run = look.run
    if run is None or run.reader is None:
        return []
    return [
        Mark(
            change.step,
            page.say.raw("week.mark_rate", before=f"{change.before:g}", after=f"{change.after:g}"),
            ORANGE,
        )
        for change in rate_changes(run.reader, run.until)[-MOST_RATES:]
    ]


def _incident_marks(page: Page, look: Moment, series: Series) -> list[Mark]:
    found = []
    for incident in look.incidents:
        step = step_at(series, incident.opened_at.timestamp())
        if step is not None:
            found.append(Mark(step, page.say.raw("week.mark_incident"), RED))
    return found
