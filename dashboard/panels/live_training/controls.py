"""The controls over the curves: axis, smoothing, scale, part, marks, a run beside, pinned tags."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.language import Message
from dashboard.components.curve_marks import KINDS
from dashboard.figures.view import Axis
from dashboard.formatting import number
from dashboard.kept_choice import kept_choice
from dashboard.panels.live_training import settings
from dashboard.panels.live_training.settings import MOST_SMOOTH, MOST_TAGS, key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dashboard.figures.view import Mark
    from dashboard.page import Page
    from dashboard.panels.live_training.settings import Settings

AXES = {
    Axis.STEP: Message("Step"),
    Axis.START: Message("Steps since the start"),
    Axis.RELATIVE: Message("Time since the start"),
    Axis.WALL: Message("Time of day"),
    Axis.WEEK: Message("Week time"),
}


def show(
    page: Page,
    chosen: Settings,
    *,
    beside: Mapping[str, str],
    marks: Sequence[Mark],
    tags: Sequence[str],
) -> None:
    """Draw the controls; each writes its choice into the address.

    :param beside: runs and attempts that can be drawn over this one, with their captions.
    :param tags: that can be pinned.
    """
    say = page.say
    with st.container(horizontal=True, vertical_alignment="bottom", key="curve-controls"):
        kept_choice(
            st.selectbox,
            say.raw("Horizontal axis"),
            {axis.value: say.raw(name) for axis, name in AXES.items()},
            key=key("axis"),
            on_change=settings.write,
            width=190,
        )
        st.slider(
            say.raw("Smoothing"), 0, MOST_SMOOTH, key=key("smooth"), format="%d %%", width=180,
            on_change=settings.write,
            help=say("Share of the past in an exponential moving average, as in TensorBoard. The "
                     "points themselves stay visible behind it."),
        )  # fmt: skip
        st.toggle(say.raw("Log scale"), key=key("log"), on_change=settings.write)
        _part(page, chosen)
        _marks(page, marks)
        _beside(page, chosen, beside)
    if tags or chosen.tags:
        st.multiselect(
            say.raw("Pinned tags"),
            sorted({*tags, *chosen.tags}),
            key=key("tags"),
            max_selections=MOST_TAGS,
            placeholder=say.raw("Search the other {count} tags", count=number(len(tags))),
            on_change=settings.write,
            label_visibility="collapsed",
        )


def _part(page: Page, chosen: Settings) -> None:
    say = page.say
    label = say.raw("All steps")
    if chosen.part:
        low = number(chosen.low or 0)
        high = say.raw("newest") if chosen.high is None else say.raw(number(chosen.high))
        label = say.raw("Steps {low} to {high}", low=low, high=high)
    with st.popover(label, icon=":material/zoom_in:", key=key("part")):
        st.caption(
            say(
                "Drag over a chart to show a part of all charts; a double click shows everything. "
                "Or enter steps."
            )
        )
        for name, words in (("from", say.raw("From step")), ("to", say.raw("To step"))):
            st.number_input(
                words, min_value=0, step=1000, value=None, key=key(name), on_change=settings.write,
                format="%d",
            )  # fmt: skip
    if chosen.part:
        st.button(
            say.raw("Show all steps"),
            icon=":material/zoom_out_map:",
            key=key("whole"),
            on_click=settings.choose_part,
            args=(None, None),
        )


def _marks(page: Page, marks: Sequence[Mark]) -> None:
    with st.popover(page.say.raw("Marks"), icon=":material/flag:", key=key("marks")):
        for kind, name in KINDS.items():
            count = sum(mark.kind is kind for mark in marks)
            st.checkbox(
                f"{page.say(name)} :small[:gray[{count}]]",
                key=key(f"show:{kind}"),
                on_change=settings.write,
            )


def _beside(page: Page, chosen: Settings, beside: Mapping[str, str]) -> None:
    say = page.say
    with st.popover(
        say.raw("Compare"), icon=":material/compare_arrows:", key=key("compare"),
        type="primary" if chosen.beside else "secondary",
    ):  # fmt: skip
        kept_choice(
            st.selectbox,
            say.raw("Draw over it"),
            {**beside, **({chosen.beside: chosen.beside} if chosen.beside else {}), **beside},
            key=key("beside"),
            on_change=settings.write,
        )
        st.caption(
            say(
                "Drawn dashed. Choose the axis *Steps since the start* or *Time since the start* to "
                "lay both starts on each other, *Time of day* for when they ran."
            )
        )
