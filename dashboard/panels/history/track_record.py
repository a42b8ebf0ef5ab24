"""How good forecasts and signers were: Brier score, calibration, and what held."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.language import Message, plural
from core.metrics.wilson import wilson
from core.vocabulary import Verdict
from dashboard.components.figures_table import table
from dashboard.components.headings import part
from dashboard.components.states import icon
from dashboard.data.paper import Signer, TrackRecord, track_record
from dashboard.formatting import NONE, fixed, share
from dashboard.wording import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.trading.scores import Scores
    from dashboard.page import Page
    from runner.client.signatures.archived_decisions import ArchivedDecision


def show(page: Page, found: Sequence[ArchivedDecision]) -> None:
    """Draw both tables; nothing before a signed decision was followed on paper."""
    kept = track_record(page.services.home, found, page.moment)
    if not kept.over and not kept.running:
        return
    part(page.say("What came true"))
    st.caption(_counts(page, kept))
    if kept.machine is not None:
        _machine(page, kept.machine)
    if kept.signers:
        _signers(page, kept.signers)


def _counts(page: Page, kept: TrackRecord) -> str:
    over = plural(
        "{n} signed decision followed on paper to its last day",
        "{n} signed decisions followed on paper to their last day",
        kept.over,
    )
    return page.say(Message("{over}, {running} still running.", over=over, running=kept.running))


def _machine(page: Page, made: Scores) -> None:
    say = page.say
    st.markdown(
        say(
            "**Machine**: Brier score **{brier:.3f}** over {n} gate forecasts; "
            "{expected:.3f} if the stated chances are true, 0.250 for a coin.",
            brier=made.brier,
            n=made.count,
            expected=made.expected,
        )
    )
    heads = [say("Stated chance"), say("Forecasts"), say("Mean stated"), say("Passed")]
    heads.append(say("95 % interval"))
    lines = [
        [
            say(Message("{low:.0%} to {high:.0%}", low=each.low, high=each.high)),
            str(each.count),
            say(share(each.stated) or NONE),
            f"{icon(Verdict.PASS if each.kept else Verdict.WARN)} "
            + say(share(each.happened / each.count) or NONE),
            _interval(page, each.happened, each.count),
        ]
        for each in made.bins
    ]
    table(heads, lines, "calibration")


def _signers(page: Page, signers: Sequence[Signer]) -> None:
    say = page.say
    heads = [say("Signer"), say("Approvals that held"), say("95 % interval")]
    heads += [say("Rejections that would have held"), say("Brier score")]
    lines = [
        [
            plain(each.name),
            f"{each.held}/{each.approved}",
            _interval(page, each.held, each.approved),
            f"{each.rejected_held}/{each.rejected}",
            say(fixed(each.brier, 3) or NONE),
        ]
        for each in signers
    ]
    table(heads, lines, "signers")
    st.caption(
        say(
            "An approval claims that the equity does not fall below the cone and the evidence does "
            "not expire in the days of the forecast; a rejection claims the opposite."
        )
    )


def _interval(page: Page, happened: int, of: int) -> str:
    ends = wilson(happened, of)
    return page.say(Message("{low:.0%} to {high:.0%}", low=ends.low, high=ends.high)) if of else "–"
