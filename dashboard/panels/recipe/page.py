"""Recipe: what many seeds of the week's recipe say together, and where the chosen model stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.decision import latest_decision
from core.decision.recipe import tries_since
from core.errors import TrainweekError
from core.state_words import WORDS
from core.timestamps import parse_moment
from core.vocabulary import SweepState
from dashboard.components.empty_state import empty
from dashboard.components.headings import part
from dashboard.components.live import live_panel
from dashboard.panels.recipe import acts, rewards, tables, tries

if TYPE_CHECKING:
    from core.sweep.record import Sweep
    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page

_ICONS = {
    SweepState.RUNNING: ":material/sync:",
    SweepState.STOPPING: ":material/hourglass_bottom:",
    SweepState.STOPPED: ":material/pause_circle:",
    SweepState.FINISHED: ":material/check_circle:",
}


def show(page: Page) -> None:
    """Draw the page and redraw it on each tick."""
    live_panel(page, _draw)


def _draw(page: Page, snapshot: Snapshot) -> None:
    say, client = page.say, page.services.client
    found = client.sweeps(snapshot.week.id)
    if not found:
        empty(
            say("No sweep of this week's recipe"),
            say(
                "One training says nothing of its luck. A sweep trains the recipe with many seeds "
                "and judges each by the six gates. It changes nothing in the week."
            ),
            ":material/casino:",
        )
        acts.start_form(page, snapshot)
        return
    sweep = found[0]
    verdict = client.sweep_verdict(sweep)
    told = st.warning if verdict.other_playbook else st.info
    told(say.text(verdict.sentence()), icon=":material/casino:")
    if verdict.recipe.own:
        _not_in_the_decision(page, snapshot, sweep)
    _progress(page, sweep)
    acts.buttons(page, sweep)
    if verdict.recipe.scored or sweep.failed:
        part(say("Tries"))
        tries.show(page, snapshot, sweep)
        tables.show(page, snapshot, verdict)
        rewards.show(page, sweep)
    if sweep.state in (SweepState.STOPPED, SweepState.FINISHED):
        acts.start_form(page, snapshot)


def _not_in_the_decision(page: Page, snapshot: Snapshot, sweep: Sweep) -> None:
    """Say that tries ended after the newest decision."""
    try:
        saved = latest_decision(page.services.home, snapshot.week.id)
    except TrainweekError:
        return
    if saved is None:
        return
    decided = saved.decision
    if tries_since(decided.recipe, parse_moment(decided.created_at), sweep):
        st.caption(
            page.say(
                "The newest decision does not know of all these tries: revalidate again, so that they "
                "count."
            )
        )


def _progress(page: Page, sweep: Sweep) -> None:
    say, recipe = page.say, sweep.recipe()
    done, planned = recipe.scored + len(sweep.failed), len(sweep.cells)
    words = [
        f"{_ICONS[sweep.state]} {say(WORDS[SweepState][sweep.state])}",
        say("{done} of {planned} trials have ended", done=done, planned=planned),
    ]
    if sweep.failed:
        words.append(say("{n} of them failed", n=len(sweep.failed)))
    if sweep.state is SweepState.RUNNING:
        parallel = acts.parallel(page)
        remaining = sweep.remaining_s(parallel)
        if (waits := page.services.client.sweep_waits_for(sweep)) is not None:
            words.append(say.text(waits))
        elif remaining is not None:
            words.append(say("about {minutes:.0f} min remain", minutes=remaining / 60))
    words.append(
        say(
            "started by {by}, {when}",
            by=sweep.by,
            when=page.viewer.stamp(sweep.at),
        )
    )
    st.progress(done / planned, text=" · ".join(words))
