"""Revalidation: the preparation checklist, then the Revalidate button."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.vocabulary import JobKind, Right
from dashboard.components import changed_rules, outcomes
from dashboard.components.checklist import checklist
from dashboard.components.empty_state import no_run
from dashboard.components.headings import part
from dashboard.components.job_line import job_line
from dashboard.components.live import live_panel
from dashboard.page import TICK_SECONDS, Page
from dashboard.panels.revalidation import button
from dashboard.wording import plain

if TYPE_CHECKING:
    from collections.abc import Callable

    from dashboard.data.snapshot import Snapshot


def show(page: Page) -> None:
    """Draw the page and redraw it on each tick; more often while a revalidation runs."""
    live_panel(page, _draw, every=_seconds)


def _seconds(snapshot: Snapshot) -> float:
    return 1.5 if snapshot.busy(JobKind.REVALIDATE) else TICK_SECONDS


def _draw(page: Page, snapshot: Snapshot) -> None:
    if snapshot.run is None:
        no_run(page)
    changed_rules.show(page, snapshot)
    # While it runs, progress and gates come first.
    parts = [_preparation, _revalidation]
    for draw in reversed(parts) if snapshot.busy(JobKind.REVALIDATE) else parts:
        draw(page, snapshot)


def _preparation(page: Page, snapshot: Snapshot) -> None:
    for slot in snapshot.week.playbook.slots_of_kind("preparation"):
        with st.container(border=True, key=f"box-{slot.id}"):
            part(
                f"{plain(slot.title.in_(page.viewer.language))} "
                f":small[:gray[{plain(page.viewer.moment(snapshot.at(slot)))}]]"
            )
            _prepare(page, snapshot)
            checklist(page, snapshot, slot, notes=False)


def _revalidation(page: Page, snapshot: Snapshot) -> None:
    with st.container(border=True, key="box-revalidate"):
        button.show(page, snapshot)


def _prepare(page: Page, snapshot: Snapshot) -> None:
    """The two jobs of the preparation: a verified backup, and a data check."""
    say, home = page.say, page.services.home
    denied = page.denied(Right.OPERATE)
    target = home.relative(home.backup(snapshot.now_week.date()))
    jobs = (
        (
            JobKind.BACKUP,
            say.raw("Back up model"),
            say(
                "Copies models/ppo_phase4 to {target} and verifies each file by SHA-256",
                target=target,
            ),
            ":material/save:",
        ),
        (
            JobKind.DATA_CHECK,
            say.raw("Check data"),
            say("Reads the training and backtest candles and lists gaps, duplicates and bad bars"),
            ":material/fact_check:",
        ),
    )
    for kind, name, meaning, icon in jobs:
        place = f"prepare:{kind.value}"
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                name,
                key=place,
                icon=icon,
                disabled=denied is not None or snapshot.busy(kind) is not None,
                help=denied or meaning,
                on_click=outcomes.click(page, place, "", _submit(page, kind, place)),
            )
            job_line(page, snapshot, snapshot.latest(kind))
    outcomes.show(page, "prepare:backup")
    outcomes.show(page, "prepare:data-check")


def _submit(page: Page, kind: JobKind, place: str) -> Callable[[], object]:
    return lambda: page.services.client.submit(kind, {}, key=outcomes.intent(place))
