"""What a look-ahead test found, told in the reader's language."""

from __future__ import annotations

import re

import pytest

from core.decision.lookahead_words import WORDS, detail, detail_in


@pytest.mark.parametrize("key", WORDS)
def test_a_recorded_sentence_is_found_again_with_its_figures(key: str) -> None:
    names = re.findall(r"\{(\w+)\}", WORDS[key][0])
    figures = {name: f"{index}.5" for index, name in enumerate(names, start=1)}
    recorded = detail(key, **figures)
    assert detail_in(recorded, "en") == recorded
    assert detail_in(recorded, "pt") == WORDS[key][1].format(**figures)


def test_the_futures_that_were_tried_have_words() -> None:
    recorded = detail("depends", changed="shuffled", cut=120)
    assert "embaralhadas na barra 120" in detail_in(recorded, "pt")


def test_a_sentence_of_somebody_else_stays_as_it_is() -> None:
    assert detail_in("the policy knew", "pt") == "the policy knew"
