"""What the page shows, as its address has it: the run of the details, and the part of the list."""

from __future__ import annotations

import streamlit as st

from dashboard.address import Address
from dashboard.components import pager

RUNS = Address("runs", ("run", pager.PAGE))
DETAIL = "runs:detail"


def write() -> None:
    """The part of the list, without a run: it begins with its first. For widgets' callbacks."""
    RUNS.write({pager.PAGE: pager.text(RUNS)})


def write_run() -> None:
    """The chosen run, with the part of the list that has it."""
    RUNS.write({"run": st.session_state[DETAIL], pager.PAGE: pager.text(RUNS)})
