"""What the lead does with a sweep: start, stop, resume."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.language import Message
from core.vocabulary import Right, SweepState
from dashboard.components import outcomes

if TYPE_CHECKING:
    from core.sweep.record import Sweep
    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page

PLACE = "sweep"
SEEDS, FOLDS = 20, 4  # what the form begins with


def start_form(page: Page, snapshot: Snapshot) -> None:
    """Seeds, folds and steps of another sweep."""
    say, denied = page.say, page.denied(Right.REVALIDATE)
    steps = snapshot.week.playbook.training.total_steps
    for name, value in (("seeds", SEEDS), ("folds", FOLDS), ("steps", steps)):
        st.session_state.setdefault(f"{PLACE}:{name}", value)
    with st.expander(say.raw("Start a sweep"), icon=":material/add:", key="start-sweep"):
        columns = st.columns(3)
        for column, name, label, least in (
            (columns[0], "seeds", say.raw("Seeds"), 2),
            (columns[1], "folds", say.raw("Walk-forward folds"), 0),
            (columns[2], "steps", say.raw("Steps of each training"), 1),
        ):
            column.number_input(
                label,
                min_value=least,
                step=1,
                key=f"{PLACE}:{name}",
                disabled=denied is not None,
            )
        st.caption(
            say(
                "Each seed is trained on the week's own split and on each fold, {n} at a time, "
                "beside whatever else runs on this machine.",
                n=parallel(page),
            )
        )
        st.button(
            say.raw("Start"),
            key=f"{PLACE}:start",
            type="primary",
            icon=":material/casino:",
            disabled=denied is not None,
            help=denied,
            on_click=_start,
            args=(page, steps),
        )
        outcomes.show(page, PLACE)


def buttons(page: Page, sweep: Sweep) -> None:
    """Stop it, or let it go on."""
    say, denied = page.say, page.denied(Right.REVALIDATE)
    client, place = page.services.client, f"{PLACE}:{sweep.id}"
    saved = Message("the request").in_(page.viewer.language)
    if sweep.state is SweepState.RUNNING:
        st.button(
            say.raw("Stop"),
            key=f"{place}:stop",
            icon=":material/stop_circle:",
            disabled=denied is not None,
            help=denied or say("What is scored stays; running trials begin again on a resume."),
            on_click=outcomes.click(page, place, saved, lambda: client.stop_sweep(sweep.id)),
        )
    if sweep.state is SweepState.STOPPED or sweep.is_stuck:
        st.button(
            say.raw("Resume"),
            key=f"{place}:resume",
            icon=":material/play_circle:",
            disabled=denied is not None,
            help=denied,
            on_click=outcomes.click(page, place, saved, lambda: client.resume_sweep(sweep.id)),
        )
    outcomes.show(page, place)


def parallel(page: Page) -> int:
    """How many trials run at once."""
    return page.services.client.sweep_parallel()


def _start(page: Page, usual: int) -> None:
    seeds, folds, steps = (
        int(st.session_state[f"{PLACE}:{name}"]) for name in ("seeds", "folds", "steps")
    )
    outcomes.act(
        page,
        PLACE,
        Message("the request").in_(page.viewer.language),
        lambda: page.services.client.start_sweep(seeds, folds, None if steps == usual else steps),
    )
