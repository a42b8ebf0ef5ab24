"""Can I trust it? Data quality, ranges, look-ahead tests, hashes, and how to make it again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.decision import SavedDecision
from core.decision.lookahead import detail_in
from core.decision.sentences import data_warnings_of
from core.language import said
from core.vocabulary import Verdict
from dashboard.components.figures_table import figures_table, fixed
from dashboard.components.states import badge
from dashboard.formatting import number
from dashboard.page import Page
from dashboard.wording import plain

LOOKAHEAD = ("prefix_invariance", "planted_oracle", "shuffled_returns")


def show(page: Page, saved: SavedDecision) -> None:
    decided = saved.fields
    trust: Mapping[str, Any] = decided.get("trust") or {}
    _questions(page, saved, trust)
    _ranges(page, decided, trust)
    _hashes(page, saved, trust)
    _if_go(page, decided)
    with st.expander(page.say.raw("trust.all"), key="trust-all"):
        for key in ("model", "data", "playbook", "costs", "conventions", "versions"):
            if key in decided:
                st.markdown(f"**{key}**")
                st.json(decided[key], expanded=False)


def _questions(page: Page, saved: SavedDecision, trust: Mapping[str, Any]) -> None:
    """One line a question: judged, with what was looked at; unasked is unknown, never green."""
    say, quality = page.say, trust.get("data_quality") or {}
    lines = []
    recorded = saved.decision.trust
    tests = recorded.lookahead if recorded else None
    for name in LOOKAHEAD:
        test = getattr(tests, name, None)
        told = test and detail_in(test, page.viewer.language)
        lines.append(_line(page, f"trust.{name}", test and test.passed, told))
    overlap = trust.get("overlap")
    apart = (trust.get("ranges") or {}).get("hours_between")
    free = {"none": True, "overlap": False, "refused": False}.get(str(overlap)) if overlap else None
    detail = say.raw("trust.apart", hours=f"{apart:,.0f}") if apart is not None else ""
    lines.append(_line(page, "trust.overlap", free, detail))
    again = trust.get("reproducible", saved.decision.reproducible)
    lines.append(_line(page, "trust.reproducible", again, trust.get("rerun") or ""))
    code = trust.get("code") or {}
    modified = code.get("modified")
    clean = None if modified is None else not modified
    lines.append(_line(page, "trust.code", clean, (code.get("commit") or "")[:12]))
    warnings = quality.get("warnings")
    given = data_warnings_of(recorded) if recorded else ()
    told = " ".join(said(warning, page.viewer.language) for warning in given)
    if quality:
        told = f"{_quality(page, quality)} {told}".strip()
    verdict = None if warnings is None else Verdict.WARN if warnings else Verdict.PASS
    lines.append(_line(page, "trust.quality", verdict, told))
    st.markdown("\n\n".join(lines))


def _line(page: Page, key: str, found: bool | Verdict | None, detail: str | None) -> str:
    verdict = found if isinstance(found, Verdict) else None
    if verdict is None:
        verdict = {True: Verdict.PASS, False: Verdict.FAIL, None: Verdict.UNKNOWN}[found]
    told = detail if found is not None else page.say.raw("decide.not_measured")
    small = f" :small[:gray[{plain(told)}]]" if told else ""
    return f"{badge(verdict, page.say)} {page.say(key)}{small}"


def _quality(page: Page, quality: Mapping[str, Any]) -> str:
    return page.say.raw(
        "trust.quality_text",
        rows=number(quality["rows"]),
        gaps=number(quality["gaps"]),
        filled=f"{quality['filled_pct']:.2f}",
    )


def _ranges(page: Page, decided: Mapping[str, Any], trust: Mapping[str, Any]) -> None:
    say, ranges = page.say, trust.get("ranges") or {}
    trained = ranges.get("training") or decided["model"].get("train_range")
    data = decided["data"]
    tested = ranges.get("backtest") or [data.get("first"), data.get("last")]
    rows = [
        (say.raw("trust.trained"), _range(trained), ""),
        (say.raw("trust.tested"), _range(tested), ""),
        (say.raw("trust.scored"), _range(ranges.get("scored")), ""),
    ]
    figures_table(page, rows, "trust-ranges")


def _range(ends: Any) -> str | None:
    if not ends or None in ends:
        return None
    first, last = (str(end)[:16].replace("T", " ") for end in ends)
    return f"{first} … {last}"


def _hashes(page: Page, saved: SavedDecision, trust: Mapping[str, Any]) -> None:
    decided = saved.fields
    known = {
        page.say.raw("decide.sha"): saved.sha256,
        page.say.raw("decide.history_model"): decided["model"].get("sha256"),
        page.say.raw("decide.history_data"): decided["data"].get("sha256"),
        "Playbook": (decided.get("playbook") or {}).get("sha256"),
        page.say.raw("trust.tree"): (trust.get("code") or {}).get("tree_sha256"),
    }
    st.caption(page.say("decide.basis_help"))
    st.markdown("  \n".join(f"**{plain(name)}** `{sha}`" for name, sha in known.items() if sha))


def _if_go(page: Page, decided: Mapping[str, Any]) -> None:
    say, go = page.say, decided.get("if_go")
    if not go:
        return
    st.markdown(f"**{say('trust.if_go')}**")
    rows = [
        (say.raw("go.order"), fixed(go["order_cap_usdt"], 0, " USDT"), say.raw(
            "go.order_help", share=f"{100 * go['participation']:g}")),
        (say.raw("go.capital"), fixed(go["capital_cap_usdt"], 0, " USDT"), ""),
        (say.raw("go.drawdown"), fixed(go["max_drawdown_stop_pct"], 2, " %"), ""),
        (say.raw("go.daily_loss"), fixed(go["daily_loss_stop_pct"], 2, " %"), ""),
        (say.raw("go.paper"), fixed(go["paper_days"], 0, " d"), ""),
        (say.raw("go.next"), go["next_revalidation"], ""),
    ]  # fmt: skip
    figures_table(page, rows, "if-go")
