"""Troubleshooting: "what is it, and what do I do?" Worst first; clear ones folded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.vocabulary import FindingStatus, Severity
from dashboard.components import thing_link
from dashboard.components.empty_state import empty, no_run
from dashboard.components.headings import part
from dashboard.components.live import live_panel
from dashboard.components.second_check import TAIL_LINES, log_tail
from dashboard.panels.troubleshooting import finding_card

if TYPE_CHECKING:
    from core.diagnosis import Finding
    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page

_STATUS_ORDER = (
    FindingStatus.FIRING, FindingStatus.RECOVERING, FindingStatus.PENDING,
    FindingStatus.NO_DATA, FindingStatus.OK,
)  # fmt: skip
_SEVERITY_ORDER = (Severity.CRITICAL, Severity.WARNING, Severity.INFO)
ALARMING = {FindingStatus.FIRING, FindingStatus.RECOVERING, FindingStatus.PENDING}


def show(page: Page) -> None:
    """Draw the page and redraw it on each tick."""
    live_panel(page, _draw)


def order(finding: Finding) -> tuple[int, int]:
    """Sort key: firing first, then by severity."""
    return _STATUS_ORDER.index(finding.status), _SEVERITY_ORDER.index(finding.severity)


def _draw(page: Page, snapshot: Snapshot) -> None:
    say = page.say
    if snapshot.run is None:
        no_run(page)
    asked = thing_link.asked(finding_card.FINDING)
    findings = sorted(snapshot.findings, key=lambda one: (one.scenario != asked, order(one)))
    thing_link.say_missing(
        page, snapshot, finding_card.FINDING, [finding.scenario for finding in findings]
    )
    open_ = [
        finding
        for finding in findings
        if finding.status in ALARMING or finding.normal_until or finding.scenario == asked
    ]
    folded = [finding for finding in findings if finding not in open_]
    if snapshot.week.only_watched:  # its trainer writes no training.log here
        left, right = st.container(), None
    else:
        left, right = st.columns((3, 2), gap="medium")
    with left:
        # The frame reports a stall.
        if not open_ and snapshot.run is not None and not snapshot.stalled:
            empty(
                say("No active alerts"),
                say(
                    "Every scenario with enough data is clear. The others list below what is missing."
                ),
                ":material/check_circle:",
            )
        for finding in open_:
            finding_card.card(page, snapshot, finding)
        if folded:
            part(say("Clear or not enough data yet"))
        for finding in folded:
            finding_card.folded(page, snapshot, finding)
    if right is not None:
        with right:
            log_tail(page, TAIL_LINES, height=560)
