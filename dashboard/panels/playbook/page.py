"""Playbook: the whole manual of the week, in the viewer's language."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from core.language import Message
from core.playbook import DEFAULT, Playbook, load_playbook
from dashboard.components.boundary import boundary
from dashboard.components.choice import choice
from dashboard.components.headings import part
from dashboard.components.markup import small
from dashboard.panels.playbook import change, parts
from dashboard.wording import plain

if TYPE_CHECKING:
    from dashboard.page import Page

PARTS = {
    "schedule": Message("Schedule"),
    "checks": Message("Checks"),
    "gates": Message("Gates and decision"),
    "scenarios": Message("Scenarios"),
    "escalations": Message("Escalations"),
    "settings": Message("Settings"),
    "yaml": Message("YAML"),
}


def show(page: Page) -> None:
    """Draw the week's playbook, or the default one without a week; no redraw."""
    with boundary(page.say):
        week = page.week
        text = week.playbook_text if week else DEFAULT.read_text(encoding="utf-8")
        _draw(page, week.playbook if week else load_playbook(DEFAULT), text)


def _yaml(page: Page, text: str) -> None:
    """The file as plain text: a code block would have a node for each word of a thousand lines."""
    name = DEFAULT.name if page.week is None else f"playbook_{page.week.id}.yaml"
    st.download_button(
        page.say.raw("Download"),
        text,
        name,
        mime="application/yaml",
        key="playbook-yaml",
        icon=":material/download:",
        on_click="ignore",
    )
    st.html(
        f'<pre style="white-space:pre-wrap;overflow-wrap:anywhere;font-size:0.875rem">{escape(text)}</pre>'
    )


def _draw(page: Page, playbook: Playbook, text: str) -> None:
    say, week = page.say, page.week
    language = page.viewer.language
    part(plain(playbook.title.in_(language)))
    st.markdown(plain(playbook.objective.in_(language)))
    if week is None:
        st.caption(say("The default playbook; there is no week yet."))
    else:
        kept = say(
            "Playbook of week {week}, SHA-256 `{sha}`. The week keeps this text even if "
            "the file changes later.",
            week=week.id,
            sha=week.playbook_sha256[:16],
        )
        st.markdown(small(kept))  # a caption would draw the code too pale
        change.show(page, week)
    shown = choice(say.raw("Part"), list(PARTS), lambda name: say.raw(PARTS[name]), key="part")
    if shown == "yaml":
        _yaml(page, text)
    else:
        parts.PARTS[shown](page, playbook)
