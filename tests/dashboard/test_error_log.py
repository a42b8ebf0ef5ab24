"""An unexpected error of a page: its reference on the page, in the log, and with the doctor."""

from __future__ import annotations

import logging
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from streamlit.testing.v1 import AppTest

from core.error_reference import error_references
from core.vocabulary import Verdict
from dashboard import error_log
from runner.doctor.pages import page_errors
from runner.outcomes import Refused
from runner.settings import Settings
from tests.dashboard.place import text_of

if TYPE_CHECKING:
    from tests.dashboard.place import Place


@pytest.fixture
def home(place: Place, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setenv("TRAINWEEK_HOME", str(place.home.root))
    error_log.set_up()
    return place


def _broken() -> None:
    from dashboard.components.boundary import boundary
    from dashboard.wording import Words

    with boundary(Words()):
        raise KeyError("a number that is missing")


def test_the_reference_on_the_page_leads_to_the_traceback(home: Place) -> None:
    text = text_of(AppTest.from_function(_broken).run())
    (reference,) = set(re.findall(r"under the reference ([0-9a-f]{8})", text))
    log = home.home.dashboard_log.read_text("utf-8")
    (found,) = error_references(log)
    assert (found.reference, found.kind) == (reference, "KeyError")
    assert "a number that is missing" in log
    assert "Traceback (most recent call last)" in log


def test_an_action_that_fails_unexpectedly_is_recorded_and_says_so(home: Place) -> None:
    test = AppTest.from_function(_clicks, args=(home.page(),)).run()
    test.button[0].click().run()
    assert not test.exception
    outcome, *_ = test.session_state["outcome:test"]
    assert isinstance(outcome, Refused)
    (found,) = error_references(home.home.dashboard_log.read_text("utf-8"))
    assert found.reference in outcome.reason
    assert found.kind == "ZeroDivisionError"


def _clicks(page) -> None:
    import streamlit as st

    from dashboard.components import outcomes

    st.button("Do it", on_click=outcomes.click(page, "test", "", lambda: 1 / 0))


def test_what_streamlit_catches_itself_is_recorded_too(home: Place) -> None:
    try:
        raise OSError("in a callback")
    except OSError as error:
        logging.getLogger("streamlit.error_util").warning("Uncaught app execution", exc_info=error)
    log = home.home.dashboard_log.read_text("utf-8")
    assert [found.kind for found in error_references(log)] == ["OSError"]
    assert "in a callback" in log


def test_the_doctor_counts_the_errors_of_a_week(home: Place) -> None:
    now = datetime.now(UTC)
    (none,) = page_errors(home.home, Settings(), now)
    assert none.verdict is Verdict.PASS
    for error in (KeyError("a"), ValueError("b")):
        reference = error_log.record(error)
    (two,) = page_errors(home.home, Settings(), now)
    assert two.verdict is Verdict.WARN
    assert two.what.startswith("2 unexpected errors")
    assert reference in two.what
    assert "logs/state/dashboard.log" in two.remedy
    (later,) = page_errors(home.home, Settings(), now + timedelta(days=8))
    assert later.verdict is Verdict.PASS
