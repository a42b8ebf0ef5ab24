"""Runs: training runs, the newest first, their settings and models, and which model is in use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.language import plural
from dashboard.components import pager
from dashboard.components.boundary import boundary
from dashboard.components.empty_state import empty, no_run, no_week
from dashboard.panels.runs import comparison, model_choice, run_table
from dashboard.panels.runs.address import RUNS, write

if TYPE_CHECKING:
    from dashboard.page import Page

REDRAW_SECONDS = 15.0
PER_PAGE = 25
_ALL = "runs:all"


def show(page: Page) -> None:
    """Draw the page and redraw it every 15 seconds."""

    def body() -> None:
        with boundary(page.say):
            _draw(page)

    page.live(body, every=REDRAW_SECONDS)


def _draw(page: Page) -> None:
    say, week = page.say, page.week
    if week is None:
        no_week(page)
        return
    asked = RUNS.changed()
    meant, number = (asked or {}).get("run"), pager.read(RUNS, asked)
    client, first = page.services.client, (number - 1) * PER_PAGE
    everywhere = st.session_state.get(_ALL)
    found = client.run_window(PER_PAGE, first, None if everywhere else week.id, meant)
    lacks = meant is not None and meant not in {run.run for run in found.runs}
    if not everywhere and (lacks or (everywhere is None and not found.count)):
        st.session_state[_ALL] = True
        found = client.run_window(PER_PAGE, first, None, meant)
    elif everywhere is None:
        st.session_state[_ALL] = False
    if not found.weeks:
        if week.watched is None:
            no_run(page)
        else:
            empty(
                say("A watched run is not listed here"),
                say("Only runs that trainweek started keep their models here."),
            )
        return
    model_choice.in_use(page, found.runs)
    if found.weeks > 1:
        label = say.raw(plural("Runs of the {n} week", "Runs of all {n} weeks", found.weeks))
        st.toggle(label, key=_ALL, on_change=_first_part)
    if not found.runs:
        no_run(page)
        return
    run_table.show(page, found.runs)
    pager.draw(RUNS, found.first // PER_PAGE + 1, -(-found.count // PER_PAGE), write)
    if len(found.runs) > 1:
        comparison.show(page, found.runs)
    model_choice.show(page, found.runs, meant)


def _first_part() -> None:
    st.session_state[RUNS.key(pager.PAGE)] = 1
    write()
