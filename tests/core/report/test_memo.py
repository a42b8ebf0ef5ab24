"""The memo: self-contained, true to the decision, readable in both languages."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from core.decision import Checks, DecisionRecord, decision_text
from core.decision.warnings import find_warnings
from core.ledger_bodies.body import LedgerHead
from core.playbook import whole_text
from core.playbook.rule_changes import changed_from_shipped
from core.report import memo_documents, memo_html, memo_text
from core.report.charts import equity_chart
from core.report.speaker import Speaker
from tests.core.backtest_records import decision_of, look_ahead, record
from tests.core.report.pages import assert_offline, assert_well_formed

if TYPE_CHECKING:
    from core.language import Language


def memo(language: Language = "en", **changed: Any) -> tuple[str, DecisionRecord]:
    backtest = record()
    decision = decision_of(backtest, **changed)
    return memo_html(decision, backtest.equity, backtest.bars, language), decision


@pytest.mark.parametrize("language", ["en", "pt"])
def test_the_memo_shows_the_decisions_numbers(language):
    page, decision = memo(language)
    assert f"{decision.decision.value} {decision.score}" in page
    for gate in decision.gates:
        assert gate.name in page
        if isinstance(gate.value, float):
            assert Speaker(language).numbers.figure(gate.value, 4) in page
    assert decision.evidence.grade.value in page
    assert decision.data.sha256 in page
    assert decision.model.sha256 in page
    assert Speaker(language).say("Synthetic market data, not exchange data") in page
    assert getattr(decision.next_steps, language).replace("'", "&#39;") in page


def test_only_the_portuguese_memo_names_the_month_as_the_manual_does():
    (english, decision), (portuguese, _) = memo("en"), memo("pt")
    assert decision.next_steps.line == "27 FEV 17:30 UTC (CTO Approval)"
    assert "27 Feb 17:30 UTC (CTO Approval)" in english
    assert "FEV" not in english
    assert decision.next_steps.line in portuguese


def test_numbers_are_written_by_the_rules_of_the_language():
    english, portuguese = (Speaker(language).numbers for language in ("en", "pt"))
    assert english.plain(1234.5, 1) == "1,234.5"
    assert portuguese.plain(1234.5, 1) == "1.234,5"
    assert english.interval((-0.41, 2.9)) == "[-0.41, 2.90]"
    assert portuguese.interval((-0.41, 2.9)) == "[−0,41; 2,90]"
    assert english.interval((6.0, 18.02), 9) == "[6, 18]"  # of a count
    assert (english.chance(0.9996), portuguese.chance(0.0004)) == (">99.9%", "<0,1%")
    assert english.plain(None) == portuguese.percent(None) == "n/a"


def test_the_memo_needs_no_network():
    page, _ = memo()
    assert_offline(page)
    assert page.count("<svg") == 8  # equity, episodes, and six gates


def test_the_memo_is_well_formed_and_repeatable():
    page, _ = memo()
    assert_well_formed(page)
    assert memo()[0] == page


def test_an_undefined_gate_says_why():
    backtest = record()
    empty = backtest.trades.iloc[:0]
    decision = decision_of(type(backtest)(backtest.equity, empty, backtest.bars, backtest.costs))
    page = memo_html(decision, backtest.equity, backtest.bars)
    assert "undefined: no trades" in page


def test_what_is_written_by_others_is_escaped():
    page, _ = memo(data_warnings=["<script>alert(1)</script>"])
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_the_deepest_fall_of_a_long_curve_is_still_drawn():
    equity = np.linspace(100, 200, 8761)
    times = pd.Series(pd.date_range("2025-01-01", periods=8761, freq="h", tz="UTC"))
    plain = equity_chart(times, equity, [], 15.0, Speaker())
    equity[4321] *= 0.5
    assert equity_chart(times, equity, [], 15.0, Speaker()) != plain


@pytest.mark.parametrize("drift", [-0.001, 0.00002, 0.0002])
def test_the_portuguese_memo_has_its_own_reasons_and_no_english_ones(drift):
    backtest = record(drift=drift)
    decision = decision_of(backtest, data_warnings=["3 bars were filled."])
    page = memo_text(decision, "pt")
    flat = " ".join(page.split())
    for sentence in (decision.reason, *decision.evidence.reasons):
        assert sentence not in flat
    assert not any(warning in flat for warning in find_warnings(decision))
    assert "3 bars were filled." in flat
    for reason in decision.evidence.reasons:
        assert reason.in_("pt") in flat
    assert page.startswith(decision_text(decision))


def test_a_go_on_doubtful_evidence_is_shown_as_such_in_the_headline():
    page, decision = memo()
    assert (decision.decision, decision.evidence.grade) == ("GO", "INSUFFICIENT")
    assert "GO 6/6 on INSUFFICIENT evidence" in page
    assert "[ GO 6/6 com evidência INSUFICIENTE ]" in memo_text(decision, "pt")


def test_failed_checks_stand_in_the_headline():
    page, decision = memo(checks=Checks(lookahead=look_ahead(False), reproducible=False))
    reported = "GO 6/6 on INSUFFICIENT evidence: LOOK-AHEAD, NOT REPRODUCIBLE"
    assert reported in page
    assert reported in memo_text(decision)
    assert "evidência INSUFICIENTE: LOOK-AHEAD, NÃO REPRODUTÍVEL ]" in memo_text(decision, "pt")


def test_the_memo_names_the_ledgers_last_line_in_full():
    backtest = record(drift=-0.001)
    decision = decision_of(backtest)
    head = LedgerHead(1057, "0123456789abcdef" * 4)
    documents = memo_documents(decision, backtest.equity, backtest.bars, head)
    assert f"Ledger at line 1,057: {head.sha256}" in documents["decision.txt"]
    assert f"Ledger na linha 1.057: {head.sha256}" in documents["decision_pt.txt"]
    for name in ("memo.html", "memo_pt.html"):
        assert f"<code>{head.sha256}</code>" in documents[name]
    assert max(map(len, documents["decision.txt"].splitlines())) <= 104
    without = memo_documents(decision, backtest.equity, backtest.bars)
    assert "Ledger at line" not in "".join(without.values())


def test_no_line_of_the_memo_is_longer_than_the_page():
    checks = Checks(lookahead=look_ahead(False), reproducible=False)
    decision = decision_of(record(drift=-0.001), checks=checks)
    for language in ("en", "pt"):
        text = memo_text(decision, language)
        assert max(len(line) for line in text.splitlines()) <= 104


def test_changed_rules_stand_above_the_gates_in_all_four_documents() -> None:
    text = whole_text("extends: phase4\ngates: [{id: sharpe, threshold: -99.0}]\n")
    changes = changed_from_shipped(text)
    backtest = record(1)
    decision = decision_of(backtest, rule_changes=changes)
    made = memo_documents(decision, backtest.equity, backtest.bars)
    for name, content in made.items():
        heading = "1 regra difere do" if "_pt" in name else "1 rule differs from the"
        after = html.unescape(content[content.index(heading) :]).replace("−", "-")
        assert '"Sharpe Ratio", threshold: 1 → -99' in after[:200], name
        assert "P(pass)" in after, name  # the table of the gates
    plain = memo_documents(decision_of(backtest), backtest.equity, backtest.bars)
    assert not any(
        phrase in content for content in plain.values() for phrase in ("1 rule", "1 regra")
    )
