"""The memo: self-contained, true to the decision, readable in both languages."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from core.decision.warning_words import WORDS as WARNING_WORDS
from core.report.wording import WORDS
from core.trading.grade_words import reasons_of

from core.decision import Checks, decision_text
from core.decision.warnings import find_warnings
from core.report import memo_html, memo_text
from core.report.charts import equity_chart
from tests.core.backtest_records import decision_of, record


class Balanced(HTMLParser):
    """Fails on a closing tag that nothing opened."""

    VOID = frozenset({"meta", "br", "img", "hr", "link", "input"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag


def memo(language: str = "en", **changed) -> tuple[str, dict]:
    backtest = record()
    decision = decision_of(backtest, **changed)
    page = memo_html(decision, backtest.equity, backtest.trades, backtest.bars, language)
    return page, decision


@pytest.mark.parametrize("language", ["en", "pt"])
def test_the_memo_shows_the_decisions_numbers(language):
    page, decision = memo(language)
    assert f"{decision['decision']} {decision['score']}" in page
    for gate in decision["gates"]:
        assert gate["name"] in page
        if isinstance(gate["value"], float):
            assert f"{gate['value']:,.4f}".replace("-", "−") in page
    assert decision["evidence"]["grade"] in page
    assert decision["data"]["sha256"] in page
    assert decision["model"]["sha256"] in page
    assert WORDS[language]["synthetic"] in page
    assert decision["next_steps"][language].replace("'", "&#39;") in page


def test_the_memo_needs_no_network():
    page, _ = memo()
    addresses = set(re.findall(r'(?:href|src|url)\s*[=(]\s*["\']?([^"\')\s>]+)', page))
    assert {address for address in addresses if not address.startswith("#")} == set()
    assert "<script" not in page
    assert page.count("<svg") == 8  # equity, episodes, and six gates


def test_the_memo_is_well_formed_and_repeatable():
    page, _ = memo()
    reader = Balanced()
    reader.feed(page)
    assert reader.open == []
    assert memo()[0] == page


def test_an_undefined_gate_says_why():
    backtest = record()
    empty = backtest.trades.iloc[:0]
    decision = decision_of(type(backtest)(backtest.equity, empty, backtest.bars, backtest.costs))
    page = memo_html(decision, backtest.equity, empty, backtest.bars)
    assert "undefined: no_trades" in page


def test_what_is_written_by_others_is_escaped():
    page, _ = memo(data_warnings=["<script>alert(1)</script>"])
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_both_languages_have_the_same_words():
    assert WORDS["en"].keys() == WORDS["pt"].keys()
    assert all(text.strip() for words in WORDS.values() for text in words.values())


def test_the_deepest_fall_of_a_long_curve_is_still_drawn():
    equity = np.linspace(100, 200, 8761)
    times = pd.Series(pd.date_range("2025-01-01", periods=8761, freq="h", tz="UTC"))
    plain = equity_chart(times, equity, [], 15.0, WORDS["en"])
    equity[4321] *= 0.5
    assert equity_chart(times, equity, [], 15.0, WORDS["en"]) != plain


@pytest.mark.parametrize("drift", [-0.001, 0.00002, 0.0002])
def test_the_portuguese_memo_has_its_own_reasons_and_no_english_ones(drift):
    backtest = record(drift=drift)
    decision = decision_of(backtest, data_warnings=["3 bars were filled."])
    page = memo_text(decision, "pt")
    flat = " ".join(page.split())
    for sentence in (decision["reason"], *decision["evidence"]["reasons"]):
        assert sentence not in flat
    assert not any(warning in flat for warning in find_warnings(decision))
    assert "3 bars were filled." in flat
    for reason in reasons_of(decision["evidence"], "pt"):
        assert reason in flat
    assert page.startswith(decision_text(decision))


def test_a_go_on_doubtful_evidence_is_shown_as_such_in_the_headline():
    page, decision = memo()
    assert (decision["decision"], decision["evidence"]["grade"]) == ("GO", "INSUFFICIENT")
    assert "GO 6/6 on INSUFFICIENT evidence" in page
    assert "[ GO 6/6 com evidência INSUFFICIENT ]" in memo_text(decision, "pt")


def test_failed_checks_stand_in_the_headline():
    failed = {"passed": False, "checked": 3, "detail": "Something seen depends on the future."}
    tests = dict.fromkeys(("prefix_invariance", "planted_oracle", "shuffled_returns"), failed)
    page, decision = memo(checks=Checks(lookahead=tests, reproducible=False))
    told = "GO 6/6 on INSUFFICIENT evidence: LOOK-AHEAD, NOT REPRODUCIBLE"
    assert told in page and told in memo_text(decision)
    assert "evidência INSUFFICIENT: LOOK-AHEAD, NÃO REPRODUZÍVEL ]" in memo_text(decision, "pt")


def test_every_sentence_exists_in_both_languages_with_the_same_figures():
    for key, sentence in WARNING_WORDS["en"].items():
        fields = [set(re.findall(r"{(\w+)", text)) for text in (sentence, WARNING_WORDS["pt"][key])]
        assert fields[0] == fields[1]
    assert WARNING_WORDS["en"].keys() == WARNING_WORDS["pt"].keys()
