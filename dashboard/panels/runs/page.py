"""Runs: all training runs, their settings and models, and which model is in use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.language import plural
from dashboard.components.boundary import boundary
from dashboard.components.empty_state import empty, no_run, no_week
from dashboard.panels.runs import comparison, model_choice, run_table

if TYPE_CHECKING:
    from dashboard.page import Page

REDRAW_SECONDS = 15.0


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
    every = page.services.client.runs()
    if not every:
        if week.watched is None:
            no_run(page)
        else:
            empty(
                say("A watched run is not listed here"),
                say("Only runs that trainweek started keep their models here."),
            )
        return
    model_choice.in_use(page, every)
    weeks = {run.week_id for run in every}
    shown = every
    if len(weeks) > 1:
        own = [run for run in every if run.week_id == week.id]
        label = say.raw(plural("Runs of the {n} week", "Runs of all {n} weeks", len(weeks)))
        if not st.toggle(label, key="runs:all", value=not own):
            shown = own
    if not shown:
        no_run(page)
        return
    run_table.show(page, shown)
    if len(shown) > 1:
        comparison.show(page, shown)
    model_choice.show(page, shown)
