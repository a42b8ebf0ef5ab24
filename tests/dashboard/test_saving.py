"""*Saved* is said after the commit, and only then; a damaged home is read-only on every page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from streamlit.testing.v1 import AppTest

from core.vocabulary import Verdict
from runner.failpoints import arm
from runner.recovery.verification import verify_ledger
from runner.store import chain
from tests.dashboard.place import Place, button, text_of

if TYPE_CHECKING:
    from core.language import Language

TICK = "tick:hourly_1:reward_positive"


def test_a_tick_that_could_not_be_written_is_never_called_saved(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    week = place.watch()
    test = place.draw("hourly_checks")

    def no_space(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(chain.os, "pwrite", no_space)
    button(test, TICK).click().run()
    assert "NOT saved" in text_of(test)
    assert "No space left" in text_of(test)
    assert "Saved:" not in text_of(test)
    assert place.client().ticks(week.id) == []
    monkeypatch.undo()
    button(test, TICK).click().run()
    assert "Saved: ticked" in text_of(test)
    assert len(place.client().ticks(week.id)) == 1
    assert verify_ledger(place.home, tables=True).ok


@pytest.mark.parametrize("at", ["before_ledger", "after_ledger"])
def test_a_write_that_ends_before_its_commit_is_never_called_saved(place: Place, at: str) -> None:
    week = place.watch()
    test = place.draw("hourly_checks")
    arm(f"{at}:raise")
    try:
        button(test, TICK).click().run()
    finally:
        arm("")
    assert "Saved:" not in text_of(test)
    there = place.client().ticks(week.id)
    assert len(there) == (
        1 if at == "after_ledger" else 0
    )  # its line is there, and is reported now


@pytest.mark.parametrize(("language", "said"), [("en", "Read-only"), ("pt", "Somente leitura")])
def test_a_damaged_database_is_said_on_every_page_and_looking_goes_on(
    place: Place, language: Language, said: str
) -> None:
    week = place.watch()
    place.client().tick(week.id, "hourly_2", "reward_positive", "", Verdict.PASS, "1")
    place.home.database.write_bytes(b"")
    page = place.page(language=language)
    frame = AppTest.from_function(_frame, args=(page,), default_timeout=30).run()
    assert not frame.exception
    alert = next(error.value for error in frame.error if said in error.value)
    assert "trainweek ledger restore" in alert.replace("\\", "")
    test = place.draw("hourly_checks", language=language)
    button(test, TICK).click().run()
    assert "trainweek ledger restore" in text_of(test)
    assert len(place.client().ticks(week.id)) == 1
    assert place.home.database.read_bytes() == b""


def _frame(page) -> None:
    from dashboard import frame

    frame.show(page, "Title")
