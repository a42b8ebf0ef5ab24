"""The training report of a run as a download; it is made when it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.report.training_report import report_name, training_report
from runner.week.training_report import report_facts

if TYPE_CHECKING:
    from dashboard.page import Page


def report_button(page: Page, run: str, week_id: str | None, key: str) -> None:
    """A button that saves the report of a week's run, in the viewer's language."""
    say = page.say
    st.download_button(
        say.raw("Training report"),
        lambda: report_of(page, run, week_id),
        report_name(run, page.viewer.language),
        "text/html",
        icon=":material/lab_profile:",
        key=f"training-report:{key}",
        on_click="ignore",
        help=say(
            "One HTML file of the whole run: curves, checks, findings, incidents, settings, "
            "environment. It opens without a network and prints on A4."
        ),
    )


def report_of(page: Page, run: str, week_id: str | None) -> str:
    """The report as of now."""
    services = page.services
    facts = report_facts(services.client, run, week_id, services.reader)
    return training_report(facts, page.viewer.language)
