"""A Brazilian browser sees every page in Portuguese."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from core.language import Message
from dashboard.navigation import STEMS
from dashboard.panels.playbook.page import PARTS
from dashboard.wording.decision import VIEWS
from tests.browser.untranslated import english_among, english_on, texts_of

if TYPE_CHECKING:
    from tests.browser.conftest import Open
    from tests.browser.place import Site

PLACES = [
    *((stem, {}) for stem in STEMS),
    *(("decision", {"view": view}) for view in VIEWS),
    *(("playbook", {"part": part}) for part in PARTS),
]


def test_no_page_of_a_played_week_shows_english_that_has_its_portuguese(
    played: Site, window: Open
) -> None:
    screen = window(played, locale="pt-BR")
    found = []
    for stem, query in PLACES:
        screen.go(stem, **query)
        screen.assert_whole()
        place = "/".join([stem, *query.values()])
        found += [f"{place}: {text}" for text in english_on(screen.page)]
        found += [
            f"{place}: {number} in {text!r} is an English number"
            for text in texts_of(screen.page)
            for number in re.findall(r"(?<![\w.,])\d{1,3}(?:,\d{3}){2,}(?![\w,])", text)
        ]
    assert not found, "\n".join(found)


def test_a_page_of_an_empty_home_is_portuguese_too(fresh: Site, window: Open) -> None:
    screen = window(fresh, locale="pt-BR")
    found = []
    for stem in STEMS:
        screen.go(stem)
        found += [f"{stem}: {text}" for text in english_on(screen.page)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("shown", "caught"),
    [
        ("Run pre-flight", True),
        ("3 of 5 passed", True),
        ("OGNUSDT · F12-phase4-final", False),
        ("Reading logs/run. The first numbers appear after the first rollout.", True),
        ("Rodar pré-voo", False),
        ("Reward", False),
        ("train/approx_kl", False),
    ],
)
def test_what_is_english_is_told_from_what_is_not(shown: str, caught: bool) -> None:
    assert bool(english_among([shown])) is caught


def test_a_label_in_portuguese_is_no_english() -> None:
    assert Message("Launch").in_("pt") == "Lançamento"
    assert english_among(["Lançamento", "Checagens horárias"]) == []
