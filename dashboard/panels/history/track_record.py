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
from runner.client.paper import followed_by

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.metrics.wilson import Interval
    from core.trading.scores import Scores
    from dashboard.page import Page
    from runner.client.signatures.archived_decisions import ArchivedDecision


def show(page: Page, found: Sequence[ArchivedDecision]) -> None:
    """Draw both tables; nothing before a signed decision was followed on paper."""
    if not any(one.signatures for one in found):
        return
    snapshot = page.snapshot()
    if snapshot is None:
        lines = page.services.client.followed()
    else:
        lines = followed_by(snapshot.records.decision_lines)
    kept = track_record(page.services.home, found, page.moment, lines)
    if not kept.over and not kept.running and not kept.damaged:
        return
    part(page.say("What came true"))
    for error in kept.damaged:
        what = f"{page.say.text(error.what)} {page.say.text(error.remedy)}"
        st.error(what, icon=":material/gpp_bad:")
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
    counts = page.say(Message("{over}, {running} still running.", over=over, running=kept.running))
    if not kept.late:
        return counts
    late = plural(
        "{n} of them is not scored: some of its days were over when it was decided.",
        "{n} of them are not scored: some of their days were over when they were decided.",
        kept.late,
    )
    return f"{counts} {page.say(late)}"


def _machine(page: Page, made: Scores) -> None:
    say = page.say
    st.markdown(
        say(
            "**Machine**: Brier score **{brier:.3f}** over {n} gate forecasts ({of}); "
            "{expected:.3f} if the stated chances are true, 0.250 for a coin.",
            brier=made.brier,
            n=made.count,
            of=plural("{n} decision", "{n} decisions", made.decisions),
            expected=made.expected,
        )
    )
    heads = [say("Stated chance"), say("Forecasts"), say("Decisions"), say("Mean stated")]
    heads += [say("Passed"), say("95 % interval")]
    lines = [
        [
            say(Message("{low:.0%} to {high:.0%}", low=each.low, high=each.high)),
            str(each.count),
            str(each.decisions),
            say(share(each.stated) or NONE),
            f"{icon(Verdict.PASS if each.kept else Verdict.WARN)} "
            + say(share(each.happened / each.count) or NONE),
            _ends(page, each.interval),
        ]
        for each in made.bins
    ]
    table(heads, lines, "calibration")
    st.caption(
        say(
            "The gates of one decision are of one path of prices, so the interval counts each "
            "decision once."
        )
    )


def _signers(page: Page, signers: Sequence[Signer]) -> None:
    say = page.say
    heads = [say("Signer"), say("Approvals that held"), say("95 % interval")]
    heads += [say("Rejections that would have held"), say("Brier skill")]
    heads.append(say("Signed too late"))
    lines = [
        [
            plain(each.name),
            f"{each.held}/{each.approved}",
            _interval(page, each.held, each.approved),
            f"{each.rejected_held}/{each.rejected}",
            "–" if each.skill is None else say(fixed(each.skill, 2) or NONE),
            str(each.late),
        ]
        for each in signers
    ]
    table(heads, lines, "signers")
    st.caption(
        say(
            "An approval claims that the equity does not fall below the cone and the evidence does "
            "not expire in the days that open after it was signed; a rejection claims the opposite. "
            "An act at which the outcome was known is signed too late, and claims nothing. Brier skill: "
            "0 is as good as to state the forecast's own chance each time, 1 is best; it needs a "
            "model that held and one that did not."
        )
    )


def _interval(page: Page, happened: int, of: int) -> str:
    return _ends(page, wilson(happened, of)) if of else "–"


def _ends(page: Page, ends: Interval) -> str:
    return page.say(Message("{low:.0%} to {high:.0%}", low=ends.low, high=ends.high))
