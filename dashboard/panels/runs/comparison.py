"""Chosen runs beside each other: what differs in their settings, and their curves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.differences import differing
from core.language import Message
from core.telemetry.readings import known_series
from dashboard.components.charts import draw_curves
from dashboard.components.figures_table import table
from dashboard.components.headings import card, part
from dashboard.figures.palette import GRAY
from dashboard.figures.view import Limit
from dashboard.panels.runs.run_table import setting
from dashboard.wording import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.telemetry.series import Series
    from dashboard.page import Page
    from runner.client.run_models import TrainingRun

MOST = 6  # runs of one comparison; the palette has seven colours
START = 3  # chosen at first: the newest
HEIGHT = 300
CURVES = {
    "eval/sharpe": Message("Validation Sharpe over steps"),
    "rollout/ep_rew_mean": Message("Training reward over steps"),
}


def show(page: Page, runs: Sequence[TrainingRun]) -> None:
    """The choice of runs, their differences, and one chart for each of :data:`CURVES`."""
    say = page.say
    part(say("Compare"))
    names = [run.run for run in runs]
    chosen = st.multiselect(
        say.raw("Runs to compare"),
        names,
        default=names[:START],
        max_selections=MOST,
        key="runs:compared",
        label_visibility="collapsed",
        placeholder=say.raw("Choose two or more runs"),
    )
    compared = [run for run in runs if run.run in chosen]
    if len(compared) < 2:
        st.caption(say("Choose two or more runs."))
        return
    _settings(page, compared)
    with st.grid(2, min_column_width=420, gap="small", key="compared-curves"):
        for tag, title in CURVES.items():
            _curve(page, compared, tag, title)


def _settings(page: Page, runs: Sequence[TrainingRun]) -> None:
    say = page.say
    names = differing([{**run.settings, **run.changed} for run in runs])
    if not names:
        st.warning(
            say(
                "All settings and the seed are equal. On the same data and machine these runs repeat "
                "each other."
            ),
            icon=":material/content_copy:",
        )
        return
    rows = [[plain(name), *(plain(setting(page, run, name)) for run in runs)] for name in names]
    table([say("Setting"), *(plain(run.run) for run in runs)], rows, "compared-settings")
    equal = len({name for run in runs for name in run.settings}) - len(names)
    st.caption(say("{count} other settings are equal.", count=equal))


def _curve(page: Page, runs: Sequence[TrainingRun], tag: str, title: Message) -> None:
    say = page.say
    series: dict[str, Series] = {}
    for run in runs:
        reader = page.services.reader(page.services.home.run(run.run))
        reader.refresh()
        found = known_series(reader, tag, page.services.now())
        if found is not None and len(found):
            series[run.run] = found
    with st.container(border=True, gap="xxsmall", key=f"compared-{tag.replace('/', '-')}"):
        card(f"{say(title)} :small[:gray[`{tag}`]]")
        if not series:
            st.caption(say("None of these runs has logged it."))
            return
        draw_curves(
            page, series, key=f"compared:{tag}", title=title, height=HEIGHT,
            limits=[Limit(0.0, "", GRAY)],
        )  # fmt: skip
