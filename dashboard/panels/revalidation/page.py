"""Revalidation: four rows of preparation, then one button: "press once, trust it"."""

from __future__ import annotations

import streamlit as st

from core.vocabulary import JobKind, Right
from dashboard.components import outcomes
from dashboard.components.boundary import boundary
from dashboard.components.checklist import checklist
from dashboard.components.empty import no_run, week_or_way
from dashboard.components.jobline import job_line
from dashboard.data.snapshot import Snapshot
from dashboard.page import Page
from dashboard.panels.revalidation import button
from dashboard.wording import plain


def show(page: Page) -> None:
    if week_or_way(page) is None:
        return

    def body() -> None:
        with boundary(page.say):
            _draw(page)

    page.live(body, every=1.5 if page.snapshot().busy(JobKind.REVALIDATE) else 3.0)


def _draw(page: Page) -> None:
    snapshot = page.snapshot()
    if snapshot.run is None:
        no_run(page)
    # While it runs, its progress and its gates are what people came to see.
    parts = [_preparation, _revalidation]
    for draw in reversed(parts) if snapshot.busy(JobKind.REVALIDATE) else parts:
        draw(page, snapshot)


def _preparation(page: Page, snapshot: Snapshot) -> None:
    for slot in snapshot.week.playbook.slots_of_kind("preparation"):
        with st.container(border=True, key=f"box-{slot.id}"):
            st.markdown(
                f"#### {plain(slot.title.in_(page.viewer.language))} "
                f":small[:gray[{plain(page.viewer.moment(snapshot.at(slot)))}]]",
                anchors=False,
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
    target = home.relative(home.backup(snapshot.week.last_day))
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
    with st.container(horizontal=True, vertical_alignment="center"):
        for kind, name, meaning, icon in jobs:
            place = f"prepare:{kind.value}"
            st.button(
                name,
                key=place,
                icon=icon,
                disabled=denied is not None or snapshot.busy(kind) is not None,
                help=denied or meaning,
                on_click=lambda kind=kind, place=place: outcomes.act(
                    page,
                    place,
                    "",
                    lambda: page.services.client.submit(kind, {}, key=outcomes.intent(place)),
                ),
            )
            job_line(page, snapshot, snapshot.latest(kind))
    outcomes.show(page, "prepare:backup")
    outcomes.show(page, "prepare:data-check")
