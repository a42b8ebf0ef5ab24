"""Can I trust it? Data quality, ranges, look-ahead tests, hashes and versions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import streamlit as st

from core.decision import SavedDecision
from core.decision.lookahead import detail_in
from core.decision.sentences import data_warnings_of
from core.language import Message, joined, plural
from core.vocabulary import Verdict
from dashboard.components.figures_table import figures_table
from dashboard.components.markup import small
from dashboard.components.states import badge
from dashboard.formatting import fixed
from dashboard.page import Page
from dashboard.wording import plain
from dashboard.wording.decision import LOOKAHEAD_TESTS, OVERLAP


def show(page: Page, saved: SavedDecision) -> None:
    decided = saved.fields
    trust: Mapping[str, Any] = decided.get("trust") or {}
    _questions(page, saved, trust)
    _ranges(page, decided, trust)
    _hashes(page, saved, trust)
    _if_go(page, decided)
    with st.expander(page.say.raw("All records"), key="trust-all"):
        for key in ("model", "data", "playbook", "costs", "conventions", "versions"):
            if key in decided:
                st.markdown(f"**{key}**")
                st.json(decided[key], expanded=False)


def _questions(page: Page, saved: SavedDecision, trust: Mapping[str, Any]) -> None:
    """One line a question: verdict and details; what was not measured is unknown, never green."""
    quality, recorded = trust.get("data_quality") or {}, saved.decision.trust
    tests = recorded.lookahead if recorded else None
    lines = []
    for name, question in LOOKAHEAD_TESTS.items():
        test = getattr(tests, name, None)
        detail = test and detail_in(test, page.viewer.language)
        lines.append(_line(page, question, test and test.passed, detail))
    overlap = trust.get("overlap")
    apart = (trust.get("ranges") or {}).get("hours_between")
    free = {"none": True, "overlap": False, "refused": False}.get(str(overlap)) if overlap else None
    detail = Message("{hours:,.0f} h apart", hours=apart) if apart is not None else ""
    lines.append(_line(page, OVERLAP, free, detail))
    again, same = trust.get("reproducible", saved.decision.reproducible), trust.get("rerun") or ""
    lines.append(_line(page, Message("A repeated episode gave the same bytes"), again, same))
    code = trust.get("code") or {}
    modified = code.get("modified")
    clean = None if modified is None else not modified
    commit = (code.get("commit") or "")[:12]
    lines.append(_line(page, Message("The code matches its commit"), clean, commit))
    warnings = quality.get("warnings")
    found = [*data_warnings_of(recorded)] if recorded else []
    if quality:
        found.insert(0, _quality(quality))
    verdict = None if warnings is None else Verdict.WARN if warnings else Verdict.PASS
    lines.append(_line(page, Message("Data quality"), verdict, joined(found)))
    st.markdown("\n\n".join(lines))


def _line(page: Page, question: Message, found: bool | Verdict | None, detail: str | None) -> str:
    verdict = found if isinstance(found, Verdict) else None
    if verdict is None:
        verdict = {True: Verdict.PASS, False: Verdict.FAIL, None: Verdict.UNKNOWN}[found]
    shown = detail if found is not None else Message("not measured")
    more = f" {small(page.say.text(shown))}" if shown else ""
    return f"{badge(verdict, page.say)} {page.say(question)}{more}"


def _quality(quality: Mapping[str, Any]) -> Message:
    return joined(
        [
            plural("{n:,} bar", "{n:,} bars", quality["rows"]),
            plural("{n:,} gap", "{n:,} gaps", quality["gaps"]),
            Message("{filled:.2f} % filled.", filled=quality["filled_pct"]),
        ],
        ", ",
    )


def _ranges(page: Page, decided: Mapping[str, Any], trust: Mapping[str, Any]) -> None:
    ranges = trust.get("ranges") or {}
    trained = ranges.get("training") or decided["model"].get("train_range")
    data = decided["data"]
    tested = ranges.get("backtest") or [data.get("first"), data.get("last")]
    rows = [
        (Message("Trained on"), _range(page, trained), ""),
        (Message("Tested on"), _range(page, tested), ""),
        (Message("Scored on"), _range(page, ranges.get("scored")), ""),
    ]
    figures_table(page, rows, "trust-ranges")


def _range(page: Page, ends: Any) -> str | None:
    if not ends or None in ends:
        return None
    first, last = (page.viewer.recorded(str(end)) for end in ends)
    return f"{first} … {last}"


def _hashes(page: Page, saved: SavedDecision, trust: Mapping[str, Any]) -> None:
    decided = saved.fields
    known = {
        page.say.raw("Decision SHA-256"): saved.sha256,
        page.say.raw("Model"): decided["model"].get("sha256"),
        page.say.raw("Data"): decided["data"].get("sha256"),
        "Playbook": (decided.get("playbook") or {}).get("sha256"),
        page.say.raw("Source tree"): (trust.get("code") or {}).get("tree_sha256"),
    }
    st.caption(
        page.say(
            "The signature is bound to this hash. It is not valid for another model, data "
            "set, playbook or gate result."
        )
    )
    st.markdown("  \n".join(f"**{plain(name)}** `{sha}`" for name, sha in known.items() if sha))


def _if_go(page: Page, decided: Mapping[str, Any]) -> None:
    say, go = page.say, decided.get("if_go")
    if not go:
        return
    st.markdown(f"**{say('Limits if it goes live')}**")
    rows = [
        (Message("Largest order"), fixed(go["order_cap_usdt"], 0, "USDT"), Message(
            "{share:g} % of the median hourly volume", share=100 * go["participation"])),
        (Message("Capital cap"), fixed(go["capital_cap_usdt"], 0, "USDT"), ""),
        (Message("Stop at a drawdown of"), fixed(go["max_drawdown_stop_pct"], 2, "%"), ""),
        (Message("Stop at a daily loss of"), fixed(go["daily_loss_stop_pct"], 2, "%"), ""),
        (Message("Paper trading first"), fixed(go["paper_days"], 0, "d"), ""),
        (Message("Next revalidation"), page.viewer.date(date.fromisoformat(go["next_revalidation"])), ""),
    ]  # fmt: skip
    figures_table(page, rows, "if-go")
