"""What a look-ahead test found, in the reader's language, whenever it was recorded."""

from __future__ import annotations

import math

import pytest

from core.decision import lookahead
from core.decision.lookahead import Lookahead, LookaheadTest, detail_in, detail_of, fills_test
from core.language import Message, literal

EARLIER = {
    "Too few bars: 300; 387 are needed.": lookahead.few_bars(300, 387),
    "Something seen depends on the future: later bars shuffled at bar 120.": lookahead.depends(
        "shuffled", 120
    ),
    "Features, observations and actions before 4 moments stay the same to the last bit when "
    "later bars are deleted, empty or shuffled.": lookahead.same(4),
    "Features, observations and actions before 1 moment stay the same to the last bit when "
    "later bars are deleted, empty or shuffled.": lookahead.same(1),
    "The test of later bars did not notice an oracle.": lookahead.oracle_missed(),
    "The next return, planted as a feature, was noticed.": lookahead.oracle_noticed(),
    "Mean gain on 12 shuffled records without costs: +0.123 bps a bar, -1.5 standard errors; at "
    "most 4 may be luck.": lookahead.shuffled(12, 0.123, -1.5, 4.0),
}


def recorded(sentence: Message) -> LookaheadTest:
    return LookaheadTest(passed=True, checked=4, detail=sentence)


@pytest.mark.parametrize("earlier", EARLIER)
def test_an_earlier_sentence_is_found_again_with_its_figures(earlier: str) -> None:
    test, today = recorded(literal(earlier)), EARLIER[earlier]
    assert detail_in(test, "en") == earlier
    assert detail_of(test) == today
    assert detail_in(test, "pt") == today.in_("pt")


@pytest.mark.parametrize("sentence", EARLIER.values())
def test_a_sentence_of_today_is_said_in_both_languages(sentence: Message) -> None:
    assert detail_in(recorded(sentence), "en") == sentence
    assert detail_in(recorded(sentence), "pt") == sentence.in_("pt") != sentence


def test_the_futures_that_were_tried_have_words() -> None:
    assert "embaralhadas" in lookahead.depends("shuffled", 120).in_("pt")
    assert "apagadas" in lookahead.depends("deleted", 120).in_("pt")


@pytest.mark.parametrize("error", [1.1e-9, 2.5e-3, math.inf, math.nan])
def test_a_replay_that_differs_by_more_than_rounding_is_a_failed_test(error: float) -> None:
    assert fills_test(error, 400).passed is False
    assert fills_test(1e-9, 400).passed


def test_the_number_of_a_failed_replay_is_said_in_both_languages() -> None:
    found = fills_test(2.5e-3, 400)
    assert "by up to 2.5e-03 (limit 1e-09)" in detail_in(found, "en")
    assert "2,5e-03" in detail_in(found, "pt")


def test_a_record_from_before_the_test_of_fills_has_three_tests() -> None:
    one = {"passed": True, "checked": 3, "detail": "as recorded"}
    names = ("prefix_invariance", "planted_oracle", "shuffled_returns")
    earlier = Lookahead.model_validate(dict.fromkeys(names, one))
    assert [name for name, _ in earlier.tests()] == list(names)
    assert earlier.passed() is True
    assert set(earlier.as_dict()) == set(names)
    fails = earlier.model_copy(update={"fills": fills_test(2.5e-3, 400)})
    assert fails.passed() is False


def test_another_sentence_stays_as_it_is() -> None:
    assert detail_in(recorded(literal("the policy knew")), "pt") == "the policy knew"
