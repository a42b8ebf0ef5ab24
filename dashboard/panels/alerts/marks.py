"""Useful or noise: one tap by the person who acknowledged an alert."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from core.language import Message
from dashboard.components import outcomes
from dashboard.components.headings import part
from dashboard.wording import plain

if TYPE_CHECKING:
    from core.alerts.acknowledgement import Acknowledgement
    from dashboard.page import Page


def mark(page: Page, answer: Acknowledgement) -> None:
    """Two buttons for who acknowledged; what was said, for everybody."""
    say, client = page.say, page.services.client
    if answer.by != client.person.name:
        if answer.useful is not None:
            said = say("useful") if answer.useful else say("noise")
            st.markdown(f":small[:gray[{say('{by} says: {said}', by=answer.by, said=said)}]]")
        return
    key = f"mark:{answer.id}"
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.markdown(f":small[:gray[{say('Was this alert')}]]", width="content")
        for useful, label, icon in (
            (True, say.raw("useful"), ":material/thumb_up:"),
            (False, say.raw("noise"), ":material/thumb_down:"),
        ):
            st.button(
                label,
                key=f"{key}:{useful}",
                icon=icon,
                type="primary" if answer.useful is useful else "secondary",
                on_click=outcomes.click(
                    page,
                    key,
                    Message("answer").in_(page.viewer.language),
                    partial(client.mark_alert, answer.id, useful),
                ),
            )
    outcomes.show(page, key)


def unmarked(page: Page, shown: set[str]) -> None:
    """What the person acknowledged lately and has not judged, also once it is over.

    :param shown: keys of the alerts that stand on the page already.
    """
    waiting = [one for one in page.services.client.unmarked_alerts() if one[0].what not in shown]
    if not waiting:
        return
    say, language = page.say, page.viewer.language
    part(say("You acknowledged"))
    for answer, alert in waiting:
        what = answer.what if alert is None else alert.last.subject[language]
        time = page.viewer.moment(answer.at)
        st.markdown(f"{plain(what)} :small[:gray[{say('at {time}', time=time)}]]")
        mark(page, answer)
