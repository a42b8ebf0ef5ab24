"""A snapshot of a week as it was at a past moment, with what was known then. No Streamlit here."""

from __future__ import annotations

from dashboard.data.snapshot import Snapshot
from runner.week.past_sources import PastSources


class PastSnapshot(PastSources, Snapshot):
    """The records are those of then, events are cut at then; what is not recorded is not known."""
