"""The browser's tab: the page, and what is wrong with the run, readable without opening it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.language import plural
from core.vocabulary import Liveness, TrainingStatus
from dashboard.components.run_state import only_ended
from dashboard.components.states import word

if TYPE_CHECKING:
    from dashboard.data.snapshot import Snapshot
    from dashboard.wording import Words

# Drawn here: an icon by name is fetched from another host.
_ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">'
    '<rect x="2" y="4" width="20" height="17" rx="3" fill="{colour}"/>'
    '<path d="M7 2v4M17 2v4" stroke="{colour}" stroke-width="2.4" stroke-linecap="round"/>'
    '<path d="M6 16l4-4 3 3 5-6" fill="none" stroke="#fff" stroke-width="2.2" '
    'stroke-linecap="round" stroke-linejoin="round"/></svg>'
)
_WELL, _WRONG = "#255e91", "#cf3f4a"
_ENDED_BADLY = {TrainingStatus.CRASHED, TrainingStatus.LOST, TrainingStatus.HUNG}


def plain_tab() -> None:
    """Before anything is known of the week."""
    st.set_page_config(page_title="trainweek", page_icon=_ICON.format(colour=_WELL), layout="wide")


def show(title: str, snapshot: Snapshot | None, say: Words) -> None:
    """``Launch · trainweek``, or ``● Stalled · Launch · trainweek`` with a red icon.

    It names the run's state, then an open incident that blocks the start; and how many slots are
    overdue.
    """
    wrong = None if snapshot is None else _wrong(snapshot, say)
    parts = [f"● {wrong}"] if wrong else []
    if snapshot is not None and (late := snapshot.overdue):
        parts.append(say.raw(plural("{n} overdue", "{n} overdue", len(late))))
    parts.append(title)
    if snapshot is not None and not snapshot.week.active:
        parts.append(snapshot.week.id)  # to tell two tabs apart
    st.set_page_config(
        page_title=" · ".join([*parts, "trainweek"]),
        page_icon=_ICON.format(colour=_WRONG if wrong else _WELL),
    )


def _wrong(snapshot: Snapshot, say: Words) -> str | None:
    badly = snapshot.run is not None and snapshot.status in _ENDED_BADLY
    if badly and not only_ended(snapshot):
        return word(snapshot.status, say)
    if snapshot.out_of_sight and snapshot.pulse is not None:
        return word(snapshot.pulse.liveness, say)
    if snapshot.stale:
        return word(Liveness.STALLED, say)
    if any(incident.blocks_start for incident in snapshot.open_incidents):
        return say.raw("Incident")
    return None
