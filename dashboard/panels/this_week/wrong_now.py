"""Is anything wrong? The first thing on the page: each problem with the page to open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.language import plural
from core.vocabulary import Severity
from dashboard.components import untaken
from dashboard.components.alerts import alerts
from dashboard.components.headings import part
from dashboard.components.no_problem import no_problem
from dashboard.components.states import badge
from dashboard.data.concerns import Concern, concerns
from dashboard.navigation import TITLES
from dashboard.text_links import text_link
from dashboard.wording import plain

if TYPE_CHECKING:
    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page


def show(page: Page, snapshot: Snapshot) -> None:
    """The number of problems, then a line for each, the most severe first."""
    say = page.say
    found = concerns(snapshot, page.viewer.language)
    problems = [one for one in found if one.severity is not Severity.INFO]
    with st.container(border=True, gap="xsmall", key="wrong-now"):
        if problems:
            critical = problems[0].severity is Severity.CRITICAL
            colour, icon = ("red", "error") if critical else ("orange", "warning")
            count = say(plural("{n} problem now", "{n} problems now", len(problems)))
            part(f":{colour}[:material/{icon}: {count}]")
        elif alerts(page, snapshot):
            above = say("See the alert above. Nothing else is wrong.")
            part(f":red[:material/error: {above}]")
        else:
            calm = no_problem(snapshot)
            part(f":{calm.colour}[:material/{calm.icon}: {say(calm.text)}]")
        untaken.show(page, snapshot)
        if found:
            with st.container(key="links-wrong"):
                st.markdown("\n".join(_line(page, concern) for concern in found))


def _line(page: Page, concern: Concern) -> str:
    say = page.say
    text = f"{badge(concern.severity, say)} **{plain(concern.what)}** {say.text(concern.text)}"
    return f"- {text}\n\n  {text_link(concern.page, say(TITLES[concern.page]))}\n"
