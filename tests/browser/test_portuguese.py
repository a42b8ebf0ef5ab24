"""A Brazilian browser sees an empty home in Portuguese; what is English is found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.language import Message
from dashboard.navigation import STEMS
from tests.browser.untranslated import english_among, english_forms, english_on

if TYPE_CHECKING:
    from tests.browser.conftest import Open
    from tests.browser.place import Site


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


@pytest.mark.parametrize(
    ("shown", "caught"),
    [
        ("Execução a: COMPLETED.", ["COMPLETED"]),
        ("deve ser INCREASING ou STABLE", ["INCREASING", "STABLE"]),
        ("Execução a: CONCLUÍDO. GO 6/6, PARTIAL", []),
        ("evidência STRONG", ["STRONG"]),
        ("500,000,000 passos", ["500,000,000"]),
        ("500.000 passos, KL 0,012, PSR 1,5", []),
        ("limite < 0.01", ["0.01"]),
        ("1.5 h", ["1.5"]),
        ("torch 2.4.1 em 127.0.0.1", []),
        ("de 2025-02-23T00:00:00Z a 23/02/2026", ["2025-02-23T00:00:00Z"]),
        ("semana 2026-02-23, reports/2026-02-27_decision.txt", []),
    ],
)
def test_english_forms_are_caught(shown: str, caught: list[str]) -> None:
    assert [form.split("'")[1] for form in english_forms(shown)] == caught


def test_a_label_in_portuguese_is_no_english() -> None:
    assert Message("Launch").in_("pt") == "Lançamento"
    assert english_among(["Lançamento", "Checagens horárias"]) == []
