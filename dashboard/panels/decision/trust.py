"""The view "Can I trust it?": data quality, ranges, look-ahead tests, hashes, versions."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import streamlit as st

from core.decision.lookahead import detail_in
from core.decision.sentences import data_warnings_of
from core.language import Message, joined, plural
from core.market.bar_counts import counted_bars
from core.trading.warm_up import judged_bars
from core.vocabulary import Verdict
from dashboard.components.figures_table import Row, figures_table
from dashboard.components.headings import part
from dashboard.components.markup import small
from dashboard.components.states import badge
from dashboard.formatting import fixed, share
from dashboard.wording import plain
from dashboard.wording.decision import LOOKAHEAD_TESTS, OVERLAP

if TYPE_CHECKING:
    from core.decision import RecordedDecision, SavedDecision
    from core.decision.training_range import OutsideTraining
    from core.decision.trust import DataQuality, Range
    from core.trading.live_limits import LiveLimits
    from dashboard.page import Page


def show(page: Page, saved: SavedDecision) -> None:
    """Draw the trust questions, data ranges, hashes and the recorded inputs."""
    decided = saved.decision
    fields = decided.as_dict()
    _questions(page, decided)
    _ranges(page, decided)
    _hashes(page, saved)
    _if_go(page, decided.if_go)
    with st.expander(page.say.raw("All records"), key="trust-all"):
        for key in ("model", "data", "playbook", "costs", "conventions", "versions", "numerics"):
            if key in fields:
                st.markdown(f"`{key}`")
                st.json(fields[key], expanded=False)


def _questions(page: Page, decided: RecordedDecision) -> None:
    """One line per question: verdict and details; unmeasured items are UNKNOWN, never green."""
    trust = decided.trust
    tests = dict(trust.lookahead.tests()) if trust and trust.lookahead else {}
    lines = []
    for name, question in LOOKAHEAD_TESTS.items():
        test = tests.get(name)
        passed = None if test is None else test.passed
        detail = None if test is None else detail_in(test, page.viewer.language)
        lines.append(_line(page, question, passed, detail))
    free = None if trust is None else {"none": True, "overlap": False}.get(trust.overlap)
    between = trust.ranges.hours_between if trust else None
    apart = "" if between is None else Message("{hours:,.0f} h apart", hours=between)
    lines.append(_line(page, OVERLAP, free, apart))
    again = trust.reproducible if trust else decided.reproducible
    same = Message("A repeated episode gave the same bytes")
    lines.append(_line(page, same, again, trust.rerun if trust else ""))
    code = trust.code if trust else None
    clean = None if code is None or code.modified is None else not code.modified
    commit = (code.commit or "")[:12] if code else ""
    lines.append(_line(page, Message("The code matches its commit"), clean, commit))
    verdict, found = None, []
    if trust:
        verdict = Verdict.WARN if trust.data_quality.warnings else Verdict.PASS
        found = [_quality(trust.data_quality), *data_warnings_of(trust)]
    lines.append(_line(page, Message("Data quality"), verdict, joined(found)))
    st.markdown("\n\n".join(lines))


def _line(page: Page, question: Message, found: bool | Verdict | None, detail: str | None) -> str:
    if isinstance(found, Verdict):
        verdict = found
    else:
        verdict = {True: Verdict.PASS, False: Verdict.FAIL, None: Verdict.UNKNOWN}[found]
    shown = detail if found is not None else Message("not measured")
    more = f" {small(page.say.text(shown))}" if shown else ""
    return f"{badge(verdict, page.say)} {page.say(question)}{more}"


def _quality(quality: DataQuality) -> Message:
    return joined(
        [
            counted_bars(quality.rows, quality.filled),
            plural("{n:,} gap", "{n:,} gaps", quality.gaps),
            Message("{filled:.2f} % filled.", filled=quality.filled_pct),
        ],
        ", ",
    )


def _ranges(page: Page, decided: RecordedDecision) -> None:
    data, scored = decided.data, decided.trust.ranges.scored if decided.trust else None
    rows: list[Row] = [
        (Message("Trained on"), _range(page, decided.model.train_range), ""),
        (Message("Tested on"), _range(page, (data.first, data.last)), ""),
        (Message("Scored on"), _range(page, scored), _judged(decided)),
        _outside(decided.outside_training),
    ]
    figures_table(page, rows, "trust-ranges")


def _judged(decided: RecordedDecision) -> str:
    """Which bars are judged; empty where the decision does not record its warm-up."""
    if decided.warm_up_bars is None:
        return ""
    return judged_bars(decided.data.rows, decided.warm_up_bars)


def _outside(found: OutsideTraining | None) -> Row:
    """Bars on which the model extrapolates, and the features that leave their range most."""
    name = Message("Bars outside the training range")
    if found is None:
        return name, None, Message("not recorded by the training run")
    if not found.features:
        return name, share(found.share), Message("of the observations, feature by feature")
    return name, share(found.share), found.named()


def _range(page: Page, ends: Range | None) -> str | None:
    if ends is None or None in ends:
        return None
    first, last = (page.viewer.recorded(str(end)) for end in ends)
    return f"{first} … {last}"


def _hashes(page: Page, saved: SavedDecision) -> None:
    decided = saved.decision
    code = decided.trust.code if decided.trust else None
    known = {
        page.say.raw("Decision SHA-256"): saved.sha256,
        page.say.raw("Model"): decided.model.sha256,
        page.say.raw("Data"): decided.data.sha256,
        "Playbook": decided.playbook.sha256,
        page.say.raw("Source tree"): code.tree_sha256 if code else None,
    }
    st.caption(
        page.say(
            "The signature is bound to this hash. It is not valid for another model, data "
            "set, playbook or gate result."
        )
    )
    st.markdown("  \n".join(f"**{plain(name)}** `{sha}`" for name, sha in known.items() if sha))


def _traded(go: LiveLimits) -> str:
    """The record's capital beside the cap; empty where it was not recorded."""
    if go.times_capacity is None:
        return ""
    return Message(
        "the record traded {capital:,.0f} USDT, {times:.1f} times the cap",
        capital=go.record_capital_usdt,
        times=go.times_capacity,
    )


def _if_go(page: Page, go: LiveLimits | None) -> None:
    if go is None:
        return
    part(page.say("Limits if it goes live"))
    rows: list[Row] = [
        (Message("Largest order"), fixed(go.order_cap_usdt, 0, "USDT"), Message(
            "{share:g} % of the median hourly volume", share=100 * go.participation)),
        (Message("Capital cap"), fixed(go.capital_cap_usdt, 0, "USDT"), _traded(go)),
        (Message("Stop at a drawdown of"), fixed(go.max_drawdown_stop_pct, 2, "%"), ""),
        (Message("Stop at a daily loss of"), fixed(go.daily_loss_stop_pct, 2, "%"), ""),
        (Message("Paper trading first"), fixed(go.paper_days, 0, "d"), ""),
        (Message("Next revalidation"), page.viewer.date(date.fromisoformat(go.next_revalidation)), ""),
    ]  # fmt: skip
    figures_table(page, rows, "if-go")
