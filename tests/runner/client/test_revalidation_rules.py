"""A revalidation before its preparation has passed requires the lead's reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.vocabulary import ENDED_AS, JobKind, JobState
from runner.outcomes import Submitted
from tests.expected import job_of, refused
from tests.runner.client.test_run_models import trained

if TYPE_CHECKING:
    from tests.runner.place import Place

SAVED = {"save_report": True}


@pytest.mark.parametrize("state", [JobState.STOPPED, JobState.FAILED, JobState.LOST])
def test_an_unfinished_run_requires_a_reason(place: Place, state: JobState) -> None:
    run = trained(place, state)
    found = refused(place.lead.submit(JobKind.REVALIDATE, SAVED))
    assert f"Run {run} is {ENDED_AS[state].value}." in found.reason
    assert "--reason" in found.remedy
    assert refused(place.lead.submit(JobKind.REVALIDATE, SAVED | {"override_reason": ""}))
    job = job_of(
        place.lead.submit(JobKind.REVALIDATE, SAVED | {"override_reason": "the best so far"})
    )
    assert job.params["override_reason"] == "the best so far"


def test_an_incident_that_blocks_requires_a_reason(place: Place) -> None:
    trained(place, JobState.SUCCEEDED)
    place.lead.open_incident(place.week.id, "crash", "it fell over")
    found = refused(place.lead.submit(JobKind.REVALIDATE, SAVED))
    assert "crash" in found.reason


def test_a_week_without_a_run_requires_none(place: Place) -> None:
    place.service(take_over=True)
    assert isinstance(place.lead.submit(JobKind.REVALIDATE, SAVED), Submitted)  # imported model


def test_a_finished_run_requires_none(place: Place) -> None:
    trained(place, JobState.SUCCEEDED)
    place.service(take_over=True)
    assert isinstance(place.lead.submit(JobKind.REVALIDATE, SAVED), Submitted)


def test_a_runner_that_is_not_alive_requires_a_reason(place: Place) -> None:
    """The client counts what the page's rows count."""
    found = refused(place.lead.submit(JobKind.REVALIDATE, SAVED))
    assert "The runner is not running." in found.reason


def test_nothing_is_asked_where_nothing_is_recorded(place: Place) -> None:
    trained(place, JobState.FAILED)
    assert isinstance(place.lead.submit(JobKind.REVALIDATE, {}), Submitted)


def test_a_failed_row_of_the_preparation_requires_a_reason(place: Place) -> None:
    """Whoever asks: not only the page and the command line look at the rows."""
    trained(place, JobState.SUCCEEDED)
    data = {"name": "backtest", "ok": False, "errors": ["no candles of February"]}
    service = place.service(take_over=True)
    asked = place.submit(JobKind.DATA_CHECK, result={"ok": False, "datasets": [data]})
    place.until(service, asked)
    service.close()
    found = refused(place.lead.submit(JobKind.REVALIDATE, SAVED))
    assert "no candles of February" in found.reason
    assert "--reason" in found.remedy
    given = SAVED | {"override_reason": "only February is missing"}
    assert isinstance(place.lead.submit(JobKind.REVALIDATE, given), Submitted)
