"""The oldest open incident that nobody has taken on, with the one tap that takes it on.

On *This week* and *Hourly checks*: whoever opens them on a phone while something fires finds it in
the first screen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.alerts.acknowledgement import incident_key
from dashboard.components.acknowledge import acknowledge

if TYPE_CHECKING:
    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page


def show(page: Page, snapshot: Snapshot) -> None:
    """Nothing while every open incident has its owner."""
    waiting = [one for one in snapshot.open_incidents if one.acknowledged is None]
    if not waiting:
        return
    oldest = min(waiting, key=lambda one: one.opened_at)
    title = snapshot.procedure(oldest.procedure, page.viewer.language)
    with st.container(gap="xsmall", key="untaken"):
        text = page.say("Nobody has acknowledged: **{what}**", what=title)
        st.markdown(f":red[:material/campaign:] {text}")
        acknowledge(page, snapshot, incident_key(oldest.id), None)
